//! What the mails about the ladder share.

use super::money::MoneyFacts;
use crate::config::Language;
use crate::guard::Refusal;
use crate::hold::{Hold, Scope};
use crate::money::Usd;
use crate::names::EnvironmentName;

/// What a step of the ladder asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The rule as written.
    pub rule: &'a str,
    /// The holds that were written, or ended.
    pub holds: &'a [Hold],
    /// What they save, if that is known.
    pub saving: Option<Usd>,
    /// What was left out, and why.
    pub refused: &'a [(EnvironmentName, Refusal)],
}

impl Asked<'_> {
    /// A line for each environment left out.
    pub(super) fn refusals(&self, facts: &MoneyFacts<'_>) -> Vec<String> {
        let french = facts.language == Language::Fr;
        self.refused
            .iter()
            .map(|(name, why)| match why {
                Refusal::Protected if french => format!("{name} : protégé, jamais touché."),
                Refusal::Protected => format!("{name}: protected, never touched."),
                Refusal::HeldByPerson { by, until } if french => {
                    let until = facts.instant(*until);
                    format!("{name} : {by} en a décidé autrement jusqu'au {until}.")
                }
                Refusal::HeldByPerson { by, until } => {
                    let until = facts.instant(*until);
                    format!("{name}: {by} decided otherwise until {until}.")
                }
                Refusal::Unknown if french => format!("{name} : absent de la configuration."),
                Refusal::Unknown => format!("{name}: not in the configuration."),
                Refusal::TooLate if french => format!("{name} : le mois est déjà fini."),
                Refusal::TooLate => format!("{name}: no time is left in the month."),
            })
            .collect()
    }
}

/// The environments of holds, each once.
pub(super) fn environments(holds: &[Hold]) -> String {
    let mut names: Vec<&str> = vec![];
    for hold in holds {
        let name = scope(hold);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// A line for each hold.
pub(super) fn holds(facts: &MoneyFacts<'_>, holds: &[Hold]) -> Vec<String> {
    holds
        .iter()
        .map(|hold| {
            let (name, from, until) = (
                scope(hold),
                facts.instant(hold.from),
                facts.instant(hold.until),
            );
            match facts.language {
                Language::En => format!("Asked for: {name} asleep from {from} to {until}."),
                Language::Fr => format!("Demandé : {name} en veille du {from} au {until}."),
            }
        })
        .collect()
}

fn scope(hold: &Hold) -> &str {
    match &hold.scope {
        Scope::Environment(name) => name.as_str(),
        Scope::Resource(arn) => arn.as_str(),
    }
}
