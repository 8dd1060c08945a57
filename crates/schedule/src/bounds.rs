//! The years in which anything fires.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// The years that the `cron` crate knows, and the compiled zone data.
pub(super) const YEARS: (u16, u16) = (1970, 2100);

/// First year in which a cron expression fires.
pub const FIRST_YEAR: i32 = YEARS.0 as i32;

/// Last year in which a cron expression fires.
pub const LAST_YEAR: i32 = YEARS.1 as i32;

/// Three days: more than any zone's offset, or any jump of one, reaches beyond a year's end.
const MARGIN_SECONDS: i64 = 3 * 86_400;

/// 1970-01-01T00:00 on the wall clock.
pub(super) fn first_wall() -> NaiveDateTime {
    DateTime::UNIX_EPOCH.naive_utc()
}

/// 2101-01-01T00:00 on the wall clock, the first time that is out of range.
pub(super) fn end_wall() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(LAST_YEAR + 1, 1, 1).map_or(NaiveDateTime::MAX, midnight)
}

/// The instant brought to within three days of the supported years. Nothing changes further
/// out, and arithmetic with offsets there could overflow.
pub(super) fn clamp(at: DateTime<Utc>) -> DateTime<Utc> {
    let first = first_wall().and_utc().timestamp() - MARGIN_SECONDS;
    let last = end_wall().and_utc().timestamp() + MARGIN_SECONDS;
    if at.timestamp() < first {
        DateTime::from_timestamp(first, 0).unwrap_or(at)
    } else if at.timestamp() > last {
        DateTime::from_timestamp(last, 0).unwrap_or(at)
    } else {
        at
    }
}

/// An instant before anything fires.
pub(super) fn before_all() -> DateTime<Utc> {
    clamp(DateTime::<Utc>::MIN_UTC)
}

/// An instant after the last thing fired.
pub(super) fn after_all() -> DateTime<Utc> {
    clamp(DateTime::<Utc>::MAX_UTC)
}

/// The first moment of a date.
pub(super) fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

/// The last whole second of a date: what is strictly after it belongs to the next day.
pub(super) fn last_second(date: NaiveDate) -> NaiveDateTime {
    date.and_hms_opt(23, 59, 59)
        .unwrap_or_else(|| midnight(date))
}
