//! Cases about windows in a zone.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use nightcap_schedule::{CronExpression, Schedule, State, Window, parse_zone};

use super::data::{Check, Expectation, Turn, Verdict, WindowsSubject};

/// What is wrong with the case, if anything.
pub(crate) fn examine(case: &WindowsSubject<'_>) -> Vec<String> {
    match (compile(case), case.expect) {
        (Err(_), Some(Expectation::Refused)) | (Ok(_), Some(Expectation::Accepted)) => Vec::new(),
        (Ok(_), Some(Expectation::Refused)) => vec!["is accepted".to_owned()],
        (Err(error), _) => vec![format!("is refused: {error}")],
        (Ok(_), Some(_)) => {
            vec!["windows are expected to be refused or accepted, or have checks".to_owned()]
        }
        (Ok(schedule), None) if !case.checks.is_empty() => case
            .checks
            .iter()
            .filter_map(|check| ask(&schedule, check))
            .collect(),
        (Ok(_), None) => vec!["has no checks".to_owned()],
    }
}

fn compile(case: &WindowsSubject<'_>) -> Result<Schedule, String> {
    let zone = parse_zone(case.zone).map_err(|error| error.to_string())?;
    let read = |text: &str| CronExpression::parse(text).map_err(|error| error.to_string());
    let windows: Result<Vec<Window>, String> = case
        .windows
        .iter()
        .map(|pair| {
            Ok(Window {
                start: read(&pair.start)?,
                stop: read(&pair.stop)?,
            })
        })
        .collect();
    Schedule::compile(zone, windows?, case.calendar.cloned()).map_err(|error| error.to_string())
}

fn ask(schedule: &Schedule, check: &Check) -> Option<String> {
    let Check {
        at,
        expect,
        turns,
        from,
        to,
        hours,
    } = check;
    match (at, expect, turns, from, to, hours) {
        (Some(at), Some(state), None, None, None, None) => ask_state(schedule, at, *state.ours()),
        (Some(at), None, Some(turn), None, None, None) => {
            ask_turn(schedule, at, *Verdict::ours(turn))
        }
        (None, None, None, Some(from), Some(to), Some(hours)) => {
            let found = schedule.running_time(instant(from), instant(to));
            (found != TimeDelta::hours(*hours))
                .then(|| format!("{from} to {to}: runs for {found} instead of {hours} h"))
        }
        _ => Some("a check is `at` with `expect` or `turns`, or `from`, `to`, `hours`".to_owned()),
    }
}

fn ask_state(schedule: &Schedule, at: &str, expected: State) -> Option<String> {
    let found = schedule.state_at(instant(at));
    (found != expected).then(|| format!("{at}: {found} instead of {expected}"))
}

fn ask_turn(schedule: &Schedule, at: &str, expected: Turn) -> Option<String> {
    let local = instant(at).with_timezone(&schedule.zone());
    let into_the_hour = TimeDelta::seconds(i64::from(local.minute() * 60 + local.second()));
    let hour = local.to_utc() - into_the_hour;
    // Transitions lie strictly inside what is asked, and are on whole seconds.
    let found = schedule.transitions(hour - TimeDelta::seconds(1), hour + TimeDelta::hours(1));
    let turn = match found.as_slice() {
        [] => Turn::Nothing,
        [one] if one.to == State::Running => Turn::Running,
        [_] => Turn::Stopped,
        more => return Some(format!("{at}: {} changes in one hour", more.len())),
    };
    (turn != expected).then(|| format!("the hour of {at} turns {turn:?} instead of {expected:?}"))
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_utc()
}
