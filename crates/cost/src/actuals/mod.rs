//! Actual costs from files: `date,usd[,environment]`, FOCUS, the Cost and Usage Report, and what
//! Cost Explorer's console gives.
//!
//! Files are read as a stream; what is kept is one amount a day and environment, so a million
//! rows need no more memory than a thousand.

mod assumption;
mod collector;
mod number;
mod pivot;
mod plain;
mod rows;
mod source;
mod table;
mod tags;
mod text;
mod time;

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;
use serde::Serialize;

pub use self::assumption::Assumption;
use self::collector::Collector;
use self::rows::Rows;
pub use self::source::Packed;
use self::tags::EnvironmentTags;
pub use self::text::printable;
use super::{AmountError, CurrencyError, DailyCosts, Usd};
use nightcap_model::names::EnvironmentName;

/// The most environments told apart. A file with more has something else in that column.
const MOST_ENVIRONMENTS: usize = 1000;

/// Actual costs as read from a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Actuals {
    /// What was charged by day: discounts, negations and corrections netted, credits and refunds
    /// not subtracted.
    pub charges: DailyCosts,
    /// Credits and refunds by day, as amounts below zero.
    pub credits: DailyCosts,
    /// Charges by environment; the untagged ones under `untagged`.
    pub by_environment: BTreeMap<EnvironmentName, DailyCosts>,
    /// Rows in the file, without the header.
    pub rows: u64,
    /// What had to be assumed.
    pub assumptions: Vec<Assumption>,
    /// True if most of the money is in charges of more than a day.
    #[serde(skip)]
    pub is_spread: bool,
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
        "line 1: there is no column {column:?} among: {found}. Expected date,usd[,environment], the CSV of Cost Explorer's console, or an export in FOCUS 1.0 to 1.3 or of the Cost and Usage Report"
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
    /// A form that is not text.
    #[error("{0}")]
    Packed(Packed),
    /// The days of another zone than UTC.
    #[error(
        "line {line}: a day of another zone than UTC lies on two days of a bill: export the costs in UTC, or by hour"
    )]
    LocalDays {
        /// Line.
        line: u64,
    },
    /// A charge that ends before it begins, or runs for longer than any.
    #[error("line {line}: the charge ends before it begins, or after more than five years")]
    Period {
        /// Line.
        line: u64,
    },
    /// Sums of weeks or months.
    #[error(
        "line {line}: the rows lie about {days} days apart; sums of weeks or months do not tell what a day costs. Export the costs by day (in Cost Explorer: granularity Daily), or write 0 on days without cost"
    )]
    FarApart {
        /// The line of the second row.
        line: u64,
        /// The middle distance between rows.
        days: i64,
    },
    /// Decimal commas and decimal points.
    #[error(
        "line {line}: the file writes numbers in two ways: 1,234 cannot be told from 1.234. Write them with a decimal point and nothing between thousands"
    )]
    MixedNumbers {
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

/// Reads a file of costs; the header says which of the formats it is.
///
/// # Errors
/// On the first row that cannot be understood, with its line.
///
/// ```
/// use nightcap_cost::actuals::read_costs;
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
    read_costs_by_tag(source, end, None)
}

/// The same, with environments told apart by a cost allocation tag, which is
/// `nightcap:environment` (or `environment`) where none is configured.
///
/// # Errors
/// On the first row that cannot be understood, with its line.
pub fn read_costs_by_tag<R: Read>(
    source: R,
    end: NaiveDate,
    cost_tag: Option<&str>,
) -> Result<Actuals, ReadError> {
    let rows = Rows::new(source)?;
    let collector = Collector::before(end);
    let wanted = EnvironmentTags::of(cost_tag);
    let actuals = if table::is_table(&rows) {
        table::read(rows, collector, &wanted)?
    } else if pivot::is_pivot(&rows) {
        pivot::read(rows, collector, &wanted)?
    } else {
        plain::read(rows, collector, &wanted)?
    };
    if actuals.rows == 0 {
        Err(ReadError::NoRows)
    } else {
        Ok(actuals)
    }
}

/// That an amount is in dollars. Nothing has no currency: Cost Explorer writes `N/A` there.
fn in_usd(line: u64, currency: &str, amount: Usd) -> Result<(), ReadError> {
    if amount.is_zero() && matches!(currency, "" | "N/A") {
        return Ok(());
    }
    let money = currency.parse().map(|currency| super::Money {
        amount: rust_decimal::Decimal::ZERO,
        currency,
    });
    money
        .and_then(super::Money::usd)
        .map(|_| ())
        .map_err(|source| ReadError::Currency { line, source })
}
