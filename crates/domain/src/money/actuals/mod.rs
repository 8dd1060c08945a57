//! Actual costs from files: `date,usd[,environment]` and FOCUS 1.0 to 1.2.
//!
//! Files are read as a stream; what is kept is one amount a day and environment, so a million
//! rows need no more memory than a thousand.

mod assumption;
mod focus;
mod plain;
mod rows;

use std::collections::BTreeMap;
use std::io::Read;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

pub use self::assumption::Assumption;
use self::rows::{Rows, short};
use super::{AmountError, CurrencyError, DailyCosts, Usd};
use crate::names::EnvironmentName;

/// The most environments told apart. A file with more has something else in that column.
const MOST_ENVIRONMENTS: usize = 1000;

/// Actual costs as read from a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Actuals {
    /// What was charged by day, credits and refunds not subtracted.
    pub charges: DailyCosts,
    /// Credits and refunds by day, as amounts below zero.
    pub credits: DailyCosts,
    /// Charges by environment; the untagged ones under `untagged`.
    pub by_environment: BTreeMap<EnvironmentName, DailyCosts>,
    /// Rows in the file, without the header.
    pub rows: u64,
    /// What had to be assumed.
    pub assumptions: Vec<Assumption>,
}

/// The environment of rows that name none.
pub const UNTAGGED: &str = "untagged";

/// Why a file of costs could not be read. Lines count from 1, which is the header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No line at all.
    #[error("the file is empty: a header line such as date,usd is expected")]
    Empty,
    /// A header and nothing below.
    #[error("the file has a header but no row")]
    NoRows,
    /// A column is missing.
    #[error(
        "line 1: there is no column {column:?} among: {found}. Expected date,usd[,environment] or a FOCUS 1.0 to 1.2 export, separated by commas"
    )]
    MissingColumn {
        /// Its name.
        column: &'static str,
        /// What the header has.
        found: String,
    },
    /// A row is longer or shorter than the header.
    #[error("line {line}: {found} fields, but the header has {expected}")]
    Fields {
        /// Line.
        line: u64,
        /// Fields found.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// Not a date.
    #[error("line {line}: {text:?} is not a UTC date such as 2026-11-05, between 2006 and 2199")]
    Date {
        /// Line.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// Not an amount.
    #[error("line {line}: {source}")]
    Amount {
        /// Line.
        line: u64,
        /// Why.
        source: AmountError,
    },
    /// Another currency.
    #[error("line {line}: {source}")]
    Currency {
        /// Line.
        line: u64,
        /// Why.
        source: CurrencyError,
    },
    /// Not UTF-8.
    #[error("line {line}: the text is not UTF-8: save the file as UTF-8")]
    NotText {
        /// Line.
        line: u64,
    },
    /// Too many environments.
    #[error(
        "line {line}: more than {MOST_ENVIRONMENTS} environments: is the right column named environment?"
    )]
    Environments {
        /// Line.
        line: u64,
    },
    /// The source failed or is not CSV.
    #[error("line {line}: {reason}")]
    Broken {
        /// Line.
        line: u64,
        /// What the reader says.
        reason: String,
    },
}

/// Reads a file of costs; the header says which of the two formats it is.
///
/// # Errors
/// On the first row that cannot be understood, with its line.
///
/// ```
/// use nightcap_domain::money::actuals::read_costs;
/// let actuals = read_costs("date,usd\n2026-11-01,12.50\n2026-11-02,11.75\n".as_bytes()).unwrap();
/// assert_eq!(actuals.charges.len(), 2);
/// ```
pub fn read_costs<R: Read>(source: R) -> Result<Actuals, ReadError> {
    read_costs_before(source, NaiveDate::MAX)
}

/// The same, of the days before `end` alone: later rows must be readable, and are not counted.
///
/// # Errors
/// On the first row that cannot be understood, with its line.
pub fn read_costs_before<R: Read>(source: R, end: NaiveDate) -> Result<Actuals, ReadError> {
    let rows = Rows::new(source)?;
    let collector = Collector::before(end);
    let actuals = if rows.column("BilledCost").is_some() {
        focus::read(rows, collector)?
    } else {
        plain::read(rows, collector)?
    };
    if actuals.rows == 0 {
        Err(ReadError::NoRows)
    } else {
        Ok(actuals)
    }
}

