//! The mail about a step of the ladder that was due and was not taken.

use super::Mail;
use super::action::Asked;
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: a rule asks for something that is not done.
pub fn action_refused(facts: &MoneyFacts<'_>, asked: &Asked<'_>) -> Mail {
    let (subject, rule, next) = match facts.language {
        Language::En => (
            "Over budget, and a rule was not carried out (Nightcap)",
            format!("Rule of the configuration: {}", asked.rule),
            "nothing is done by this rule; decide yourself, or change the rule",
        ),
        Language::Fr => (
            "Budget dépassé, et une règle n'a pas été appliquée (Nightcap)",
            format!("Règle de la configuration : {}", asked.rule),
            "cette règle ne fait rien ; décidez vous-même, ou changez la règle",
        ),
    };
    let mut lead = vec![rule];
    lead.extend(asked.refusals(facts));
    facts.mail(subject, &facts.head(next.to_owned()), &lead, &[])
}
