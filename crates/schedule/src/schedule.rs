//! A union of windows in one zone.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::bounds::{after_all, before_all, clamp, end_wall, midnight};
use super::calendar::{Calendar, Reason};
use super::doubt::{self, Doubt};
use super::state::{State, Transition};
use super::timeline::Timeline;
use super::warning::{self, Warning};
use super::window::{Opening, Run, Window};

/// As often may windows be joined into one stretch before it counts as endless (three months of
/// one a day), and as often at least may those of a schedule with very many windows.
const LONGEST_JOIN: usize = 100;
const SHORTEST_JOIN: usize = 8;

/// As many windows may be looked at to find the end of one stretch: joining costs a look at every
/// window each time, and the end of a stretch is looked for at every tick.
const MOST_LOOKS: usize = 2_000;

/// When something runs: windows united, in one zone, minus the starts of closed days.
///
/// ```
/// use nightcap_schedule::{CronExpression, Schedule, State, Window, parse_zone};
///
/// let window = |start, stop| Window {
///     start: CronExpression::parse(start).unwrap(),
///     stop: CronExpression::parse(stop).unwrap(),
/// };
/// let new_york = parse_zone("America/New_York").unwrap();
/// let at = |text: &str| text.parse().unwrap();
///
/// // 1 November 2026: the clocks go back, 01:00 to 02:00 occurs twice. The window runs once.
/// let night = Schedule::compile(new_york, vec![window("0 0 * * *", "30 1 * * *")], None).unwrap();
/// let on_that_day = night.transitions(at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
/// let instants: Vec<_> = on_that_day.iter().map(|change| format!("{} {}", change.at, change.to)).collect();
/// assert_eq!(instants, ["2026-11-01 04:00:00 UTC running", "2026-11-01 05:30:00 UTC stopped"]);
///
/// // Half-open: at the stop it is stopped, at the start it runs.
/// assert_eq!(night.state_at(at("2026-11-01T04:00:00Z")), State::Running);
/// assert_eq!(night.state_at(at("2026-11-01T05:30:00Z")), State::Stopped);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    zone: Tz,
    windows: Vec<Window>,
    calendar: Option<Calendar>,
}

/// Why windows make no schedule. Windows are counted from 1 in messages and from 0 in `window`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// There is no window.
    #[error("a schedule needs at least one window; what never runs needs no schedule")]
    NoWindow,
    /// The start names a day that does not exist.
    #[error("window {}: the start {start} never fires; correct its day, month or year", window + 1)]
    StartNeverFires {
        /// Index of the window.
        window: usize,
        /// Its start.
        start: String,
    },
    /// The stop names a day that does not exist.
    #[error("window {}: the stop {stop} never fires; correct its day, month or year", window + 1)]
    StopNeverFires {
        /// Index of the window.
        window: usize,
        /// Its stop.
        stop: String,
    },
    /// The last stop comes before the first start.
    #[error("window {}: every stop of {stop} comes before any start of {start}; it would never stop", window + 1)]
    StopBeforeStart {
        /// Index of the window.
        window: usize,
        /// Its start.
        start: String,
        /// Its stop.
        stop: String,
    },
    /// Each start coincides with a stop.
    #[error("window {}: every start of {start} is also a stop of {stop}; it would never run", window + 1)]
    NeverRuns {
        /// Index of the window.
        window: usize,
        /// Its start.
        start: String,
        /// Its stop.
        stop: String,
    },
}

impl Schedule {
    /// Makes a schedule of windows, once for all the resources that follow it.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] if there is no window, or a window that cannot run or cannot stop.
    pub fn compile(
        zone: Tz,
        windows: Vec<Window>,
        calendar: Option<Calendar>,
    ) -> Result<Self, ScheduleError> {
        if windows.is_empty() {
            return Err(ScheduleError::NoWindow);
        }
        for (index, window) in windows.iter().enumerate() {
            check(zone, index, window)?;
        }
        Ok(Self {
            zone,
            windows,
            calendar,
        })
    }

    /// The zone whose wall clock counts.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The windows, in the order given.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The closed days.
    pub fn calendar(&self) -> Option<&Calendar> {
        self.calendar.as_ref()
    }

