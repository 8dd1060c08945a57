//! Evaluation by the `cron` crate, with what it lacks built around it.
//!
//! The crate knows lists of numbers, and asks for day of month *and* weekday. An expression
//! becomes branches of which any may fire ("either", or a list that mixes numbers and rules);
//! a branch is a crate schedule plus rules that pick among its days.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::super::bounds::{YEARS, last_second, midnight};
use super::days::DayRule;
use super::item::FieldSet;
use super::parse::Fields;

/// One way for an expression to fire.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// Evaluated on the wall clock taken as UTC: the crate's own zone handling loses gaps and doubles folds.
    schedule: cron::Schedule,
    days: DaySet,
    /// Sorted; empty means every year.
    years: Vec<u16>,
}

/// The dates of a branch.
#[derive(Clone, Debug)]
struct DaySet {
    of_month: Side,
    of_week: Side,
    months: u32,
}

/// What day of month, or weekday, must satisfy.
#[derive(Clone, Debug)]
enum Side {
    Any,
    Values(u32),
    Rules(Vec<DayRule>),
}

/// The branches of an expression; the crate's complaint if it refuses one (it has no reason to).
pub(super) fn branches(fields: &Fields) -> Result<Vec<Branch>, cron::error::Error> {
    let days = sides(&fields.days, 31);
    let weekdays = sides(&fields.weekdays, 7);
    let mut pairs = Vec::new();
    if fields.days.unrestricted || fields.weekdays.unrestricted {
        for day in &days {
            pairs.extend(
                weekdays
                    .iter()
                    .map(|weekday| (day.clone(), weekday.clone())),
            );
        }
    } else {
        // POSIX: both restricted, either suffices.
        pairs.extend(days.into_iter().map(|day| (day, Side::Any)));
        pairs.extend(weekdays.into_iter().map(|weekday| (Side::Any, weekday)));
    }
    pairs
        .into_iter()
        .map(|(of_month, of_week)| Branch::new(fields, of_month, of_week))
        .collect()
}

fn sides(set: &FieldSet, all: usize) -> Vec<Side> {
    if set.values.len() == all {
        return vec![Side::Any];
    }
    let mut sides = Vec::new();
    if !set.values.is_empty() {
        sides.push(Side::Values(bits(set)));
    }
    if !set.rules.is_empty() {
        sides.push(Side::Rules(set.rules.clone()));
    }
    sides
}

fn bits(set: &FieldSet) -> u32 {
    set.values.iter().fold(0, |bits, value| bits | 1 << value)
}

impl Side {
    fn allows(&self, number: u32, date: NaiveDate) -> bool {
        match self {
            Self::Any => true,
            Self::Values(bits) => bits & (1 << number) != 0,
            Self::Rules(rules) => rules.iter().any(|rule| rule.picks(date)),
        }
    }

    /// The field for the crate, which counts weekdays from 1.
    fn for_crate(&self, shift: u32) -> String {
        match self {
            Self::Values(bits) => list(
                (0..32)
                    .filter(|number| bits & (1 << number) != 0)
                    .map(|n| n + shift),
            ),
            Self::Any | Self::Rules(_) => "*".to_owned(),
        }
    }
}

fn list(numbers: impl Iterator<Item = u32>) -> String {
    numbers
        .map(|number| number.to_string())
        .collect::<Vec<_>>()
        .join(",")
}

fn plain(set: &FieldSet, all: usize) -> String {
    if set.values.len() == all {
        "*".to_owned()
    } else {
        list(set.values.iter().copied().map(u32::from))
    }
}

impl Branch {
    fn new(fields: &Fields, of_month: Side, of_week: Side) -> Result<Self, cron::error::Error> {
        let text = format!(
            "0 {} {} {} {} {} {}",
            plain(&fields.minutes, 60),
            plain(&fields.hours, 24),
            of_month.for_crate(0),
            plain(&fields.months, 12),
            of_week.for_crate(1),
            plain(&fields.years, 131),
        );
        let years = if fields.years.values.len() == 131 {
            Vec::new()
        } else {
            fields.years.values.iter().copied().collect()
        };
        Ok(Self {
            schedule: cron::Schedule::from_str(&text)?,
            days: DaySet {
                of_month,
                of_week,
                months: bits(&fields.months),
            },
            years,
        })
    }

    /// The first time strictly after a whole second. Days that the rules refuse are skipped whole.
    pub(super) fn next_after(&self, mut after: NaiveDateTime) -> Option<NaiveDateTime> {
        loop {
            let found = self.schedule.after(&after.and_utc()).next()?.naive_utc();
            if self.days.allow(found.date()) {
                return Some(found);
            }
            after = last_second(found.date());
        }
    }

    /// The last time strictly before a whole second.
    pub(super) fn previous_before(&self, before: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut before = self.end_of_firing_year(before)?;
        loop {
            let found = self
                .schedule
                .after(&before.and_utc())
                .next_back()?
                .naive_utc();
            if self.days.allow(found.date()) {
                return Some(found);
            }
            before = midnight(found.date());
        }
    }

    /// `before`, brought back to the end of the last year in which the branch fires.
    ///
    /// Starting in a year that does not fire, the crate would search the earlier years only up to the
    /// month and day of the start.
    fn end_of_firing_year(&self, before: NaiveDateTime) -> Option<NaiveDateTime> {
        if self.years.is_empty() {
            return Some(before);
        }
        let year = (before - TimeDelta::seconds(1)).year();
        let firing = *self
            .years
            .iter()
            .rfind(|firing| i32::from(**firing) <= year)?;
        let end = NaiveDate::from_ymd_opt(i32::from(firing) + 1, 1, 1).map(midnight)?;
        Some(before.min(end))
    }

    /// Whether the branch fires on a date.
    pub(super) fn fires_on(&self, date: NaiveDate) -> bool {
        let year = u16::try_from(date.year()).unwrap_or_default();
        let in_year = if self.years.is_empty() {
            (YEARS.0..=YEARS.1).contains(&year)
        } else {
            self.years.binary_search(&year).is_ok()
        };
        in_year && self.days.allow(date)
    }
}

impl DaySet {
    fn allow(&self, date: NaiveDate) -> bool {
        self.months & (1 << date.month()) != 0
            && self.of_month.allows(date.day(), date)
            && self
                .of_week
                .allows(date.weekday().num_days_from_sunday(), date)
    }
}
