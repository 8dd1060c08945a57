//! The forecast of the month: closed actual days, the plan for the hours to come, lumps at face
//! value, and what actuals have cost beyond the plan.
//!
//! Everything is decimal and deterministic: the same input gives the same answer on every
//! machine. `docs/forecast.md` says how good it is, measured, and what it is bad at.

mod answer;
mod level;
mod plan;
mod series;
mod spread;
mod tuning;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

pub use answer::ForecastAnswer;
pub use plan::DailyPlan;
pub(crate) use series::HISTORY_DAYS;
pub(crate) use tuning::{HalfLife, LevelTuning, RangeTuning, Tuning};

use self::level::Outlook;
use self::series::Series;
use self::spread::{Origin, Spread};
use super::{BillingMonth, DailyCosts, Usd};

/// The level of the range: 80 %.
pub const LEVEL: Decimal = Decimal::from_parts(8, 0, 0, false, 1);

/// Everything a forecast rests on.
#[derive(Clone, Copy, Debug)]
pub struct ForecastInput<'a> {
    /// Cost by day; days at or after `as_of` are not looked at.
    pub costs: &'a DailyCosts,
    /// The first UTC day that is not closed; its month is the month forecast.
    pub as_of: NaiveDate,
    /// The budget of the month.
    pub budget: Usd,
    /// What is planned, if anything is.
    pub plan: Option<&'a DailyPlan>,
    /// How many days before `as_of` are provisional: their cost may still grow. 1 for Cost
    /// Explorer, whose yesterday is not final; 0 for files whose days are closed.
    pub provisional_days: u32,
}

/// A forecast of one month.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The month.
    pub month: BillingMonth,
    /// The first day not closed.
    pub as_of: NaiveDate,
    /// What the days before `as_of` cost, provisional ones included.
    pub actual: Usd,
    /// The expected total.
    pub expected: Usd,
    /// The lower end of the 80 % range.
    pub low: Usd,
    /// The upper end of the 80 % range.
    pub high: Usd,
    /// The probability that the total passes the budget.
    pub probability_over: Decimal,
    /// The day on which the budget is expected to be used up.
    pub used_up_on: Option<NaiveDate>,
    /// What it rests on.
    pub basis: String,
    /// True if the range was measured on own past errors, false while it is a convention.
    pub calibrated: bool,
    /// The budget asked about.
    pub budget: Usd,
    spread: Spread,
    /// Below this the total cannot end: spent is spent.
    floor: Usd,
}

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    /// Nothing to go on.
    #[error(
        "there is no cost before {as_of} and no plan: give at least one closed day of costs, or an inventory to plan with"
    )]
    NothingToGoOn {
        /// The day asked for.
        as_of: NaiveDate,
    },
    /// The budget is not an amount to compare with.
    #[error("the budget is {0} USD: give an amount above zero")]
    Budget(Usd),
}

/// The forecast of the month in which `as_of` lies.
///
/// # Errors
/// When there is neither a closed day nor a plan, or when the budget is not above zero.
pub fn forecast(input: &ForecastInput<'_>) -> Result<Forecast, ForecastError> {
    if input.budget <= Usd::ZERO {
        return Err(ForecastError::Budget(input.budget));
    }
    let closed = closed_costs(input);
    if closed.is_empty() && input.plan.is_none() {
        return Err(ForecastError::NothingToGoOn { as_of: input.as_of });
    }
    let tuning = Tuning::default();
    let past = Past::learn(&closed, input.plan, tuning.level);
    Ok(past.forecast(input, Some(tuning.range)))
}

/// The forecast of a bill whose days are parts of longer charges. Such days are alike because they
/// were made so, and how well one foretells the next says nothing: the range is assumed.
///
/// # Errors
/// As [`forecast`].
pub fn forecast_of_periods(input: &ForecastInput<'_>) -> Result<Forecast, ForecastError> {
    let closed = closed_costs(input);
    if closed.is_empty() && input.plan.is_none() {
        return Err(ForecastError::NothingToGoOn { as_of: input.as_of });
    }
    let past = Past::learn(&closed, input.plan, Tuning::default().level);
    Ok(past.forecast(input, None))
}

