//! The mail about figures that no longer come.

use super::Mail;
use super::data_doubtful::sentence;
use super::money::MoneyFacts;
use crate::config::Language;
use crate::money::gate::Doubt;

/// Writes the mail: no new figures, so the budget is not watched.
pub fn data_stale(facts: &MoneyFacts<'_>, doubt: &Doubt) -> Mail {
    let subject = facts.say(
        "No fresh cost data: the budget is not watched until it comes (Nightcap)",
        "Plus de données de coût fraîches : budget non surveillé d'ici là (Nightcap)",
    );
    let mut head = facts.head(
        facts
            .say(
                "check that Cost Explorer is switched on and that the guard may read it; looked at again tomorrow",
                "vérifiez que Cost Explorer est activé et que le gardien peut le lire ; nouvel examen demain",
            )
            .to_owned(),
    );
    if let Some(date) = facts.data_date {
        let (spent, date) = (facts.usd(facts.actual), facts.day(date));
        head.how_much = match facts.language {
            Language::En => format!("{spent} spent up to {date}; nothing is known since"),
            Language::Fr => format!("{spent} dépensés au {date} ; rien de connu depuis"),
        };
    } else {
        facts
            .say("not known", "inconnu")
            .clone_into(&mut head.how_much);
    }
    facts
        .say(
            "not at all: the figures are too old",
            "aucune : chiffres trop anciens",
        )
        .clone_into(&mut head.how_sure);
    let done = facts.say(
        "No alert is raised and nothing is asked for on old figures.",
        "Aucune alerte n'est émise et rien n'est demandé sur d'anciens chiffres.",
    );
    facts.mail(
        subject,
        &head,
        &[sentence(facts, doubt)],
        &[done.to_owned()],
    )
}
