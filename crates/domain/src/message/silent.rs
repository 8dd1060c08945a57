//! The dead man's mails: one function tells that the other has gone silent, and that it is back.
//!
//! CloudWatch's alarm on missing figures says the same to whoever runs the functions; this is
//! for whoever reads the mails about money.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::config::Language;
use crate::guard::Overdue;
use crate::ledger::GuardBeat;
use crate::names::EnvironmentName;
use crate::time::State;

use super::layout::Body;
use super::when::day;
use super::{Mail, ascii_subject, local};

/// Columns of the labels.
const LABEL: usize = 11;

/// Which function is silent, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub enum Silent<'a> {
    /// The budget guard: the scheduler tells.
    Guard(&'a GuardBeat),
    /// The scheduler: the guard tells.
    Scheduler(&'a Overdue),
}

/// Which function is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The budget guard.
    Guard,
    /// The scheduler.
    Scheduler,
}

/// When and for whom a mail is written.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Now.
    pub at: DateTime<Utc>,
    /// Where the readers live.
    pub zone: Tz,
    /// What the readers speak.
    pub language: Language,
    /// The correlation id.
    pub reference: &'a str,
}

impl Letter<'_> {
    fn say<'t>(&self, english: &'t str, french: &'t str) -> &'t str {
        match self.language {
            Language::En => english,
            Language::Fr => french,
        }
    }

    fn instant(&self, at: DateTime<Utc>) -> String {
        local(at, self.zone, self.language)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        day(at.with_timezone(&self.zone).date_naive(), self.language)
    }

    fn mail(&self, subject: &str, lines: [String; 5]) -> Mail {
        let labels = match self.language {
            Language::En => ["What", "Since", "Why", "Effect", "Next"],
            Language::Fr => ["Quoi", "Depuis", "Pourquoi", "Effet", "Ensuite"],
        };
        let mut body = Body::default();
        for (label, line) in labels.into_iter().zip(lines) {
            body.field(label, LABEL, &line);
        }
        body.heading(self.say("Reference", "Référence"));
        let at = self.at.format("%Y-%m-%dT%H:%M:%SZ");
        body.item(&format!("{at} {}", self.reference));
        Mail {
            subject: ascii_subject(subject),
            body: body.finish(),
        }
    }
}

/// Writes the mail: a function has gone silent.
pub fn silent(silent: Silent<'_>, letter: &Letter<'_>) -> Mail {
    match silent {
        Silent::Guard(beat) => guard(beat, letter),
        Silent::Scheduler(overdue) => scheduler(overdue, letter),
    }
}

fn guard(beat: &GuardBeat, letter: &Letter<'_>) -> Mail {
    let since = letter.day(beat.at);
    let subject = match (letter.language, beat.looked) {
        (Language::En, true) => {
            format!("Budget not watched: the guard has not looked since {since} (Nightcap)")
        }
        (Language::En, false) => {
            format!("Budget not watched: the guard has not looked once since {since} (Nightcap)")
        }
        (Language::Fr, true) => {
            format!("Budget non surveillé : plus d'examen depuis le {since} (Nightcap)")
        }
        (Language::Fr, false) => {
            format!("Budget non surveillé : aucun examen depuis le {since} (Nightcap)")
        }
    };
    let instant = letter.instant(beat.at);
    let since = match (letter.language, beat.looked) {
        (Language::En, true) => format!("{instant}, its last look; it should look every day"),
        (Language::En, false) => {
            format!("{instant}, its first attempt; it should look every day")
        }
        (Language::Fr, true) => {
            format!("{instant}, son dernier examen ; il en faut un par jour")
        }
        (Language::Fr, false) => {
            format!("{instant}, sa première tentative ; il faut un examen par jour")
        }
    };
    let unknown = letter.say(
        "not known: it leaves no sign of life",
        "inconnu : il ne donne plus signe de vie",
    );
    letter.mail(
        &subject,
        [
            letter
                .say(
                    "nobody watches the budget: the budget guard does not look at the costs",
                    "personne ne surveille le budget : le gardien n'examine plus les coûts",
                )
                .to_owned(),
            since,
            beat.error.as_deref().unwrap_or(unknown).to_owned(),
            letter
                .say(
                    "no mail about spending comes, however much is spent; the scheduler goes on, and nothing was stopped because of this",
                    "aucun message sur les dépenses ne vient, quel qu'en soit le montant ; l'ordonnanceur continue, et rien n'a été arrêté pour cela",
                )
                .to_owned(),
            letter
                .say(
                    "whoever runs AWS looks at the log of the function budget-guard and at its daily schedule; until then look at the costs yourself. This mail comes once, and another when it looks again",
                    "qui administre AWS consulte le journal de la fonction budget-guard et son horaire quotidien ; d'ici là, regardez les coûts vous-même. Ce message ne vient qu'une fois, et un autre à la reprise",
                )
                .to_owned(),
        ],
    )
}

