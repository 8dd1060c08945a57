//! What was told of a month, as the ledger has it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::config::Language;
use crate::guard::{Entry, EntryKey};
use crate::message::usd;
use crate::money::BillingMonth;
use crate::money::alert::{Alert, Direction};

/// An entry of the ledger that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: DateTime<Utc>,
    /// Its key, which begins with its month.
    pub key: EntryKey,
    /// What it says.
    pub entry: Entry,
}

/// The same in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToldLine {
    /// When.
    pub at: DateTime<Utc>,
    /// Its key in the ledger.
    pub key: String,
    /// What was told, for people.
    pub text: String,
    /// True if a mail went out; what a graver mail spoke for was only noted.
    pub mail: bool,
}

impl Told {
    /// True if it is about this month.
    pub(super) fn is_about(&self, month: BillingMonth) -> bool {
        self.key.0.starts_with(&format!("{month}#"))
    }

    pub(super) fn line(&self, language: Language) -> ToldLine {
        ToldLine {
            at: self.at,
            key: self.key.to_string(),
            text: self.text(language),
            mail: match &self.entry {
                Entry::Alert { alert } => alert.notify,
                // That the budget is found again is noted, no more.
                Entry::Notice => {
                    !self.key.0.contains("#no-budget#") || !self.key.0.ends_with("#over")
                }
                _ => true,
            },
        }
    }

    fn text(&self, language: Language) -> String {
        let say = |english: &str, french: &str| match language {
            Language::En => english.to_owned(),
            Language::Fr => french.to_owned(),
        };
        match &self.entry {
            Entry::Alert { alert } => alert_text(alert, language),
            Entry::Notice => match self.key.0.split('#').collect::<Vec<_>>().as_slice() {
                [_, "data", "stale" | "no-data", ..] => say("data stale", "données en retard"),
                [_, "data", ..] => say("data doubted", "données mises en doute"),
                [_, "standing", "no-budget", _, "begun"] => {
                    say("no such budget in AWS", "budget absent d'AWS")
                }
                [_, "standing", "no-budget", ..] => {
                    say("budget found in AWS", "budget trouvé dans AWS")
                }
                [_, "standing", "no-scheduler", _, "begun"] => {
                    say("the scheduler is silent", "ordonnanceur inactif")
                }
                [_, "standing", "no-scheduler", ..] => {
                    say("the scheduler acts again", "l'ordonnanceur agit de nouveau")
                }
                [_, "not-calibrated"] => say("not yet calibrated", "pas encore calibré"),
                _ => self.key.to_string(),
            },
            Entry::Taken { rule, saving, .. } => {
                let taken = say("taken", "appliqué");
                match saving {
                    Some(saving) => format!("{rule}: {taken} ({})", usd(*saving, language)),
                    None => format!("{rule}: {taken}"),
                }
            }
            Entry::Reverted { rule, .. } => format!("{rule}: {}", say("ended", "levé")),
            Entry::Refused { rule, .. } => format!("{rule}: {}", say("refused", "refusé")),
        }
    }
}

fn alert_text(alert: &Alert, language: Language) -> String {
    let number = |number: Decimal| match language {
        Language::En => number.normalize().to_string(),
        Language::Fr => number.normalize().to_string().replace('.', ","),
    };
    let (level, measured) = (number(alert.key.level), number(alert.measured));
    let Some(rule) = alert.key.rule else {
        return match language {
            Language::En => format!("month closed at {measured} % of the budget"),
            Language::Fr => format!("mois clos à {measured} % du budget"),
        };
    };
    match (alert.key.direction, language) {
        (Direction::Down, Language::En) => format!("{rule}: back below {level} %, {measured} %"),
        (Direction::Down, Language::Fr) => {
            format!("{rule} : repassé sous {level} %, {measured} %")
        }
        (_, Language::En) => format!("{rule}: {level} % passed, {measured} %"),
        (_, Language::Fr) => format!("{rule} : {level} % franchi, {measured} %"),
    }
}
