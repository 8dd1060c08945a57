//! Schedules: what is refused, warned about, and known at the edges.

use std::time::{Duration, Instant};

use crate::support::{at, lines, schedule, wall, window, with_calendar};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_schedule::{Calendar, Schedule, ScheduleError, State, Transition, Tz, Warning};

const PARIS: &str = "Europe/Paris";

fn refusal(windows: &[(&str, &str)]) -> ScheduleError {
    let windows = windows
        .iter()
        .map(|(start, stop)| window(start, stop))
        .collect();
    Schedule::compile(Tz::Europe__Paris, windows, None).unwrap_err()
}

#[test]
fn what_makes_no_schedule_is_refused_with_the_window() {
    assert_eq!(refusal(&[]), ScheduleError::NoWindow);
    let day = ("0 9 * * *", "0 19 * * *");
    for (windows, message) in [
        (
            [day, ("0 9 30 2 *", "0 19 * * *")],
            "window 2: the start 0 9 30 2 * never fires",
        ),
        (
            [("0 9 * * *", "0 19 31 6 *"), day],
            "window 1: the stop 0 19 31 6 * never fires",
        ),
        (
            [
                day,
                ("cron(0 9 * * ? 2030-2040)", "cron(0 19 * * ? 2026-2029)"),
            ],
            "window 2: every stop of cron(0 19 * * ? 2026-2029) comes before any start",
        ),
        (
            [day, ("0 9 * * *", "0 9 * * *")],
            "window 2: every start of 0 9 * * * is also a stop",
        ),
        (
            [day, ("*/30 * * * *", "* * * * *")],
            "window 2: every start of */30 * * * * is also a stop",
        ),
    ] {
        let error = refusal(&windows).to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn a_start_at_the_instant_of_a_stop_opens_nothing() {
    // Noon starts and stops at noon are the same instants; 09:00 opens, noon closes.
    let day = schedule("UTC", &[("0 9,12 * * *", "0 12,19 * * *")]);
    assert_eq!(
        lines(&day, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
        [
            "2026-01-05T09:00:00Z running",
            "2026-01-05T12:00:00Z stopped"
        ]
    );
    // Of the same window: two windows that touch are one stretch.
    let two = schedule(
        "UTC",
        &[("0 9 * * *", "0 12 * * *"), ("0 12 * * *", "0 19 * * *")],
    );
    assert_eq!(
        two.transitions(at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z"))
            .len(),
        2
    );
}

#[test]
fn a_start_while_open_changes_nothing() {
    let every_hour = schedule("UTC", &[("0 8-18 * * *", "0 19 * * *")]);
    assert_eq!(
        lines(&every_hour, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
        [
            "2026-01-05T08:00:00Z running",
            "2026-01-05T19:00:00Z stopped"
        ]
    );
    assert_eq!(
        every_hour.last(at("2026-01-05T15:30:00Z")).unwrap().at,
        at("2026-01-05T08:00:00Z")
    );
}

#[test]
fn a_window_may_last_months() {
    let season = schedule(PARIS, &[("0 0 1 4 *", "0 0 1 10 *")]);
    assert_eq!(
        lines(&season, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        [
            "2026-03-31T22:00:00Z running",
            "2026-09-30T22:00:00Z stopped"
        ]
    );
    assert_eq!(
        season.last(at("2026-08-01T00:00:00Z")).unwrap().at,
        at("2026-03-31T22:00:00Z")
    );
}

#[test]
fn nothing_happens_outside_the_supported_years() {
    let day = schedule(PARIS, &[("0 9 * * *", "0 19 * * *")]);
    let (long_ago, far_off) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert_eq!(day.state_at(long_ago), State::Stopped);
    assert_eq!(day.last(long_ago), None);
    assert_eq!(
        day.next(long_ago),
        Some(Transition {
            at: at("1970-01-01T08:00:00Z"),
            to: State::Running
        })
    );
    assert_eq!(day.state_at(far_off), State::Stopped);
    assert_eq!(day.next(far_off), None);
    assert_eq!(
        day.last(far_off),
        Some(Transition {
            at: at("2100-12-31T18:00:00Z"),
            to: State::Stopped
        })
    );
    assert_eq!(day.over(far_off, far_off).state_at(far_off), None);
    assert!(day.transitions(far_off, long_ago).is_empty());
    assert_eq!(day.running_time(far_off, long_ago), TimeDelta::zero());
    // Open over the end of 2100: stays as it was left.
    let night = schedule(PARIS, &[("0 22 * * *", "0 6 * * *")]);
    assert_eq!(night.state_at(far_off), State::Running);
    assert_eq!(night.last(far_off).unwrap().at, at("2100-12-31T21:00:00Z"));
}

#[test]
fn a_timeline_answers_as_the_schedule_does() {
    let office = schedule(PARIS, &[("0 9 * * MON-FRI", "0 19 * * MON-FRI")]);
    let (from, to) = (at("2026-01-03T00:00:00Z"), at("2026-01-12T08:00:00Z"));
    let timeline = office.over(from, to);
    assert_eq!((timeline.from(), timeline.to()), (from, to));
    assert_eq!(
        timeline.transitions().collect::<Vec<_>>(),
        office.transitions(from, to)
    );
    let mut now = from;
    while now < to {
        let around = timeline.around(now).unwrap();
        assert_eq!(around.state, office.state_at(now), "{now}");
        assert_eq!(around.since, office.last(now), "{now}");
        assert_eq!(around.until, office.next(now), "{now}");
        now += TimeDelta::minutes(37);
    }
    assert_eq!(timeline.around(to), None);
    assert_eq!(timeline.around(from - TimeDelta::nanoseconds(1)), None);
    // What follows the period is known, even when it falls on its very end.
    let last = timeline.around(to - TimeDelta::seconds(1)).unwrap();
    assert_eq!(
        last.until,
        Some(Transition {
            at: to,
            to: State::Running
        })
    );
}

#[test]
fn windows_that_leave_no_pause() {
    let always = schedule(
        "UTC",
        &[("0 0 * * *", "0 12 * * *"), ("0 12 * * *", "0 0 * * *")],
    );
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    assert!(always.transitions(from, to).is_empty());
    assert_eq!(always.running_time(from, to), TimeDelta::days(365));
    assert_eq!(always.warnings(from, to), [Warning::NeverSleeps]);
    let start = Instant::now();
    assert_eq!((always.next(from), always.last(from)), (None, None));
    // Minute by minute, too.
    let flapping = schedule(
        "UTC",
        &[
            ("*/2 * * * *", "1-59/2 * * * *"),
            ("1-59/2 * * * *", "*/2 * * * *"),
        ],
    );
    assert_eq!((flapping.next(from), flapping.last(from)), (None, None));
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn searches_skip_days_not_minutes() {
    let start = Instant::now();
    // Every start but December's meets a stop.
    let december = schedule(PARIS, &[("* * * * *", "* * * 1-11 *")]);
    let next = december.next(at("2026-01-01T12:00:00Z")).unwrap();
    assert_eq!(
        (next.at, next.to),
        (at("2026-11-30T23:00:00Z"), State::Running)
    );
    // Closed for years.
    let first = "2026-01-01".parse::<chrono::NaiveDate>().unwrap();
    let calendar = Calendar {
        closed: first.iter_days().take(3_000).collect(),
        ..Calendar::default()
    };
    let closed = with_calendar(PARIS, &[("* * * * *", "59 23 * * *")], Some(calendar));
    assert_eq!(
        closed.next(at("2026-01-01T12:00:00Z")).unwrap().at,
        at("2034-03-19T23:00:00Z")
    );
    assert_eq!(
        closed.last(at("2034-03-01T12:00:00Z")).unwrap().at,
        at("2025-12-31T22:59:00Z")
    );
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn hours_on_in_a_period() {
    let office = schedule(PARIS, &[("0 9 * * MON-FRI", "0 19 * * MON-FRI")]);
    let hours = |from: &str, to: &str| office.running_time(at(from), at(to)).num_hours();
    assert_eq!(
        hours("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        220,
        "22 working days"
    );
    // Inside a run, and across its ends.
    assert_eq!(hours("2026-01-05T10:00:00Z", "2026-01-05T12:00:00Z"), 2);
    assert_eq!(hours("2026-01-05T17:00:00Z", "2026-01-06T09:00:00Z"), 2);
    assert_eq!(hours("2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z"), 0);
    assert_eq!(hours("2026-01-05T12:00:00Z", "2026-01-05T10:00:00Z"), 0);
}

#[test]
fn warnings_tell_what_a_period_holds() {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    assert!(
        schedule(PARIS, &[("0 9 * * *", "0 19 * * *")])
            .warnings(from, to)
            .is_empty()
    );

    let past = schedule(PARIS, &[("cron(0 9 * * ? 2024)", "0 19 * * *")]);
    assert_eq!(past.warnings(from, to), [Warning::NeverOpens { window: 0 }]);

    let unending = schedule(PARIS, &[("0 9 * * *", "cron(0 19 * * ? 2020-2025)")]);
    assert_eq!(
        unending.warnings(from, to),
        [Warning::NeverStops {
            window: 0,
            since: at("2026-01-01T08:00:00Z")
        }]
    );
    assert_eq!(unending.next(at("2026-06-01T00:00:00Z")), None);

    let closed = Calendar {
        holidays: Some("FR".to_owned())
            .map(|code| nightcap_schedule::Country::parse(&code).unwrap()),
        ..Calendar::default()
    };
    let christmas = with_calendar(PARIS, &[("0 9 25 12 *", "0 19 25 12 *")], Some(closed));
    assert_eq!(
        christmas.warnings(from, to),
        [Warning::EveryStartClosed {
            window: 0,
            first: wall("2026-12-25 09:00")
        }]
    );
    assert_eq!(christmas.next(from), None);
    assert_eq!(christmas.last(to), None);

    // The stop of 02:30 and the start of 03:00 both happen at the jump: the start is lost, and with it the day.
    let long = schedule(PARIS, &[("0 3 * * *", "30 2 * * *")]);
    let lost = Warning::LostInClockChange {
        window: 0,
        start: wall("2026-03-29 03:00"),
        at: at("2026-03-29T01:00:00Z"),
    };
    assert_eq!(long.warnings(from, to), [lost]);
    assert_eq!(long.state_at(at("2026-03-29T12:00:00Z")), State::Stopped);
    assert!(long.warnings(to, from).is_empty());
}
