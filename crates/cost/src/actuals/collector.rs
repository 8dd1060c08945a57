//! Adds up charges by day and environment.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::text::printable;
use super::time::Period;
use super::{Actuals, Assumption, MOST_ENVIRONMENTS, ReadError, UNTAGGED};
use crate::{DailyCosts, Usd};

/// Rows of days that lie so many days apart or more are sums of weeks or months.
const FAR_APART: i64 = 6;

/// One charge as a bill has it.
pub(super) struct Charge<'a> {
    /// The line it stands on.
    pub(super) line: u64,
    /// The time it is for.
    pub(super) period: Period,
    /// The environment, empty for none.
    pub(super) environment: &'a str,
    /// The amount, below zero for what is given back.
    pub(super) amount: Usd,
    /// True for a credit or refund by its type.
    pub(super) is_credit: bool,
}

/// Rows of one sort, and what they come to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    rows: u64,
    total: Usd,
}

impl Tally {
    fn count(&mut self, amount: Usd) {
        self.rows += 1;
        self.total += amount;
    }
}

/// Adds up charges.
pub(super) struct Collector {
    end: NaiveDate,
    actuals: Actuals,
    credits: Tally,
    netted: Tally,
    spread: Tally,
    charged: Usd,
    added_rows: u64,
    unread_tags: u64,
    ambiguous: u64,
    days: BTreeSet<NaiveDate>,
    /// The line of the first row of another day than the first.
    second_day: u64,
}

impl Collector {
    pub(super) fn before(end: NaiveDate) -> Self {
        Self {
            end,
            actuals: Actuals::default(),
            credits: Tally::default(),
            netted: Tally::default(),
            spread: Tally::default(),
            charged: Usd::ZERO,
            added_rows: 0,
            unread_tags: 0,
            ambiguous: 0,
            days: BTreeSet::new(),
            second_day: 0,
        }
    }

    /// Counts a row of the file.
    pub(super) fn note_row(&mut self) {
        self.actuals.rows += 1;
    }

    pub(super) fn add(&mut self, charge: &Charge<'_>) -> Result<(), ReadError> {
        let end = self.end;
        if charge.period.first_day() >= end {
            return Ok(());
        }
        if !charge.period.is_within_a_day() {
            self.spread.count(charge.amount);
        }
        if charge.is_credit {
            self.credits.count(charge.amount);
            let credits = &mut self.actuals.credits;
            charge.period.spread(charge.amount, |day, part| {
                if day < end {
                    credits.add(day, part);
                }
            });
            return Ok(());
        }
        if charge.amount.is_negative() {
            self.netted.count(charge.amount);
        } else {
            self.charged += charge.amount;
        }
        let name = match charge.environment {
            "" => UNTAGGED.into(),
            name => printable(name),
        };
        let actuals = &mut self.actuals;
        if !actuals.by_environment.contains_key(name.as_str()) {
            if actuals.by_environment.len() >= MOST_ENVIRONMENTS {
                return Err(ReadError::Environments { line: charge.line });
            }
            let none = DailyCosts::default();
            actuals.by_environment.insert(name.as_str().into(), none);
        }
        let (charges, added_rows) = (&mut actuals.charges, &mut self.added_rows);
        if let Some(costs) = actuals.by_environment.get_mut(name.as_str()) {
            charge.period.spread(charge.amount, |day, part| {
                if day < end {
                    charges.add(day, part);
                    *added_rows += u64::from(costs.get(day).is_some());
                    costs.add(day, part);
                }
            });
        }
        Ok(())
    }

    /// Notes the day of a row in a format that has a row a day.
    pub(super) fn note_day(&mut self, line: u64, day: NaiveDate) {
        if self.days.insert(day) && self.days.len() == 2 {
            self.second_day = line;
        }
    }

    /// Notes a row whose tags could not be read.
    pub(super) fn note_unread_tags(&mut self) {
        self.unread_tags += 1;
    }

    /// Notes amounts that could be read in two ways.
    pub(super) fn note_ambiguous(&mut self, amounts: u64) {
        self.ambiguous = amounts;
    }

    /// In a format with several amounts a day none repeats another.
    pub(super) fn forget_added_rows(&mut self) {
        self.added_rows = 0;
    }

