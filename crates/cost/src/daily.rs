//! Cost by day.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{BillingMonth, Usd};

/// Whether AWS may have charged anything on a day: reckoning with days must not lead beyond the
/// calendar, whatever an answer or an item says.
pub fn is_billed(day: NaiveDate) -> bool {
    (2006..2200).contains(&day.year())
}

/// What each UTC day cost. A day without an entry is a day nobody reported on, which is not the
/// same as a day that cost nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DailyCosts(BTreeMap<NaiveDate, Usd>);

impl DailyCosts {
    /// Adds an amount to a day.
    pub fn add(&mut self, day: NaiveDate, amount: Usd) {
        *self.0.entry(day).or_default() += amount;
    }

    /// The cost of a day, if it was reported.
    pub fn get(&self, day: NaiveDate) -> Option<Usd> {
        self.0.get(&day).copied()
    }

    /// The days reported, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NaiveDate, Usd)> + '_ {
        self.0.iter().map(|(day, amount)| (*day, *amount))
    }

    /// The sum of the days from one up to, not including, another.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Usd {
        if from >= to {
            return Usd::ZERO;
        }
        self.0.range(from..to).map(|(_, amount)| *amount).sum()
    }

    /// The days before a day.
    #[must_use]
    pub fn before(&self, day: NaiveDate) -> Self {
        Self(
            self.0
                .range(..day)
                .map(|(d, amount)| (*d, *amount))
                .collect(),
        )
    }

    /// The sum of a month.
    pub fn month(&self, month: BillingMonth) -> Usd {
        self.between(month.first_day(), month.next().first_day())
    }

    /// The first day reported.
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.0.keys().next().copied()
    }

    /// The last day reported.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.0.keys().next_back().copied()
    }

    /// The number of days reported.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if no day was reported.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Day by day, the sum of both.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (day, amount) in other.iter() {
            sum.add(day, amount);
        }
        sum
    }
}

impl FromIterator<(NaiveDate, Usd)> for DailyCosts {
    fn from_iter<I: IntoIterator<Item = (NaiveDate, Usd)>>(days: I) -> Self {
        let mut costs = Self::default();
        for (day, amount) in days {
            costs.add(day, amount);
        }
        costs
    }
}
