//! A schedule worked out ahead: deciding is a look-up.

use chrono::{DateTime, TimeDelta, Utc};

use super::schedule::Schedule;
use super::state::{State, Transition};

/// A schedule's changes over a period, made by [`Schedule::over`] once and asked for thousands of resources.
///
/// ```
/// use nightcap_schedule::{CronExpression, Schedule, State, Window, parse_zone};
///
/// let day = Window {
///     start: CronExpression::parse("0 9 * * MON-FRI").unwrap(),
///     stop: CronExpression::parse("0 19 * * MON-FRI").unwrap(),
/// };
/// let schedule = Schedule::compile(parse_zone("Europe/Paris").unwrap(), vec![day], None).unwrap();
/// let at = |text: &str| text.parse().unwrap();
/// let timeline = schedule.over(at("2026-03-27T12:00:00Z"), at("2026-03-31T12:00:00Z"));
///
/// // The weekend on which the clocks go forward: 19:00 was 18:00Z, Monday's 09:00 is 07:00Z.
/// let sunday = timeline.around(at("2026-03-29T12:00:00Z")).unwrap();
/// assert_eq!(sunday.state, State::Stopped);
/// assert_eq!(sunday.since.unwrap().at, at("2026-03-27T18:00:00Z"));
/// assert_eq!(sunday.until.unwrap().at, at("2026-03-30T07:00:00Z"));
///
/// // Outside its period a timeline knows nothing.
/// assert_eq!(timeline.state_at(at("2026-04-01T12:00:00Z")), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// The state at `from`; each instant of `changes` turns it over.
    initial: State,
    /// Seconds since 1970, ascending: half the size of an instant, and all that a change has.
    changes: Vec<i64>,
    /// The change that produced the state at `from`.
    before: Option<Transition>,
    /// The first change at or after `to`.
    after: Option<Transition>,
}

/// A state and the changes on either side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// The state of the instant.
    pub state: State,
    /// The change that produced it; see [`Schedule::last`].
    pub since: Option<Transition>,
    /// The change that ends it; see [`Schedule::next`].
    pub until: Option<Transition>,
}

impl Timeline {
    pub(super) fn new(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let just_before_end = to
            .checked_sub_signed(TimeDelta::nanoseconds(1))
            .unwrap_or(to);
        Self {
            from,
            to,
            initial: schedule.state_at(from),
            changes: schedule
                .transitions(from, to)
                .iter()
                .map(|change| change.at.timestamp())
                .collect(),
            before: schedule.last(from),
            after: schedule.next(just_before_end.max(from)),
        }
    }

    /// The first instant of the period.
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The end of the period, not included.
    pub fn to(&self) -> DateTime<Utc> {
        self.to
    }

    /// What is wanted at an instant; `None` outside the period.
    pub fn state_at(&self, now: DateTime<Utc>) -> Option<State> {
        self.position(now)
            .map(|position| self.state_after(position))
    }

    /// The state of an instant with the changes before and after it; `None` outside the period.
    pub fn around(&self, now: DateTime<Utc>) -> Option<Around> {
        let position = self.position(now)?;
        let since = match position.checked_sub(1) {
            Some(last) => self.change(last),
            None => self.before,
        };
        let until = self.change(position).or(self.after);
        Some(Around {
            state: self.state_after(position),
            since,
            until,
        })
    }

    /// The changes strictly inside the period.
    pub fn transitions(&self) -> impl Iterator<Item = Transition> {
        (0..self.changes.len()).filter_map(|index| self.change(index))
    }

    /// How many changes have happened at an instant of the period.
    fn position(&self, now: DateTime<Utc>) -> Option<usize> {
        let second = now.timestamp();
        (self.from <= now && now < self.to)
            .then(|| self.changes.partition_point(|change| *change <= second))
    }

    fn state_after(&self, changes: usize) -> State {
        if changes.is_multiple_of(2) {
            self.initial
        } else {
            self.initial.opposite()
        }
    }

    fn change(&self, index: usize) -> Option<Transition> {
        let at = DateTime::from_timestamp(*self.changes.get(index)?, 0)?;
        Some(Transition {
            at,
            to: self.state_after(index + 1),
        })
    }
}