/// Adds up rows.
struct Collector {
    end: NaiveDate,
    actuals: Actuals,
    credit_rows: u64,
    added_rows: u64,
    long_charges: u64,
}

impl Collector {
    fn before(end: NaiveDate) -> Self {
        Self {
            end,
            actuals: Actuals::default(),
            credit_rows: 0,
            added_rows: 0,
            long_charges: 0,
        }
    }

    fn add(
        &mut self,
        line: u64,
        day: NaiveDate,
        environment: &str,
        amount: Usd,
    ) -> Result<(), ReadError> {
        self.actuals.rows += 1;
        if day >= self.end {
            return Ok(());
        }
        if amount.is_negative() {
            self.credit_rows += 1;
            self.actuals.credits.add(day, amount);
            return Ok(());
        }
        self.actuals.charges.add(day, amount);
        let environment = if environment.is_empty() {
            UNTAGGED
        } else {
            environment
        };
        if !self.actuals.by_environment.contains_key(environment) {
            if self.actuals.by_environment.len() >= MOST_ENVIRONMENTS {
                return Err(ReadError::Environments { line });
            }
            self.actuals
                .by_environment
                .insert(environment.into(), DailyCosts::default());
        }
        if let Some(costs) = self.actuals.by_environment.get_mut(environment) {
            self.added_rows += u64::from(costs.get(day).is_some());
            costs.add(day, amount);
        }
        Ok(())
    }

    /// Notes a charge that spans more than its first day.
    fn note_span(&mut self, from: NaiveDate, to: NaiveDate) {
        self.long_charges += u64::from(from < self.end && (to - from).num_days() > 1);
    }

    fn finish(mut self, ignored_columns: usize, many_rows_a_day: bool) -> Actuals {
        let actuals = &mut self.actuals;
        let credits: Usd = actuals.credits.iter().map(|(_, amount)| amount).sum();
        let mut say = |yes: bool, assumption| {
            if yes {
                actuals.assumptions.push(assumption);
            }
        };
        say(
            self.credit_rows > 0,
            Assumption::CreditsApart {
                rows: self.credit_rows,
                total: credits,
            },
        );
        say(
            !many_rows_a_day && self.added_rows > 0,
            Assumption::RowsAdded {
                rows: self.added_rows,
            },
        );
        say(
            self.long_charges > 0,
            Assumption::LongCharges {
                rows: self.long_charges,
            },
        );
        say(
            ignored_columns > 0,
            Assumption::ColumnsIgnored {
                columns: ignored_columns,
            },
        );
        if let Some((days, first)) = missing_days(&actuals.charges) {
            actuals
                .assumptions
                .push(Assumption::DaysMissing { days, first });
        }
        self.actuals
    }
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

/// A date, alone or followed by a time of day in UTC.
fn date(line: u64, text: &str) -> Result<NaiveDate, ReadError> {
    let error = || ReadError::Date {
        line,
        text: short(text),
    };
    let (day, rest) = text.split_at_checked(10).ok_or_else(error)?;
    let utc = rest.is_empty() || (rest.starts_with(['T', ' ']) && !rest.contains(['+', '-']));
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| error())?;
    if utc && (2006..2200).contains(&day.year()) {
        Ok(day)
    } else {
        Err(error())
    }
}

fn amount(line: u64, text: &str) -> Result<Usd, ReadError> {
    text.parse()
        .map_err(|source| ReadError::Amount { line, source })
}

fn in_usd(line: u64, currency: &str) -> Result<(), ReadError> {
    let money = currency.parse().map(|currency| super::Money {
        amount: rust_decimal::Decimal::ZERO,
        currency,
    });
    money
        .and_then(super::Money::usd)
        .map(|_| ())
        .map_err(|source| ReadError::Currency { line, source })
}
