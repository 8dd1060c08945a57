//! The commands about money: which one, and what they share.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow};
use nightcap_aws::clients::Clients;
use nightcap_aws::{config_source, price_source};
use nightcap_domain::money::FileError;
use nightcap_domain::money::plan::{Choices, Inventory};
use nightcap_domain::money::price::PriceBook;

use super::{backtest, forecast, prices, report, simulate};
use crate::money_args::{BookArg, MoneyCommand};
use crate::output::{Ending, Usage};
use crate::source;

pub(crate) async fn run(command: &MoneyCommand) -> anyhow::Result<Ending> {
    match command {
        MoneyCommand::Forecast(args) => forecast::run(args).await,
        MoneyCommand::Backtest(args) => backtest::run(args).await,
        MoneyCommand::Prices(args) => prices::run(args).await,
        MoneyCommand::Simulate(args) => simulate::run(args).await,
        MoneyCommand::Report(args) => report::run(args).await,
    }
}

/// Opens a file of costs; `-` is standard input.
pub(super) fn costs(place: &str) -> anyhow::Result<Box<dyn Read>> {
    if place == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(place).with_context(|| format!("{place} cannot be read"))?;
    Ok(Box::new(file))
}

/// The cost allocation tag of the configuration, where environments matter. A file of costs can be
/// asked about without any configuration: where the usual one is not there, none is read.
pub(super) async fn cost_tag(place: &str, by_environment: bool) -> anyhow::Result<Option<String>> {
    if !by_environment || source::is_absent(place) {
        return Ok(None);
    }
    let config = source::configuration(place).await?;
    let budget = config.config().budget.as_ref();
    Ok(budget.map(|budget| budget.cost_tag.clone()))
}

/// An answer to a question about a file of costs, or the error with the file's name.
pub(super) fn answered<T>(file: &str, answer: Result<T, FileError>) -> anyhow::Result<T> {
    let name = if file == "-" { "standard input" } else { file };
    answer.map_err(|error| match error {
        FileError::Environment { .. } => anyhow!(Usage(format!("{name}: {error}"))),
        other => anyhow!("{name}: {other}"),
    })
}

/// The price book that is named, or the one that comes with the program. AWS is asked only
/// where it stands there.
pub(super) async fn book(book: &BookArg) -> anyhow::Result<PriceBook> {
    match &book.place {
        None => PriceBook::embedded().context("the embedded price book"),
        Some(place) if config_source::is_remote(place) => {
            Ok(price_source::read(place, &Clients::from_environment().await).await?)
        }
        Some(place) => Ok(price_source::read_local(place)?),
    }
}

/// The inventory at a path, or the example's, which is never taken for the user's unasked.
pub(super) fn inventory(place: &str) -> anyhow::Result<Inventory> {
    match place {
        "greenleaf" => Inventory::greenleaf().context("the embedded inventory"),
        path => Inventory::from_csv(&text(Path::new(path))?).with_context(|| path.to_owned()),
    }
}

/// The lines that apply. A setting left open takes the value its first line names.
pub(super) fn chosen<'a>(
    inventory: &Inventory,
    choices: impl IntoIterator<Item = &'a (String, String)>,
) -> anyhow::Result<Inventory> {
    let mut all: Choices = inventory
        .settings()
        .into_iter()
        .filter_map(|(setting, values)| Some((setting.to_owned(), (*values.first()?).to_owned())))
        .collect();
    all.extend(choices.into_iter().cloned());
    inventory
        .choose(&all)
        .map_err(|error| anyhow!(Usage(error.to_string())))
}

/// The text of a file, which is never more than [`MAX_TEXT_BYTES`].
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("{} cannot be read", path.display());
    let mut text = String::new();
    // One byte more than allowed tells a file that is too large; a device has no end.
    File::open(path)
        .and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_string(&mut text))
        .with_context(cannot)?;
    if text.len() as u64 > MAX_TEXT_BYTES {
        return Err(anyhow!(
            "{}: this is larger than {MAX_TEXT_BYTES} bytes; an inventory is not",
            path.display()
        ));
    }
    Ok(text)
}

/// The most that is read of a file that is held as a whole: an inventory of a hundred thousand
/// lines is less.
const MAX_TEXT_BYTES: u64 = 16 * 1024 * 1024;
