//! What is valid and surely not meant.
//!
//! One rule: the runs of a window in a period are compared with each other, and with the runs it
//! would have without closed days. A run far longer than its siblings, a run of minutes, a stretch
//! that one closed day takes away: each is told with what would be regular, where that is found by
//! trying it.

mod habit;

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::bounds;
use super::calendar::Reason;
use super::schedule::Schedule;
use super::window::Opening;
use habit::Habit;

/// Something a schedule does in a period that nobody means. Windows are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A run lasts far longer than the others of its window.
    LongRun {
        /// Index of the window.
        window: usize,
        /// The first such run's start, on the wall clock.
        start: NaiveDateTime,
        /// How long it lasts.
        length: TimeDelta,
        /// How long the others last.
        usual: TimeDelta,
        /// The stop with which all last as long as the others.
        stop: Option<String>,
        /// How long the schedule runs in a week as it is, and with start and stop exchanged.
        exchanged: Option<(TimeDelta, TimeDelta)>,
    },
    /// Each run lasts minutes, and hours with minute and hour exchanged.
    MinutesForHours {
        /// Index of the window.
        window: usize,
        /// How long it lasts.
        length: TimeDelta,
        /// The start with minute and hour exchanged.
        start: String,
        /// The stop with minute and hour exchanged.
        stop: String,
        /// How long a run lasts then.
        exchanged: TimeDelta,
    },
    /// A day of month and a weekday, of which Unix cron wants either, and everybody else both.
    EitherDay {
        /// Index of the window.
        window: usize,
        /// The expression.
        written: String,
        /// The days on which it fires in the period.
        days: usize,
        /// The days on which both hold.
        both: usize,
        /// The expression that fires on the k-th such weekday of the month, where a week of days
        /// is listed.
        kth: Option<String>,
    },
    /// Each run is over before a tick may have seen it.
    TooShort {
        /// Index of the window.
        window: usize,
        /// How long it lasts.
        length: TimeDelta,
    },
    /// The start fires again and again, and undoes each stop soon after it.
    StopUndone {
        /// Index of the window.
        window: usize,
        /// The stop that is undone, on the wall clock.
        stop: NaiveDateTime,
        /// How long it stays stopped.
        pause: TimeDelta,
        /// How long each run lasts.
        length: TimeDelta,
    },
    /// The start fires on many days before the stop comes once.
    RareStop {
        /// Index of the window.
        window: usize,
        /// How long each run lasts.
        length: TimeDelta,
        /// On how many days of a run the start fires.
        starts: usize,
    },
    /// Some starts fall on a stop, which wins, and open nothing.
    LostStarts {
        /// Index of the window.
        window: usize,
        /// How many starts of the period do.
        lost: usize,
        /// Of how many.
        starts: usize,
        /// The first of them, on the wall clock.
        first: NaiveDateTime,
    },
    /// A closed day takes the only start of a stretch that goes on after it.
    LostStretch {
        /// Index of the window.
        window: usize,
        /// The first such day.
        day: NaiveDate,
        /// Why it is closed.
        reason: Reason,
        /// How long would have been run but for that day.
        lost: TimeDelta,
        /// When it runs again, on the wall clock.
        until: Option<NaiveDateTime>,
        /// How often that happens in the period.
        times: usize,
        /// A start with which the days after it run.
        start: Option<String>,
    },
}

