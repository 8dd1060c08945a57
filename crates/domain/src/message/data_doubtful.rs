//! The mail about figures that cannot be right.

use super::Mail;
use super::money::{MoneyFacts, usd};
use super::when::day;
use crate::config::Language;
use crate::money::gate::Doubt;

/// Doubts told one by one; more are counted.
const LISTED: usize = 10;

/// Writes the mail: the data looks wrong, and nothing is acted on.
pub fn data_doubtful(facts: &MoneyFacts<'_>, doubts: &[Doubt]) -> Mail {
    let subject = facts.say(
        "The cost data looks wrong: nothing is acted on (Nightcap)",
        "Les données de coût semblent fausses : rien n'est entrepris (Nightcap)",
    );
    let mut head = facts.head(
        facts
            .say(
                "compare with the billing console; stop nothing because of these figures; looked at again tomorrow",
                "comparez avec la console de facturation ; n'arrêtez rien à cause de ces chiffres ; nouvel examen demain",
            )
            .to_owned(),
    );
    let reported = facts.usd(facts.actual);
    head.how_much = match facts.language {
        Language::En => format!("{reported} reported, which is not believed"),
        Language::Fr => format!("{reported} annoncés, ce qui n'est pas crédible"),
    };
    facts
        .say(
            "not told: the figures are in doubt",
            "non indiqué : chiffres douteux",
        )
        .clone_into(&mut head.by_when);
    facts
        .say(
            "not at all, for the reasons below",
            "aucune, pour les raisons ci-dessous",
        )
        .clone_into(&mut head.how_sure);
    let mut lead: Vec<String> = doubts
        .iter()
        .take(LISTED)
        .map(|doubt| sentence(facts, doubt))
        .collect();
    if doubts.len() > LISTED {
        lead.push(format!("+{}", doubts.len() - LISTED));
    }
    let done = facts.say(
        "No alert was raised and no environment was touched on these figures.",
        "Aucune alerte n'a été émise et aucun environnement touché sur ces chiffres.",
    );
    facts.mail(subject, &head, &lead, &[done.to_owned()])
}

/// A doubt as a sentence.
pub(super) fn sentence(facts: &MoneyFacts<'_>, doubt: &Doubt) -> String {
    doubted(doubt, facts.language)
}

/// A doubt as a sentence in a language.
pub fn doubted(doubt: &Doubt, language: Language) -> String {
    let french = language == Language::Fr;
    let usd = |amount| usd(amount, language);
    let day_of = |date| day(date, language);
    match doubt {
        Doubt::NoData if french => "Aucun coût n'est connu.".to_owned(),
        Doubt::NoData => "No cost is known.".to_owned(),
        Doubt::Stale { last, age } if french => format!(
            "Le dernier jour connu est le {}, {age} jours de retard.",
            day_of(*last)
        ),
        Doubt::Stale { last, age } => format!(
            "The newest day known is {}, {age} days behind.",
            day_of(*last)
        ),
        Doubt::Missing { days, first } if french => format!(
            "{days} jour(s) du mois sans coût, le premier le {}.",
            day_of(*first)
        ),
        Doubt::Missing { days, first } => format!(
            "{days} day(s) of the month have no cost, the first {}.",
            day_of(*first)
        ),
        Doubt::Negative { day, amount } if french => format!(
            "Le {} aurait coûté {}, moins que rien.",
            day_of(*day),
            usd(*amount)
        ),
        Doubt::Negative { day, amount } => format!(
            "{} is said to have cost {}, less than nothing.",
            day_of(*day),
            usd(*amount)
        ),
        Doubt::AboveFlatOut { day, amount, limit } if french => format!(
            "Le {} aurait coûté {} ; tout au maximum toute la journée coûte {}.",
            day_of(*day),
            usd(*amount),
            usd(*limit)
        ),
        Doubt::AboveFlatOut { day, amount, limit } => format!(
            "{} is said to have cost {}; everything at its maximum all day costs {}.",
            day_of(*day),
            usd(*amount),
            usd(*limit)
        ),
        Doubt::Jump {
            day,
            amount,
            before,
        } if french => format!(
            "Le {} aurait coûté {}, plus de dix fois le jour le plus cher d'avant ({}).",
            day_of(*day),
            usd(*amount),
            usd(*before)
        ),
        Doubt::Jump {
            day,
            amount,
            before,
        } => format!(
            "{} is said to have cost {}, more than ten times the dearest day before ({}).",
            day_of(*day),
            usd(*amount),
            usd(*before)
        ),
    }
}
