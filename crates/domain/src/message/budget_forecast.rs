//! The mail about a month that is likely to pass a level of the budget.

use rust_decimal::Decimal;

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: the month is likely to pass so many per cent of the budget.
pub fn budget_forecast(facts: &MoneyFacts<'_>, level: Decimal) -> Mail {
    let (expected, limit) = (facts.usd(facts.expected()), facts.usd(facts.limit));
    let level = level.normalize();
    let subject = match facts.language {
        Language::En => {
            format!(
                "Likely above {level} % of the budget: {expected} expected of {limit} (Nightcap)"
            )
        }
        Language::Fr => {
            format!(
                "Plus de {level} % du budget probable : {expected} attendus sur {limit} (Nightcap)"
            )
        }
    };
    let next = facts.say(
        "nothing is stopped by this mail; a further one comes at 110 and 120 %, and on recovery",
        "ce message n'arrête rien ; un autre suivra à 110 et 120 %, et au retour à la normale",
    );
    facts.mail(&subject, &facts.head(next.to_owned()), &[], &[])
}
