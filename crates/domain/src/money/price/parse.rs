//! Reading a price book: a CSV file with a fixed header.

use chrono::NaiveDate;

use super::{Price, PriceBook, PriceDate, PriceStatus, PriceUnit};
use crate::money::{AmountError, Currency, Usd};
use crate::names::Region;

const HEADER: [&str; 8] = [
    "item", "unit", "amount", "currency", "region", "as_of", "status", "source",
];

/// Why a price book was refused. Lines count from 1, which is the header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceBookError {
    /// The header differs.
    #[error("line 1: the header must be {}", HEADER.join(","))]
    Header,
    /// Not CSV, or a row of another length.
    #[error("line {line}: {reason}")]
    Csv {
        /// Line.
        line: u64,
        /// What the reader says.
        reason: String,
    },
    /// A field that cannot be understood.
    #[error("line {line}: {field} is {found:?}, but {expected}")]
    Field {
        /// Line.
        line: u64,
        /// The column.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// Two rows for one item and region.
    #[error("line {line}: {item} in {region} has a price already: keep one row")]
    Twice {
        /// Line.
        line: u64,
        /// Item.
        item: String,
        /// Region.
        region: Region,
    },
}

impl PriceBook {
    /// Reads a book from CSV text.
    ///
    /// # Errors
    /// On the first row that cannot be understood, with its line.
    pub fn from_csv(text: &str) -> Result<Self, PriceBookError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut rows = reader.records();
        let header = rows
            .next()
            .transpose()
            .map_err(|e| broken(&e))?
            .ok_or(PriceBookError::Header)?;
        if !header.iter().eq(HEADER) {
            return Err(PriceBookError::Header);
        }
        let mut book = Self::default();
        for row in rows {
            let row = row.map_err(|e| broken(&e))?;
            let line = row.position().map_or(0, csv::Position::line);
            let price = Row { line, record: &row }.price()?;
            let (item, region) = (price.item.clone(), price.region.clone());
            if book.prices.contains_key(&(region.clone(), item.clone())) {
                return Err(PriceBookError::Twice { line, item, region });
            }
            book.insert(price);
        }
        Ok(book)
    }
}

fn broken(error: &csv::Error) -> PriceBookError {
    let line = error.position().map_or(0, csv::Position::line);
    PriceBookError::Csv {
        line,
        reason: error.to_string(),
    }
}

struct Row<'a> {
    line: u64,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default().trim()
    }

    fn error(&self, column: usize, expected: impl Into<String>) -> PriceBookError {
        PriceBookError::Field {
            line: self.line,
            field: HEADER.get(column).copied().unwrap_or_default(),
            found: self.text(column).chars().take(40).collect(),
            expected: expected.into(),
        }
    }

    fn filled(&self, column: usize) -> Result<String, PriceBookError> {
        let text = self.text(column);
        if text.is_empty() {
            Err(self.error(column, "must not be empty"))
        } else {
            Ok(text.to_owned())
        }
    }

    fn price(&self) -> Result<Price, PriceBookError> {
        let status = self.status()?;
        let as_of = self.as_of()?;
        if status == PriceStatus::Found && as_of.is_none() {
            return Err(self.error(
                5,
                "a price that was found has a date: YYYY, YYYY-MM or YYYY-MM-DD",
            ));
        }
        Ok(Price {
            item: self.filled(0)?,
            unit: self.unit()?,
            amount: self.amount()?,
            currency: self.currency()?,
            region: Region::new(self.filled(4)?),
            as_of,
            status,
            source: self.filled(7)?,
        })
    }

    fn unit(&self) -> Result<PriceUnit, PriceBookError> {
        PriceUnit::ALL
            .into_iter()
            .find(|unit| unit.name() == self.text(1))
            .ok_or_else(|| {
                self.error(
                    1,
                    format!(
                        "must be one of {}",
                        PriceUnit::ALL.map(PriceUnit::name).join(", ")
                    ),
                )
            })
    }

    fn status(&self) -> Result<PriceStatus, PriceBookError> {
        PriceStatus::ALL
            .into_iter()
            .find(|status| status.name() == self.text(6))
            .ok_or_else(|| {
                self.error(
                    6,
                    format!(
                        "must be one of {}",
                        PriceStatus::ALL.map(PriceStatus::name).join(", ")
                    ),
                )
            })
    }

    fn amount(&self) -> Result<Usd, PriceBookError> {
        let amount: Usd = self
            .text(2)
            .parse()
            .map_err(|e: AmountError| self.error(2, e.to_string()))?;
        // A billion dollars for an hour of anything is a defect of the file.
        if amount.is_negative() || amount > Usd::from_cents(100_000_000_000) {
            return Err(self.error(2, "a price is not below zero and at most a billion"));
        }
        Ok(amount)
    }

    fn currency(&self) -> Result<Currency, PriceBookError> {
        match self.text(3).parse() {
            Ok(Currency::USD) => Ok(Currency::USD),
            _ => Err(self.error(
                3,
                "prices are kept in USD, as AWS bills them: convert the row",
            )),
        }
    }

    fn as_of(&self) -> Result<Option<PriceDate>, PriceBookError> {
        let text = self.text(5);
        if text.is_empty() {
            return Ok(None);
        }
        let full = match text.len() {
            4 => format!("{text}-01-01"),
            7 => format!("{text}-01"),
            _ => text.to_owned(),
        };
        let first = NaiveDate::parse_from_str(&full, "%Y-%m-%d")
            .map_err(|_| self.error(5, "must be YYYY, YYYY-MM or YYYY-MM-DD"))?;
        Ok(Some(PriceDate {
            text: text.to_owned(),
            first,
        }))
    }
}
