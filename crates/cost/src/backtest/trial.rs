//! One forecast of one month from one of its days, ours or an opponent's.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::BacktestOptions;
use super::opponents::Opponent;
use crate::forecast::{Forecast, ForecastInput, LevelTuning, Past, RangeTuning, Tuning};
use crate::stats::mean;
use crate::{BillingMonth, DailyCosts, Usd};

/// One forecast of one month from one day.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) origin: u32,
    /// Absolute error of the total as a share of it.
    pub(super) error: Decimal,
    /// Whether the range held the total.
    pub(super) covered: Option<bool>,
    /// The interval score of the range (Gneiting and Raftery, 2007) as a share of the total: its
    /// width, and ten times what it misses the total by. The least is best.
    pub(super) interval: Decimal,
    /// Alarms with the budget above and below the total.
    pub(super) alarms: (bool, bool),
}

/// A past learned once for all months: an outlook knows only the days before it.
pub(super) struct Learned<'a> {
    costs: &'a DailyCosts,
    past: Past,
}

impl<'a> Learned<'a> {
    pub(super) fn new(costs: &'a DailyCosts, tuning: LevelTuning) -> Self {
        let past = Past::learn(costs, None, tuning);
        Self { costs, past }
    }

    /// The mean absolute error of each of the months it was learned for.
    pub(super) fn errors(
        &self,
        months: &[BillingMonth],
        options: &BacktestOptions,
    ) -> Vec<Decimal> {
        let costs = self.costs;
        let error_of = |month: &BillingMonth| {
            let total = costs.month(*month);
            let errors: Vec<Decimal> = origins(*month, options)
                .map(|(_, as_of)| error(self.past.expected(&question(costs, as_of, total)), total))
                .collect();
            mean(&errors)
        };
        months.iter().map(error_of).collect()
    }

    /// Tries each of the months it was learned for.
    pub(super) fn try_all(
        &self,
        months: &[BillingMonth],
        options: &BacktestOptions,
        tuning: RangeTuning,
    ) -> Vec<Vec<Trial>> {
        months
            .iter()
            .map(|month| try_ours(self.costs, &self.past, *month, options, tuning))
            .collect()
    }
}

/// The days of a month forecasts are made on.
fn origins(
    month: BillingMonth,
    options: &BacktestOptions,
) -> impl Iterator<Item = (u32, NaiveDate)> {
    let (first, last) = (options.first_origin, options.last_origin);
    (1..)
        .zip(month.each_day())
        .filter(move |(day, _)| (first..=last).contains(day))
}

/// The budgets just above and just below a total.
fn budgets(total: Usd, options: &BacktestOptions) -> (Usd, Usd) {
    (
        total.times(Decimal::ONE + options.margin),
        total.times(Decimal::ONE - options.margin),
    )
}

fn error(expected: Usd, total: Usd) -> Decimal {
    (expected - total).share_of(total).unwrap_or_default().abs()
}

fn question(costs: &DailyCosts, as_of: NaiveDate, budget: Usd) -> ForecastInput<'_> {
    ForecastInput {
        costs,
        as_of,
        budget,
        plan: None,
        provisional_days: 0,
    }
}

fn try_ours(
    costs: &DailyCosts,
    past: &Past,
    month: BillingMonth,
    options: &BacktestOptions,
    tuning: RangeTuning,
) -> Vec<Trial> {
    let total = costs.month(month);
    let (above, below) = budgets(total, options);
    origins(month, options)
        .map(|(origin, as_of)| {
            let forecast = past.forecast(&question(costs, as_of, above), Some(tuning));
            Trial {
                origin,
                error: error(forecast.expected, total),
                covered: Some(forecast.low <= total && total <= forecast.high),
                interval: interval_score(&forecast, total),
                alarms: (
                    forecast.probability_above(above) >= options.alarm_at,
                    forecast.probability_above(below) >= options.alarm_at,
                ),
            }
        })
        .collect()
}

/// Two over one minus the level: ten.
fn interval_score(forecast: &Forecast, total: Usd) -> Decimal {
    let missed = (forecast.low - total)
        .max(total - forecast.high)
        .max(Usd::ZERO);
    let score = forecast.high - forecast.low + missed.times(Decimal::TEN);
    score.share_of(total).unwrap_or_default()
}

/// The forecast as it is shipped, on each of the months.
pub(super) fn shipped(
    costs: &DailyCosts,
    months: &[BillingMonth],
    options: &BacktestOptions,
) -> Vec<Vec<Trial>> {
    let tuning = Tuning::default();
    Learned::new(costs, tuning.level).try_all(months, options, tuning.range)
}

/// An opponent on each of the months.
pub(super) fn try_opponent(
    costs: &DailyCosts,
    months: &[BillingMonth],
    options: &BacktestOptions,
    opponent: &Opponent,
) -> Vec<Vec<Trial>> {
    let all: Vec<(NaiveDate, Decimal)> = costs
        .iter()
        .map(|(day, amount)| (day, amount.amount()))
        .collect();
    let all = all.as_slice();
    let try_month = |month: &BillingMonth| {
        let month = *month;
        let total = costs.month(month);
        let (above, below) = budgets(total, options);
        let at = |(origin, as_of): (u32, NaiveDate)| {
            let known = all
                .get(..all.partition_point(|(day, _)| *day < as_of))
                .unwrap_or_default();
            let days: Vec<NaiveDate> = month.each_day().filter(|day| *day >= as_of).collect();
            let to_come: Decimal = (opponent.expect)(known, &days).into_iter().sum();
            let expected = costs.between(month.first_day(), as_of) + Usd::new(to_come);
            Trial {
                origin,
                error: error(expected, total),
                covered: None,
                interval: Decimal::ZERO,
                alarms: (expected > above, expected > below),
            }
        };
        origins(month, options).map(at).collect()
    };
    months.iter().map(try_month).collect()
}
