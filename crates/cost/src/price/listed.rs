//! The AWS Price List API: what its answers say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{OfferQuery, Price, PriceDate, PriceStatus, PriceUnit};
use crate::{Currency, Usd};

/// Why the Price List API gives no price for an item. It is reported, and never taken for zero.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Spot prices are made by the hour.
    #[error("the Price List API has no Spot prices")]
    Spot,
    /// An item of the user's own.
    #[error("how to ask the Price List API for such an item is not known")]
    UnknownItem,
    /// Nothing matches.
    #[error("the Price List API lists no {usage} of {service} there")]
    NotListed {
        /// The service code.
        service: &'static str,
        /// The usage type without its region.
        usage: String,
    },
    /// Products of the same usage at different prices.
    #[error("the Price List API lists {usage} at more than one price: {prices}")]
    Ambiguous {
        /// The usage type without its region.
        usage: String,
        /// The prices.
        prices: String,
    },
    /// Priced by another unit than the book's.
    #[error("the Price List API prices {usage} by {found:?}, the book by {expected}")]
    Unit {
        /// The usage type without its region.
        usage: String,
        /// Its unit there.
        found: String,
        /// The book's.
        expected: &'static str,
    },
    /// Listed without an amount in USD above zero.
    #[error("the Price List API lists {usage} without a price in USD")]
    NoAmount {
        /// The usage type without its region.
        usage: String,
    },
    /// Not the documented form.
    #[error("an answer of the Price List API cannot be read: {0}")]
    Unreadable(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    product: Product,
    #[serde(default)]
    terms: Terms,
    publication_date: Option<String>,
}

#[derive(Deserialize)]
struct Product {
    sku: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    effective_date: Option<String>,
    #[serde(default)]
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    begin_range: Option<String>,
    #[serde(default)]
    price_per_unit: BTreeMap<String, String>,
}

/// A product's price, before it is one of the book.
struct Offer {
    sku: String,
    amount: Usd,
    since: Option<NaiveDate>,
}

impl OfferQuery {
    /// The price among the products answered, each a JSON document. Of tiers it is the first one
    /// that costs anything.
    ///
    /// # Errors
    /// When none matches, they disagree, or none has a price in the book's unit.
    pub fn price<T: AsRef<str>>(&self, products: &[T]) -> Result<Price, OfferError> {
        let mut offers = vec![];
        for product in products {
            let document: Document = serde_json::from_str(product.as_ref())
                .map_err(|error| OfferError::Unreadable(error.to_string()))?;
            let usage = document.product.attributes.get("usagetype");
            if usage.is_some_and(|usage| self.is_usage(usage)) {
                offers.push(self.offer(&document)?);
            }
        }
        let prices: BTreeSet<Usd> = offers.iter().map(|offer| offer.amount).collect();
        let Some(offer) = offers.first() else {
            return Err(OfferError::NotListed {
                service: self.service,
                usage: self.usage.clone(),
            });
        };
        if prices.len() > 1 {
            let prices: Vec<String> = prices
                .iter()
                .map(|price| price.amount().normalize().to_string())
                .collect();
            return Err(OfferError::Ambiguous {
                usage: self.usage.clone(),
                prices: prices.join(", "),
            });
        }
        Ok(self.row(offer))
    }

    fn row(&self, offer: &Offer) -> Price {
        Price {
            item: self.item.clone(),
            unit: self.unit,
            amount: offer.amount,
            currency: Currency::USD,
            region: self.region.clone(),
            as_of: offer.since.map(PriceDate::day),
            // Without a date nobody can tell how old it is.
            status: match offer.since {
                Some(_) => PriceStatus::Found,
                None => PriceStatus::FoundOld,
            },
            source: format!("AWS Price List API, {} SKU {}", self.service, offer.sku),
        }
    }

    fn offer(&self, document: &Document) -> Result<Offer, OfferError> {
        let none = || OfferError::NoAmount {
            usage: self.usage.clone(),
        };
        let term = document.terms.on_demand.values().next().ok_or_else(none)?;
        let mut tiers: Vec<(Decimal, &Dimension)> = term
            .price_dimensions
            .values()
            .map(|tier| (begin(tier), tier))
            .collect();
        tiers.sort_by_key(|(begin, _)| *begin);
        let (unit, amount) = tiers
            .iter()
            .find_map(|(_, tier)| {
                let amount: Usd = tier.price_per_unit.get("USD")?.parse().ok()?;
                (amount > Usd::ZERO).then_some((tier.unit.as_str(), amount))
            })
            .ok_or_else(none)?;
        if !units(self.unit)
            .iter()
            .any(|u| u.eq_ignore_ascii_case(unit))
        {
            return Err(OfferError::Unit {
                usage: self.usage.clone(),
                found: unit.chars().take(40).collect(),
                expected: self.unit.name(),
            });
        }
        let dates = [&document.publication_date, &term.effective_date];
        Ok(Offer {
            sku: document.product.sku.clone(),
            amount: Usd::new(amount.amount().normalize()),
            since: dates.into_iter().flatten().find_map(|date| day(date)),
        })
    }
}

fn begin(tier: &Dimension) -> Decimal {
    let begin = tier.begin_range.as_deref().unwrap_or_default();
    begin.parse().unwrap_or_default()
}

/// The day of `2026-10-08T17:01:02Z`.
fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// What the Price List API calls a unit of the book.
const fn units(unit: PriceUnit) -> &'static [&'static str] {
    match unit {
        PriceUnit::Hour => &["Hrs", "Hours"],
        PriceUnit::LcuHour => &["LCU-Hrs"],
        PriceUnit::GbMonth => &["GB-Mo", "GB-Month"],
        PriceUnit::AlarmMonth => &["Alarms"],
        PriceUnit::SecretMonth => &["Secrets", "Secret"],
        PriceUnit::Gb => &["GB"],
        PriceUnit::GbSecond => &["Lambda-GB-Second", "GB-Second", "Second", "Seconds"],
    }
}
