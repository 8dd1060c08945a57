//! Reading an inventory: a CSV file with a fixed header.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::inventory::{Charge, CostClass, Inventory, Item, When};
use crate::Usd;
use crate::sheet::{self, Row, SheetError};

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
const GREENLEAF: &str = include_str!("../../data/greenleaf.csv");

/// No quantity of anything reaches a billion.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

impl Inventory {
    /// The inventory of the `GreenLeaf` platform, with its variants.
    ///
    /// # Errors
    /// Never, as long as the tests of this crate pass; the error is kept instead of a panic.
    pub fn greenleaf() -> Result<Self, SheetError> {
        Self::from_csv(GREENLEAF)
    }

    /// Reads an inventory from CSV text. In the column `price` stands an item of the price book,
    /// `usd` (the quantity is an amount that falls due at `when`) or `percent` (the quantity is a
    /// share of the environment's other costs). `when` is `always`, `schedule`, a date, or
    /// `monthly:DAY`.
    ///
    /// # Errors
    /// On the first row that cannot be understood, with its line.
    pub fn from_csv(text: &str) -> Result<Self, SheetError> {
        let items = sheet::read(text, &HEADER, item)?;
        Ok(Self { items })
    }
}

fn number(row: &Row<'_>, column: usize) -> Result<Decimal, SheetError> {
    let number: Decimal = row
        .text(column)
        .parse()
        .map_err(|_| row.error(column, "must be a decimal number"))?;
    if number.abs() > MOST {
        return Err(row.error(column, "must be at most a billion"));
    }
    Ok(number)
}

fn quantity(row: &Row<'_>, column: usize) -> Result<Decimal, SheetError> {
    let number = number(row, column)?;
    if number < Decimal::ZERO {
        return Err(row.error(
            column,
            "a quantity is not below zero: write a credit as usd",
        ));
    }
    Ok(number)
}

fn item(row: &Row<'_>) -> Result<Item, SheetError> {
    let (charge, when) = (charge(row)?, when(row)?);
    let lump = matches!(when, When::Once(_) | When::Monthly(_));
    if lump != matches!(charge, Charge::Face(_)) {
        return Err(row.error(
            5,
            "an amount (price usd) needs a date or monthly:DAY, everything else always or schedule",
        ));
    }
    Ok(Item {
        environment: row.filled(0)?.into(),
        name: row.filled(1)?.to_owned(),
        class: class(row)?,
        charge,
        when,
        only_if: only_if(row)?,
    })
}

fn charge(row: &Row<'_>) -> Result<Charge, SheetError> {
    Ok(match row.filled(2)? {
        "usd" => Charge::Face(Usd::new(number(row, 3)?)),
        "percent" => Charge::Percent(quantity(row, 3)?),
        price => {
            let usual = quantity(row, 3)?;
            let peak = match row.text(4) {
                "" => usual,
                _ => quantity(row, 4)?,
            };
            if peak < usual {
                return Err(row.error(4, "the peak is at least the quantity"));
            }
            Charge::Priced {
                price: price.to_owned(),
                quantity: usual,
                peak,
            }
        }
    })
}

fn when(row: &Row<'_>) -> Result<When, SheetError> {
    let text = row.filled(5)?;
    if let Some(day) = text.strip_prefix("monthly:") {
        let day = day.parse().ok().filter(|day| (1..=31).contains(day));
        return day
            .map(When::Monthly)
            .ok_or_else(|| row.error(5, "the day must be 1 to 31"));
    }
    match text {
        "always" => Ok(When::Always),
        "schedule" => Ok(When::Schedule),
        date => NaiveDate::parse_from_str(date, "%Y-%m-%d")
            .map(When::Once)
            .map_err(|_| row.error(5, "must be always, schedule, YYYY-MM-DD or monthly:DAY")),
    }
}

fn class(row: &Row<'_>) -> Result<CostClass, SheetError> {
    CostClass::ALL
        .into_iter()
        .find(|class| class.name() == row.text(6))
        .ok_or_else(|| {
            row.error(
                6,
                "must be compute, always-on, storage, usage, lump, tax, support or credit",
            )
        })
}

fn only_if(row: &Row<'_>) -> Result<Option<(String, String)>, SheetError> {
    let text = row.text(7);
    if text.is_empty() {
        return Ok(None);
    }
    let (setting, value) = text
        .split_once('=')
        .ok_or_else(|| row.error(7, "must be setting=value"))?;
    Ok(Some((setting.trim().to_owned(), value.trim().to_owned())))
}