/// The days that may be learned from: before `as_of` and no longer provisional.
fn closed_costs(input: &ForecastInput<'_>) -> DailyCosts {
    let days = chrono::Days::new(u64::from(input.provisional_days));
    let end = input.as_of.checked_sub_days(days).unwrap_or(input.as_of);
    input.costs.before(end)
}

/// The past once learned: the outlook at the start of every day of it. Each outlook knows only
/// the days before it, so one `Past` serves every origin of a backtest.
pub(crate) struct Past {
    learned: Option<(Series, Vec<Outlook>)>,
}

impl Past {
    pub(crate) fn learn(costs: &DailyCosts, plan: Option<&DailyPlan>, tuning: LevelTuning) -> Self {
        let learned = Series::new(costs, plan).map(|series| {
            let outlooks = (0..=series.len())
                .map(|origin| Outlook::at(&series, origin, plan.is_some(), tuning))
                .collect();
            (series, outlooks)
        });
        Self { learned }
    }

    /// The expected total alone, from the days learned that lie before `as_of`.
    pub(crate) fn expected(&self, input: &ForecastInput<'_>) -> Usd {
        let month = BillingMonth::of(input.as_of);
        let mut days = self.days_to_come(input, month);
        raise_to_reported(&mut days, input);
        let to_come: Usd = days.iter().map(|day| day.add).sum();
        input.costs.between(month.first_day(), input.as_of) + to_come
    }

    /// The forecast from the days learned that lie before `as_of`; without a tuning its range is
    /// assumed.
    pub(crate) fn forecast(
        &self,
        input: &ForecastInput<'_>,
        tuning: Option<RangeTuning>,
    ) -> Forecast {
        let month = BillingMonth::of(input.as_of);
        let actual = input.costs.between(month.first_day(), input.as_of);
        let mut days = self.days_to_come(input, month);
        raise_to_reported(&mut days, input);
        let to_come: Usd = days.iter().map(|day| day.add).sum();
        let expected = actual + to_come;
        let spread = self.spread(input, month, to_come.amount(), tuning);
        let floor = floor(input, month, actual);
        let half = Usd::new(spread.half_range());
        let mut forecast = Forecast {
            month,
            as_of: input.as_of,
            actual,
            expected,
            low: (expected - half).max(floor).min(expected),
            high: expected + half,
            probability_over: Decimal::ZERO,
            used_up_on: used_up_on(input, month, &days),
            basis: self.basis(input, month, &spread),
            calibrated: spread.origin != Origin::Assumed,
            budget: input.budget,
            spread,
            floor,
        };
        forecast.probability_over = forecast.probability_above(input.budget);
        forecast
    }

    /// The position after the last day reported before `as_of`.
    fn end(&self, input: &ForecastInput<'_>) -> usize {
        self.learned
            .as_ref()
            .map_or(0, |(series, _)| series.end_before(input.as_of))
    }

    /// The days of the month that are not closed: those after the last one reported.
    fn days_to_come(&self, input: &ForecastInput<'_>, month: BillingMonth) -> Vec<Coming> {
        let end = self.end(input);
        let from = match &self.learned {
            Some((series, _)) => series.day(end).min(input.as_of).max(month.first_day()),
            None => month.first_day(),
        };
        let outlook = self
            .learned
            .as_ref()
            .and_then(|(_, outlooks)| outlooks.get(end));
        from.iter_days()
            .take_while(|day| month.contains(*day))
            .map(|day| {
                let residual = outlook.map_or(Decimal::ZERO, |o| o.day(day.weekday()));
                let planned = input.plan.map_or(Usd::ZERO, |p| p.on(day) + p.lump_on(day));
                let lump = if day.day() == 1 {
                    self.lump_on_first(end)
                } else {
                    Decimal::ZERO
                };
                let add = (planned + Usd::new(residual + lump)).max(Usd::ZERO);
                Coming { day, add }
            })
            .collect()
    }

    fn lump_on_first(&self, end: usize) -> Decimal {
        self.learned
            .as_ref()
            .map_or(Decimal::ZERO, |(series, _)| series.lump_on_first(end))
    }

