//! Instants as people read them.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::config::Language;
use crate::money::BillingMonth;

const DAYS_FR: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const MONTHS_FR: [&str; 12] = [
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];

/// An instant on the clocks of a zone: `Fri 20 Nov 2026 19:00 CET`, `ven. 20 nov. 2026 19:00 CET`.
pub fn local(at: DateTime<Utc>, zone: Tz, language: Language) -> String {
    let at = at.with_timezone(&zone);
    match language {
        Language::En => at.format("%a %-d %b %Y %H:%M %Z").to_string(),
        Language::Fr => {
            let day = DAYS_FR
                .get(at.weekday().num_days_from_monday() as usize)
                .unwrap_or(&"");
            let month = MONTHS_FR.get(at.month0() as usize).unwrap_or(&"");
            format!(
                "{day} {} {month} {} {}",
                at.day(),
                at.year(),
                at.format("%H:%M %Z")
            )
        }
    }
}

const MONTHS_FR_WHOLE: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A day: `20 Nov 2026`, `20 nov. 2026`.
pub(super) fn day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::En => day.format("%-d %b %Y").to_string(),
        Language::Fr => {
            let month = MONTHS_FR.get(day.month0() as usize).unwrap_or(&"");
            format!("{} {month} {}", day.day(), day.year())
        }
    }
}

/// A month: `November 2026`, `novembre 2026`.
pub(super) fn month(month: BillingMonth, language: Language) -> String {
    let first = month.first_day();
    match language {
        Language::En => first.format("%B %Y").to_string(),
        Language::Fr => {
            let name = MONTHS_FR_WHOLE.get(first.month0() as usize).unwrap_or(&"");
            format!("{name} {}", first.year())
        }
    }
}
