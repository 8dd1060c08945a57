//! `nightcap prices`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::output::{print, println};
use anyhow::{Context, anyhow};
use nightcap_aws::clients::Clients;
use nightcap_aws::clock;
use nightcap_aws::error::Cause;
use nightcap_aws::pricing::PriceList;
use nightcap_domain::config::nearest;
use nightcap_domain::money::price::{PriceBook, PriceView};
use nightcap_domain::names::Region;

use super::money::book;
use crate::money_args::Prices;
use crate::output::{self, Ending, Usage};

pub(crate) async fn run(args: &Prices) -> anyhow::Result<Ending> {
    let book = book(&args.book).await?;
    if let Some(file) = &args.refresh {
        return refresh(args, book, file).await;
    }
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

/// Reads the book anew and writes it, whole or not at all.
async fn refresh(args: &Prices, book: PriceBook, file: &Path) -> anyhow::Result<Ending> {
    // A region that the book does not know yet is what a refresh is for.
    let regions = match args.regions.as_slice() {
        [] => regions(&book, &[])?,
        asked => asked.to_vec(),
    };
    let list = PriceList::new(&Clients::from_environment().await);
    let refresh = list.refresh(book, &regions).await.map_err(|error| {
        let remedy = match error.cause {
            Cause::Throttled => "try again in a minute".to_owned(),
            _ => error.remedy().en.to_string(),
        };
        anyhow!(
            "the prices could not be read, so nothing was written: {error}. To mend it: {remedy}"
        )
    })?;
    let text = refresh
        .book
        .to_csv()
        .context("the book could not be made")?;
    write(file, &text)?;
    if args.json {
        output::json(&refresh)?;
    } else {
        print!("{}", refresh.table());
    }
    Ok(if refresh.has_surprises() {
        Ending::Problem
    } else {
        Ending::Fine
    })
}

/// Beside its place first: whoever reads the file has the old book or the new one.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, file))
        .with_context(|| format!("{} cannot be written", file.display()))
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
