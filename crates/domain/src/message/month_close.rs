//! The mail about a month that is over, with what its forecast was worth.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;
use crate::money::Usd;

/// What was forecast in the course of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecasted {
    /// The data date nearest to the middle of the month on which something was forecast.
    pub on: NaiveDate,
    /// What was expected then.
    pub expected: Usd,
    /// The mean distance of all forecasts of the month from its total, as a share of it.
    pub mean_error: Decimal,
    /// How many there were.
    pub count: usize,
}

/// Writes the mail: what the month cost, and how good its forecast was.
pub fn month_close(facts: &MoneyFacts<'_>, forecasted: Option<&Forecasted>) -> Mail {
    let (spent, limit, month) = (
        facts.usd(facts.actual),
        facts.usd(facts.limit),
        facts.month(),
    );
    let kept = facts.actual <= facts.limit;
    let subject = match (facts.language, kept) {
        (Language::En, true) => format!("Budget kept: {month} cost {spent} of {limit} (Nightcap)"),
        (Language::En, false) => format!("Over budget: {month} cost {spent} of {limit} (Nightcap)"),
        (Language::Fr, true) => {
            format!("Budget tenu : {month} a coûté {spent} sur {limit} (Nightcap)")
        }
        (Language::Fr, false) => {
            format!("Budget dépassé : {month} a coûté {spent} sur {limit} (Nightcap)")
        }
    };
    let mut head = facts.head(
        facts
            .say(
                "nothing to do; the new month is watched from its first day",
                "rien à faire ; le nouveau mois est surveillé dès son premier jour",
            )
            .to_owned(),
    );
    let last = facts.day(facts.period.last_day());
    head.by_when = match facts.language {
        Language::En => format!("the month ended on {last}"),
        Language::Fr => format!("le mois a pris fin le {last}"),
    };
    facts
        .say(
            "closed days; AWS may still correct a little until its invoice",
            "jours clos ; AWS peut encore corriger un peu jusqu'à la facture",
        )
        .clone_into(&mut head.how_sure);
    facts.mail(&subject, &head, &[worth(facts, forecasted)], &[])
}

fn worth(facts: &MoneyFacts<'_>, forecasted: Option<&Forecasted>) -> String {
    let Some(past) = forecasted else {
        return facts
            .say(
                "No forecast of this month was recorded, so none can be judged.",
                "Aucune prévision de ce mois n'a été conservée : rien à juger.",
            )
            .to_owned();
    };
    let (on, expected) = (facts.day(past.on), facts.usd(past.expected));
    let error = |share: Decimal| {
        let digits = (share * Decimal::ONE_HUNDRED).round_dp(1).normalize();
        match facts.language {
            Language::En => format!("{digits} %"),
            Language::Fr => format!("{} %", digits.to_string().replace('.', ",")),
        }
    };
    let then = (past.expected - facts.actual)
        .share_of(facts.actual)
        .unwrap_or_default()
        .abs();
    let (then, mean, count) = (error(then), error(past.mean_error), past.count);
    match facts.language {
        Language::En => format!(
            "Forecast on {on}: {expected}, {then} off. Mean error of the month's {count} forecasts: {mean}."
        ),
        Language::Fr => format!(
            "Prévision du {on} : {expected}, écart {then}. Écart moyen des {count} prévisions du mois : {mean}."
        ),
    }
}
