//! The mail about a forecast that has too little behind it to know how wrong it may be.

use super::Mail;
use super::money::MoneyFacts;

/// Writes the mail: there is a forecast, and nobody has measured it yet.
pub fn not_calibrated(facts: &MoneyFacts<'_>) -> Mail {
    let subject = facts.say(
        "The budget is watched; its forecast is not yet calibrated (Nightcap)",
        "Le budget est surveillé ; prévision pas encore calibrée (Nightcap)",
    );
    let mut head = facts.head(
        facts
            .say(
                "alerts work from today; the range is measured once about three weeks of figures are there",
                "les alertes fonctionnent dès aujourd'hui ; la fourchette sera mesurée après environ trois semaines",
            )
            .to_owned(),
    );
    let assumed = facts.say(
        "not yet measured, the range is assumed",
        "pas encore mesurée, fourchette supposée",
    );
    head.how_sure = format!("{assumed}; {}", head.how_sure);
    facts.mail(subject, &head, &[], &[])
}
