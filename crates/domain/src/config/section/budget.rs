//! `budget:`, what the month may cost.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::{
    super::{
        alert::AlertRule,
        decoder::{Decoder, Field},
        defaults,
        ladder::LadderRule,
        model::BudgetConfig,
        node::{Meaning, quote},
    },
    Defined, each_once, or_default, unknown_name,
};

pub(super) const KEYS: &[&str] = &[
    "name", "limit", "currency", "cost_tag", "accounts", "alerts", "ladder",
];

const LIMIT: &str = "an amount above 0, such as 500 or 499.99";

/// To suggest what was meant; any three capitals are accepted.
const CURRENCIES: &[&str] = &[
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "IDR", "ILS", "INR",
    "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "SAR", "SEK", "SGD", "TWD", "USD", "ZAR",
];

pub(super) fn read<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    defined: &Defined<'n>,
) -> Option<BudgetConfig> {
    let mut fields = d.mapping(field, KEYS)?;
    let name = fields.required(d, "name").and_then(|f| name(d, &f));
    let limit = fields.required(d, "limit").and_then(|f| limit(d, &f));
    let currency = match fields.optional("currency") {
        Some(field) => currency(d, &field),
        None => Some(defaults::currency()),
    };
    let cost_tag = match fields.optional("cost_tag") {
        Some(field) => cost_tag(d, &field),
        None => Some(defaults::cost_tag()),
    };
    let accounts = or_default(fields.optional("accounts"), |f| each_once(d, f, account));
    let alerts = or_default(fields.optional("alerts"), |f| {
        each_once(d, f, |d, item| {
            d.sentence::<AlertRule>(item, "actual > 80%")
        })
    });
    let ladder = or_default(fields.optional("ladder"), |f| {
        each_once(d, f, |d, item| rung(d, item, defined))
    });
    Some(BudgetConfig {
        name: name?,
        limit: limit?,
        currency: currency?,
        cost_tag: cost_tag?,
        accounts: accounts?,
        alerts: alerts?,
        ladder: ladder?,
    })
}

/// AWS allows 1 to 100 characters without `:` and `\`.
fn name(d: &mut Decoder, field: &Field<'_>) -> Option<String> {
    const FORM: &str = "the name of an AWS Budget: 1 to 100 characters without : and \\";
    let text = d.text(field, FORM)?;
    let fits = (1..=100).contains(&text.chars().count())
        && !text.contains([':', '\\'])
        && !text.contains(char::is_control);
    if !fits {
        d.wrong_type(field, FORM);
    }
    fits.then(|| text.to_owned())
}

/// A positive decimal number, with or without quotes. No exponent, no sign, no separators:
/// nobody writes money so.
fn limit(d: &mut Decoder, field: &Field<'_>) -> Option<Decimal> {
    let scalar = d.scalar(field, LIMIT)?;
    let numeric = matches!(scalar.meaning(), Meaning::Number | Meaning::Text);
    let digits = scalar.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let limit = Some(&scalar.text)
        .filter(|text| numeric && digits && text.len() <= 20)
        .and_then(|text| Decimal::from_str(text).ok())
        .filter(|limit| *limit > Decimal::ZERO && limit.scale() <= 2);
    if limit.is_none() {
        d.wrong_type(field, LIMIT);
    }
    limit
}

fn currency(d: &mut Decoder, field: &Field<'_>) -> Option<String> {
    const FORM: &str = "an ISO 4217 code such as USD or EUR";
    let text = d.text(field, FORM)?;
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let error = field
        .error(format!("{} is no currency", quote(text)))
        .expecting(FORM)
        .meaning(d.nearest(text, CURRENCIES.iter().copied()));
    d.report(error);
    None
}

/// AWS allows 1 to 128 letters, digits, spaces and `_ . : / = + - @`.
fn cost_tag(d: &mut Decoder, field: &Field<'_>) -> Option<String> {
    const FORM: &str = "the key of a cost allocation tag, such as nightcap:environment";
    let text = d.text(field, FORM)?;
    let allowed = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    let fits = (1..=128).contains(&text.chars().count()) && text.chars().all(allowed);
    if !fits {
        d.wrong_type(field, FORM);
    }
    fits.then(|| text.to_owned())
}

/// Twelve digits, with or without quotes: a leading zero counts.
fn account(d: &mut Decoder, field: &Field<'_>) -> Option<String> {
    const FORM: &str = "an account by its twelve digits, such as 123456789012";
    let scalar = d.scalar(field, FORM)?;
    let numeric = matches!(scalar.meaning(), Meaning::Number | Meaning::Text);
    let fits =
        numeric && scalar.text.len() == 12 && scalar.text.bytes().all(|b| b.is_ascii_digit());
    let text = fits.then(|| scalar.text.clone());
    if text.is_none() {
        d.wrong_type(field, FORM);
    }
    text
}

/// A rule of the ladder, which may name only environments that exist and are not protected.
fn rung<'n>(d: &mut Decoder, field: &Field<'n>, defined: &Defined<'n>) -> Option<LadderRule> {
    let rule: LadderRule = d.sentence(field, "forecast > 110% for 2 days: sleep preprod")?;
    let text = field.node.as_text().unwrap_or_default();
    let mut fits = true;
    for name in rule.effect.named() {
        let at = field.error_at(offset_of(text, name.as_str()), "");
        let error = if defined.protected.contains(name.as_str()) {
            at.saying(format!(
                "{} is protected: nothing may stop it",
                quote(name.as_str())
            ))
            .expecting("an environment that is not protected")
        } else if defined.environments.contains(name.as_str()) {
            continue;
        } else {
            unknown_name(d, at, "environment", name.as_str(), &defined.environments)
        };
        d.report(error);
        fits = false;
    }
    fits.then_some(rule)
}

/// Characters before the name where it is named: after the condition, and as a whole word.
fn offset_of(text: &str, name: &str) -> usize {
    let effect = text.find(':').unwrap_or(0);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(name)
        .find(|(start, _)| {
            let before = text.get(..*start).and_then(|s| s.chars().next_back());
            let after = text
                .get(start + name.len()..)
                .and_then(|s| s.chars().next());
            *start > effect && !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
        .and_then(|(start, _)| text.get(..start))
        .map_or(0, |before| before.chars().count())
}
