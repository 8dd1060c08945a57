//! `date,usd[,environment]`: the smallest format that says enough.

use std::io::Read;

use super::collector::{Charge, Collector};
use super::number::Numbers;
use super::rows::Rows;
use super::table::is_credit;
use super::time::{Period, day};
use super::{Actuals, ReadError, in_usd};

/// Columns that say what sort of charge a row is.
const KINDS: [&str; 4] = ["category", "record_type", "charge_type", "charge_category"];

/// Reads the rows below the header. Columns may stand in any order; an optional column
/// `currency` is checked row by row, and one of the charge's type tells credits and refunds.
pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
) -> Result<Actuals, ReadError> {
    let on = rows.needed("date")?;
    let Some(usd) = rows.column("usd") else {
        return Err(rows.other_currency().unwrap_or_else(|| rows.missing("usd")));
    };
    // What some exports call a project is the same question: whose cost is it?
    let (environment, currency) = (
        rows.column("environment").or(rows.column("project")),
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
        if let Some(column) = currency {
            in_usd(line, rows.field(column)?)?;
        }
        let amount = numbers.read(line, rows.field(usd)?)?;
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
