//! The mail about a step of the ladder that was taken.

use super::Mail;
use super::action::{Asked, environments, holds};
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: these environments sleep, until then, and save so much.
pub fn action_taken(facts: &MoneyFacts<'_>, asked: &Asked<'_>) -> Mail {
    let names = environments(asked.holds);
    let end = asked.holds.iter().map(|hold| hold.until).max();
    let end = end.map(|at| facts.instant(at)).unwrap_or_default();
    let saving = asked.saving.map(|saving| facts.usd(saving.cents()));
    let subject = match facts.language {
        Language::En => format!("Put to sleep to keep the budget: {names}, until {end} (Nightcap)"),
        Language::Fr => {
            format!("Mis en veille pour le budget : {names}, jusqu'au {end} (Nightcap)")
        }
    };
    let mut lead = vec![match facts.language {
        Language::En => format!("Rule of the configuration: {}", asked.rule),
        Language::Fr => format!("Règle de la configuration : {}", asked.rule),
    }];
    lead.push(match (saving, facts.language) {
        (Some(saving), Language::En) => format!("Expected to save {saving} this month."),
        (Some(saving), Language::Fr) => format!("Économie attendue ce mois-ci : {saving}."),
        (None, Language::En) => "What it saves is not known: there is no inventory.".to_owned(),
        (None, Language::Fr) => "Économie inconnue : il n'y a pas d'inventaire.".to_owned(),
    });
    lead.extend(asked.refusals(facts));
    let next = match facts.language {
        Language::En => format!(
            "it ends by itself at {end}; to wake one earlier: nightcap hold ENVIRONMENT --up --until …, which outranks this"
        ),
        Language::Fr => format!(
            "cela finit de soi-même le {end} ; pour réveiller plus tôt : nightcap hold ENVIRONNEMENT --up --until …, qui l'emporte"
        ),
    };
    facts.mail(
        &subject,
        &facts.head(next),
        &lead,
        &holds(facts, asked.holds),
    )
}