    pub(super) fn openings(&self) -> impl Iterator<Item = Opening<'_>> {
        let calendar = self.calendar.as_ref();
        self.windows.iter().map(move |window| Opening {
            window,
            zone: self.zone,
            calendar,
        })
    }

    /// What is wanted at an instant.
    pub fn state_at(&self, now: DateTime<Utc>) -> State {
        if self.openings().any(|opening| opening.is_open(now)) {
            State::Running
        } else {
            State::Stopped
        }
    }

    /// The changes strictly between two instants, in order; they alternate.
    pub fn transitions(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Transition> {
        let mut runs: Vec<Run> = self
            .openings()
            .flat_map(|opening| runs_between(opening, from, to))
            .collect();
        runs.sort_by_key(|run| run.start);
        let mut found = Vec::with_capacity(runs.len() * 2);
        let mut add = |at: DateTime<Utc>, to_state| {
            if from < at && at < to {
                found.push(Transition { at, to: to_state });
            }
        };
        for run in joined(runs) {
            add(run.start, State::Running);
            run.stop
                .into_iter()
                .for_each(|stop| add(stop, State::Stopped));
        }
        found
    }

    /// The first change strictly after an instant.
    ///
    /// `None` if none comes up to 2100, or if the present stretch is joined more than 100 times
    /// (windows that cover everything, such as 00-12 and 12-00), or from more than 20 windows
    /// and with more than 2,000 looks at one of them.
    pub fn next(&self, after: DateTime<Utc>) -> Option<Transition> {
        if self.state_at(after) == State::Stopped {
            let start = self
                .openings()
                .filter_map(|opening| opening.next_run(after))
                .map(|run| run.start)
                .min()?;
            return Some(Transition {
                at: start,
                to: State::Running,
            });
        }
        let mut at = after;
        for _ in 0..self.longest_join() {
            let mut stops = self
                .openings()
                .filter(|opening| opening.is_open(at))
                .map(|open| open.stop_after(at));
            let Some(first) = stops.next() else {
                return Some(Transition {
                    at,
                    to: State::Stopped,
                });
            };
            at = stops.try_fold(first?, |latest, stop| Some(latest.max(stop?)))?;
        }
        None
    }

    /// The change that produced the state of an instant: the last one at or before it.
    ///
    /// `None` if there was none since 1970, or if the present stretch is joined as often as for
    /// [`Schedule::next`].
    pub fn last(&self, at: DateTime<Utc>) -> Option<Transition> {
        if self.state_at(at) == State::Stopped {
            let stop = self
                .openings()
                .filter_map(|opening| opening.last_run(at)?.stop)
                .max()?;
            return Some(Transition {
                at: stop,
                to: State::Stopped,
            });
        }
        let mut start = at;
        let mut just_before = at;
        for _ in 0..self.longest_join() {
            let opened = self
                .openings()
                .filter(|opening| opening.is_open(just_before));
            let Some(earlier) = opened.filter_map(|open| open.opened(just_before)).min() else {
                return Some(Transition {
                    at: start,
                    to: State::Running,
                });
            };
            start = earlier;
            // Runs begin and end on whole seconds: open a second before is open right up to it.
            just_before = start - TimeDelta::seconds(1);
        }
        None
    }

    /// As often are windows joined into one stretch, so that its ends are found in bounded time
    /// whatever a configuration has.
    fn longest_join(&self) -> usize {
        (MOST_LOOKS / self.windows.len().max(1)).clamp(SHORTEST_JOIN, LONGEST_JOIN)
    }

    /// How long it runs between two instants.
    ///
    /// ```
    /// use nightcap_schedule::{CronExpression, Schedule, Window, parse_zone};
    ///
    /// let midnight_to_six = Window {
    ///     start: CronExpression::parse("0 0 * * *").unwrap(),
    ///     stop: CronExpression::parse("0 6 * * *").unwrap(),
    /// };
    /// let paris = parse_zone("Europe/Paris").unwrap();
    /// let schedule = Schedule::compile(paris, vec![midnight_to_six], None).unwrap();
    /// let hours = |from: &str, to: &str| {
    ///     schedule.running_time(from.parse().unwrap(), to.parse().unwrap()).num_hours()
    /// };
    /// // The day the clocks go forward has an hour less, the day they go back an hour more.
    /// assert_eq!(hours("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 5);
    /// assert_eq!(hours("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 7);
    /// ```
    pub fn running_time(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let mut total = TimeDelta::zero();
        let mut running_since = (self.state_at(from) == State::Running).then_some(from);
        for change in self.transitions(from, to) {
            match change.to {
                State::Running => running_since = Some(change.at),
                State::Stopped => {
                    total += running_since
                        .take()
                        .map_or(TimeDelta::zero(), |since| change.at - since);
                }
            }
        }
        total
            + running_since
                .filter(|since| *since < to)
                .map_or(TimeDelta::zero(), |since| to - since)
    }

    /// The table of changes from one instant up to, not including, another: decisions become look-ups.
    pub fn over(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Timeline {
        Timeline::new(self, from, to)
    }

    /// The dates between two instants, at most 400 days, on which a window would start if they
    /// were not closed, each with the reason.
    pub fn lost_starts(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(NaiveDate, Reason)> {
        const MOST_DAYS: usize = 400;
        let Some(calendar) = &self.calendar else {
            return vec![];
        };
        let local = |at: DateTime<Utc>| clamp(at).with_timezone(&self.zone).naive_local();
        let (first, last) = (local(from), local(to));
        first
            .date()
            .iter_days()
            .take(MOST_DAYS)
            .take_while(|date| *date <= last.date())
            .filter_map(|date| Some((date, calendar.is_closed(date)?)))
            .filter(|(date, _)| {
                let begins = midnight(*date).max(first);
                let Some(before) = begins.checked_sub_signed(TimeDelta::seconds(1)) else {
                    return false;
                };
                let lost = |window: &Window| {
                    let start = window.start.next_after(before);
                    start.is_some_and(|start| start.date() == *date && start < last)
                };
                self.windows.iter().any(lost)
            })
            .collect()
    }

    /// What is valid and surely not meant, found by comparing the runs of a period.
    pub fn doubts(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Doubt> {
        doubt::find(self, from, to)
    }

    /// The schedule with every day open.
    #[must_use]
    pub fn without_calendar(&self) -> Self {
        Self {
            calendar: None,
            ..self.clone()
        }
    }

    /// How long it runs in a week without closed days, on the average of the year after an instant.
    ///
    /// A schedule that changes very often is measured over four weeks instead.
    ///
    /// ```
    /// use nightcap_schedule::{CronExpression, Schedule, Window, parse_zone};
    ///
    /// let office_hours = Window {
    ///     start: CronExpression::parse("0 9 * * MON-FRI").unwrap(),
    ///     stop: CronExpression::parse("0 19 * * MON-FRI").unwrap(),
    /// };
    /// let paris = parse_zone("Europe/Paris").unwrap();
    /// let schedule = Schedule::compile(paris, vec![office_hours], None).unwrap();
    /// assert_eq!(schedule.usual_week("2026-11-20T18:00:00Z".parse()?).num_hours(), 50);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn usual_week(&self, from: DateTime<Utc>) -> TimeDelta {
        const WEEKS: (i32, i32) = (4, 52);
        const MOST_CHANGES: usize = 500;
        let open = self.without_calendar();
        let after = |weeks: i32| from + TimeDelta::weeks(i64::from(weeks));
        let few = open.transitions(from, after(WEEKS.0)).len() <= MOST_CHANGES;
        let weeks = if few { WEEKS.1 } else { WEEKS.0 };
        open.running_time(from, after(weeks)) / weeks
    }

    /// What the schedule's author should know about a period, although the schedule is valid.
    pub fn warnings(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Warning> {
        warning::find(self, from, to)
    }
}

fn check(zone: Tz, index: usize, window: &Window) -> Result<(), ScheduleError> {
    let Window { start, stop } = window;
    let Some(first_start) = start.next_after(chrono::NaiveDateTime::MIN) else {
        return Err(ScheduleError::StartNeverFires {
            window: index,
            start: start.to_string(),
        });
    };
    let Some(last_stop) = stop.previous_before(end_wall()) else {
        return Err(ScheduleError::StopNeverFires {
            window: index,
            stop: stop.to_string(),
        });
    };
    let (start, stop) = (start.to_string(), stop.to_string());
    if last_stop < first_start {
        return Err(ScheduleError::StopBeforeStart {
            window: index,
            start,
            stop,
        });
    }
    let opening = Opening {
        window,
        zone,
        calendar: None,
    };
    match opening.next_run(before_all()) {
        None => Err(ScheduleError::NeverRuns {
            window: index,
            start,
            stop,
        }),
        Some(Run { stop: None, .. }) => Err(ScheduleError::StopBeforeStart {
            window: index,
            start,
            stop,
        }),
        Some(_) => Ok(()),
    }
}

/// The runs of a window that touch a period.
fn runs_between(
    opening: Opening<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> impl Iterator<Item = Run> {
    let first = if opening.is_open(from) {
        Some(Run {
            start: from,
            stop: opening.stop_after(from),
        })
    } else {
        opening.next_run(from)
    };
    // After a run without a stop there is no further one.
    let further = move |run: &Run| opening.next_run(run.stop.unwrap_or_else(after_all));
    std::iter::successors(first, further).take_while(move |run| run.start < to)
}

/// Runs in order of start, those that touch or overlap made one.
fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match all.last_mut() {
            Some(last) if last.stop.is_none_or(|stop| run.start <= stop) => {
                last.stop = last.stop.zip(run.stop).map(|(one, other)| one.max(other));
            }
            _ => all.push(run),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CronExpression, looks};

    /// Windows that overlap and leave no pause: each opens at its own minute and closes a day
    /// later, a minute after the next has opened.
    fn overlapping(count: usize) -> Schedule {
        let windows = (0..count)
            .map(|index| {
                let (hour, minute) = (index / 60 % 24, index % 60);
                let cron = |minute: usize| {
                    CronExpression::parse(&format!("{minute} {hour} * * *")).unwrap()
                };
                Window {
                    start: cron(minute),
                    stop: cron((minute + 59) % 60),
                }
            })
            .collect();
        Schedule::compile(Tz::UTC, windows, None).unwrap()
    }

    #[test]
    fn the_ends_of_a_stretch_are_found_in_a_bounded_number_of_looks() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        for count in [1, 2, 10, 100, 1_000] {
            let schedule = overlapping(count);
            looks::reset();
            let _ = (
                schedule.state_at(now),
                schedule.last(now),
                schedule.next(now),
            );
            // Each finds the state once and then looks at every window as often as it may.
            let most = 3 * count + 2 * (MOST_LOOKS.max(SHORTEST_JOIN * count) + count);
            assert!(
                looks::taken() <= most,
                "{count}: {} of {most}",
                looks::taken()
            );
        }
    }

    #[test]
    fn a_stretch_of_a_week_is_joined_whatever_it_is_joined_from() {
        // From Monday to Friday, in a hundred pieces that overlap.
        let mut windows = vec![];
        for (day, next) in [
            ("MON", "TUE"),
            ("TUE", "WED"),
            ("WED", "THU"),
            ("THU", "FRI"),
        ] {
            for minute in 0..25 {
                windows.push(Window {
                    start: CronExpression::parse(&format!("{minute} 8 * * {day}")).unwrap(),
                    stop: CronExpression::parse(&format!("{minute} 9 * * {next}")).unwrap(),
                });
            }
        }
        let schedule = Schedule::compile(Tz::UTC, windows, None).unwrap();
        let at = |text: &str| text.parse().unwrap();
        let wednesday = at("2026-11-18T12:00:00Z");
        assert_eq!(
            schedule.last(wednesday).unwrap().at,
            at("2026-11-16T08:00:00Z")
        );
        assert_eq!(
            schedule.next(wednesday).unwrap().at,
            at("2026-11-20T09:24:00Z")
        );
    }
}
