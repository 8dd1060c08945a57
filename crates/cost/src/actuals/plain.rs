//! `date,usd[,environment]`: the smallest format that says enough.

use std::io::Read;

use super::collector::{Charge, Collector};
use super::number::Numbers;
use super::rows::Rows;
use super::table::is_credit;
use super::tags::EnvironmentTags;
use super::time::{Period, day};
use super::{Actuals, ReadError, in_usd};

/// Columns that say what sort of charge a row is.
const KINDS: [&str; 9] = [
    "record_type",
    "charge_type",
    "charge_category",
    "line_item_type",
    "line_item_line_item_type",
    "transaction_type",
    "cost_type",
    "category",
    "type",
];

/// Reads the rows below the header. Columns may stand in any order; an optional column
/// `currency` is checked row by row, and one of the charge's type tells credits and refunds.
pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
    wanted: &EnvironmentTags,
) -> Result<Actuals, ReadError> {
    let on = rows.needed("date")?;
    let Some(usd) = rows.column("usd") else {
        return Err(rows.other_currency().unwrap_or_else(|| rows.missing("usd")));
    };
    // What some exports call a project is the same question: whose cost is it?
    let (environment, currency) = (
        wanted
            .columns(rows.header())
            .first()
            .copied()
            .or_else(|| rows.column("environment"))
            .or_else(|| rows.column("project")),
        rows.column("currency"),
    );
    let kind = KINDS.iter().find_map(|name| rows.column(name));
    let optional = [environment, currency, kind];
    let used = 2 + optional.iter().flatten().count();
    let ignored = rows.header().len().saturating_sub(used);
    let mut numbers = Numbers::separated_by(rows.separator());
    while rows.advance()? {
        collector.note_row();
        let line = rows.line();
        let amount = numbers.read(line, rows.field(usd)?)?;
        if let Some(column) = currency {
            in_usd(line, rows.field(column)?, amount)?;
        }
        let is_credit = is_credit(rows.optional(kind)?, "");
        let day = day(line, rows.field(on)?)?;
        collector.note_day(line, day);
        collector.add(&Charge {
            line,
            period: Period::of_day(day),
            environment: rows.optional(environment)?,
            amount: if is_credit && !amount.is_negative() {
                -amount
            } else {
                amount
            },
            is_credit,
        })?;
    }
    collector.note_ambiguous(numbers.ambiguous);
    collector.finish_days(ignored)
}
