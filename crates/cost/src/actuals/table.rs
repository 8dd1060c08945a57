//! Bills with a row a charge: FOCUS 1.0 to 1.3 and AWS's Cost and Usage Report, as CSV.
//!
//! Of FOCUS are read `BilledCost`, `BillingCurrency`, `ChargePeriodStart` and, where present,
//! `ChargePeriodEnd`, `BillingPeriodStart` and `-End`, `ChargeCategory`, `ChargeSubcategory`,
//! `ChargeClass` and `Tags`. <https://focus.finops.org/focus-specification/>
//! Of the Cost and Usage Report, in its old spelling and in that of version 2, the columns that
//! mean the same: `lineItem/UnblendedCost`, `line_item_usage_start_date` and so on.
//! <https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html>

use std::io::Read;

use super::collector::{Charge, Collector};
use super::number::Numbers;
use super::rows::Rows;
use super::tags::{EnvironmentTags, Tags, bare};
use super::time::{Period, moment};
use super::{Actuals, ReadError, in_usd};

/// The columns of a format; a name is compared by its letters and digits.
struct Layout {
    cost: &'static str,
    currency: &'static str,
    start: &'static str,
    end: &'static str,
    billed_from: &'static str,
    billed_to: &'static str,
    kind: &'static str,
    tags: &'static str,
}

const FOCUS: Layout = Layout {
    cost: "BilledCost",
    currency: "BillingCurrency",
    start: "ChargePeriodStart",
    end: "ChargePeriodEnd",
    billed_from: "BillingPeriodStart",
    billed_to: "BillingPeriodEnd",
    kind: "ChargeCategory",
    tags: "Tags",
};

const COST_AND_USAGE_REPORT: Layout = Layout {
    cost: "lineItem/UnblendedCost",
    currency: "lineItem/CurrencyCode",
    start: "lineItem/UsageStartDate",
    end: "lineItem/UsageEndDate",
    billed_from: "bill/BillingPeriodStartDate",
    billed_to: "bill/BillingPeriodEndDate",
    kind: "lineItem/LineItemType",
    tags: "resource_tags",
};

/// True if the header is that of one of these formats.
pub(super) fn is_table<R: Read>(rows: &Rows<R>) -> bool {
    layout(rows).is_some()
}

fn layout<R: Read>(rows: &Rows<R>) -> Option<&'static Layout> {
    [&FOCUS, &COST_AND_USAGE_REPORT]
        .into_iter()
        .find(|layout| rows.column(layout.cost).is_some())
}

pub(super) fn read<R: Read>(
    mut rows: Rows<R>,
    mut collector: Collector,
    wanted: &EnvironmentTags,
) -> Result<Actuals, ReadError> {
    let layout = layout(&rows).unwrap_or(&FOCUS);
    let cost = rows.needed(layout.cost)?;
    let currency = rows.needed(layout.currency)?;
    let start = rows.needed(layout.start)?;
    let (end, tags) = (rows.column(layout.end), rows.column(layout.tags));
    let billed = (
        rows.column(layout.billed_from),
        rows.column(layout.billed_to),
    );
    let (kind, detail) = (rows.column(layout.kind), rows.column("ChargeSubcategory"));
    let class = rows.column("ChargeClass");
    let environments = wanted.columns(rows.header());
    let mut numbers = Numbers::separated_by(rows.separator());
    while rows.advance()? {
        collector.note_row();
        let line = rows.line();
        let period = period(&rows, start, end)?;
        let period = match billed {
            (Some(from), Some(to)) => match billing_period(&rows, from, to)? {
                Some(billed) => period.within(billed),
                None => period,
            },
            _ => period,
        };
        let mut amount = numbers.read(line, rows.field(cost)?)?;
        in_usd(line, rows.field(currency)?, amount)?;
        let is_credit = is_credit(rows.optional(kind)?, rows.optional(detail)?);
        // Some exports write credits as positive amounts. One that corrects a credit is positive.
        let corrects = rows.optional(class)?.eq_ignore_ascii_case("correction");
        if is_credit && !amount.is_negative() && !corrects {
            amount = -amount;
        }
        let tags = match Tags::read(rows.optional(tags)?, wanted) {
            Tags::Read(Some(name)) => Tags::Read(Some(name)),
            other => match first_filled(&rows, &environments)? {
                "" => other,
                name => Tags::Read(Some(name.to_owned())),
            },
        };
        let name = match tags {
            Tags::Read(name) => name.unwrap_or_default(),
            Tags::None => String::new(),
            Tags::Unread => {
                collector.note_unread_tags();
                String::new()
            }
        };
        collector.add(&Charge {
            line,
            period,
            environment: &name,
            amount,
            is_credit,
        })?;
    }
    collector.note_ambiguous(numbers.ambiguous);
    // Other columns are meant to be there, and an hour or a resource a row is the format's way.
    // Neither has a row for a day on which nothing was charged.
    Ok(collector.finish_table())
}

/// The first of some fields that is not empty.
fn first_filled<'r, R: Read>(rows: &'r Rows<R>, columns: &[usize]) -> Result<&'r str, ReadError> {
    for column in columns {
        let text = rows.field(*column)?;
        if !text.is_empty() {
            return Ok(text);
        }
    }
    Ok("")
}

fn period<R: Read>(rows: &Rows<R>, start: usize, end: Option<usize>) -> Result<Period, ReadError> {
    let line = rows.line();
    let from = moment(line, rows.field(start)?)?;
    let to = match rows.optional(end)? {
        "" => None,
        text => Some(moment(line, text)?),
    };
    Period::new(line, from, to)
}

/// The period that the invoice is for, if it is written.
fn billing_period<R: Read>(
    rows: &Rows<R>,
    from: usize,
    to: usize,
) -> Result<Option<Period>, ReadError> {
    let line = rows.line();
    match (rows.field(from)?, rows.field(to)?) {
        ("", _) | (_, "") => Ok(None),
        (from, to) => Period::new(line, moment(line, from)?, Some(moment(line, to)?)).map(Some),
    }
}

/// A credit or a refund by its record type or category. Whatever else lies below zero takes back
/// or lowers a charge: a Savings Plan's negation, a discount, a correction of usage.
pub(super) fn is_credit(kind: &str, detail: &str) -> bool {
    let gives_back = |text: &str| {
        matches!(
            bare(text).as_str(),
            "credit" | "refund" | "credits" | "refunds"
        )
    };
    gives_back(kind) || (kind.eq_ignore_ascii_case("adjustment") && gives_back(detail))
}
