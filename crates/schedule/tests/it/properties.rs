//! Laws that hold for any schedule, any cron text and any instant.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::support::cron::any_cron;
use crate::support::{at, window};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use nightcap_schedule::{
    Calendar, Country, CronExpression, Schedule, State, Transition, Window, parse_zone, resolve,
};
use proptest::prelude::*;
use proptest::sample::select;

const ZONES: [&str; 9] = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Etc/GMT+5",
    "Africa/Casablanca",
    "Pacific/Apia",
];

fn any_windows() -> impl Strategy<Value = Vec<Window>> {
    let one =
        (any_cron(), any_cron()).prop_map(|(start, stop)| window(&start.text(), &stop.text()));
    prop::collection::vec(one, 1..=3)
}

fn any_calendar() -> impl Strategy<Value = Option<Calendar>> {
    let days = |count| {
        let first: NaiveDate = "2010-01-01".parse().unwrap();
        prop::collection::btree_set(
            (0..20 * 365u64).prop_map(move |day| first + chrono::Days::new(day)),
            0..count,
        )
    };
    let country = prop::option::of(select(Country::all().collect::<Vec<_>>()));
    prop::option::of((country, days(40), days(10))).prop_map(|parts| {
        parts.map(|(holidays, closed, open)| Calendar {
            holidays,
            closed,
            open,
        })
    })
}

prop_compose! {
    fn any_schedule()(zone in select(&ZONES[..]), windows in any_windows(), calendar in any_calendar())
        -> Option<Schedule> {
        Schedule::compile(parse_zone(zone).unwrap(), windows, calendar).ok()
    }
}

/// Any second of 2010 to 2029: Samoa's lost day, Brazil's summers, and what is to come.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..20 * 365 * 86_400i64)
        .prop_map(|seconds| at("2010-01-01T00:00:00Z") + TimeDelta::seconds(seconds))
}

fn second() -> TimeDelta {
    TimeDelta::seconds(1)
}

