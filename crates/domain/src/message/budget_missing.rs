//! The mail about a budget that AWS Budgets does not have.

use super::Mail;
use super::money::MoneyFacts;
use crate::config::Language;

/// Writes the mail: the configured budget is not in AWS Budgets.
pub fn budget_missing(facts: &MoneyFacts<'_>) -> Mail {
    let name = facts.budget;
    let (subject, next, lead) = match facts.language {
        Language::En => (
            "AWS has no such budget: its own alerts do not come (Nightcap)",
            "create the budget in AWS Budgets, or give its right name in the configuration; this is told once",
            [
                format!("AWS Budgets has no budget with the name {name}."),
                "AWS's own alerts do not come, and its figures cannot be compared with these.".to_owned(),
                "Nightcap goes on watching the limit above by the figures of Cost Explorer, once a day.".to_owned(),
            ],
        ),
        Language::Fr => (
            "Ce budget n'existe pas dans AWS : ses alertes ne viennent pas (Nightcap)",
            "créez le budget dans AWS Budgets, ou corrigez son nom dans la configuration ; ceci n'est dit qu'une fois",
            [
                format!("AWS Budgets n'a pas de budget nommé {name}."),
                "Les alertes d'AWS ne viennent donc pas, et ses chiffres ne peuvent être comparés à ceux-ci.".to_owned(),
                "Nightcap continue de surveiller la limite ci-dessus, une fois par jour, par Cost Explorer.".to_owned(),
            ],
        ),
    };
    facts.mail(subject, &facts.head(next.to_owned()), &lead, &[])
}
