//! What must hold for any text given as a cron expression or as a window.
//!
//! The input is lines of text, so that the kept inputs can be read: a start, a stop, a zone and
//! an instant; all but the first may be missing.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use nightcap_schedule::{CronExpression, Schedule, State, Tz, Window, parse_zone, resolve};

/// Where clocks do what surprises: half-hour jumps, jumps at midnight, a skipped day, 45 minutes.
const ZONES: [&str; 8] = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Etc/GMT+5",
];

/// Occurrences followed in each direction.
const STEPS: usize = 6;

/// Long enough for both clock changes to be inside now and then, short enough for every minute.
const PERIOD: TimeDelta = TimeDelta::days(2);

/// Panics if a property does not hold.
pub(crate) fn hold(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let start = lines.next().unwrap_or_default();
    let stop = lines.next();
    let zone = zone(lines.next().unwrap_or_default());
    let at = instant(lines.next().unwrap_or_default());
    let Some(start) = expression(start, zone, at) else {
        return;
    };
    let Some(stop) = stop.and_then(|stop| expression(stop, zone, at)) else {
        return;
    };
    match Schedule::compile(zone, vec![Window { start, stop }], None) {
        Ok(schedule) => answers_agree(&schedule, at),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn zone(name: &str) -> Tz {
    // Not `parse_zone`: looking for the nearest name takes longer than all the rest here.
    let fallback = || parse_zone(ZONES[sum(name) % ZONES.len()]).expect("a known zone");
    name.parse().unwrap_or_else(|_| fallback())
}

fn instant(text: &str) -> DateTime<Utc> {
    let any = i64::try_from(sum(text)).unwrap_or_default() * 86_400 * 7 % 4_102_444_800;
    text.parse()
        .unwrap_or_else(|_| DateTime::from_timestamp(any, 0).expect("before 2100"))
}

fn sum(text: &str) -> usize {
    text.bytes()
        .fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % 1_000_003)
}

fn expression(text: &str, zone: Tz, at: DateTime<Utc>) -> Option<CronExpression> {
    let expression = match CronExpression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            let end = text.chars().count() + 1;
            assert!(
                (1..=end).contains(&error.column),
                "column {} of {text:?}",
                error.column
            );
            assert!(!error.reason.is_empty() && !error.expected.is_empty());
            return None;
        }
    };
    let wall = at.with_timezone(&zone).naive_local();
    let again =
        CronExpression::parse(expression.as_str()).expect("what was read can be read again");
    let forwards = follow(wall, |wall| expression.next_after(wall));
    let backwards = follow(wall, |wall| expression.previous_before(wall));
    assert_eq!(forwards, follow(wall, |wall| again.next_after(wall)));
    assert!(
        forwards.is_sorted_by(|one, other| one < other),
        "{text:?} goes back"
    );
    assert!(
        backwards.is_sorted_by(|one, other| one > other),
        "{text:?} goes forth"
    );
    for pair in forwards.windows(2) {
        assert_eq!(
            expression.previous_before(pair[1]),
            Some(pair[0]),
            "{text:?}"
        );
    }
    for time in forwards.iter().chain(&backwards) {
        assert!(
            expression.fires_at(*time),
            "{text:?} comes at {time} and does not fire"
        );
    }
    let instants: Vec<DateTime<Utc>> = forwards.iter().map(|wall| resolve(zone, *wall)).collect();
    assert!(
        instants.is_sorted(),
        "{text:?} in {zone}: instants out of order"
    );
    Some(expression)
}

fn follow(
    from: NaiveDateTime,
    step: impl Fn(NaiveDateTime) -> Option<NaiveDateTime>,
) -> Vec<NaiveDateTime> {
    std::iter::successors(step(from), |time| step(*time))
        .take(STEPS)
        .collect()
}

/// State, transitions, next and running time tell one story.
fn answers_agree(schedule: &Schedule, at: DateTime<Utc>) {
    let Some(to) = at.checked_add_signed(PERIOD) else {
        return;
    };
    let transitions = schedule.transitions(at, to);
    let mut state = schedule.state_at(at);
    let mut since = at;
    let mut running = TimeDelta::zero();
    for transition in &transitions {
        assert!(
            since < transition.at && transition.at < to,
            "{transition:?} is outside"
        );
        assert_ne!(transition.to, state, "{transition:?} changes nothing");
        assert_eq!(
            schedule.state_at(transition.at - TimeDelta::seconds(1)),
            state,
            "{transition:?}"
        );
        assert_eq!(
            schedule.state_at(transition.at),
            transition.to,
            "{transition:?}"
        );
        if state == State::Running {
            running += transition.at - since;
        }
        (state, since) = (transition.to, transition.at);
    }
    if state == State::Running {
        running += to - since;
    }
    assert_eq!(schedule.running_time(at, to), running);
    if let Some(next) = schedule.next(at) {
        assert!(next.at > at, "{next:?} is not after {at}");
        if let Some(first) = transitions.first() {
            assert_eq!(next, *first);
        }
    }
}
