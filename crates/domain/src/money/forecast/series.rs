//! The past as the forecast sees it: one value a day, what the plan did not explain.

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use rust_decimal::Decimal;

use super::DailyPlan;
use crate::money::stats::{mean, tail};
use crate::money::{DailyCosts, Usd};

/// Days of history looked at: four years. Older days cost time and weigh nothing.
const HISTORY_DAYS: i64 = 1461;

/// The residual of each day in a row, without holes.
pub(super) struct Series {
    start: NaiveDate,
    /// What the day cost beyond the plan; `None` where no cost was reported.
    values: Vec<Option<Decimal>>,
    /// The same with holes filled by the mean of the seven days before.
    filled: Vec<Decimal>,
    /// What the day cost in all, as a size to measure deviations by.
    sizes: Vec<Decimal>,
    /// `prefix[i]` is the sum of the first `i` filled values.
    prefix: Vec<Decimal>,
}

impl Series {
    /// The reported days as a row that ends with the last reported day.
    pub(super) fn new(costs: &DailyCosts, plan: Option<&DailyPlan>) -> Option<Self> {
        let last = costs.last_day()?;
        let oldest = last.checked_sub_signed(TimeDelta::days(HISTORY_DAYS - 1)).unwrap_or(last);
        let start = costs.first_day()?.max(oldest);
        let mut series = Self {
            start,
            values: Vec::new(),
            filled: Vec::new(),
            sizes: Vec::new(),
            prefix: vec![Decimal::ZERO],
        };
        for day in start.iter_days().take_while(|day| *day <= last) {
            let planned = plan.map_or(Usd::ZERO, |p| p.on(day) + p.lump_on(day));
            series.push(costs.get(day), planned);
        }
        Some(series)
    }

    fn push(&mut self, cost: Option<Usd>, planned: Usd) {
        let value = cost.map(|c| (c - planned).amount());
        let filled = value.unwrap_or_else(|| mean(tail(&self.filled, 7)));
        let sum = self.prefix.last().copied().unwrap_or_default() + filled;
        self.sizes.push(cost.map_or_else(|| mean(tail(&self.sizes, 7)), |c| c.amount().abs()));
        self.values.push(value);
        self.filled.push(filled);
        self.prefix.push(sum);
    }

    /// The number of days.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The days reported among the first `end`.
    pub(super) fn reported(&self, end: usize) -> usize {
        self.values.iter().take(end).flatten().count()
    }

    /// The day at a position; positions go on after the last day.
    pub(super) fn day(&self, position: usize) -> NaiveDate {
        let offset = u64::try_from(position).unwrap_or(u64::MAX);
        self.start.checked_add_days(Days::new(offset)).unwrap_or(NaiveDate::MAX)
    }

    /// The position of a day after the last one known or among them.
    pub(super) fn position(&self, day: NaiveDate) -> usize {
        usize::try_from((day - self.start).num_days()).unwrap_or(0)
    }

    /// The weekday at a position.
    pub(super) fn weekday(&self, position: usize) -> Weekday {
        self.day(position).weekday()
    }

    /// The value at a position, if reported.
    pub(super) fn value(&self, position: usize) -> Option<Decimal> {
        self.values.get(position).copied().flatten()
    }

    /// The values reported in `from..to`.
    pub(super) fn present(&self, from: usize, to: usize) -> Vec<Decimal> {
        self.values.get(from..to.min(self.len())).unwrap_or_default().iter().flatten().copied().collect()
    }

    /// The last `n` values before `end`, holes filled.
    pub(super) fn recent(&self, end: usize, n: usize) -> &[Decimal] {
        tail(self.filled.get(..end).unwrap_or_default(), n)
    }

    /// The last `n` sizes before `end`.
    pub(super) fn recent_sizes(&self, end: usize, n: usize) -> &[Decimal] {
        tail(self.sizes.get(..end).unwrap_or_default(), n)
    }

    /// The sum of `from..to`, holes filled.
    pub(super) fn sum(&self, from: usize, to: usize) -> Decimal {
        let at = |i: usize| self.prefix.get(i).copied().unwrap_or_default();
        at(to) - at(from)
    }
}
