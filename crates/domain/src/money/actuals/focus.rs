//! FOCUS 1.0 to 1.2: the `FinOps` Open Cost and Usage Specification, as CSV.
//!
//! Read are `BilledCost`, `BillingCurrency`, `ChargePeriodStart`, `ChargePeriodEnd` and, where
//! present, `ChargeCategory` and `Tags`: names that did not change between these versions.
//! <https://focus.finops.org/focus-specification/>

use std::io::Read;

use super::rows::Rows;
use super::{Actuals, Collector, ReadError, amount, date, in_usd};

/// The tag that names the environment, first match wins.
const ENVIRONMENT_TAGS: [&str; 3] = ["nightcap:environment", "environment", "Environment"];

pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
) -> Result<Actuals, ReadError> {
    let cost = rows.needed("BilledCost")?;
    let currency = rows.needed("BillingCurrency")?;
    let start = rows.needed("ChargePeriodStart")?;
    let (end, tags) = (rows.column("ChargePeriodEnd"), rows.column("Tags"));
    let category = rows.column("ChargeCategory");
    while rows.advance()? {
        let line = rows.line();
        in_usd(line, rows.field(currency)?)?;
        let day = date(line, rows.field(start)?)?;
        if let Some(column) = end {
            let to = date(line, rows.field(column)?)?;
            collector.note_span(day, to);
        }
        let mut billed = amount(line, rows.field(cost)?)?;
        // Some exports write credits as positive amounts of the category Credit.
        let is_credit = category
            .map_or(Ok(""), |column| rows.field(column))?
            .eq_ignore_ascii_case("credit");
        if is_credit && !billed.is_negative() {
            billed = -billed;
        }
        let name = tags
            .map_or(Ok(""), |column| rows.field(column))
            .map(environment)?;
        collector.add(line, day, &name, billed)?;
    }
    // Other columns are meant to be there, and an hour or a resource a row is the format's way.
    Ok(collector.finish(0, true))
}

/// The environment among the tags, a JSON object of strings; nothing if there is none.
fn environment(tags: &str) -> String {
    if tags.is_empty() {
        return String::new();
    }
    let Ok(serde_json::Value::Object(tags)) = serde_json::from_str(tags) else {
        return String::new();
    };
    ENVIRONMENT_TAGS
        .iter()
        .find_map(|name| tags.get(*name)?.as_str())
        .unwrap_or_default()
        .to_owned()
}
