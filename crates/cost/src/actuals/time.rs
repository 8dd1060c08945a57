//! Times as bills write them, and the days they fall on.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::ReadError;
use super::text::short;
use crate::{Usd, midnight};

/// A point in time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// The instant.
    pub(super) at: DateTime<Utc>,
    /// True if it was written with an offset from UTC other than zero.
    pub(super) is_local: bool,
}

/// Reads `2026-11-05`, `2026/11/05`, `20261105`, `2026-11-05T00:00Z`,
/// `2026-11-05 00:00:00.000000+00:00`.
pub(super) fn moment(line: u64, text: &str) -> Result<Moment, ReadError> {
    parse(text).ok_or_else(|| ReadError::Date {
        line,
        text: short(text),
    })
}

/// The UTC day of a time. A time with another offset than UTC's says of no UTC day what it cost.
pub(super) fn day(line: u64, text: &str) -> Result<NaiveDate, ReadError> {
    let moment = moment(line, text)?;
    if moment.is_local {
        return Err(ReadError::Date {
            line,
            text: short(text),
        });
    }
    Ok(moment.at.date_naive())
}

/// The date at the beginning, whose year comes first, and what stands behind it.
fn date(text: &str) -> Option<(NaiveDate, &str)> {
    if let Some((date, rest)) = text.split_at_checked(8)
        && date.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((NaiveDate::parse_from_str(date, "%Y%m%d").ok()?, rest));
    }
    let (date, rest) = text.split_at_checked(10)?;
    let form = if date.contains('/') {
        "%Y/%m/%d"
    } else {
        "%Y-%m-%d"
    };
    Some((NaiveDate::parse_from_str(date, form).ok()?, rest))
}

fn parse(text: &str) -> Option<Moment> {
    let (date, rest) = date(text)?;
    if !(2006..2200).contains(&date.year()) {
        return None;
    }
    let (clock, offset) = match rest {
        "" | "T00:00:00Z" => (TimeDelta::zero(), TimeDelta::zero()),
        _ => {
            let rest = rest.strip_prefix(['T', 't', ' '])?;
            let zone = rest
                .find(['Z', 'z', '+', '-', 'U', 'G', ' '])
                .unwrap_or(rest.len());
            let (clock, zone) = rest.split_at_checked(zone)?;
            (time_of_day(clock)?, offset(zone.trim())?)
        }
    };
    let at = midnight(date)
        .checked_add_signed(clock)?
        .checked_sub_signed(offset)?;
    Some(Moment {
        at,
        is_local: offset != TimeDelta::zero(),
    })
}

/// `00:00`, `00:00:00`, `00:00:00.000`; `24:00` is how ISO 8601 ends a day. Fractions of a second
/// weigh nothing.
fn time_of_day(text: &str) -> Option<TimeDelta> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.split(':').map(two_digits);
    // An hour alone is a form of ISO 8601.
    let (hours, minutes) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let whole_day = (hours, minutes, seconds) == (24, 0, 0);
    let valid = (hours < 24 || whole_day) && minutes < 60 && seconds < 61;
    (parts.next().is_none() && valid)
        .then(|| TimeDelta::seconds(hours * 3600 + minutes * 60 + seconds))
}

/// What is written behind the time; nothing is UTC.
fn offset(zone: &str) -> Option<TimeDelta> {
    // Go writes the offset and then the name of the zone.
    let zone = ["UTC", "GMT"]
        .iter()
        .find_map(|name| zone.strip_suffix(name))
        .map_or(zone, str::trim);
    if matches!(zone, "" | "Z" | "z") {
        return Some(TimeDelta::zero());
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if minutes.is_empty() { "00" } else { minutes };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours <= 14 && minutes < 60).then(|| TimeDelta::seconds(sign * (hours * 3600 + minutes * 60)))
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// The longest period of one charge: reservations and plans run for three years, some for five.
const LONGEST_PERIOD: TimeDelta = TimeDelta::days(5 * 366);

/// The time a charge is for: whole days of UTC, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    from: DateTime<Utc>,
    /// Exclusive, and after `from`.
    to: DateTime<Utc>,
}

impl Period {
    /// A whole day.
    pub(super) fn of_day(day: NaiveDate) -> Self {
        let from = midnight(day);
        Self {
            from,
            to: from + TimeDelta::days(1),
        }
    }

