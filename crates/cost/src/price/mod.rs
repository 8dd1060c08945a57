//! The price book: what a unit costs in a region, since when, according to whom.

mod listed;
mod offer;
mod parse;
mod refresh;
mod view;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use listed::OfferError;
pub use offer::OfferQuery;
pub use parse::PriceBookError;
pub use refresh::{Refresh, Unlisted, Updated};
pub use view::{AgedPrice, PriceView};

use super::{Currency, Usd};
use nightcap_model::names::Region;

/// The embedded price book.
const EMBEDDED: &str = include_str!("../../data/prices.csv");

/// The unit a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriceUnit {
    /// An hour of a thing that runs or exists.
    Hour,
    /// An hour of one load balancer capacity unit.
    LcuHour,
    /// A gigabyte kept for a whole month; pro rata below that.
    GbMonth,
    /// An alarm for a month.
    AlarmMonth,
    /// A secret for a month.
    SecretMonth,
    /// A gigabyte moved or taken in.
    Gb,
    /// A gigabyte of memory for a second.
    GbSecond,
}

impl PriceUnit {
    /// All units.
    const ALL: [Self; 7] = [
        Self::Hour,
        Self::LcuHour,
        Self::GbMonth,
        Self::AlarmMonth,
        Self::SecretMonth,
        Self::Gb,
        Self::GbSecond,
    ];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::LcuHour => "lcu-hour",
            Self::GbMonth => "gb-month",
            Self::AlarmMonth => "alarm-month",
            Self::SecretMonth => "secret-month",
            Self::Gb => "gb",
            Self::GbSecond => "gb-second",
        }
    }

    /// True if a quantity of this unit is charged for each hour; else the quantity is a month's.
    pub const fn is_hourly(self) -> bool {
        matches!(self, Self::Hour | Self::LcuHour)
    }
}

/// How sure a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceStatus {
    /// Read in a current source.
    Found,
    /// Read in a source that is old or undated.
    FoundOld,
    /// Derived from other figures; the source says how.
    Inferred,
}

impl PriceStatus {
    const ALL: [Self; 3] = [Self::Found, Self::FoundOld, Self::Inferred];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::FoundOld => "found_old",
            Self::Inferred => "inferred",
        }
    }
}

/// The date of a price, as precise as its source: a year, a month or a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceDate {
    text: String,
    first: NaiveDate,
}

impl PriceDate {
    /// A date known to the day.
    pub fn day(day: NaiveDate) -> Self {
        Self {
            text: day.to_string(),
            first: day,
        }
    }

    /// The first day it can mean.
    pub const fn first_day(&self) -> NaiveDate {
        self.first
    }
}

impl fmt::Display for PriceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for PriceDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A row of the price book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// What it is a price of: `ec2:t3.small`.
    pub item: String,
    /// For how much of it.
    pub unit: PriceUnit,
    /// What that costs; far below a cent for some units.
    pub amount: Usd,
    /// In which currency: always USD, other books are refused.
    pub currency: Currency,
    /// Where.
    pub region: Region,
    /// Since when it is known, if the source says.
    pub as_of: Option<PriceDate>,
    /// How sure it is.
    pub status: PriceStatus,
    /// Who says so.
    pub source: String,
}

impl Price {
    /// The cost of a quantity: for hourly units of `quantity` things over `hours`, else of a
    /// month's `quantity` of which `hours` of the month's `month_hours` have passed.
    pub fn cost(&self, quantity: Decimal, hours: Decimal, month_hours: Decimal) -> Usd {
        let times = super::stats::mul(quantity, hours);
        if self.unit.is_hourly() {
            self.amount.times(times)
        } else {
            self.amount.times(super::stats::div(times, month_hours))
        }
    }
}

/// A price that is not in the book. It is reported, never taken for zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("no price for {item} in {region}{}: add a row to the price book", hint(.nearest.as_ref()))]
pub struct Gap {
    /// What was looked for.
    pub item: String,
    /// Where.
    pub region: Region,
    /// The item of that region with the most similar name, if any is similar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (the book has {name})"))
}

/// Prices by region and item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    prices: BTreeMap<(Region, String), Price>,
}

impl PriceBook {
    /// The book that comes with the program.
    ///
    /// # Errors
    /// Never, as long as the tests of this crate pass; the error is kept instead of a panic.
    pub fn embedded() -> Result<Self, PriceBookError> {
        Self::from_csv(EMBEDDED)
    }

    /// The price of an item in a region.
    ///
    /// # Errors
    /// The gap, if the book has no such row.
    pub fn price(&self, item: &str, region: &Region) -> Result<&Price, Gap> {
        self.prices
            .get(&(region.clone(), item.to_owned()))
            .ok_or_else(|| self.gap(item, region))
    }

    fn gap(&self, item: &str, region: &Region) -> Gap {
        let nearest = self
            .in_region(region)
            .map(|price| (strsim::damerau_levenshtein(item, &price.item), &price.item))
            .filter(|(distance, _)| *distance <= 3)
            .min()
            .map(|(_, name)| name.clone());
        Gap {
            item: item.to_owned(),
            region: region.clone(),
            nearest,
        }
    }

    /// All rows, by region and item.
    pub fn iter(&self) -> impl Iterator<Item = &Price> {
        self.prices.values()
    }

    /// The rows of a region.
    pub fn in_region<'a>(&'a self, region: &'a Region) -> impl Iterator<Item = &'a Price> {
        self.iter().filter(move |price| price.region == *region)
    }

    /// Puts a price in, in place of an older one: how a refresh from the AWS Price List API
    /// updates the book.
    pub fn insert(&mut self, price: Price) {
        self.prices
            .insert((price.region.clone(), price.item.clone()), price);
    }
}
