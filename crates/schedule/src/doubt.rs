//! What is valid and surely not meant.
//!
//! One rule: the runs of a window in a period are compared with each other, and with the runs it
//! would have without closed days. A run far longer than its siblings, a run of minutes, a stretch
//! that one closed day takes away: each is told with what would be regular, where that is found by
//! trying it.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::bounds::{self, midnight};
use super::calendar::Reason;
use super::cron::CronExpression;
use super::schedule::Schedule;
use super::state::State;
use super::wall::{local, resolve};
use super::window::{Opening, Run, Window};

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
        doubts.extend(habit.long_run(&runs));
        doubts.extend(habit.minutes_for_hours(&runs));
        if schedule.calendar().is_some() {
            doubts.extend(habit.lost_stretch(schedule, &runs));
        }
    }
    doubts
}

/// A window that is looked at, its closed days left out.
struct Habit<'a> {
    window: usize,
    opening: Opening<'a>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    most: usize,
}

/// A run that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: DateTime<Utc>,
    stop: DateTime<Utc>,
}

impl Stretch {
    fn length(&self) -> TimeDelta {
        self.stop - self.start
    }
}

impl Habit<'_> {
    /// The runs that a window in its place has in the period.
    fn runs(&self, window: &Window) -> Vec<Stretch> {
        let opening = Opening {
            window,
            ..self.opening
        };
        let next = |run: &Run| opening.next_run(run.stop?);
        std::iter::successors(opening.next_run(self.from), next)
            .take_while(|run| run.start < self.to)
            .take(self.most)
            .filter_map(|run| {
                Some(Stretch {
                    start: run.start,
                    stop: run.stop?,
                })
            })
            .collect()
    }

    fn runs_of(&self, start: &CronExpression, stop: &CronExpression) -> Vec<Stretch> {
        self.runs(&Window {
            start: start.clone(),
            stop: stop.clone(),
        })
    }

    fn shown(&self, at: DateTime<Utc>) -> NaiveDateTime {
        local(self.opening.zone, at)
    }

    fn long_run(&self, runs: &[Stretch]) -> Option<Doubt> {
        let (usual, long) = uneven(runs)?;
        let Window { start, stop } = self.opening.window;
        let later = a_day_later(stop).filter(|later| {
            let runs = self.runs_of(start, later);
            // As long as the others are now: nothing but the long runs is cut.
            uneven(&runs).is_none() && median(&runs).is_some_and(|m| about(m, usual))
        });
        let other_way = self.runs_of(stop, start);
        let exchanged = uneven(&other_way).is_none() && !other_way.is_empty();
        let week = |runs: &[Stretch]| a_week(runs, self.from, self.to);
        let hours = (week(runs), week(&other_way));
        Some(Doubt::LongRun {
            window: self.window,
            start: self.shown(long.start),
            length: long.length(),
            usual,
            stop: later.map(|later| later.to_string()),
            exchanged: (exchanged && hours.1 < hours.0).then_some(hours),
        })
    }

    fn minutes_for_hours(&self, runs: &[Stretch]) -> Option<Doubt> {
        let Window { start, stop } = self.opening.window;
        let ((minute, hour), (until, same_hour)) = (start.time_of_day()?, stop.time_of_day()?);
        // On the hour, written as a minute after midnight; or at odd minutes of an hour that is
        // a round number of minutes.
        let odd = |minute: u16| !minute.is_multiple_of(5);
        let looks_exchanged =
            hour == same_hour && (hour == 0 || (hour == 15 && odd(minute) && odd(until)));
        let length = median(runs).filter(|_| looks_exchanged)?;
        let (start, stop) = (
            start.minute_and_hour_exchanged()?,
            stop.minute_and_hour_exchanged()?,
        );
        let exchanged = median(&self.runs_of(&start, &stop))?;
        let day = TimeDelta::hours(3)..TimeDelta::hours(20);
        (length < TimeDelta::hours(1) && day.contains(&exchanged)).then(|| Doubt::MinutesForHours {
            window: self.window,
            length,
            start: start.to_string(),
            stop: stop.to_string(),
            exchanged,
        })
    }

    /// The first run whose start a closed day takes, and more than that day with it.
    fn lost_stretch(&self, schedule: &Schedule, runs: &[Stretch]) -> Option<Doubt> {
        let lost: Vec<(Stretch, TimeDelta)> = self.lost(schedule, runs).collect();
        let (first, hours) = *lost.first()?;
        let day = self.shown(first.start).date();
        let start = self.start_for_every_day(schedule, runs, first);
        Some(Doubt::LostStretch {
            window: self.window,
            day,
            reason: schedule.calendar()?.is_closed(day)?,
            lost: hours,
            until: schedule
                .next(first.start)
                .filter(|next| next.to == State::Running)
                .map(|next| self.shown(next.at)),
            times: lost.len(),
            start: start.map(|start| start.to_string()),
        })
    }

    /// The runs that closed days take, each with the time lost.
    fn lost<'s>(
        &'s self,
        schedule: &'s Schedule,
        runs: &'s [Stretch],
    ) -> impl Iterator<Item = (Stretch, TimeDelta)> + 's {
        /// More than the rest of a night that began on the closed day.
        const A_NIGHT: TimeDelta = TimeDelta::hours(12);
        /// An occasion that comes once a week may well be missed once.
        const A_FORTNIGHT: TimeDelta = TimeDelta::days(14);
        let pause = median_pause(runs);
        let closed = |at: DateTime<Utc>| {
            let date = self.shown(at).date();
            schedule.calendar()?.is_closed(date)
        };
        let taken = runs.iter().filter(move |run| closed(run.start).is_some());
        taken.filter_map(move |run| {
            let lost = run.length() - schedule.running_time(run.start, run.stop);
            let beyond = lost - self.closed_time(schedule, *run);
            let gap = match (schedule.last(run.start), schedule.next(run.start)) {
                (Some(last), Some(next)) if next.to == State::Running => next.at - last.at,
                _ => TimeDelta::zero(),
            };
            let rare = gap > A_FORTNIGHT && pause.is_some_and(|pause| gap * 2 > pause * 3);
            (beyond > A_NIGHT || (rare && lost > TimeDelta::zero())).then_some((*run, lost))
        })
    }

    /// How much of a stretch is on closed days.
    fn closed_time(&self, schedule: &Schedule, run: Stretch) -> TimeDelta {
        let zone = self.opening.zone;
        let (first, last) = (self.shown(run.start).date(), self.shown(run.stop).date());
        first
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| {
                let calendar = schedule.calendar();
                calendar.is_some_and(|calendar| calendar.is_closed(*day).is_some())
            })
            .filter_map(|day| {
                let begins = resolve(zone, midnight(day)).max(run.start);
                let ends = resolve(zone, midnight(day.succ_opt()?)).min(run.stop);
                (begins < ends).then(|| ends - begins)
            })
            .sum()
    }

    /// The start repeated on the days that its runs go on: nothing changes but after closed days.
    fn start_for_every_day(
        &self,
        schedule: &Schedule,
        runs: &[Stretch],
        lost: Stretch,
    ) -> Option<CronExpression> {
        let Window { start, stop } = self.opening.window;
        let mut days = start.weekdays()?;
        let (first, last) = (self.shown(lost.start).date(), self.shown(lost.stop).date());
        let dates = first.iter_days().take_while(|day| *day <= last).take(7);
        days.extend(
            dates.filter_map(|day| u16::try_from(day.weekday().num_days_from_sunday()).ok()),
        );
        let stop_day = u16::try_from(last.weekday().num_days_from_sunday()).ok()?;
        let without: Vec<u16> = days.iter().copied().filter(|d| *d != stop_day).collect();
        [days, without].iter().find_map(|days| {
            let every = start.on_weekdays(days)?;
            let window = Window {
                start: every.clone(),
                stop: stop.clone(),
            };
            if self.runs(&window) != runs {
                return None;
            }
            let windows = schedule.windows().iter().enumerate();
            let windows = windows.map(|(index, old)| {
                let changed = if index == self.window { &window } else { old };
                changed.clone()
            });
            let calendar = schedule.calendar().cloned();
            let mended = Schedule::compile(schedule.zone(), windows.collect(), calendar).ok()?;
            let still = self.lost(&mended, runs).next().is_some();
            (!still).then_some(every)
        })
    }
}

