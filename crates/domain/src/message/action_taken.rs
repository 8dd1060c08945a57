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
        Language::En => {
            format!("it ends by itself at {end}; a person's hold outranks it, see below")
        }
        Language::Fr => format!(
            "cela finit de soi-même le {end} ; le maintien d'une personne l'emporte, voir plus bas"
        ),
    };
    let mut done = holds(facts, asked.holds);
    done.push(
        facts
            .say("To wake one earlier:", "Pour en réveiller un plus tôt :")
            .to_owned(),
    );
    done.extend(names.split(", ").map(wake));
    facts.mail(&subject, &facts.head(next), &lead, &done)
}

/// The command that wakes an environment, short enough for a line of its own, to be copied.
fn wake(environment: &str) -> String {
    format!("nightcap hold {environment} --running --for 4h --reason \"why\"")
}
