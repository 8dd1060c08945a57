//! What there is to pay for, as the variable `NIGHTCAP_INVENTORY` says, and at which prices, as
//! `NIGHTCAP_PRICES` does.

use nightcap_aws::clients::Clients;
use nightcap_aws::price_source;
use nightcap_aws::time_left::TimeLeft;
use nightcap_domain::guard::{Inventoried, ProblemView};
use nightcap_domain::money::plan::{Choices, Inventory};
use nightcap_domain::money::price::PriceBook;
use thiserror::Error;

use crate::problems;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "NIGHTCAP_INVENTORY is {text:?}: {reason}. Write greenleaf, or greenleaf:SETTING=VALUE,… , or the inventory's CSV itself; the guard goes on without a plan"
)]
pub struct InventoryTrouble {
    /// What the variable says.
    text: String,
    /// What is wrong.
    reason: String,
}

/// A price book that did not come in time.
#[derive(Clone, Copy, Debug, Error)]
#[error("{0}: no answer in time")]
struct Late<'a>(&'a str);

/// The price book that is named; where it cannot be read, the one that comes with the program,
/// and a problem that says so.
pub(crate) async fn book(
    named: Option<&str>,
    clients: &Clients,
    time: TimeLeft,
) -> (PriceBook, Option<ProblemView>) {
    // The embedded book is tested to be readable.
    let embedded = || PriceBook::embedded().unwrap_or_default();
    let Some(place) = named else {
        return (embedded(), None);
    };
    match time.cut_optional(price_source::read(place, clients)).await {
        Some(Ok(book)) => (book, None),
        Some(Err(error)) => (embedded(), Some(problems::prices(&error))),
        None => (embedded(), Some(problems::prices(&Late(place)))),
    }
}

/// Reads `greenleaf`, `greenleaf:preprod=iso,nat=gateway`, or a CSV inventory itself. Settings
/// left open take the value that their first line names.
///
/// # Errors
/// When it is none of these, or a setting has no such value.
pub fn read(text: &str, region: &str, book: PriceBook) -> Result<Inventoried, InventoryTrouble> {
    let trouble = |reason: String| InventoryTrouble {
        text: text.chars().take(60).collect(),
        reason,
    };
    let (all, settings) = if text.trim_start().starts_with("environment,") {
        (Inventory::from_csv(text), "")
    } else {
        match text.trim().split_once(':').unwrap_or((text.trim(), "")) {
            ("greenleaf", settings) => (Inventory::greenleaf(), settings),
            _ => return Err(trouble("it names no inventory".to_owned())),
        }
    };
    let all = all.map_err(|error| trouble(error.to_string()))?;
    let mut choices: Choices = all
        .settings()
        .into_iter()
        .filter_map(|(setting, values)| Some((setting.to_owned(), (*values.first()?).to_owned())))
        .collect();
    for pair in settings.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (setting, value) = pair
            .split_once('=')
            .ok_or_else(|| trouble(format!("{pair:?} is no SETTING=VALUE")))?;
        choices.insert(setting.trim().to_owned(), value.trim().to_owned());
    }
    let inventory = all
        .choose(&choices)
        .map_err(|error| trouble(error.to_string()))?;
    Ok(Inventoried {
        inventory,
        book,
        region: region.into(),
    })
}
