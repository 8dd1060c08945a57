//! How good the forecast would have been: every month of a file forecast from every day of it,
//! with nothing known but the days before, beside the usual methods.

mod grid;
mod holdout;
mod opponents;
mod table;
mod trial;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde::Serialize;

pub use self::holdout::{Bill, Choice, Holdout, holdout};
use self::opponents::OPPONENTS;
use self::trial::{Trial, shipped, try_opponent};
use super::forecast::HISTORY_DAYS;
use super::stats::{div, mean, mul};
use super::{BillingMonth, DailyCosts, Usd};

/// The name the forecast goes by in the table.
pub const OURS: &str = "nightcap";

/// What is tested.
#[derive(Clone, Copy, Debug)]
pub struct BacktestOptions {
    /// The first day of the month a forecast is made on.
    pub first_origin: u32,
    /// The last one.
    pub last_origin: u32,
    /// Days of history a month needs before its first day to count.
    pub warm_up_days: u32,
    /// The first month that counts, if not the first possible one.
    pub from: Option<BillingMonth>,
    /// How far the budget lies from the final total when alarms are counted: 0.05.
    pub margin: Decimal,
    /// The probability at which an alarm is raised: 0.8.
    pub alarm_at: Decimal,
    /// Whether the bill is run backwards.
    pub backwards: bool,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        Self {
            first_origin: 2,
            last_origin: 25,
            warm_up_days: 28,
            from: None,
            margin: Decimal::new(5, 2),
            alarm_at: Decimal::new(8, 1),
            backwards: false,
        }
    }
}

/// The result: methods side by side, and this forecast month by month.
#[derive(Clone, Debug, Serialize)]
pub struct Backtest {
    /// The months that count.
    pub months: Vec<BillingMonth>,
    /// The first and last day of the month forecasts were made on.
    pub origins: (u32, u32),
    /// Every method, this forecast first.
    pub methods: Vec<MethodScore>,
    /// This forecast, month by month.
    pub by_month: Vec<MonthScore>,
}

/// How one method did. Shares and errors are per cent of the final total.
#[derive(Clone, Debug, Serialize)]
pub struct MethodScore {
    /// Its name.
    pub method: String,
    /// Mean absolute error of the month's total over all months and origins.
    pub mean_error: Decimal,
    /// The same by day of the month.
    pub by_origin: BTreeMap<u32, Decimal>,
    /// How often the final total lay in the 80 % range, for methods that give one.
    pub coverage: Option<Decimal>,
    /// Months with an alarm although the budget lay above the final total.
    pub false_alarms: usize,
    /// Months without an alarm although the budget lay below the final total.
    pub missed: usize,
}

/// How this forecast did in one month.
#[derive(Clone, Debug, Serialize)]
pub struct MonthScore {
    /// The month.
    pub month: BillingMonth,
    /// Its final total.
    pub total: Usd,
    /// Mean absolute error, per cent.
    pub mean_error: Decimal,
    /// Share of origins whose range held the total, per cent.
    pub coverage: Decimal,
    /// An alarm with the budget above the total.
    pub false_alarm: bool,
    /// No alarm with the budget below the total.
    pub missed: bool,
}

/// Why there is nothing to test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BacktestError {
    /// Too little data.
    #[error(
        "no month is complete with {warm_up} days of history before it: give a longer file or fewer warm-up days"
    )]
    NoMonth {
        /// The history asked for.
        warm_up: u32,
    },
    /// Days that are no days.
    #[error(
        "origins {first} to {last} are not days of every month: choose days between 1 and 28, the first not after the last"
    )]
    Origins {
        /// First.
        first: u32,
        /// Last.
        last: u32,
    },
}

/// Tests the forecast and its opponents on the past.
///
/// # Errors
/// When no month is complete, or the origins are not days of every month.
pub fn backtest(costs: &DailyCosts, options: &BacktestOptions) -> Result<Backtest, BacktestError> {
    let costs = &*in_direction(costs, options);
    let months = months(costs, options)?;
    let ours = shipped(costs, &months, options);
    let methods = scores(&ours, costs, &months, options);
    let by_month = months
        .iter()
        .zip(&ours)
        .map(|(month, trials)| month_score(costs, *month, trials))
        .collect();
    Ok(Backtest {
        months,
        origins: (options.first_origin, options.last_origin),
        methods,
        by_month,
    })
}

