//! The past as the forecast sees it: one value a day, what the plan did not explain.

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use rust_decimal::Decimal;

use super::DailyPlan;
use crate::stats::{mean, mean_deviation, median, mul, tail};
use crate::{DailyCosts, Usd};

/// Days of history looked at: four years. Older days cost time and weigh nothing.
pub(crate) const HISTORY_DAYS: i64 = 1461;

/// A first of the month costs a lump if it lies this many usual deviations above the week
/// before it …
const LUMP_DEVIATIONS: i64 = 3;
/// … and by more than a fifth of an ordinary day.
const LUMP_SHARE: Decimal = Decimal::from_parts(2, 0, 0, false, 1);

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
    /// What each first of a month cost beyond an ordinary day, with its position: monthly fees,
    /// tax and support are billed then. Zero where it was an ordinary day.
    firsts: Vec<(usize, Decimal)>,
}

impl Series {
    /// The reported days as a row that ends with the last reported day.
    pub(super) fn new(costs: &DailyCosts, plan: Option<&DailyPlan>) -> Option<Self> {
        let last = costs.last_day()?;
        let oldest = last
            .checked_sub_signed(TimeDelta::days(HISTORY_DAYS - 1))
            .unwrap_or(last);
        let start = costs.first_day()?.max(oldest);
        let mut series = Self {
            start,
            values: Vec::new(),
            filled: Vec::new(),
            sizes: Vec::new(),
            prefix: vec![Decimal::ZERO],
            firsts: Vec::new(),
        };
        for day in start.iter_days().take_while(|day| *day <= last) {
            let planned = plan.map_or(Usd::ZERO, |p| p.on(day) + p.lump_on(day));
            let cost = costs.get(day);
            if day.day() == 1 {
                let lump = Usd::new(series.lump_on_first(series.len()));
                series.note_first(cost.map(|c| (c - planned).amount()));
                series.push(cost, planned + lump);
            } else {
                series.push(cost, planned);
            }
        }
        Some(series)
    }

    /// Notes what a first of the month costs beyond the week before it.
    fn note_first(&mut self, value: Option<Decimal>) {
        let Some(value) = value else { return };
        let week = tail(&self.filled, 7);
        let ordinary = median(week);
        let usual = mul(
            mean_deviation(tail(&self.filled, 28)),
            LUMP_DEVIATIONS.into(),
        );
        let above = value - ordinary;
        let is_lump = week.len() == 7 && above > usual.max(mul(ordinary.abs(), LUMP_SHARE));
        let lump = if is_lump { above } else { Decimal::ZERO };
        self.firsts.push((self.values.len(), lump));
    }

    /// The lump to be expected on the next first of a month after `origin`: the smaller of the
    /// last two, so once is no habit, and a month without one ends it.
    pub(super) fn lump_on_first(&self, origin: usize) -> Decimal {
        let mut known = self
            .firsts
            .iter()
            .rev()
            .filter(|(position, _)| *position < origin);
        match (known.next(), known.next()) {
            (Some((_, last)), Some((_, before))) => *last.min(before),
            _ => Decimal::ZERO,
        }
    }

    fn push(&mut self, cost: Option<Usd>, planned: Usd) {
        let value = cost.map(|c| (c - planned).amount());
        let filled = value.unwrap_or_else(|| mean(tail(&self.filled, 7)));
        let sum = self.prefix.last().copied().unwrap_or_default() + filled;
        self.sizes
            .push(cost.map_or_else(|| mean(tail(&self.sizes, 7)), |c| c.amount().abs()));
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
        self.start
            .checked_add_days(Days::new(offset))
            .unwrap_or(NaiveDate::MAX)
    }

    /// The position after the last day reported before a day.
    pub(super) fn end_before(&self, day: NaiveDate) -> usize {
        let position = usize::try_from((day - self.start).num_days()).unwrap_or(0);
        let known = self
            .values
            .get(..position.min(self.len()))
            .unwrap_or_default();
        known
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |last| last + 1)
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
        self.values
            .get(from..to.min(self.len()))
            .unwrap_or_default()
            .iter()
            .flatten()
            .copied()
            .collect()
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
