//! The mail about a share of the budget that was spent.

use rust_decimal::Decimal;

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: so many per cent of the budget are spent.
pub fn budget_spent(facts: &MoneyFacts<'_>, level: Decimal) -> Mail {
    let (spent, limit) = (facts.usd(facts.actual), facts.usd(facts.limit));
    let level = level.normalize();
    let subject = match facts.language {
        Language::En => format!("{level} % of the budget is spent: {spent} of {limit} (Nightcap)"),
        Language::Fr => format!("{level} % du budget est dépensé : {spent} sur {limit} (Nightcap)"),
    };
    let next = facts.say(
        "nothing is stopped; a further mail comes if the forecast or the spending passes its next level",
        "rien n'est arrêté ; un autre message suivra si la prévision ou la dépense passe le niveau suivant",
    );
    facts.mail(&subject, &facts.head(next.to_owned()), &[], &[])
}