/// The forecast as it is shipped, then every opponent.
fn scores(
    ours: &[Vec<Trial>],
    costs: &DailyCosts,
    months: &[BillingMonth],
    options: &BacktestOptions,
) -> Vec<MethodScore> {
    let opponents = OPPONENTS.iter().map(|opponent| {
        let trials = try_opponent(costs, months, options, opponent);
        score(opponent.name, &trials)
    });
    std::iter::once(score(OURS, ours))
        .chain(opponents)
        .collect()
}

/// The bill as it is tested: its last four years, which is all that a forecast looks back at, in
/// the direction it is tested in. Backwards it runs over the same days: what fell now
/// rises, and calm turns to restless.
fn in_direction<'a>(costs: &'a DailyCosts, options: &BacktestOptions) -> Cow<'a, DailyCosts> {
    let oldest = costs
        .last_day()
        .and_then(|last| last.checked_sub_signed(TimeDelta::days(HISTORY_DAYS - 1)));
    let old = |first| oldest.is_some_and(|oldest| first < oldest);
    let costs = if costs.first_day().is_some_and(old) {
        let recent = costs.iter().filter(|(day, _)| !old(*day));
        Cow::Owned(recent.collect::<DailyCosts>())
    } else {
        Cow::Borrowed(costs)
    };
    match (costs.first_day(), costs.last_day()) {
        (Some(first), Some(last)) if options.backwards => Cow::Owned(
            costs
                .iter()
                .map(|(day, amount)| (first + (last - day), amount))
                .collect(),
        ),
        _ => costs,
    }
}

/// The complete months with enough history before them and a total above zero.
fn months(
    costs: &DailyCosts,
    options: &BacktestOptions,
) -> Result<Vec<BillingMonth>, BacktestError> {
    let (first, last) = (options.first_origin, options.last_origin);
    if first == 0 || first > last || last > 28 {
        return Err(BacktestError::Origins { first, last });
    }
    let none = BacktestError::NoMonth {
        warm_up: options.warm_up_days,
    };
    let (Some(first), Some(last)) = (costs.first_day(), costs.last_day()) else {
        return Err(none);
    };
    let warm = first
        .checked_add_days(chrono::Days::new(options.warm_up_days.into()))
        .unwrap_or(last);
    let mut months = Vec::new();
    let mut month = BillingMonth::of(first);
    while month.last_day() <= last {
        let late_enough =
            month.first_day() >= warm && options.from.is_none_or(|from| month >= from);
        if late_enough && costs.month(month) > Usd::ZERO {
            months.push(month);
        }
        month = month.next();
    }
    if months.is_empty() {
        return Err(none);
    }
    Ok(months)
}

fn per_cent(share: Decimal) -> Decimal {
    mul(share, Decimal::ONE_HUNDRED).round_dp(2)
}

fn share(yes: usize, of: usize) -> Decimal {
    per_cent(div(yes.into(), of.into()))
}

fn score(method: &str, months: &[Vec<Trial>]) -> MethodScore {
    let mut errors: BTreeMap<u32, Vec<Decimal>> = BTreeMap::new();
    for trial in months.iter().flatten() {
        errors.entry(trial.origin).or_default().push(trial.error);
    }
    let all: Vec<Decimal> = errors.values().flatten().copied().collect();
    let covered: Vec<bool> = months
        .iter()
        .flatten()
        .filter_map(|trial| trial.covered)
        .collect();
    MethodScore {
        method: method.to_owned(),
        mean_error: per_cent(mean(&all)),
        by_origin: errors
            .iter()
            .map(|(origin, errors)| (*origin, per_cent(mean(errors))))
            .collect(),
        coverage: (!covered.is_empty())
            .then(|| share(covered.iter().filter(|yes| **yes).count(), covered.len())),
        false_alarms: months
            .iter()
            .filter(|trials| trials.iter().any(|t| t.alarms.0))
            .count(),
        missed: months
            .iter()
            .filter(|trials| !trials.iter().any(|t| t.alarms.1))
            .count(),
    }
}

fn month_score(costs: &DailyCosts, month: BillingMonth, trials: &[Trial]) -> MonthScore {
    let errors: Vec<Decimal> = trials.iter().map(|t| t.error).collect();
    MonthScore {
        month,
        total: costs.month(month).cents(),
        mean_error: per_cent(mean(&errors)),
        coverage: share(
            trials.iter().filter(|t| t.covered == Some(true)).count(),
            trials.len(),
        ),
        false_alarm: trials.iter().any(|t| t.alarms.0),
        missed: !trials.iter().any(|t| t.alarms.1),
    }
}
