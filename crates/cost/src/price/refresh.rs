//! A book brought up to date, with what changed and what could not be had.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::{OfferError, Price, PriceBook};
use crate::Usd;
use crate::table::{Align, Table};
use nightcap_model::names::Region;

/// A refresh of some regions of a book.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Refresh {
    /// The rows read anew.
    pub updated: Vec<Updated>,
    /// The rows that stay as they were, and why.
    pub kept: Vec<Unlisted>,
    /// What has no row before or after, and why.
    pub gaps: Vec<Unlisted>,
    /// The book as it is now.
    #[serde(skip)]
    pub book: PriceBook,
}

/// A row read anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Updated {
    /// Where.
    pub region: Region,
    /// What.
    pub item: String,
    /// What it cost in the book before.
    pub before: Option<Usd>,
    /// What it costs.
    pub now: Usd,
}

/// An item that the Price List API gave no price for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unlisted {
    /// Where.
    pub region: Region,
    /// What.
    pub item: String,
    /// Why.
    pub reason: String,
    /// True if it should have been listed: worth a look.
    pub unexpected: bool,
}

impl Refresh {
    /// A refresh that begins with this book.
    pub fn of(book: PriceBook) -> Self {
        Self {
            book,
            ..Self::default()
        }
    }

    /// Everything to look up: every item of the book in each of the regions.
    pub fn items(&self, regions: &[Region]) -> Vec<(String, Region)> {
        let items: BTreeSet<&str> = self.book.iter().map(|price| price.item.as_str()).collect();
        let in_region = |region: &Region| {
            let region = region.clone();
            items
                .iter()
                .map(move |item| ((*item).to_owned(), region.clone()))
                .collect::<Vec<_>>()
        };
        regions.iter().flat_map(in_region).collect()
    }

    /// Takes in what was found for an item.
    pub fn take(&mut self, item: &str, region: &Region, found: Result<Price, OfferError>) {
        let before = self.book.price(item, region).ok().map(|old| old.amount);
        match found {
            Ok(price) => {
                self.updated.push(Updated {
                    region: region.clone(),
                    item: item.to_owned(),
                    before,
                    now: price.amount,
                });
                self.book.insert(price);
            }
            Err(error) => {
                let unlisted = Unlisted {
                    region: region.clone(),
                    item: item.to_owned(),
                    unexpected: !matches!(error, OfferError::Spot | OfferError::UnknownItem),
                    reason: error.to_string(),
                };
                match before {
                    Some(_) => self.kept.push(unlisted),
                    None => self.gaps.push(unlisted),
                }
            }
        }
    }

    /// True if something should have been listed and was not.
    pub fn has_surprises(&self) -> bool {
        self.kept.iter().chain(&self.gaps).any(|row| row.unexpected)
    }

    /// What changed, then what could not be had.
    pub fn table(&self) -> String {
        let mut table = Table::new(&[
            ("region", Align::Left),
            ("item", Align::Left),
            ("before", Align::Right),
            ("now", Align::Right),
        ]);
        let digits = |amount: Usd| amount.amount().normalize().to_string();
        let changed = |row: &&Updated| row.before != Some(row.now);
        for row in self.updated.iter().filter(changed) {
            table.row(vec![
                row.region.to_string(),
                row.item.clone(),
                row.before.map_or_else(|| "-".to_owned(), digits),
                digits(row.now),
            ]);
        }
        let changes = self.updated.iter().filter(changed).count();
        let mut text = format!(
            "{} prices read, {changes} of them new or changed; {} kept as they were; {} missing\n",
            self.updated.len(),
            self.kept.len(),
            self.gaps.len()
        );
        if changes > 0 {
            let _ = write!(text, "\n{table}");
        }
        if !self.kept.is_empty() || !self.gaps.is_empty() {
            text.push('\n');
        }
        for (word, rows) in [("kept", &self.kept), ("gap", &self.gaps)] {
            for row in rows {
                let _ = writeln!(text, "{word}: {} {}: {}", row.region, row.item, row.reason);
            }
        }
        text
    }
}
