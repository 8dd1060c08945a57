//! The price book for people: rows, age and gaps.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Gap, Price, PriceBook, PriceStatus};
use crate::table::{Align, Table};
use nightcap_model::names::Region;

/// What `nightcap prices` answers.
#[derive(Clone, Debug, Serialize)]
pub struct PriceView {
    /// The rows with their age.
    pub prices: Vec<AgedPrice>,
    /// Items that another region of the book has and this one lacks.
    pub gaps: Vec<Gap>,
}

/// A price and how old it is.
#[derive(Clone, Debug, Serialize)]
pub struct AgedPrice {
    /// The row.
    #[serde(flatten)]
    pub price: Price,
    /// Days since the first day its date can mean; none for undated rows.
    pub age_days: Option<i64>,
}

impl PriceBook {
    /// The rows of the regions, how old they are on a day, and what is missing.
    pub fn view(&self, regions: &[Region], today: NaiveDate) -> PriceView {
        let age = |price: &Price| {
            price
                .as_of
                .as_ref()
                .map(|date| (today - date.first_day()).num_days())
        };
        let prices = regions
            .iter()
            .flat_map(|region| self.in_region(region))
            .map(|price| AgedPrice {
                price: price.clone(),
                age_days: age(price),
            })
            .collect();
        let gaps = regions
            .iter()
            .flat_map(|region| self.gaps(region))
            .collect();
        PriceView { prices, gaps }
    }

    /// The items known elsewhere that have no price in a region.
    pub fn gaps(&self, region: &Region) -> Vec<Gap> {
        let mut items: Vec<&str> = self.iter().map(|price| price.item.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        items
            .into_iter()
            .filter(|item| self.price(item, region).is_err())
            .map(|item| Gap {
                item: item.to_owned(),
                region: region.clone(),
                nearest: None,
            })
            .collect()
    }
}

impl PriceView {
    /// The rows as a table, then the gaps. Prices that are not read in a current source are
    /// marked: `old`, `inferred`.
    pub fn table(&self) -> String {
        let mut table = Table::new(&[
            ("region", Align::Left),
            ("item", Align::Left),
            ("USD", Align::Right),
            ("unit", Align::Left),
            ("as of", Align::Left),
            ("days", Align::Right),
            ("mark", Align::Left),
        ]);
        for aged in &self.prices {
            let price = &aged.price;
            let mark = match price.status {
                PriceStatus::Found => "",
                PriceStatus::FoundOld => "old",
                PriceStatus::Inferred => "inferred",
            };
            table.row(vec![
                price.region.to_string(),
                price.item.clone(),
                price.amount.amount().normalize().to_string(),
                price.unit.name().to_owned(),
                price
                    .as_of
                    .as_ref()
                    .map_or_else(|| "-".into(), ToString::to_string),
                aged.age_days
                    .map_or_else(|| "-".into(), |days| days.to_string()),
                mark.to_owned(),
            ]);
        }
        let mut text = table.to_string();
        for gap in &self.gaps {
            let _ = writeln!(text, "gap: no price for {} in {}", gap.item, gap.region);
        }
        text
    }
}