    /// From one time up to, not including, another; without one, or where both are the same, the
    /// day of the first.
    ///
    /// Hours are the same in every zone. Days are not: a day of another zone lies on two days of
    /// UTC, and nobody can say how much of it on which.
    pub(super) fn new(line: u64, from: Moment, to: Option<Moment>) -> Result<Self, ReadError> {
        let Some(end) = to.filter(|to| to.at != from.at) else {
            let day = from.at.date_naive();
            if from.is_local {
                return Err(ReadError::LocalDays { line });
            }
            return Ok(Self::of_day(day));
        };
        if end.at < from.at || end.at - from.at > LONGEST_PERIOD {
            return Err(ReadError::Period { line });
        }
        let period = Self {
            from: from.at,
            to: end.at,
        };
        if (from.is_local || end.is_local) && !period.is_within_a_day() {
            return Err(ReadError::LocalDays { line });
        }
        Ok(period)
    }

    /// The part of it within another, or all of it if no part is: an invoice may correct what is
    /// long over.
    pub(super) fn within(self, other: Self) -> Self {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        if from < to { Self { from, to } } else { self }
    }

    /// The first day.
    pub(super) fn first_day(self) -> NaiveDate {
        self.from.date_naive()
    }

    fn last_day(self) -> NaiveDate {
        (self.to - TimeDelta::nanoseconds(1)).date_naive()
    }

    /// True if no second of it lies on another day than the first.
    pub(super) fn is_within_a_day(self) -> bool {
        self.first_day() == self.last_day()
    }

    /// An amount spread evenly over the time; the parts add up to it exactly.
    pub(super) fn spread(self, amount: Usd, mut part: impl FnMut(NaiveDate, Usd)) {
        let last = self.last_day();
        let whole = (self.to - self.from).num_seconds();
        let mut rest = amount;
        for day in self.first_day().iter_days().take_while(|day| *day < last) {
            let end = day
                .checked_add_days(Days::new(1))
                .map_or(self.to, |next| next.and_time(NaiveTime::MIN).and_utc());
            let seconds = (end - midnight(day).max(self.from)).num_seconds();
            let share = amount.part(seconds, whole);
            rest = rest - share;
            part(day, share);
        }
        part(last, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        parse(text).map(|moment| moment.at.format("%FT%TZ").to_string())
    }

    #[test]
    fn times_are_parsed_whole() {
        for utc in [
            "2026-10-01",
            "2026-10-01T00:00Z",
            "2026-10-01T00:00:00Z",
            "2026-10-01 00:00:00+00:00",
            "2026-10-01 00:00:00.000000+00:00",
            "2026-10-01T00:00:00.000-0000",
            "2026-10-01 00:00:00 UTC",
            "2026-10-01T00:00:00",
            "2026-10-01t00:00:00z",
            "2026-10-01T00:00+00",
            "2026-10-01 00:00:00 +0000 UTC",
            "2026-10-01 00:00:00 GMT",
            "2026-10-01T00",
            "2026-10-01T00Z",
            "2026/10/01",
            "2026/10/01 00:00:00",
            "20261001",
            "20261001T00:00Z",
            "2026-09-30T24:00:00Z",
            "2026-10-01T02:00:00+02:00",
            "2026-09-30T18:30:00-05:30",
        ] {
            assert_eq!(at(utc).as_deref(), Some("2026-10-01T00:00:00Z"), "{utc}");
        }
        for wrong in [
            "2026-10-01T",
            "2026-10-01Z",
            "2026-10-01T1:00Z",
            "2026-10-01T0Z",
            "2026/13/01",
            "20261301",
            "202610011",
            "2026-10/01",
            "2026-10-01T25:00Z",
            "2026-10-01T00:60Z",
            "2026-10-01T00:00:00X",
            "2026-10-01T00:00:00+2",
            "2026-10-01T00:00:00+15:00",
            "2026-10-01T00:00:00Zz",
            "2026-10-01x00:00",
            "2026-10-01T00:00:00.x",
            "2026-13-01",
            "1926-10-01",
            "01/10/2026",
            "2026-10-01T00:00:00:00",
            "2026-10-01T00:00:00 CET",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_charge_is_spread_over_its_own_period_exactly() {
        let moment = |text: &str| parse(text).unwrap();
        let spread = |from: &str, to: &str, cents: i64| {
            let period = Period::new(2, moment(from), Some(moment(to))).unwrap();
            let mut days = vec![];
            period.spread(Usd::from_cents(cents), |day, part| {
                days.push((day.to_string(), part));
            });
            days
        };
        let month = spread("2026-11-01", "2026-12-01", 10_000);
        assert_eq!(month.len(), 30);
        assert_eq!(
            month.iter().map(|(_, part)| *part).sum::<Usd>(),
            Usd::from_cents(10_000)
        );
        assert_eq!(month[0].1.to_string(), "3.33");
        let halves = spread("2026-11-01T18:00:00Z", "2026-11-02T06:00:00Z", 100);
        assert_eq!(halves.len(), 2);
        assert_eq!(halves[0].1, halves[1].1);
        assert_eq!(
            spread("2026-11-01T23:00:00Z", "2026-11-02T00:00:00Z", 100).len(),
            1
        );
    }
}