impl Doubt {
    /// Index of the window.
    pub fn window(&self) -> usize {
        match self {
            Self::LongRun { window, .. }
            | Self::MinutesForHours { window, .. }
            | Self::EitherDay { window, .. }
            | Self::TooShort { window, .. }
            | Self::StopUndone { window, .. }
            | Self::RareStop { window, .. }
            | Self::LostStarts { window, .. }
            | Self::LostStretch { window, .. } => *window,
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall = |at: &NaiveDateTime| at.format("%a %-d %b %Y %H:%M").to_string();
        match self {
            Self::LongRun {
                start,
                length,
                usual,
                stop,
                exchanged,
                ..
            } => {
                write!(
                    f,
                    "the run from {} lasts {}, most others {}: no stop comes sooner",
                    wall(start),
                    Length(*length),
                    Length(*usual)
                )?;
                if let Some(stop) = stop {
                    write!(
                        f,
                        "; with the stop {stop} every run lasts {}",
                        Length(*usual)
                    )?;
                }
                if let Some((now, then)) = exchanged {
                    write!(
                        f,
                        "; with start and stop exchanged it runs {} of 168 h a week instead of {}",
                        Length(*then),
                        Length(*now)
                    )?;
                }
                Ok(())
            }
            Self::MinutesForHours {
                length,
                start,
                stop,
                exchanged,
                ..
            } => write!(
                f,
                "each run lasts {}; the minute comes first: with {start} and {stop} it is {}",
                Length(*length),
                Length(*exchanged)
            ),
            Self::EitherDay { .. }
            | Self::TooShort { .. }
            | Self::StopUndone { .. }
            | Self::LostStarts { .. }
            | Self::RareStop { .. } => self.of_one_expression(f),
            Self::LostStretch {
                day,
                reason,
                lost,
                until,
                times,
                start,
                ..
            } => {
                write!(
                    f,
                    "the start of {} is lost ({reason}), and with it {}: ",
                    day.format("%a %-d %b %Y"),
                    Length(*lost)
                )?;
                match until {
                    Some(until) => write!(f, "nothing runs until {}", wall(until))?,
                    None => f.write_str("nothing runs after it")?,
                }
                if *times > 1 {
                    write!(f, "; {times} closed days do so")?;
                }
                match start {
                    Some(start) => write!(f, "; give it a start for every day, {start}"),
                    None => f.write_str("; give it a further start, or list the day under `open`"),
                }
            }
        }
    }
}

impl Doubt {
    /// What is told of starts and stops that do not fit each other, or their own fields.
    fn of_one_expression(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EitherDay {
                written,
                days,
                both,
                kth,
                ..
            } => {
                write!(
                    f,
                    "{written} fires on every day that one of its two day fields names, as in Unix cron: on {days} days of the year, not on the {both} that both name"
                )?;
                match kth {
                    Some(kth) => write!(f, "; if that weekday of the month is meant, write {kth}"),
                    None => f.write_str("; write * for the one that is not meant"),
                }
            }
            Self::TooShort { length, .. } => write!(
                f,
                "each run lasts {}: Nightcap looks every few minutes, and a database needs minutes to start, so that nothing may be up in time",
                Length(*length)
            ),
            Self::StopUndone {
                stop,
                pause,
                length,
                ..
            } => write!(
                f,
                "the start fires again and again: {} after the stop of {} it runs again, for {}; let the start fire once",
                Length(*pause),
                stop.format("%a %-d %b %Y %H:%M"),
                Length(*length)
            ),
            Self::RareStop { length, starts, .. } => write!(
                f,
                "it starts on {starts} days and stops once: each run lasts {} d; give it a stop as often as a start",
                length.num_days()
            ),
            Self::LostStarts {
                lost,
                starts,
                first,
                ..
            } => write!(
                f,
                "{lost} of {starts} starts fall on a stop, which wins, and open nothing: the first on {}; where it should go on running, leave that stop out",
                first.format("%a %-d %b %Y %H:%M")
            ),
            _ => Ok(()),
        }
    }
}

/// `11 min`, `64 h`, `13 h 30`.
struct Length(TimeDelta);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.num_hours(), self.0.num_minutes() % 60) {
            (0, minutes) => write!(f, "{minutes} min"),
            (hours, 0) => write!(f, "{hours} h"),
            (hours, minutes) => write!(f, "{hours} h {minutes:02}"),
        }
    }
}

/// The most runs of all windows together that are compared: two a day of fourteen windows.
const MOST_RUNS: usize = 10_000;
/// The fewest runs of a window that make a habit.
const FEWEST_RUNS: usize = 3;

pub(super) fn find(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Doubt> {
    let (from, to) = (bounds::clamp(from), bounds::clamp(to));
    let windows = schedule.windows().len().max(1);
    let most = (MOST_RUNS / windows).max(FEWEST_RUNS * 7);
    let mut doubts = Vec::new();
    for (window, opening) in schedule.openings().enumerate() {
        let habit = Habit {
            window,
            opening: Opening {
                calendar: None,
                ..opening
            },
            from,
            to,
            most,
        };
        let runs = habit.runs(opening.window);
        doubts.extend(habit.either_day());
        doubts.extend(habit.long_run(&runs));
        let exchanged = habit.minutes_for_hours(&runs);
        if exchanged.is_none() {
            doubts.extend(habit.too_short(&runs));
        }
        doubts.extend(exchanged);
        let starts = habit.starts(&runs);
        doubts.extend(habit.stop_undone(&runs, starts));
        doubts.extend(habit.rare_stop(&runs, starts));
        doubts.extend(habit.lost_starts(starts));
        if schedule.calendar().is_some() {
            doubts.extend(habit.lost_stretch(schedule, &runs));
        }
    }
    doubts
}
