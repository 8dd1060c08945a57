//! The billing month: UTC, from the first of the month up to, not including, the first of the next.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A month as AWS bills it, in UTC.
///
/// ```
/// use nightcap_cost::BillingMonth;
/// let leap: BillingMonth = "2028-02".parse().unwrap();
/// assert_eq!(leap.hours(), 696); // never 730
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillingMonth {
    first: NaiveDate,
}

/// Why a text is not a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a month: write it as YYYY-MM, for example 2026-11")]
pub struct MonthError(String);

/// Midnight UTC at the start of a day.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl BillingMonth {
    /// The month a day lies in.
    pub fn of(day: NaiveDate) -> Self {
        Self {
            first: day.with_day(1).unwrap_or(day),
        }
    }

    /// The first day.
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last_day(self) -> NaiveDate {
        self.next().first.pred_opt().unwrap_or(self.first)
    }

    /// The following month.
    #[must_use]
    pub fn next(self) -> Self {
        let (year, month) = match self.first.month() {
            12 => (self.first.year() + 1, 1),
            month => (self.first.year(), month + 1),
        };
        Self {
            first: NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(self.first),
        }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.first.pred_opt().map_or(self, Self::of)
    }

    /// True if the day lies in this month.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }

    /// The number of days, 28 to 31.
    pub fn days(self) -> u32 {
        self.last_day().day()
    }

    /// The number of hours, 672 to 744: UTC has no clock changes.
    pub fn hours(self) -> u32 {
        self.days() * 24
    }

    /// The instant it begins.
    pub fn start(self) -> DateTime<Utc> {
        midnight(self.first)
    }

    /// The instant it ends: the first instant that no longer belongs to it.
    pub fn end(self) -> DateTime<Utc> {
        midnight(self.next().first)
    }

    /// Its days in order.
    pub fn each_day(self) -> impl Iterator<Item = NaiveDate> {
        self.first
            .iter_days()
            .take_while(move |day| self.contains(*day))
    }
}

impl fmt::Display for BillingMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{:04}-{:02}",
            self.first.year(),
            self.first.month()
        ))
    }
}

impl FromStr for BillingMonth {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let error = || MonthError(text.chars().take(40).collect());
        if text.len() != 7 {
            return Err(error());
        }
        NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
            .map(Self::of)
            .map_err(|_| error())
    }
}

impl Serialize for BillingMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BillingMonth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
