//! Cron expressions: times on a wall clock, in no zone.

mod branch;
mod days;
mod error;
mod field;
mod item;
mod parse;
mod remedy;
mod rewrite;
mod spelling;
mod words;

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bounds::{end_wall, first_wall};
use branch::{Branch, branches};

pub use error::CronError;
pub use field::{Dialect, Field};
pub use remedy::CronRemedy;
pub use rewrite::WeekdayNumbers;

/// Times on a wall clock, as a cron expression names them.
///
/// Two forms are read, each with its own weekday numbers:
///
/// | | Unix | EventBridge |
/// |---|---|---|
/// | form | `minute hour day month weekday` | `cron(minute hour day month weekday year)` |
/// | Sunday | 0 or 7 | 1 |
/// | `?` | the same as `*` | in exactly one of day and weekday |
/// | day and weekday both restricted | either is enough (POSIX) | impossible |
///
/// In both: names (`MON`, `jan`), lists, ranges, steps (`*/15`, `8-18/2`, `5/10` which is from 5 on), and
/// `L`, `L-3`, `LW`, `15W` in the day of month, `FRIL`, `FRI#2` in the weekday. Ranges of weekdays and
/// months may wrap (`FRI-MON`, `NOV-FEB`); others that run backwards are refused.
/// `*/2` restricts: `0 12 */2 * MON` is every odd day of the month and every Monday. Vixie cron, alone
/// among the systems compared, asks for both there.
///
/// ```
/// use nightcap_schedule::CronExpression;
///
/// // The same number is another day in the other dialect.
/// let monday = CronExpression::parse("0 9 * * 1").unwrap();
/// let sunday = CronExpression::parse("cron(0 9 ? * 1 *)").unwrap();
/// let thursday = "2026-01-01T00:00:00".parse().unwrap();
/// assert_eq!(monday.next_after(thursday).unwrap().to_string(), "2026-01-05 09:00:00");
/// assert_eq!(sunday.next_after(thursday).unwrap().to_string(), "2026-01-04 09:00:00");
///
/// // Noon of every Friday, and of every 13th (not: of Friday the 13th).
/// let either = CronExpression::parse("0 12 13 * FRI").unwrap();
/// assert_eq!(either.next_after(thursday).unwrap().to_string(), "2026-01-02 12:00:00");
/// ```
#[derive(Clone, Debug)]
pub struct CronExpression {
    text: String,
    dialect: Dialect,
    minutes: u64,
    hours: u32,
    branches: Vec<Branch>,
}

impl CronExpression {
    /// Reads an expression of either form.
    ///
    /// # Errors
    ///
    /// [`CronError`] with the column, the field, the reason and what was expected.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let fields = parse::read(text)?;
        let minutes = fields
            .minutes
            .values
            .iter()
            .fold(0, |bits, minute| bits | 1 << minute);
        let hours = fields
            .hours
            .values
            .iter()
            .fold(0, |bits, hour| bits | 1 << hour);
        let branches = branches(&fields).map_err(|error| {
            CronError::new(
                1,
                format!("the expression cannot be evaluated ({error})"),
                "a simpler one",
            )
        })?;
        Ok(Self {
            text: text.trim().to_owned(),
            dialect: fields.dialect,
            minutes,
            hours,
            branches,
        })
    }

    /// The form in which the expression is written.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The expression as it was written, without surrounding blanks.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time strictly after `wall`; `None` if there is none up to the end of 2100.
    pub fn next_after(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let after = whole_second(wall).max(first_wall() - TimeDelta::seconds(1));
        if after >= end_wall() {
            return None;
        }
        self.branches
            .iter()
            .filter_map(|branch| branch.next_after(after))
            .min()
    }

    /// The last time strictly before `wall`; `None` if there is none since the start of 1970.
    pub fn previous_before(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let wall = wall.min(end_wall());
        if wall <= first_wall() {
            return None;
        }
        let whole = whole_second(wall);
        let before = if whole < wall {
            whole + TimeDelta::seconds(1)
        } else {
            whole
        };
        self.branches
            .iter()
            .filter_map(|branch| branch.previous_before(before))
            .max()
    }

    /// The last time at or before `wall`.
    pub fn at_or_before(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let wall = whole_second(wall.min(end_wall()));
        self.previous_before(wall + TimeDelta::seconds(1))
    }

    /// Whether the expression fires at all, ever. `0 0 30 2 *` does not.
    pub fn fires(&self) -> bool {
        self.next_after(NaiveDateTime::MIN).is_some()
    }

    /// Whether the expression fires on a date.
    pub fn fires_on(&self, date: NaiveDate) -> bool {
        self.branches.iter().any(|branch| branch.fires_on(date))
    }

    /// Whether the expression fires at a minute of the wall clock.
    pub fn fires_at(&self, wall: NaiveDateTime) -> bool {
        wall.second() == 0
            && wall.nanosecond() == 0
            && self.minutes & (1 << wall.minute()) != 0
            && self.hours & (1 << wall.hour()) != 0
            && self.fires_on(wall.date())
    }

    /// Whether `other` fires at every minute of the day at which this does, on days when both fire.
    pub(super) fn times_are_within(&self, other: &Self) -> bool {
        self.minutes & !other.minutes == 0 && self.hours & !other.hours == 0
    }
}

fn whole_second(wall: NaiveDateTime) -> NaiveDateTime {
    wall.with_nanosecond(0).unwrap_or(wall)
}

impl PartialEq for CronExpression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CronExpression {}

impl fmt::Display for CronExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for CronExpression {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for CronExpression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for CronExpression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
