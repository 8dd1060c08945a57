//! The fields of a cron expression: names, bounds, words.

use std::fmt;

use super::super::bounds::YEARS;

/// How an expression is written. Weekday numbers differ: `1` is Monday in one and Sunday in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Five fields, Sunday is 0 or 7.
    Unix,
    /// `cron(minute hour day-of-month month weekday year)`, Sunday is 1.
    EventBridge,
}

/// A field of a cron expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 12.
    Month,
    /// Unix 0 to 7, EventBridge 1 to 7.
    Weekday,
    /// Of EventBridge alone: 1970 to 2100.
    Year,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Year => "year",
        })
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
pub(super) const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One field in one dialect. Weekdays are kept as 0 (Sunday) to 6 whatever the dialect wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) field: Field,
    pub(super) dialect: Dialect,
}

impl Spec {
    /// The smallest and largest number that may be written.
    pub(super) fn bounds(self) -> (u16, u16) {
        match (self.field, self.dialect) {
            (Field::Minute, _) => (0, 59),
            (Field::Hour, _) => (0, 23),
            (Field::DayOfMonth, _) => (1, 31),
            (Field::Month, _) => (1, 12),
            (Field::Weekday, Dialect::Unix) => (0, 7),
            (Field::Weekday, Dialect::EventBridge) => (1, 7),
            (Field::Year, _) => YEARS,
        }
    }

    /// Every value, as kept.
    pub(super) fn all(self) -> std::ops::RangeInclusive<u16> {
        match self.field {
            Field::Weekday => 0..=6,
            _ => self.bounds().0..=self.bounds().1,
        }
    }

    /// The value kept for a number as written.
    pub(super) fn kept(self, written: u16) -> u16 {
        match (self.field, self.dialect) {
            (Field::Weekday, Dialect::Unix) => written % 7,
            (Field::Weekday, Dialect::EventBridge) => written.saturating_sub(1) % 7,
            _ => written,
        }
    }

    /// Whether a range may run past the end of the field, as `FRI-MON` and `NOV-FEB` do.
    pub(super) fn wraps(self) -> bool {
        matches!(self.field, Field::Month | Field::Weekday)
    }

    /// The number that a name stands for, as written in this dialect.
    pub(super) fn number_of(self, name: &str) -> Option<u16> {
        let index = self
            .names()
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        let first = match (self.field, self.dialect) {
            (Field::Weekday, Dialect::Unix) => 0,
            _ => 1,
        };
        u16::try_from(index).ok().map(|index| index + first)
    }

    fn names(self) -> &'static [&'static str] {
        match self.field {
            Field::Month => &MONTHS,
            Field::Weekday => &WEEKDAYS,
            _ => &[],
        }
    }

    /// What may be written, for error messages.
    pub(super) fn expected(self) -> String {
        let (low, high) = self.bounds();
        let values = match (self.field, self.dialect) {
            (Field::Weekday, Dialect::Unix) => "0-7 (Sunday is 0 or 7) or SUN-SAT".to_owned(),
            (Field::Weekday, Dialect::EventBridge) => "1-7 (Sunday is 1) or SUN-SAT".to_owned(),
            (Field::Month, _) => "1-12 or JAN-DEC".to_owned(),
            _ => format!("{low}-{high}"),
        };
        match self.field {
            Field::DayOfMonth => {
                format!(
                    "{values}, *, ?, a list, a range a-b, a step /n, L (last day), L-n, LW or nW"
                )
            }
            Field::Weekday => {
                format!(
                    "{values}, *, ?, a list, a range a-b, a step /n, dL (the last such day) or d#k (the k-th)"
                )
            }
            _ => format!("{values}, *, a list, a range a-b or a step /n"),
        }
    }
}