    fn spread(
        &self,
        input: &ForecastInput<'_>,
        month: BillingMonth,
        to_come: Decimal,
        tuning: Option<RangeTuning>,
    ) -> Spread {
        let (Some((series, outlooks)), Some(tuning)) = (&self.learned, tuning) else {
            return Spread::assumed(to_come);
        };
        let end = self.end(input);
        // Error builds up from the last day known, not from today.
        let horizon =
            usize::try_from((month.next().first_day() - series.day(end)).num_days()).unwrap_or(0);
        Spread::measure(series, outlooks, end, horizon.max(1), to_come, tuning)
    }

    fn basis(&self, input: &ForecastInput<'_>, month: BillingMonth, spread: &Spread) -> String {
        let in_month = closed_costs(input)
            .iter()
            .filter(|(day, _)| month.contains(*day))
            .count();
        let mut parts = vec![format!("{in_month} closed days of {month}")];
        match &self.learned {
            Some((series, outlooks)) => {
                let end = self.end(input);
                parts.push(format!(
                    "{} days of history to {}",
                    series.reported(end),
                    series.day(end.saturating_sub(1))
                ));
                parts.push(gaps(input, month));
                parts.push(
                    if input.plan.is_some() {
                        "plan plus residual"
                    } else {
                        "no plan"
                    }
                    .to_owned(),
                );
                let shift = outlooks.get(end).and_then(|o| o.shifted);
                parts.push(match shift {
                    Some(days) => format!("level of the {days} days since it shifted, by weekday"),
                    None => "level of the last 1, 2 and 4 weeks, by weekday".to_owned(),
                });
            }
            None => parts.push("no history: the plan alone".to_owned()),
        }
        parts.push(match spread.origin {
            Origin::Measured { errors, horizon } => {
                format!("range from {errors} own past errors over {horizon} days")
            }
            Origin::Stretched { errors, horizon } => {
                format!("range from {errors} own past errors over {horizon} days, stretched")
            }
            Origin::Assumed => "range assumed, not yet calibrated".to_owned(),
        });
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }
}

/// A day not closed, and what is added to the actual for it.
struct Coming {
    day: NaiveDate,
    add: Usd,
}

/// What a provisional day already reported is in the actual: only the rest is added.
fn raise_to_reported(days: &mut [Coming], input: &ForecastInput<'_>) {
    for coming in days.iter_mut().filter(|coming| coming.day < input.as_of) {
        let reported = input.costs.get(coming.day).unwrap_or_default();
        coming.add = (coming.add - reported).max(Usd::ZERO);
    }
}

/// Days of the month without a row, which count as nothing and are said.
fn gaps(input: &ForecastInput<'_>, month: BillingMonth) -> String {
    let closed = closed_costs(input);
    let last = closed.last_day();
    let missing: Vec<String> = month
        .each_day()
        .filter(|day| {
            last.is_some_and(|last| *day < last)
                && closed.first_day().is_some_and(|first| *day > first)
        })
        .filter(|day| closed.get(*day).is_none())
        .map(|day| day.to_string())
        .collect();
    if missing.is_empty() {
        String::new()
    } else {
        format!("no row for {}: counted as 0", missing.join(", "))
    }
}

/// What is spent stays spent, unless days below zero show that credits come in.
fn floor(input: &ForecastInput<'_>, month: BillingMonth, actual: Usd) -> Usd {
    let credits = input
        .costs
        .iter()
        .any(|(day, amount)| day < input.as_of && month.contains(day) && amount.is_negative());
    if credits {
        Usd::new(Decimal::MIN)
    } else {
        actual
    }
}

/// The first day on which spent and expected together reach the budget.
fn used_up_on(
    input: &ForecastInput<'_>,
    month: BillingMonth,
    coming: &[Coming],
) -> Option<NaiveDate> {
    let mut sum = Usd::ZERO;
    for day in month.each_day() {
        if day < input.as_of {
            sum += input.costs.get(day).unwrap_or_default();
        }
        sum += coming.iter().filter(|c| c.day == day).map(|c| c.add).sum();
        if sum >= input.budget {
            return Some(day);
        }
    }
    None
}

impl Forecast {
    /// The probability that the month's total ends above an amount.
    pub fn probability_above(&self, amount: Usd) -> Decimal {
        if amount < self.floor {
            return Decimal::ONE;
        }
        self.spread.beyond((amount - self.expected).amount())
    }
}
