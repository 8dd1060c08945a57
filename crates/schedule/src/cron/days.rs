//! Days that the `cron` crate has no words for: `L`, `W`, `#`.

use chrono::{Datelike, NaiveDate};

/// A rule that picks days of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayRule {
    /// `L`, `L-n`: the day that many before the last one. A shorter month has none.
    BeforeLast(u32),
    /// `LW`: the last Monday to Friday.
    LastWorkday,
    /// `nW`: the Monday to Friday nearest to a day, within the month. A month without that day has none.
    NearestWorkday(u32),
    /// `dL`: the last such weekday (0 is Sunday).
    Last(u32),
    /// `d#k`: the k-th such weekday (0 is Sunday). A month with fewer has none.
    Nth(u32, u32),
}

impl DayRule {
    /// Whether the rule picks this date.
    pub(super) fn picks(self, date: NaiveDate) -> bool {
        let (day, weekday) = (date.day(), date.weekday().num_days_from_sunday());
        let last = u32::from(date.num_days_in_month());
        match self {
            Self::BeforeLast(before) => day + before == last,
            Self::LastWorkday => Some(date) == nearest_workday(date, last),
            Self::NearestWorkday(target) => Some(date) == nearest_workday(date, target),
            Self::Last(wanted) => weekday == wanted && day + 7 > last,
            Self::Nth(wanted, which) => weekday == wanted && day.div_ceil(7) == which,
        }
    }
}

/// The Monday to Friday nearest to a day of `month`'s month: Saturday goes back to Friday, Sunday
/// on to Monday, unless that would leave the month.
fn nearest_workday(month: NaiveDate, target: u32) -> Option<NaiveDate> {
    let date = month.with_day(target)?;
    let last = u32::from(month.num_days_in_month());
    let day = match date.weekday() {
        chrono::Weekday::Sat if target == 1 => 3,
        chrono::Weekday::Sat => target - 1,
        chrono::Weekday::Sun if target == last => target - 2,
        chrono::Weekday::Sun => target + 1,
        _ => target,
    };
    month.with_day(day)
}
