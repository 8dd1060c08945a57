//! Questions to a file of costs: what a terminal asks.

use std::fmt::Write as _;
use std::io::Read;

use chrono::NaiveDate;

use super::actuals::{Actuals, Assumption, ReadError, read_costs_by_tag};
#[cfg(feature = "backtest")]
use super::backtest::{Backtest, BacktestError, BacktestOptions, Bill, Holdout, backtest, holdout};
use super::forecast::{
    ForecastAnswer, ForecastError, ForecastInput, forecast, forecast_of_periods,
};
use super::gate::Doubt;
use super::{BillingMonth, DailyCosts, Usd};
use nightcap_model::names::EnvironmentName;

/// AWS's figures come up to a day and a half late: days without a cost at the end are late no
/// more from so many on.
const LATE_DAYS: i64 = 3;

/// Why a question to a file has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no forecast.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// There is nothing to test.
    #[cfg(feature = "backtest")]
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// The file knows no such environment.
    #[error("the file has no environment {name}: it has {known}{}", unread_tags(*unread))]
    Environment {
        /// The one asked for.
        name: EnvironmentName,
        /// The first few there are.
        known: String,
        /// Rows whose tags could not be read.
        unread: u64,
    },
    /// A bill of charges that are spread over their days: to forecast those days from one another
    /// tests nothing.
    #[error(
        "most of the cost is in charges of more than a day, spread over their days: a test on such days says nothing. Export the costs by day"
    )]
    Spread,
}

/// `nightcap forecast --costs FILE --as-of DAY --budget AMOUNT`: the forecast of a file's charges,
/// of all environments or of one. Days before `as_of` count as closed; credits and refunds are
/// kept apart and said in the basis.
///
/// # Errors
/// When the file cannot be read, knows no such environment, or gives nothing to go on.
///
/// ```
/// use nightcap_cost::{Usd, forecast_file};
/// let file = "date,usd\n2026-11-01,12\n2026-11-02,12\n";
/// let as_of = "2026-11-03".parse().unwrap();
/// let answer = forecast_file(file.as_bytes(), as_of, Usd::from_cents(50_000), None).unwrap();
/// assert_eq!(answer.expected.to_string(), "360.00");
/// ```
pub fn forecast_file<R: Read>(
    source: R,
    as_of: NaiveDate,
    budget: Usd,
    environment: Option<&EnvironmentName>,
) -> Result<ForecastAnswer, FileError> {
    let of = Part {
        environment,
        cost_tag: None,
    };
    forecast_file_of(source, as_of, budget, of)
}

/// Which part of a file's costs is asked about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part<'a> {
    /// The costs of one environment; of all without one.
    pub environment: Option<&'a EnvironmentName>,
    /// The cost allocation tag that tells environments apart, where one is configured.
    pub cost_tag: Option<&'a str>,
}

/// The same of a part of the file's costs, with environments told apart by the configured tag.
///
/// # Errors
/// As [`forecast_file`].
pub fn forecast_file_of<R: Read>(
    source: R,
    as_of: NaiveDate,
    budget: Usd,
    part: Part<'_>,
) -> Result<ForecastAnswer, FileError> {
    let actuals = read_costs_by_tag(source, as_of, part.cost_tag)?;
    let costs = charges(&actuals, part.environment)?;
    let input = ForecastInput {
        costs,
        as_of,
        budget,
        plan: None,
        provisional_days: 0,
    };
    let forecast = if actuals.is_spread {
        forecast_of_periods(&input)
    } else {
        forecast(&input)
    };
    let mut answer = forecast?.answer();
    if let Some((last, age)) = behind(costs, as_of) {
        answer.behind = Some(age);
        let _ = write!(answer.basis, "; DOUBTFUL: {}", Doubt::Stale { last, age });
    }
    for assumption in assumptions(&actuals, BillingMonth::of(as_of)) {
        let _ = write!(answer.basis, "; {assumption}");
    }
    Ok(answer)
}

/// The newest day and how far it lies behind the last closed one, where that is too far to be
/// how late bills usually come.
fn behind(costs: &DailyCosts, as_of: NaiveDate) -> Option<(NaiveDate, i64)> {
    let last = costs.before(as_of).last_day()?;
    let age = (as_of - last).num_days() - 1;
    (age >= LATE_DAYS).then_some((last, age))
}