/// The usual length, and the first run that is far longer: at least twice as long, by more than
/// twelve hours.
fn uneven(runs: &[Stretch]) -> Option<(TimeDelta, Stretch)> {
    let usual = median(runs).filter(|_| runs.len() >= FEWEST_RUNS)?;
    let far =
        |run: &&Stretch| run.length() >= usual * 2 && run.length() - usual >= TimeDelta::hours(12);
    runs.iter().find(far).map(|run| (usual, *run))
}

/// The length that half of the runs reach; of two in the middle the longer, so that only a
/// minority can be far longer.
fn median(runs: &[Stretch]) -> Option<TimeDelta> {
    let mut lengths: Vec<TimeDelta> = runs.iter().map(Stretch::length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied()
}

fn median_pause(runs: &[Stretch]) -> Option<TimeDelta> {
    let pairs = runs.iter().zip(runs.iter().skip(1));
    let mut pauses: Vec<TimeDelta> = pairs.map(|(one, next)| next.start - one.stop).collect();
    pauses.sort_unstable();
    pauses.get(pauses.len() / 2).copied()
}

/// The same but for a change of the clocks.
fn about(one: TimeDelta, other: TimeDelta) -> bool {
    (one - other).abs() <= TimeDelta::hours(1)
}

/// The average of a week.
fn a_week(runs: &[Stretch], from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let total: TimeDelta = runs.iter().map(Stretch::length).sum();
    let days = i32::try_from((to - from).num_days())
        .unwrap_or(i32::MAX)
        .max(1);
    // Rounded to the hour: it is an average.
    TimeDelta::hours((total.num_minutes() * 7 / i64::from(days) + 30) / 60)
}

/// A stop by weekday, each day moved on by one.
fn a_day_later(stop: &CronExpression) -> Option<CronExpression> {
    let days: Vec<u16> = stop.weekdays()?.iter().map(|day| (day + 1) % 7).collect();
    stop.on_weekdays(&days)
}
