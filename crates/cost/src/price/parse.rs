//! Reading a price book: a CSV file with a fixed header.

use chrono::NaiveDate;

use super::{Price, PriceBook, PriceDate, PriceStatus, PriceUnit};
use crate::sheet::{self, Row, SheetError};
use crate::{AmountError, Currency, Usd};
use nightcap_model::names::Region;

const HEADER: [&str; 8] = [
    "item", "unit", "amount", "currency", "region", "as_of", "status", "source",
];

/// Why a price book was refused. Lines count from 1, which is the header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceBookError {
    /// The file or a row of it cannot be understood.
    #[error(transparent)]
    Sheet(#[from] SheetError),
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
        let mut book = Self::default();
        sheet::read(text, &HEADER, |row| {
            let price = price(row)?;
            let (item, region) = (price.item.clone(), price.region.clone());
            if book.prices.contains_key(&(region.clone(), item.clone())) {
                let line = row.line;
                return Err(PriceBookError::Twice { line, item, region });
            }
            book.insert(price);
            Ok(())
        })?;
        Ok(book)
    }

    /// The book as CSV, by region and item: what [`Self::from_csv`] reads.
    ///
    /// # Errors
    /// Never into memory; the error of the writer is kept instead of a panic.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(vec![]);
        writer.write_record(HEADER)?;
        for price in self.iter() {
            let as_of = price.as_of.as_ref().map(ToString::to_string);
            writer.write_record([
                &price.item,
                price.unit.name(),
                &price.amount.amount().to_string(),
                &price.currency.to_string(),
                price.region.as_str(),
                as_of.as_deref().unwrap_or_default(),
                price.status.name(),
                &price.source,
            ])?;
        }
        let bytes = writer
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn price(row: &Row<'_>) -> Result<Price, SheetError> {
    let status = status(row)?;
    let as_of = as_of(row)?;
    if status == PriceStatus::Found && as_of.is_none() {
        return Err(row.error(
            5,
            "a price that was found has a date: YYYY, YYYY-MM or YYYY-MM-DD",
        ));
    }
    Ok(Price {
        item: row.filled(0)?.to_owned(),
        unit: unit(row)?,
        amount: amount(row)?,
        currency: currency(row)?,
        region: Region::new(row.filled(4)?),
        as_of,
        status,
        source: row.filled(7)?.to_owned(),
    })
}

fn unit(row: &Row<'_>) -> Result<PriceUnit, SheetError> {
    PriceUnit::ALL
        .into_iter()
        .find(|unit| unit.name() == row.text(1))
        .ok_or_else(|| {
            row.error(
                1,
                format!(
                    "must be one of {}",
                    PriceUnit::ALL.map(PriceUnit::name).join(", ")
                ),
            )
        })
}

fn status(row: &Row<'_>) -> Result<PriceStatus, SheetError> {
    PriceStatus::ALL
        .into_iter()
        .find(|status| status.name() == row.text(6))
        .ok_or_else(|| {
            row.error(
                6,
                format!(
                    "must be one of {}",
                    PriceStatus::ALL.map(PriceStatus::name).join(", ")
                ),
            )
        })
}

fn amount(row: &Row<'_>) -> Result<Usd, SheetError> {
    let amount: Usd = row
        .text(2)
        .parse()
        .map_err(|e: AmountError| row.error(2, e.to_string()))?;
    // A billion dollars for an hour of anything is a defect of the file.
    if amount.is_negative() || amount > Usd::from_cents(100_000_000_000) {
        return Err(row.error(2, "a price is not below zero and at most a billion"));
    }
    Ok(amount)
}

fn currency(row: &Row<'_>) -> Result<Currency, SheetError> {
    match row.text(3).parse() {
        Ok(Currency::USD) => Ok(Currency::USD),
        _ => Err(row.error(
            3,
            "prices are kept in USD, as AWS bills them: convert the row",
        )),
    }
}

fn as_of(row: &Row<'_>) -> Result<Option<PriceDate>, SheetError> {
    let text = row.text(5);
    if text.is_empty() {
        return Ok(None);
    }
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let first = NaiveDate::parse_from_str(&full, "%Y-%m-%d")
        .map_err(|_| row.error(5, "must be YYYY, YYYY-MM or YYYY-MM-DD"))?;
    Ok(Some(PriceDate {
        text: text.to_owned(),
        first,
    }))
}
