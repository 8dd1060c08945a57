//! `nightcap prices`.

use std::collections::BTreeSet;

use anstream::{print, println};
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::config::nearest;
use nightcap_domain::money::price::{PriceBook, PriceView};
use nightcap_domain::names::Region;

use super::money::book;
use crate::money_args::Prices;
use crate::output::{self, Ending, Usage};

pub(crate) fn run(args: &Prices) -> anyhow::Result<Ending> {
    let book = book(args.book.as_deref())?;
    let regions = regions(&book, &args.regions)?;
    let as_of = args.as_of.unwrap_or_else(|| clock::now().date_naive());
    let view = book.view(&regions, as_of);
    if args.json {
        output::json(&view)?;
    } else {
        print!("{}", view.table());
        if args.sources {
            sources(&view);
        }
    }
    Ok(Ending::Fine)
}

/// The regions asked for, or all of the book.
fn regions(book: &PriceBook, asked: &[Region]) -> anyhow::Result<Vec<Region>> {
    let known: BTreeSet<&Region> = book.iter().map(|price| &price.region).collect();
    if asked.is_empty() {
        return Ok(known.into_iter().cloned().collect());
    }
    match asked.iter().find(|region| !known.contains(region)) {
        None => Ok(asked.to_vec()),
        Some(region) => {
            let names: Vec<&str> = known.iter().map(|region| region.as_str()).collect();
            let hint = nearest(region.as_str(), names.iter().copied())
                .map(|nearest| format!(" (did you mean {nearest:?}?)"))
                .unwrap_or_default();
            Err(anyhow!(Usage(format!(
                "the price book has no region {:?}{hint}; it has {}",
                region.as_str(),
                names.join(", ")
            ))))
        }
    }
}

fn sources(view: &PriceView) {
    println!();
    for aged in &view.prices {
        let price = &aged.price;
        println!("{} {}: {}", price.region, price.item, price.source);
    }
}
