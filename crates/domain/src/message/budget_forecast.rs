//! The mail about a month that is likely to pass a level of the budget.

use rust_decimal::Decimal;

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;
use crate::money::alert::ESCALATION;

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
    let above = ESCALATION.into_iter().map(Decimal::from);
    let above: Vec<String> = above
        .filter(|higher| *higher > level)
        .map(|higher| higher.to_string())
        .collect();
    let next = match (facts.language, above.is_empty()) {
        (Language::En, true) => {
            "nothing is stopped by this mail; the next one comes on recovery".to_owned()
        }
        (Language::En, false) => format!(
            "nothing is stopped by this mail; a further one comes at {} %, and on recovery",
            above.join(" and ")
        ),
        (Language::Fr, true) => {
            "ce message n'arrête rien ; le suivant viendra au retour à la normale".to_owned()
        }
        (Language::Fr, false) => format!(
            "ce message n'arrête rien ; un autre suivra à {} %, et au retour à la normale",
            above.join(" et ")
        ),
    };
    facts.mail(&subject, &facts.head(next), &[], &[])
}
