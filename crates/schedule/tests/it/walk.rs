//! Schedules agree with a minute-by-minute walk of the wall clock, in zones whose clocks do odd things.

use std::collections::BTreeSet;

use crate::support::cron::{Cron, any_cron};
use crate::support::walker::Walk;
use crate::support::{at, window};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nightcap_schedule::{Calendar, Schedule, State, parse_zone};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestRunner};

/// Compared on either side of the change of clocks.
const DAYS_COMPARED: i64 = 3;
/// Walked before that, for every window to have been stopped once.
const DAYS_BEFORE: i64 = 34;

fn windows() -> impl Strategy<Value = Vec<(Cron, Cron)>> {
    prop::collection::vec((any_cron(), any_cron()), 1..=3)
}

/// Compares random schedules around a date with the walk.
fn agrees(zone: &str, date: &str) {
    let middle = at(&format!("{date}T00:00:00Z"));
    let from = middle - TimeDelta::days(DAYS_COMPARED);
    let to = middle + TimeDelta::days(DAYS_COMPARED);
    let first = (from - TimeDelta::days(DAYS_BEFORE)).timestamp() / 60;
    let minutes = usize::try_from(to.timestamp() / 60 - first).unwrap();
    let walk = Walk::new(zone, first, minutes);
    let near: Vec<NaiveDate> = (-DAYS_COMPARED..DAYS_COMPARED)
        .map(|days| (middle + TimeDelta::days(days)).date_naive())
        .collect();
    let mut runner = TestRunner::new(Config {
        cases: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let cases = (windows(), subsequence(near, 0..=2));
    let result = runner.run(&cases, |(windows, closed)| {
        let schedule = compile(zone, &windows, &closed);
        prop_assume!(schedule.is_some());
        let closed = closed
            .iter()
            .map(|day| day.to_string().parse().unwrap())
            .collect();
        let (states, certain) = walk.states(&windows, &closed);
        let offset = usize::try_from(DAYS_BEFORE * 1440).unwrap();
        prop_assume!(certain.is_some_and(|certain| certain < offset));
        compare(&schedule.unwrap(), &states[offset..], from, to)
    });
    result.unwrap();
}

fn compile(zone: &str, windows: &[(Cron, Cron)], closed: &[NaiveDate]) -> Option<Schedule> {
    let windows = windows
        .iter()
        .map(|(start, stop)| window(&start.text(), &stop.text()))
        .collect();
    let calendar = Calendar {
        closed: closed.iter().copied().collect(),
        ..Calendar::default()
    };
    // Refused: starts on 31 February, or start and stop alike.
    Schedule::compile(parse_zone(zone).unwrap(), windows, Some(calendar)).ok()
}

fn compare(
    schedule: &Schedule,
    walked: &[bool],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    let state = |running: bool| {
        if running {
            State::Running
        } else {
            State::Stopped
        }
    };
    let expected: Vec<_> = walked
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] != pair[1])
        .map(|(index, pair)| {
            (
                from + TimeDelta::minutes(i64::try_from(index).unwrap() + 1),
                state(pair[1]),
            )
        })
        .collect();
    let found: Vec<_> = schedule
        .transitions(from, to)
        .iter()
        .map(|change| (change.at, change.to))
        .collect();
    prop_assert_eq!(&found, &expected);
    let timeline = schedule.over(from, to);
    for (index, running) in walked.iter().enumerate().step_by(11) {
        let now = from + TimeDelta::minutes(i64::try_from(index).unwrap());
        prop_assert_eq!(schedule.state_at(now), state(*running), "{}", now);
        prop_assert_eq!(timeline.state_at(now), Some(state(*running)), "{}", now);
    }
    Ok(())
}

macro_rules! walks {
    ($($name:ident: $zone:literal on $date:literal;)*) => {
        $(#[test]
        fn $name() {
            agrees($zone, $date);
        })*

        #[test]
        fn the_walker_knows_the_zones() {
            let names = BTreeSet::from([$($zone),*]);
            assert!(names.iter().all(|zone| parse_zone(zone).is_ok()));
        }
    };
}

walks! {
    paris_spring: "Europe/Paris" on "2026-03-29";
    paris_autumn: "Europe/Paris" on "2026-10-25";
    new_york_spring: "America/New_York" on "2026-03-08";
    new_york_autumn: "America/New_York" on "2026-11-01";
    lord_howe_half_an_hour_forward: "Australia/Lord_Howe" on "2026-10-03";
    lord_howe_half_an_hour_back: "Australia/Lord_Howe" on "2026-04-04";
    chatham_forward: "Pacific/Chatham" on "2026-09-26";
    chatham_back: "Pacific/Chatham" on "2026-04-04";
    sao_paulo_without_midnight: "America/Sao_Paulo" on "2018-11-04";
    sao_paulo_with_two_midnights: "America/Sao_Paulo" on "2018-02-18";
    kolkata_never_changes: "Asia/Kolkata" on "2026-06-15";
    five_hours_behind_is_plus_five: "Etc/GMT+5" on "2026-03-08";
    apia_skips_a_day: "Pacific/Apia" on "2011-12-30";
    casablanca_in_ramadan: "Africa/Casablanca" on "2026-02-15";
}
