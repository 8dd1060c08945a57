//! The CSV that Cost Explorer's console gives: a row a day, a column a service (or a tag's value,
//! or a type of charge), and a column of totals.
//!
//! ```text
//! "Service","EC2-Instances($)","Tax($)","Total costs($)"
//! "Service total","41.2","8.2","49.4"
//! "2026-10-01","4.1","0.8","4.9"
//! ```

use std::io::Read;

use super::collector::{Charge, Collector};
use super::number::Numbers;
use super::rows::Rows;
use super::table::is_credit;
use super::tags::{EnvironmentTags, bare};
use super::time::{Period, day};
use super::{Actuals, ReadError};

/// What the columns are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// Services, accounts, regions: all the same to a budget.
    Parts,
    /// Values of the tag that names the environment.
    Environments,
    /// Types of charge.
    Kinds,
}

/// True if the header is the console's.
pub(super) fn is_pivot<R: Read>(rows: &Rows<R>) -> bool {
    total(rows).is_some()
}

fn total<R: Read>(rows: &Rows<R>) -> Option<usize> {
    let is_total = |name: &String| {
        matches!(
            title(name).0.to_lowercase().as_str(),
            "total costs" | "total cost"
        )
    };
    rows.header()
        .iter()
        .skip(1)
        .position(is_total)
        .map(|at| at + 1)
}

/// The title of a column, and the unit behind it in brackets.
fn title(name: &str) -> (&str, &str) {
    let name = name.trim();
    match name
        .strip_suffix(')')
        .and_then(|inner| inner.rsplit_once('('))
    {
        Some((title, unit)) => (title.trim(), unit.trim()),
        None => (name, ""),
    }
}

/// Whether a unit is one of money: a sign, or a code of three capital letters.
fn is_money(unit: &str) -> bool {
    let is_code = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code || unit.contains(['$', '€', '£', '¥', '₹', '₩'])
}

/// The value of a tag: what the API gives, and what is exported from it, has the key and `$`
/// before it.
fn value_of<'n>(key: &str, name: &'n str) -> &'n str {
    match name.split_once('$') {
        Some((before, value)) if before == key => value,
        _ => name,
    }
}

pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
    wanted: &EnvironmentTags,
) -> Result<Actuals, ReadError> {
    let total = total(&rows);
    let names: Vec<String> = rows.header().to_vec();
    for name in names.iter().skip(1) {
        let unit = title(name).1;
        if !unit.is_empty() && unit != "$" && is_money(unit) {
            let text = match unit {
                "€" => "EUR",
                "£" => "GBP",
                "¥" => "CNY",
                other => other,
            };
            super::in_usd(1, text, crate::Usd::from_cents(1))?;
        }
    }
    let grouped_by = names.first().map(String::as_str).unwrap_or_default();
    let columns = if wanted.is_column(grouped_by) || bare(grouped_by) == "tag" {
        Columns::Environments
    } else if matches!(bare(grouped_by).as_str(), "chargetype" | "recordtype") {
        Columns::Kinds
    } else {
        Columns::Parts
    };
    // With nothing but the total, that is the cost; otherwise it is the sum of the rest.
    // Beside costs the console may give usage, in hours or bytes.
    let is_cost = |at: &usize| {
        let unit = names.get(*at).map(|name| title(name)).unwrap_or_default();
        unit.1.is_empty() && !unit.0.to_lowercase().starts_with("total usage") || is_money(unit.1)
    };
    let parts: Vec<usize> = (1..names.len())
        .filter(|at| Some(*at) != total)
        .filter(is_cost)
        .collect();
    let read = if parts.is_empty() {
        total.into_iter().collect()
    } else {
        parts
    };
    let mut numbers = Numbers::separated_by(rows.separator());
    while rows.advance()? {
        let line = rows.line();
        let on = rows.field(0)?;
        // The second row holds the sum of every column.
        if on.to_lowercase().ends_with("total") {
            continue;
        }
        collector.note_row();
        let day = day(line, on)?;
        collector.note_day(line, day);
        for at in &read {
            let text = rows.field(*at)?;
            let name = names.get(*at).map(|name| title(name).0).unwrap_or_default();
            let amount = if text.is_empty() {
                crate::Usd::ZERO
            } else {
                numbers.read(line, text)?
            };
            let environment = match columns {
                Columns::Environments if !bare(name).starts_with("notag") => {
                    value_of(grouped_by, name)
                }
                _ => "",
            };
            collector.add(&Charge {
                line,
                period: Period::of_day(day),
                environment,
                amount,
                is_credit: columns == Columns::Kinds && is_credit(name, ""),
            })?;
        }
    }
    collector.note_ambiguous(numbers.ambiguous);
    collector.forget_added_rows();
    collector.finish_days(0)
}
