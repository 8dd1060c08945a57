//! The runs of one window compared with each other.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::super::bounds::midnight;
use super::super::cron::CronExpression;
use super::super::schedule::Schedule;
use super::super::state::State;
use super::super::wall::{local, resolve};
use super::super::window::{Opening, Run, Window};
use super::{Doubt, FEWEST_RUNS};

/// How often the start fires within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Starts {
    /// On how many days, at most forty.
    days: usize,
    /// Whether more than once.
    again: bool,
}

/// A window that is looked at, its closed days left out.
pub(super) struct Habit<'a> {
    pub(super) window: usize,
    pub(super) opening: Opening<'a>,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) most: usize,
}

/// A run that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: DateTime<Utc>,
    pub(super) stop: DateTime<Utc>,
}

impl Stretch {
    fn length(&self) -> TimeDelta {
        self.stop - self.start
    }
}

impl Habit<'_> {
    /// The runs that a window in its place has in the period.
    pub(super) fn runs(&self, window: &Window) -> Vec<Stretch> {
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

    pub(super) fn long_run(&self, runs: &[Stretch]) -> Option<Doubt> {
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
        // A run within one day is no night that was meant to be a day.
        let overnight = match (start.time_of_day(), stop.time_of_day()) {
            (Some((minute, hour)), Some((until, until_hour))) => {
                (until_hour, until) < (hour, minute)
            }
            _ => false,
        };
        Some(Doubt::LongRun {
            window: self.window,
            start: self.shown(long.start),
            length: long.length(),
            usual,
            stop: later.map(|later| later.to_string()),
            exchanged: (overnight && exchanged && hours.1 < hours.0).then_some(hours),
        })
    }

    pub(super) fn minutes_for_hours(&self, runs: &[Stretch]) -> Option<Doubt> {
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

    /// A start or a stop whose two day fields are read as either.
    pub(super) fn either_day(&self) -> Option<Doubt> {
        let Window { start, stop } = self.opening.window;
        [start, stop].into_iter().find_map(|cron| {
            let fields = cron.both_day_fields()?;
            let (first, last) = (self.shown(self.from).date(), self.shown(self.to).date());
            let dates = first.iter_days().take_while(|day| *day < last).take(366);
            let fires: Vec<NaiveDate> = dates.filter(|day| cron.fires_on(*day)).collect();
            let both = fires.iter().filter(|day| fields.both_name(**day)).count();
            Some(Doubt::EitherDay {
                window: self.window,
                written: cron.as_str().to_owned(),
                days: fires.len(),
                both,
                kth: fields.kth_weekday().map(|kth| kth.as_str().to_owned()),
            })
        })
    }

    /// Runs that are over before the next tick.
    pub(super) fn too_short(&self, runs: &[Stretch]) -> Option<Doubt> {
        /// More than the usual time between two ticks, and what a database takes to start.
        const LEAST: TimeDelta = TimeDelta::minutes(15);
        let length = median(runs).filter(|length| *length < LEAST)?;
        Some(Doubt::TooShort {
            window: self.window,
            length,
        })
    }

    /// On how many days the start fires in an ordinary run, and whether it fires more than once.
    pub(super) fn starts(&self, runs: &[Stretch]) -> Starts {
        /// More than a week: what is asked is whether it is more.
        const ENOUGH: usize = 40;
        let Some(run) = runs.get(runs.len() / 2) else {
            return Starts::default();
        };
        let (mut at, end) = (self.shown(run.start), self.shown(run.stop));
        let mut starts = Starts {
            days: 1,
            again: false,
        };
        while let Some(next) = self.opening.window.start.next_after(at)
            && next < end
            && starts.days < ENOUGH
        {
            starts.again = true;
            if next.date() == at.date() {
                // Nothing more is to be learned of this day.
                let rest = next.date().and_hms_opt(23, 59, 59);
                at = rest.unwrap_or(next);
            } else {
                starts.days += 1;
                at = next;
            }
        }
        starts
    }

    /// Starts that a stop at the same instant takes, while others open the window.
    pub(super) fn lost_starts(&self, starts: Starts) -> Option<Doubt> {
        // Where the start fires again and again, that is no matter of one stop.
        if starts.again {
            return None;
        }
        let Window { start, stop } = self.opening.window;
        let (mut at, end) = (self.shown(self.from), self.shown(self.to));
        let (mut all, mut lost, mut first) = (0, 0, None);
        while all < self.most
            && let Some(next) = start.next_after(at)
            && next < end
        {
            all += 1;
            if stop.fires_at(next) {
                lost += 1;
                first = first.or(Some(next));
            }
            at = next;
        }
        let first = first.filter(|_| lost < all)?;
        Some(Doubt::LostStarts {
            window: self.window,
            lost,
            starts: all,
            first,
        })
    }

    /// A stop that the next of many starts undoes within the hour.
    pub(super) fn stop_undone(&self, runs: &[Stretch], starts: Starts) -> Option<Doubt> {
        /// A run that was meant to be a night's or a day's.
        const LONG: TimeDelta = TimeDelta::hours(12);
        let pause = median_pause(runs)?;
        let length = median(runs).filter(|_| runs.len() >= FEWEST_RUNS)?;
        let first = runs.first()?;
        let undone = starts.again && pause <= TimeDelta::hours(1) && length >= LONG;
        undone.then(|| Doubt::StopUndone {
            window: self.window,
            stop: self.shown(first.stop),
            pause,
            length,
        })
    }

    /// A stop that comes once where the start comes on more days than a week has.
    pub(super) fn rare_stop(&self, runs: &[Stretch], starts: Starts) -> Option<Doubt> {
        let length = median(runs).filter(|_| runs.len() >= FEWEST_RUNS)?;
        (starts.days > 7).then_some(Doubt::RareStop {
            window: self.window,
            length,
            starts: starts.days,
        })
    }

    /// The first run whose start a closed day takes, and more than that day with it.
    pub(super) fn lost_stretch(&self, schedule: &Schedule, runs: &[Stretch]) -> Option<Doubt> {
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
