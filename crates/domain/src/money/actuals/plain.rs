//! `date,usd[,environment]`: the smallest format that says enough.

use std::io::Read;

use super::rows::Rows;
use super::{Actuals, Collector, ReadError, amount, date, in_usd};

/// Reads the rows below the header. Columns may stand in any order; an optional column
/// `currency` is checked row by row.
pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
) -> Result<Actuals, ReadError> {
    let (day, usd) = (rows.needed("date")?, rows.needed("usd")?);
    // What some exports call a project is the same question: whose cost is it?
    let (environment, currency) = (
        rows.column("environment").or(rows.column("project")),
        rows.column("currency"),
    );
    let used = 2 + usize::from(environment.is_some()) + usize::from(currency.is_some());
    let ignored = rows.header().len().saturating_sub(used);
    while rows.advance()? {
        let line = rows.line();
        if let Some(column) = currency {
            in_usd(line, rows.field(column)?)?;
        }
        let name = environment.map_or(Ok(""), |column| rows.field(column))?;
        let cost = amount(line, rows.field(usd)?)?;
        collector.add(line, date(line, rows.field(day)?)?, name, cost)?;
    }
    Ok(collector.finish(ignored, false))
}
