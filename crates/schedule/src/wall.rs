//! Where the wall clock becomes an instant. Nowhere else does.

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

use super::bounds;

/// The instant at which the wall clock of a zone reaches a local time.
///
/// - A time that occurs once: that instant.
/// - A time that occurs twice, when clocks go back: the first.
/// - A time that never occurs, when clocks go forward: the instant of the jump.
///
/// A wall clock time outside of what an instant can hold is taken as UTC.
///
/// ```
/// use chrono_tz::{America::New_York, Pacific::Apia};
/// use nightcap_schedule::resolve;
///
/// // Spring: 02:30 does not exist; the clocks jump from 02:00 EST to 03:00 EDT.
/// let gap = resolve(New_York, "2026-03-08T02:30:00".parse().unwrap());
/// assert_eq!(gap.to_rfc3339(), "2026-03-08T07:00:00+00:00");
///
/// // Autumn: 01:30 occurs at 05:30Z and again at 06:30Z; the first counts.
/// let fold = resolve(New_York, "2026-11-01T01:30:00".parse().unwrap());
/// assert_eq!(fold.to_rfc3339(), "2026-11-01T05:30:00+00:00");
///
/// // Samoa had no 30 December 2011 at all: all of it happens as the 31st begins.
/// let skipped = resolve(Apia, "2011-12-30T09:00:00".parse().unwrap());
/// assert_eq!(skipped.to_rfc3339(), "2011-12-30T10:00:00+00:00");
/// ```
pub fn resolve(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(at) => at.to_utc(),
        LocalResult::Ambiguous(one, other) => one.min(other).to_utc(),
        LocalResult::None => end_of_gap(zone, wall),
    }
}

fn end_of_gap(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    let gap = GapInfo::new(&wall, &zone);
    // The jump is the first missing local time read with the offset in force before it.
    gap.and_then(|gap| gap.begin)
        .and_then(|(begin, before)| begin.checked_sub_offset(before.fix()))
        .map_or_else(|| wall.and_utc(), |jump| jump.and_utc())
}

/// What the wall clock of a zone shows at an instant (within the supported years, see [`bounds::clamp`]).
pub(super) fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    bounds::clamp(at).with_timezone(&zone).naive_local()
}

/// The latest local time whose moment has come at an instant.
///
/// That is what the wall clock shows, except while it repeats an hour: then it is the last
/// second before the clocks went back, since all of the repeated hour has happened already.
/// For every whole second `wall`: `resolve(zone, wall) <= at` exactly if `wall <= reached(zone, at)`.
pub(super) fn reached(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let shown = local(zone, at);
    let LocalResult::Ambiguous(one, other) = zone.from_local_datetime(&shown) else {
        return shown;
    };
    let first = one.min(other).to_utc();
    let at = bounds::clamp(at);
    if at <= first {
        return shown;
    }
    let back = when_offset_changes(zone, first, at);
    let before = offset_seconds(zone, first);
    back.naive_utc() + TimeDelta::seconds(i64::from(before) - 1)
}

/// The instant in `(early, late]` from which the offset of `late` is in force.
/// There is one change between the two passes of a repeated hour.
pub(super) fn when_offset_changes(
    zone: Tz,
    early: DateTime<Utc>,
    late: DateTime<Utc>,
) -> DateTime<Utc> {
    let target = offset_seconds(zone, late);
    let (mut before, mut since) = (early.timestamp(), late.timestamp());
    while since - before > 1 {
        let middle = before + (since - before) / 2;
        match DateTime::from_timestamp(middle, 0) {
            Some(at) if offset_seconds(zone, at) == target => since = middle,
            _ => before = middle,
        }
    }
    DateTime::from_timestamp(since, 0).unwrap_or(late)
}

/// Seconds to add to UTC to get the local time of an instant.
pub(super) fn offset_seconds(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc())
        .fix()
        .local_minus_utc()
}
