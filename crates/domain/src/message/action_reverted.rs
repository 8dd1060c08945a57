//! The mail about a step of the ladder that was ended before its time.

use super::Mail;
use super::action::{Asked, environments};
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: these environments follow their schedule again.
pub fn action_reverted(facts: &MoneyFacts<'_>, asked: &Asked<'_>) -> Mail {
    let names = environments(asked.holds);
    let (subject, lead, next, done) = match facts.language {
        Language::En => (
            format!("Back on schedule, the budget has room again: {names} (Nightcap)"),
            format!(
                "No longer needed, even with what waking costs: {}",
                asked.rule
            ),
            "each wakes and sleeps by its schedule again, from the next pass on",
            format!("The sleep asked for {names} ended early, now."),
        ),
        Language::Fr => (
            format!("Retour à l'horaire, le budget a de nouveau de la marge : {names} (Nightcap)"),
            format!("Plus nécessaire, réveil compris : {}", asked.rule),
            "chacun suit de nouveau son horaire dès le prochain passage",
            format!("La veille demandée pour {names} a pris fin plus tôt, maintenant."),
        ),
    };
    facts.mail(&subject, &facts.head(next.to_owned()), &[lead], &[done])
}