fn scheduler(overdue: &Overdue, letter: &Letter<'_>) -> Mail {
    let last = letter.day(overdue.last);
    let names: Vec<&str> = overdue
        .environments
        .iter()
        .map(EnvironmentName::as_str)
        .collect();
    let (names, due) = (names.join(", "), letter.instant(overdue.due));
    let (subject, what) = match (letter.language, overdue.to) {
        (Language::En, State::Stopped) => (
            format!("Not put to sleep: the scheduler has done nothing since {last} (Nightcap)"),
            format!("sleep was due from {due} on, and nothing was done: {names}"),
        ),
        (Language::En, State::Running) => (
            format!("Not woken: the scheduler has done nothing since {last} (Nightcap)"),
            format!("waking was due on {due}, and nothing was done: {names}"),
        ),
        (Language::Fr, State::Stopped) => (
            format!("Pas de mise en veille : ordonnanceur inactif depuis le {last} (Nightcap)"),
            format!("la mise en veille était due le {due}, et rien n'a été fait : {names}"),
        ),
        (Language::Fr, State::Running) => (
            format!("Pas de réveil : ordonnanceur inactif depuis le {last} (Nightcap)"),
            format!("le réveil était dû le {due}, et rien n'a été fait : {names}"),
        ),
    };
    let instant = letter.instant(overdue.last);
    let since = match letter.language {
        Language::En => format!("{instant}, the scheduler's last entry in the ledger"),
        Language::Fr => format!("{instant}, dernière écriture de l'ordonnanceur au registre"),
    };
    letter.mail(
        &subject,
        [
            what,
            since,
            letter
                .say(
                    "not known: either it does not run, or something keeps it from acting, which its own mails and its log tell",
                    "inconnu : soit il ne tourne pas, soit quelque chose l'empêche d'agir, ce que disent ses messages et son journal",
                )
                .to_owned(),
            letter
                .say(
                    "everything stays as it is: what should sleep goes on costing, what should be awake may sleep; production is not concerned",
                    "tout reste en l'état : ce qui devrait dormir continue de coûter, ce qui devrait être éveillé dort peut-être ; la production n'est pas concernée",
                )
                .to_owned(),
            letter
                .say(
                    "whoever runs AWS looks at the function scheduler, its log and its schedules; where nothing is left to put to sleep, this is nothing to mend. This mail comes once, and another when it acts again",
                    "qui administre AWS consulte la fonction scheduler, son journal et ses horaires ; s'il ne reste rien à mettre en veille, il n'y a rien à réparer. Ce message ne vient qu'une fois, et un autre à la reprise",
                )
                .to_owned(),
        ],
    )
}

/// Writes the mail: a function that was told to be silent is back.
pub fn heard(heard: Heard, letter: &Letter<'_>) -> Mail {
    let (subject, what, effect) = match heard {
        Heard::Guard => (
            letter.say(
                "The budget is watched again (Nightcap)",
                "Le budget est de nouveau surveillé (Nightcap)",
            ),
            letter.say(
                "the budget guard looks at the costs again",
                "le gardien du budget examine de nouveau les coûts",
            ),
            letter.say(
                "what was to be told meanwhile, it tells with this look",
                "ce qu'il y avait à dire entre-temps, il le dit à cet examen",
            ),
        ),
        Heard::Scheduler => (
            letter.say(
                "The scheduler acts again (Nightcap)",
                "L'ordonnanceur agit de nouveau (Nightcap)",
            ),
            letter.say(
                "the scheduler puts to sleep and wakes again",
                "l'ordonnanceur met de nouveau en veille et réveille",
            ),
            letter.say(
                "whatever was due meanwhile has been made good, as the schedules have it now",
                "ce qui était dû entre-temps est rattrapé, selon les horaires du moment",
            ),
        ),
    };
    let seen = letter.instant(letter.at);
    let noticed = match letter.language {
        Language::En => format!("noticed {seen}"),
        Language::Fr => format!("constaté le {seen}"),
    };
    letter.mail(
        subject,
        [
            what.to_owned(),
            noticed,
            letter
                .say(
                    "it has left a sign of life in the ledger",
                    "il a de nouveau donné signe de vie au registre",
                )
                .to_owned(),
            effect.to_owned(),
            letter.say("nothing to do", "rien à faire").to_owned(),
        ],
    )
}