    /// The end of a bill with a row a charge: a day without one cost nothing.
    pub(super) fn finish_table(mut self) -> Actuals {
        self.added_rows = 0;
        let free = missing_days(&self.actuals.charges);
        if let (Some(first), Some(last)) = (
            self.actuals.charges.first_day(),
            self.actuals.charges.last_day(),
        ) {
            for day in first.iter_days().take_while(|day| *day < last) {
                self.actuals.charges.add(day, Usd::ZERO);
            }
        }
        let free = free.map(|(days, first)| Assumption::DaysFree { days, first });
        self.finish(0, free)
    }

    /// The end of a file with a row a day: a day without one was not reported.
    pub(super) fn finish_days(self, ignored_columns: usize) -> Result<Actuals, ReadError> {
        if let Some(days) = apart(&self.days) {
            let line = self.second_day;
            return Err(ReadError::FarApart { line, days });
        }
        let missing = missing_days(&self.actuals.charges);
        let missing = missing.map(|(days, first)| Assumption::DaysMissing { days, first });
        Ok(self.finish(ignored_columns, missing))
    }

    fn finish(mut self, ignored_columns: usize, days: Option<Assumption>) -> Actuals {
        self.report_every_day();
        let seen = |tally: Tally| tally.rows > 0 && !tally.total.cents().is_zero();
        let Tally { rows, total } = self.credits;
        let credits = seen(self.credits).then_some(Assumption::CreditsApart { rows, total });
        let Tally { rows, total } = self.netted;
        let netted = seen(self.netted).then_some(Assumption::Netted { rows, total });
        let some = |rows: u64| (rows > 0).then_some(rows);
        let assumptions = [
            credits,
            netted,
            some(self.added_rows).map(|rows| Assumption::RowsAdded { rows }),
            some(self.spread.rows).map(|rows| Assumption::LongCharges { rows }),
            some(self.unread_tags).map(|rows| Assumption::TagsUnread { rows }),
            some(self.ambiguous).map(|amounts| Assumption::Thousands { amounts }),
            (ignored_columns > 0).then_some(Assumption::ColumnsIgnored {
                columns: ignored_columns,
            }),
            days,
        ];
        self.actuals.assumptions = assumptions.into_iter().flatten().collect();
        // Half the money or more in charges of more than a day: the days show little of it.
        self.actuals.is_spread =
            self.spread.total + self.spread.total >= self.charged && self.spread.total > Usd::ZERO;
        self.actuals
    }

    /// A day that the file reports cost an environment nothing if no row of it is the
    /// environment's.
    fn report_every_day(&mut self) {
        let days: Vec<NaiveDate> = self.actuals.charges.iter().map(|(day, _)| day).collect();
        for costs in self.actuals.by_environment.values_mut() {
            let Some(first) = costs.first_day() else {
                continue;
            };
            for day in days.iter().filter(|day| **day > first) {
                costs.add(*day, Usd::ZERO);
            }
        }
    }
}

/// How many days rows lie apart, if they are sums of weeks or months: the middle distance.
///
/// The first and the last stretch may be short, because what was asked for began or ended within a
/// week or a month. Where there are few rows, only firsts or lasts of months show it nevertheless.
fn apart(days: &BTreeSet<NaiveDate>) -> Option<i64> {
    let gaps: Vec<i64> = days
        .iter()
        .zip(days.iter().skip(1))
        .map(|(a, b)| (*b - *a).num_days())
        .collect();
    let far = |gaps: &[i64]| !gaps.is_empty() && gaps.iter().all(|gap| *gap >= FAR_APART);
    let inner = gaps
        .get(1..gaps.len().saturating_sub(1))
        .unwrap_or_default();
    let is_last = |day: &NaiveDate| day.succ_opt().is_some_and(|next| next.day() == 1);
    let firsts = days.iter().skip(1).filter(|day| day.day() == 1).count();
    let lasts = days.iter().rev().skip(1).filter(|day| is_last(day)).count();
    let months = [firsts, lasts]
        .iter()
        .any(|all| *all >= 2 && *all == days.len() - 1);
    if !(far(&gaps) || months || (inner.len() >= 2 && far(inner))) {
        return None;
    }
    let mut ascending = gaps;
    ascending.sort_unstable();
    ascending.get(ascending.len() / 2).copied()
}

fn missing_days(costs: &DailyCosts) -> Option<(usize, NaiveDate)> {
    let (first, last) = (costs.first_day()?, costs.last_day()?);
    let mut missing = first
        .iter_days()
        .take_while(|day| *day < last)
        .filter(|day| costs.get(*day).is_none());
    let earliest = missing.next()?;
    Some((missing.count() + 1, earliest))
}