/// What the file left open, as far as the forecast's own basis does not say it.
fn assumptions(actuals: &Actuals, month: BillingMonth) -> Vec<String> {
    let first = month.first_day();
    let credits = actuals.credits.between(first, month.next().first_day());
    let told = |assumption: &Assumption| match assumption {
        Assumption::CreditsApart { .. } if !credits.is_zero() => {
            Some(format!("credits of {credits} USD not subtracted"))
        }
        // Days without a row in the month itself are in the basis already.
        Assumption::DaysMissing { .. } => {
            let earlier = actuals.charges.before(first);
            let last = actuals.charges.last_day()?.min(first);
            let reported = i64::try_from(earlier.len()).ok()?;
            let missing = (last - earlier.first_day()?).num_days() - reported;
            let days = match missing {
                ..=0 => return None,
                1 => "1 earlier day has".to_owned(),
                _ => format!("{missing} earlier days have"),
            };
            Some(format!(
                "{days} no row: taken for the mean of the week before"
            ))
        }
        other => Some(other.to_string()),
    };
    actuals.assumptions.iter().filter_map(told).collect()
}

/// `nightcap backtest --costs FILE`: how good the forecast would have been on a file's charges.
///
/// # Errors
/// When the file cannot be read, knows no such environment, or has no complete month.
#[cfg(feature = "backtest")]
pub fn backtest_file<R: Read>(
    source: R,
    part: Part<'_>,
    options: &BacktestOptions,
) -> Result<Backtest, FileError> {
    let actuals = days(source, part.cost_tag)?;
    Ok(backtest(charges(&actuals, part.environment)?, options)?)
}

/// `nightcap backtest --holdout --costs FILE`: what is left of it when the constants are chosen on
/// other data. Every environment of the file with a complete month is a bill of its own; with
/// `environment`, or in a file that names none, there is one bill and no other to choose on.
///
/// # Errors
/// When the file cannot be read, knows no such environment, or has no complete month.
#[cfg(feature = "backtest")]
pub fn holdout_file<R: Read>(
    source: R,
    part: Part<'_>,
    options: &BacktestOptions,
) -> Result<Vec<Holdout>, FileError> {
    let actuals = days(source, part.cost_tag)?;
    let mut bills: Vec<Bill<'_>> = match part.environment {
        Some(name) => vec![Bill {
            name: name.as_str(),
            costs: charges(&actuals, part.environment)?,
        }],
        None => actuals
            .by_environment
            .iter()
            .map(|(name, costs)| Bill {
                name: name.as_str(),
                costs,
            })
            .filter(|bill| bill.has_months(options))
            .collect(),
    };
    if bills.is_empty() {
        bills.push(Bill {
            name: "all costs",
            costs: &actuals.charges,
        });
    }
    Ok(holdout(&bills, options)?)
}

fn unread_tags(rows: u64) -> String {
    match rows {
        0 => String::new(),
        rows => format!(" (the tags of {rows} rows could not be read)"),
    }
}

/// The costs of a file that tells days apart.
#[cfg(feature = "backtest")]
fn days<R: Read>(source: R, cost_tag: Option<&str>) -> Result<Actuals, FileError> {
    let actuals = read_costs_by_tag(source, NaiveDate::MAX, cost_tag)?;
    if actuals.is_spread {
        return Err(FileError::Spread);
    }
    Ok(actuals)
}

fn charges<'a>(
    actuals: &'a Actuals,
    environment: Option<&EnvironmentName>,
) -> Result<&'a DailyCosts, FileError> {
    let Some(name) = environment else {
        return Ok(&actuals.charges);
    };
    actuals.by_environment.get(name).ok_or_else(|| {
        let known: Vec<&str> = actuals
            .by_environment
            .keys()
            .take(10)
            .map(EnvironmentName::as_str)
            .collect();
        FileError::Environment {
            name: name.clone(),
            known: known.join(", "),
            unread: actuals
                .assumptions
                .iter()
                .map(|assumption| match assumption {
                    Assumption::TagsUnread { rows } => *rows,
                    _ => 0,
                })
                .sum(),
        }
    })
}