fn running(schedule: &Schedule, now: DateTime<Utc>) -> bool {
    schedule.state_at(now) == State::Running
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn state_and_transitions_agree(schedule in any_schedule(), from in any_instant(), days in 1..40i64,
                                   asked in prop::collection::vec(0.0..1.0f64, 8)) {
        prop_assume!(schedule.is_some());
        let schedule = schedule.unwrap();
        let to = from + TimeDelta::days(days);
        let changes = schedule.transitions(from, to);
        // No flapping: instants rise, states alternate, and each is a change.
        prop_assert!(changes.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].to != pair[1].to));
        for change in &changes {
            prop_assert!(from < change.at && change.at < to);
            prop_assert_eq!(schedule.state_at(change.at), change.to);
            prop_assert_eq!(schedule.state_at(change.at - second()), change.to.opposite());
        }
        let timeline = schedule.over(from, to);
        for share in asked {
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            let now = from + TimeDelta::seconds(((to - from).num_seconds() as f64 * share) as i64);
            let latest = changes.iter().rfind(|change| change.at <= now);
            let expected = latest.map_or_else(|| schedule.state_at(from), |change| change.to);
            prop_assert_eq!(schedule.state_at(now), expected, "at {}", now);
            prop_assert_eq!(timeline.state_at(now), Some(expected), "at {}", now);
        }
    }

    #[test]
    fn next_and_last_are_the_neighbouring_transitions(schedule in any_schedule(), now in any_instant()) {
        prop_assume!(schedule.is_some());
        let schedule = schedule.unwrap();
        if let Some(next) = schedule.next(now) {
            prop_assert!(next.at > now);
            prop_assert_eq!(schedule.transitions(now, next.at), vec![]);
            prop_assert_eq!(schedule.transitions(now, next.at + second()), vec![next]);
            // The change that produced the new state is the one just announced.
            prop_assert_eq!(schedule.last(next.at), Some(next));
        }
        if let Some(last) = schedule.last(now) {
            prop_assert!(last.at <= now);
            prop_assert_eq!(last.to, schedule.state_at(now));
            prop_assert_eq!(schedule.transitions(last.at, now), vec![]);
            prop_assert_eq!(schedule.next(last.at - second()), Some(last));
        }
    }

    #[test]
    fn a_window_runs_at_most_once_for_each_start_on_the_wall_clock(
        zone in select(&ZONES[..]), start in any_cron(), stop in any_cron(), from in any_instant()
    ) {
        let zone = parse_zone(zone).unwrap();
        let window = window(&start.text(), &stop.text());
        let schedule = Schedule::compile(zone, vec![window.clone()], None);
        prop_assume!(schedule.is_ok());
        let to = from + TimeDelta::days(20);
        let mut walls = BTreeSet::new();
        for change in schedule.unwrap().transitions(from, to).iter().filter(|change| change.to == State::Running) {
            let shown = change.at.with_timezone(&zone).naive_local();
            // The start that did it: at what the clock shows, or in the gap just before it.
            let wall = window.start.at_or_before(shown).unwrap();
            prop_assert_eq!(resolve(zone, wall), change.at);
            prop_assert!(walls.insert(wall), "{} twice", wall);
        }
    }

    #[test]
    fn running_times_of_parts_add_up(schedule in any_schedule(), from in any_instant(), first in 0..20i64 * 1440,
                                     second in 0..20i64 * 1440) {
        prop_assume!(schedule.is_some());
        let schedule = schedule.unwrap();
        let middle = from + TimeDelta::minutes(first);
        let to = middle + TimeDelta::minutes(second);
        let (one, other) = (schedule.running_time(from, middle), schedule.running_time(middle, to));
        prop_assert_eq!(schedule.running_time(from, to), one + other);
        prop_assert!(one >= TimeDelta::zero() && one <= middle - from);
    }

    #[test]
    fn union_laws(zone in select(&ZONES[..]), one in any_windows(), other in any_windows(), from in any_instant()) {
        let compile = |windows: &[&[Window]]| Schedule::compile(parse_zone(zone).unwrap(), windows.concat(), None);
        let (a, b) = (compile(&[&one]), compile(&[&other]));
        prop_assume!(a.is_ok() && b.is_ok());
        let (a, b) = (a.unwrap(), b.unwrap());
        let both = compile(&[&one, &other]).unwrap();
        let swapped = compile(&[&other, &one]).unwrap();
        let doubled = compile(&[&one, &one]).unwrap();
        let to = from + TimeDelta::days(15);
        let changes = |schedule: &Schedule| schedule.transitions(from, to);
        prop_assert_eq!(changes(&both), changes(&swapped), "commutative");
        prop_assert_eq!(changes(&doubled), changes(&a), "idempotent");
        prop_assert!(both.running_time(from, to) >= a.running_time(from, to), "monotone");
        for hour in (0..15 * 24).step_by(3) {
            let now = from + TimeDelta::hours(hour);
            prop_assert_eq!(running(&both, now), running(&a, now) || running(&b, now), "at {}", now);
        }
    }

    #[test]
    fn a_calendar_only_takes_away(zone in select(&ZONES[..]), windows in any_windows(), calendar in any_calendar(),
                                  from in any_instant()) {
        let zone = parse_zone(zone).unwrap();
        let open = Schedule::compile(zone, windows.clone(), None);
        prop_assume!(open.is_ok());
        let open = open.unwrap();
        let with_calendar = Schedule::compile(zone, windows, calendar).unwrap();
        for hour in (0..10 * 24).step_by(3) {
            let now = from + TimeDelta::hours(hour);
            prop_assert!(running(&open, now) || !running(&with_calendar, now), "at {}", now);
        }
    }

    #[test]
    fn a_timeline_knows_its_neighbours(schedule in any_schedule(), from in any_instant(), hours in 1..200i64,
                                       asked in 0..200i64) {
        prop_assume!(schedule.is_some());
        let schedule = schedule.unwrap();
        let to = from + TimeDelta::hours(hours);
        let now = from + TimeDelta::hours(asked.rem_euclid(hours));
        let around = schedule.over(from, to).around(now).unwrap();
        prop_assert_eq!(around.state, schedule.state_at(now));
        prop_assert_eq!(around.since, schedule.last(now));
        prop_assert_eq!(around.until, schedule.next(now));
    }
}

