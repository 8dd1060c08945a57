//! What the tests of time share: short ways to write things, and random cron expressions that know
//! their own meaning.

pub mod cron;
pub mod walker;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use nightcap_schedule::{Calendar, CronExpression, Schedule, Window, parse_zone};

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn wall(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn window(start: &str, stop: &str) -> Window {
    let parse =
        |text| CronExpression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Window {
        start: parse(start),
        stop: parse(stop),
    }
}

pub fn schedule(zone: &str, windows: &[(&str, &str)]) -> Schedule {
    with_calendar(zone, windows, None)
}

pub fn with_calendar(zone: &str, windows: &[(&str, &str)], calendar: Option<Calendar>) -> Schedule {
    let windows = windows
        .iter()
        .map(|(start, stop)| window(start, stop))
        .collect();
    Schedule::compile(parse_zone(zone).unwrap(), windows, calendar).unwrap()
}

/// The transitions of a period, one a line: `2026-01-02T08:00:00Z running`.
pub fn lines(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
    schedule
        .transitions(at(from), at(to))
        .iter()
        .map(|change| {
            format!(
                "{} {}",
                change.at.to_rfc3339_opts(SecondsFormat::Secs, true),
                change.to
            )
        })
        .collect()
}
