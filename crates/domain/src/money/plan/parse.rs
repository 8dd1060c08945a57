//! Reading an inventory: a CSV file with a fixed header.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::inventory::{Charge, CostClass, Inventory, Item, When};
use crate::money::Usd;

const HEADER: [&str; 9] = [
    "environment",
    "name",
    "price",
    "quantity",
    "peak",
    "when",
    "class",
    "only_if",
    "note",
];

/// The platform's own inventory.
const GREENLEAF: &str = include_str!("../../../data/greenleaf.csv");

/// No quantity of anything reaches a billion.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// Why an inventory was refused. Lines count from 1, which is the header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
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
        expected: &'static str,
    },
}

impl Inventory {
    /// The inventory of the `GreenLeaf` platform, with its variants.
    ///
    /// # Errors
    /// Never, as long as the tests of this crate pass; the error is kept instead of a panic.
    pub fn greenleaf() -> Result<Self, InventoryError> {
        Self::from_csv(GREENLEAF)
    }

    /// Reads an inventory from CSV text. In the column `price` stands an item of the price book,
    /// `usd` (the quantity is an amount that falls due at `when`) or `percent` (the quantity is a
    /// share of the environment's other costs). `when` is `always`, `schedule`, a date, or
    /// `monthly:DAY`.
    ///
    /// # Errors
    /// On the first row that cannot be understood, with its line.
    pub fn from_csv(text: &str) -> Result<Self, InventoryError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut rows = reader.records();
        let header = rows
            .next()
            .transpose()
            .map_err(|e| broken(&e))?
            .ok_or(InventoryError::Header)?;
        if !header.iter().eq(HEADER) {
            return Err(InventoryError::Header);
        }
        let mut items = Vec::new();
        for row in rows {
            let record = row.map_err(|e| broken(&e))?;
            let line = record.position().map_or(0, csv::Position::line);
            items.push(
                Row {
                    line,
                    record: &record,
                }
                .item()?,
            );
        }
        Ok(Self { items })
    }
}

fn broken(error: &csv::Error) -> InventoryError {
    let line = error.position().map_or(0, csv::Position::line);
    InventoryError::Csv {
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

    fn error(&self, column: usize, expected: &'static str) -> InventoryError {
        InventoryError::Field {
            line: self.line,
            field: HEADER.get(column).copied().unwrap_or_default(),
            found: self.text(column).chars().take(40).collect(),
            expected,
        }
    }

    fn filled(&self, column: usize) -> Result<&str, InventoryError> {
        let text = self.text(column);
        if text.is_empty() {
            Err(self.error(column, "must not be empty"))
        } else {
            Ok(text)
        }
    }

    fn number(&self, column: usize) -> Result<Decimal, InventoryError> {
        let number: Decimal = self
            .text(column)
            .parse()
            .map_err(|_| self.error(column, "must be a decimal number"))?;
        if number.abs() > MOST {
            return Err(self.error(column, "must be at most a billion"));
        }
        Ok(number)
    }

    fn quantity(&self, column: usize) -> Result<Decimal, InventoryError> {
        let number = self.number(column)?;
        if number < Decimal::ZERO {
            return Err(self.error(
                column,
                "a quantity is not below zero: write a credit as usd",
            ));
        }
        Ok(number)
    }

    fn item(&self) -> Result<Item, InventoryError> {
        let (charge, when) = (self.charge()?, self.when()?);
        let lump = matches!(when, When::Once(_) | When::Monthly(_));
        if lump != matches!(charge, Charge::Face(_)) {
            return Err(self.error(5, "an amount (price usd) needs a date or monthly:DAY, everything else always or schedule"));
        }
        Ok(Item {
            environment: self.filled(0)?.into(),
            name: self.filled(1)?.to_owned(),
            class: self.class()?,
            charge,
            when,
            only_if: self.only_if()?,
        })
    }

    fn charge(&self) -> Result<Charge, InventoryError> {
        Ok(match self.filled(2)? {
            "usd" => Charge::Face(Usd::new(self.number(3)?)),
            "percent" => Charge::Percent(self.quantity(3)?),
            price => {
                let quantity = self.quantity(3)?;
                let peak = if self.text(4).is_empty() {
                    quantity
                } else {
                    self.quantity(4)?
                };
                if peak < quantity {
                    return Err(self.error(4, "the peak is at least the quantity"));
                }
                Charge::Priced {
                    price: price.to_owned(),
                    quantity,
                    peak,
                }
            }
        })
    }

    fn when(&self) -> Result<When, InventoryError> {
        let text = self.filled(5)?;
        if let Some(day) = text.strip_prefix("monthly:") {
            let day = day.parse().ok().filter(|day| (1..=31).contains(day));
            return day
                .map(When::Monthly)
                .ok_or_else(|| self.error(5, "the day must be 1 to 31"));
        }
        match text {
            "always" => Ok(When::Always),
            "schedule" => Ok(When::Schedule),
            date => NaiveDate::parse_from_str(date, "%Y-%m-%d")
                .map(When::Once)
                .map_err(|_| self.error(5, "must be always, schedule, YYYY-MM-DD or monthly:DAY")),
        }
    }

    fn class(&self) -> Result<CostClass, InventoryError> {
        CostClass::ALL
            .into_iter()
            .find(|class| class.name() == self.text(6))
            .ok_or_else(|| {
                self.error(
                    6,
                    "must be compute, always-on, storage, usage, lump, tax, support or credit",
                )
            })
    }

    fn only_if(&self) -> Result<Option<(String, String)>, InventoryError> {
        let text = self.text(7);
        if text.is_empty() {
            return Ok(None);
        }
        let (setting, value) = text
            .split_once('=')
            .ok_or_else(|| self.error(7, "must be setting=value"))?;
        Ok(Some((setting.trim().to_owned(), value.trim().to_owned())))
    }
}
