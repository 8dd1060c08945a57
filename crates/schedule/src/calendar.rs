//! Days on which nothing starts.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::country::{Country, Holiday};

/// Closed days: the starts of these local dates do not happen. Stops always do.
///
/// ```
/// use nightcap_schedule::{Calendar, Country};
///
/// let calendar = Calendar {
///     holidays: Some(Country::parse("FR").unwrap()),
///     closed: ["2026-12-24".parse().unwrap()].into(),
///     open: ["2026-05-25".parse().unwrap()].into(),
/// };
/// let closed = |day: &str| calendar.is_closed(day.parse().unwrap()).map(|reason| reason.to_string());
/// assert_eq!(closed("2026-07-14").as_deref(), Some("Bastille Day"));
/// assert_eq!(closed("2026-12-24").as_deref(), Some("closed by calendar"));
/// assert_eq!(closed("2026-05-25"), None, "Whit Monday, but listed as open");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Public holidays, computed for any year.
    pub holidays: Option<Country>,
    /// Further closed days.
    pub closed: BTreeSet<NaiveDate>,
    /// Days that are open although they are a holiday or listed as closed.
    pub open: BTreeSet<NaiveDate>,
}

/// Why a day is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is a public holiday.
    Holiday(&'static Holiday),
    /// The calendar lists it.
    Listed,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Holiday(holiday) => holiday.en,
            Self::Listed => "closed by calendar",
        })
    }
}

impl Calendar {
    /// Why a local date is closed, or `None` if it is open.
    pub fn is_closed(&self, date: NaiveDate) -> Option<Reason> {
        if self.open.contains(&date) {
            return None;
        }
        let holiday = self.holidays.and_then(|country| country.holiday(date));
        match holiday {
            Some(holiday) => Some(Reason::Holiday(holiday)),
            None => self.closed.contains(&date).then_some(Reason::Listed),
        }
    }
}
