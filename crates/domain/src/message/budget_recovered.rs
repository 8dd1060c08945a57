//! The mail about a level that was passed and no longer is.

use rust_decimal::Decimal;

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: back below so many per cent of the budget.
pub fn budget_recovered(facts: &MoneyFacts<'_>, level: Decimal) -> Mail {
    let (expected, limit) = (facts.usd(facts.expected()), facts.usd(facts.limit));
    let level = level.normalize();
    let subject = match facts.language {
        Language::En => {
            format!("Back below {level} % of the budget: {expected} expected of {limit} (Nightcap)")
        }
        Language::Fr => {
            format!("Retour sous {level} % du budget : {expected} attendus sur {limit} (Nightcap)")
        }
    };
    let next = facts.say(
        "nothing to do; the level is watched again from now on",
        "rien à faire ; le niveau est de nouveau surveillé",
    );
    facts.mail(&subject, &facts.head(next.to_owned()), &[], &[])
}
