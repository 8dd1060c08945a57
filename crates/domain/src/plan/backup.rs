//! Daily backup windows, as AWS writes them, and whether a schedule leaves them any use.
//!
//! AWS backs up an RDS DB instance only while it is `available` ("Your DB instance must be in the
//! available state for automated backups to occur", Amazon RDS User Guide, Introduction to
//! backups). A window that lies within every sleep means that there are none.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use crate::config::Compiled;
use crate::names::ScheduleName;
use crate::time::{Schedule, State, Transition};

/// As many days are looked at: a fortnight has every weekday twice, and spans most closures.
const DAYS: u64 = 14;

/// A database that has just come up is available a while after the schedule says so, and one
/// that has less than this of its window is not backed up for certain.
const OPEN: TimeDelta = TimeDelta::minutes(15);

/// What schedules leave of backup windows, each worked out once.
pub(super) struct Backups<'a> {
    config: &'a Compiled,
    now: DateTime<Utc>,
    known: BTreeMap<(&'a ScheduleName, String), bool>,
}

impl<'a> Backups<'a> {
    /// From an instant on.
    pub(super) fn from(config: &'a Compiled, now: DateTime<Utc>) -> Self {
        Self {
            config,
            now,
            known: BTreeMap::new(),
        }
    }

    /// Whether the schedule of that name has a database stopped in every window of the days
    /// ahead. What cannot be read, or a schedule that has nothing running in those days at all
    /// (a closure, a demonstration once a month), is no ground for a problem.
    pub(super) fn are_lost(&mut self, name: &'a ScheduleName, window: &str) -> bool {
        if let Some(known) = self.known.get(&(name, window.to_owned())) {
            return *known;
        }
        let lost = self
            .config
            .schedule(name.as_str())
            .zip(parse(window))
            .is_some_and(|(schedule, window)| lost(schedule, window, self.now));
        self.known.insert((name, window.to_owned()), lost);
        lost
    }
}

/// A daily window in UTC, `03:00-04:00`: when it opens and how long it stays open.
fn parse(text: &str) -> Option<(NaiveTime, TimeDelta)> {
    let (start, stop) = text.trim().split_once('-')?;
    let start = NaiveTime::parse_from_str(start, "%H:%M").ok()?;
    let stop = NaiveTime::parse_from_str(stop, "%H:%M").ok()?;
    let length = stop - start;
    let length = match length < TimeDelta::zero() {
        true => length + TimeDelta::days(1),
        false => length,
    };
    (length > TimeDelta::zero()).then_some((start, length))
}

fn lost(schedule: &Schedule, (start, length): (NaiveTime, TimeDelta), now: DateTime<Utc>) -> bool {
    let end = now + TimeDelta::days(15);
    let runs = runs(schedule, now, end);
    if runs.is_empty() {
        return false;
    }
    let open = OPEN.min(length);
    !(0..DAYS).any(|day| {
        let Some(date) = now.date_naive().checked_add_days(Days::new(day)) else {
            return false;
        };
        let opens = date.and_time(start).and_utc();
        let closes = opens + length;
        opens >= now
            && runs
                .iter()
                .any(|(from, to)| (*to).min(closes) - (*from).max(opens) >= open)
    })
}

/// The stretches in which it runs.
fn runs(
    schedule: &Schedule,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut runs = vec![];
    let mut since = (schedule.state_at(from) == State::Running).then_some(from);
    for Transition { at, to } in schedule.transitions(from, to) {
        match to {
            State::Running => since = Some(at),
            State::Stopped => runs.extend(since.take().map(|since| (since, at))),
        }
    }
    runs.extend(since.map(|since| (since, to)));
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_aws_writes_them() {
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        let hour = TimeDelta::hours(1);
        assert_eq!(parse("03:00-04:00"), Some((time("03:00"), hour)));
        assert_eq!(parse("23:30-00:30"), Some((time("23:30"), hour)));
        for text in ["", "-", "03:00", "03:00-03:00", "3-4", "25:00-26:00"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
