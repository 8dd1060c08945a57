//! `preprod is awake since 09:07`: told once an environment can be used.

use chrono_tz::Tz;

use crate::config::Language;
use crate::plan::Arrived;

/// Who is awake since when, on the clocks of the readers.
pub(super) fn awake(arrived: &[Arrived], zone: Tz, language: Language) -> Vec<String> {
    let since = |arrived: &Arrived| {
        let at = arrived.awake_since?.with_timezone(&zone).format("%H:%M");
        let name = &arrived.environment;
        Some(match language {
            Language::En => format!("{name} is awake since {at}"),
            Language::Fr => format!("{name} en service depuis {at}"),
        })
    };
    arrived.iter().filter_map(since).collect()
}
