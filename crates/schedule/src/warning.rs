//! Valid schedules that may not do what their author thinks.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};

use super::bounds;
use super::schedule::Schedule;
use super::state::State;
use super::wall::{local, offset_seconds, when_offset_changes};
use super::window::Opening;

/// Something a schedule does in a period that its author may not expect.
/// Windows are counted from 0 in `window` and from 1 in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The clocks jump over a start and a stop of a window, or from one to the other: both happen at the jump,
    /// so that start opens nothing.
    LostInClockChange {
        /// Index of the window.
        window: usize,
        /// The start that is lost, on the wall clock.
        start: NaiveDateTime,
        /// The instant of the jump.
        at: DateTime<Utc>,
    },
    /// A window has starts in the period, and every one is on a closed day.
    EveryStartClosed {
        /// Index of the window.
        window: usize,
        /// The first of those starts, on the wall clock.
        first: NaiveDateTime,
    },
    /// A window opens nowhere in the period and is not open as it begins.
    NeverOpens {
        /// Index of the window.
        window: usize,
    },
    /// A window opens in the period, and after that no stop ever comes.
    NeverStops {
        /// Index of the window.
        window: usize,
        /// When it opens for good.
        since: DateTime<Utc>,
    },
    /// The windows together leave no pause: the schedule runs through the whole period.
    NeverSleeps,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let wall = |at: &NaiveDateTime| at.format("%Y-%m-%d %H:%M").to_string();
        match self {
            Self::LostInClockChange { window, start, at } => write!(
                f,
                "window {}: the start of {} does not run: the clocks jump at {}, and its stop falls on that instant",
                window + 1,
                wall(start),
                instant(at)
            ),
            Self::EveryStartClosed { window, first } => write!(
                f,
                "window {}: it never opens in this period: every start, from {} on, is on a closed day",
                window + 1,
                wall(first)
            ),
            Self::NeverOpens { window } => {
                write!(f, "window {}: it does not open in this period", window + 1)
            }
            Self::NeverStops { window, since } => {
                write!(
                    f,
                    "window {}: it opens at {} and no stop ever follows",
                    window + 1,
                    instant(since)
                )
            }
            Self::NeverSleeps => {
                f.write_str("the windows together leave no pause: it never stops in this period")
            }
        }
    }
}

pub(super) fn find(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Warning> {
    let (from, to) = (bounds::clamp(from), bounds::clamp(to));
    if from >= to {
        return Vec::new();
    }
    let jumps = jumps(schedule, from, to);
    let mut warnings = Vec::new();
    for (window, opening) in schedule.openings().enumerate() {
        warnings.extend(never_opens(window, opening, from, to));
        warnings.extend(never_stops(window, opening, from, to));
        warnings.extend(jumps.iter().find_map(|jump| lost(window, opening, jump)));
    }
    if schedule.state_at(from) == State::Running && schedule.transitions(from, to).is_empty() {
        warnings.push(Warning::NeverSleeps);
    }
    warnings
}

fn never_opens(
    window: usize,
    opening: Opening<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Option<Warning> {
    if opening.is_open(from) || opening.next_run(from).is_some_and(|run| run.start < to) {
        return None;
    }
    let unsuppressed = Opening {
        calendar: None,
        ..opening
    };
    match unsuppressed.next_run(from).filter(|run| run.start < to) {
        Some(run) => Some(Warning::EveryStartClosed {
            window,
            first: unsuppressed.shown(run.start),
        }),
        None => Some(Warning::NeverOpens { window }),
    }
}

fn never_stops(
    window: usize,
    opening: Opening<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Option<Warning> {
    let until = opening.last_run(to)?;
    (until.stop.is_none())
        .then(|| opening.opened(to))
        .flatten()
        .filter(|since| from <= *since && *since < to)
        .map(|since| Warning::NeverStops { window, since })
}

/// A jump forward of the wall clock: from `last + 1 s` it shows `next`.
struct Jump {
    at: DateTime<Utc>,
    first_missing: NaiveDateTime,
    next: NaiveDateTime,
}

/// The first start of a window that a jump brings together with a stop at another local time.
fn lost(window: usize, opening: Opening<'_>, jump: &Jump) -> Option<Warning> {
    let Opening { window: pair, .. } = opening;
    let just_before = jump.first_missing - TimeDelta::seconds(1);
    let stop = pair
        .stop
        .next_after(just_before)
        .filter(|stop| *stop <= jump.next)?;
    let mut start = just_before;
    loop {
        start = pair
            .start
            .next_after(start)
            .filter(|start| *start <= jump.next)?;
        let by_the_jump = start < jump.next || stop < jump.next;
        if by_the_jump && !opening.is_closed(start) && !pair.stop.fires_at(start) {
            return Some(Warning::LostInClockChange {
                window,
                start,
                at: jump.at,
            });
        }
    }
}

/// The jumps forward in a period, found by comparing the offsets of successive days.
fn jumps(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Jump> {
    let zone = schedule.zone();
    let days = (to - from).num_days() + 1;
    (0..days)
        .filter_map(|day| {
            let early = from + TimeDelta::days(day);
            let late = (early + TimeDelta::days(1)).min(to);
            let (before, after) = (offset_seconds(zone, early), offset_seconds(zone, late));
            (before < after).then(|| {
                let at = when_offset_changes(zone, early, late);
                let next = local(zone, at);
                let missing = i64::from(after) - i64::from(before);
                Jump {
                    at,
                    first_missing: next - TimeDelta::seconds(missing),
                    next,
                }
            })
        })
        .collect()
}
