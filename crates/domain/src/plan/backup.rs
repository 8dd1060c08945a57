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

/// As many transitions are looked at: a schedule that changes more often in a fortnight runs in
/// most windows.
const MOST_CHANGES: usize = 200;

/// What schedules leave of backup windows, each schedule worked out once.
pub(super) struct Backups<'a> {
    config: &'a Compiled,
    now: DateTime<Utc>,
    known: BTreeMap<&'a ScheduleName, Option<Vec<Run>>>,
}

/// A stretch in which a schedule runs.
type Run = (DateTime<Utc>, DateTime<Utc>);

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
        let Some(window) = parse(window) else {
            return false;
        };
        let (config, now) = (self.config, self.now);
        let runs = self.known.entry(name).or_insert_with(|| {
            let schedule = config.schedule(name.as_str())?;
            runs(schedule, now)
        });
        runs.as_ref().is_some_and(|runs| lost(runs, window, now))
    }
}

/// A daily window in UTC, `03:00-04:00`: when it opens and how long it stays open.
fn parse(text: &str) -> Option<(NaiveTime, TimeDelta)> {
    let (start, stop) = text.trim().split_once('-')?;
    let start = NaiveTime::parse_from_str(start, "%H:%M").ok()?;
    let stop = NaiveTime::parse_from_str(stop, "%H:%M").ok()?;
    let length = stop - start;
    let length = if length < TimeDelta::zero() {
        length + TimeDelta::days(1)
    } else {
        length
    };
    (length > TimeDelta::zero()).then_some((start, length))
}

/// Whether no window of the days ahead is open long enough while it runs.
fn lost(runs: &[Run], (start, length): (NaiveTime, TimeDelta), now: DateTime<Utc>) -> bool {
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

/// The stretches in which it runs in the days ahead; `None` if there are too many to look at.
fn runs(schedule: &Schedule, now: DateTime<Utc>) -> Option<Vec<Run>> {
    let end = now.checked_add_days(Days::new(DAYS + 1))?;
    let mut runs = vec![];
    let mut since = (schedule.state_at(now) == State::Running).then_some(now);
    let mut at = now;
    for _ in 0..MOST_CHANGES {
        let change = schedule.next(at).filter(|change| change.at < end);
        let Some(Transition { at: change, to }) = change else {
            runs.extend(since.map(|since| (since, end)));
            return Some(runs);
        };
        at = change;
        match to {
            State::Running => since = Some(at),
            State::Stopped => runs.extend(since.take().map(|since| (since, at))),
        }
    }
    None
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