/// What cron expressions are made of, and what typing errors add.
fn near_valid() -> impl Strategy<Value = String> {
    let part = select(vec![
        "0",
        "1",
        "5",
        "7",
        "31",
        "32",
        "59",
        "60",
        "99999999999999999999",
        "*",
        "*",
        "/",
        "-",
        ",",
        "?",
        "L",
        "W",
        "#",
        "LW",
        "MON",
        "FRI",
        "JAN",
        "SUNDAY",
        "(",
        ")",
        "cron(",
        "@daily",
        "+",
        "é",
        "\u{a0}",
        "\t",
        ".",
        "1-5",
        "*/2",
        "1/7",
    ]);
    let field = prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat());
    (prop::collection::vec(field, 0..8), any::<bool>()).prop_map(|(fields, eventbridge)| {
        let text = fields.join(" ");
        if eventbridge {
            format!("cron({text})")
        } else {
            text
        }
    })
}

/// Nothing that can be typed may panic or hang, and what is accepted must make sense.
fn reads(text: &str, wall: NaiveDateTime) -> Result<(), TestCaseError> {
    let start = Instant::now();
    match CronExpression::parse(text) {
        Err(error) => {
            prop_assert!(
                error.column >= 1 && error.column <= text.chars().count() + 1,
                "{}",
                error
            );
            prop_assert!(!error.reason.is_empty() && !error.expected.is_empty());
        }
        Ok(expression) => {
            if let Some(next) = expression.next_after(wall) {
                prop_assert!(next > wall && expression.fires_at(next), "{}", next);
                prop_assert!(
                    expression
                        .previous_before(next)
                        .is_none_or(|previous| previous <= wall)
                );
            }
            if let Some(previous) = expression.previous_before(wall) {
                prop_assert!(
                    previous < wall && expression.fires_at(previous),
                    "{}",
                    previous
                );
                prop_assert!(
                    expression
                        .next_after(previous)
                        .is_none_or(|next| next >= wall)
                );
            }
            prop_assert_eq!(
                &CronExpression::parse(&expression.to_string()).unwrap(),
                &expression
            );
        }
    }
    prop_assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    Ok(())
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), now in any_instant()) {
        reads(&text, now.naive_utc())?;
    }

    #[test]
    fn nearly_valid_text_is_read_or_refused(text in near_valid(), now in any_instant()) {
        reads(&text, now.naive_utc())?;
    }

    #[test]
    fn any_wall_clock_time_becomes_an_instant(zone in select(&ZONES[..]), seconds in any::<i64>(), step in 0..90_000i64) {
        let zone = parse_zone(zone).unwrap();
        let wall = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).unwrap().naive_utc();
        let later = wall + TimeDelta::seconds(step);
        // Later on the wall clock is never earlier.
        prop_assert!(resolve(zone, wall) <= resolve(zone, later), "{} {} {}", zone, wall, later);
    }
}

#[test]
fn transitions_read_and_write_as_the_contract_has_them() {
    let transition = Transition {
        at: at("2026-01-02T08:00:00.25Z"),
        to: State::Stopped,
    };
    let json = serde_json::to_string(&transition).unwrap();
    assert_eq!(json, r#"{"at":"2026-01-02T08:00:00Z","to":"stopped"}"#);
    let back: Transition =
        serde_json::from_str(r#"{"at":"2026-01-02T09:00:00+01:00","to":"stopped"}"#).unwrap();
    assert_eq!(
        back,
        Transition {
            at: at("2026-01-02T08:00:00Z"),
            to: State::Stopped
        }
    );
}
