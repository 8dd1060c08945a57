//! When a hold ends, as people say it.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use super::Length;
use crate::time::resolve;

/// When a hold ends, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// So long after it is made.
    For(Length),
    /// At this time, with or without an offset.
    Until(String),
}

/// The end of a hold that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no time; write it as 23:00, 2026-11-21 08:00 (on the clocks of {zone}) or 2026-11-21T08:00:00+01:00"
)]
pub struct UnreadableEnd {
    text: String,
    zone: Tz,
}

impl End {
    /// The instant, for a hold made at `now`; a time without an offset is read on the clocks
    /// of `zone`, and one without a date is its next occurrence.
    ///
    /// ```
    /// use nightcap_domain::{hold::End, time::parse_zone};
    ///
    /// let paris = parse_zone("Europe/Paris").unwrap();
    /// let now = "2026-10-24T18:00:00Z".parse().unwrap(); // 20:00, the night the clocks go back
    /// let at = |text: &str| End::Until(text.to_owned()).at(now, paris).unwrap().to_rfc3339();
    /// assert_eq!(at("23:00"), "2026-10-24T21:00:00+00:00");
    /// assert_eq!(at("19:00"), "2026-10-25T18:00:00+00:00");
    /// assert_eq!(at("2026-10-25 08:00"), "2026-10-25T07:00:00+00:00");
    /// assert_eq!(at("2026-10-25T08:00:00-04:00"), "2026-10-25T12:00:00+00:00");
    /// ```
    ///
    /// # Errors
    /// If the text is no time of the years 1 to 9999.
    pub fn at(&self, now: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>, UnreadableEnd> {
        let text = match self {
            Self::For(length) => return Ok(now + length.time()),
            Self::Until(text) => text.trim(),
        };
        instant(text)
            .or_else(|| dated(text).map(|wall| resolve(zone, wall)))
            .or_else(|| next(time(text)?, now, zone))
            // Years of five digits are mistakes, and what is reckoned from them leaves the calendar.
            .filter(|at| (1..=9999).contains(&at.year()))
            .ok_or_else(|| UnreadableEnd {
                text: text.chars().take(60).collect(),
                zone,
            })
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
}

fn dated(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ]
    .into_iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// The first day, from today on, on which that time is still to come.
fn next(time: NaiveTime, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    (0..3)
        .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
        .map(|day| resolve(zone, day.and_time(time)))
        .find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_zone;

    fn at(text: &str, now: &str, zone: &str) -> Result<String, UnreadableEnd> {
        let zone = parse_zone(zone).unwrap();
        End::Until(text.to_owned())
            .at(now.parse().unwrap(), zone)
            .map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string())
    }

    #[test]
    fn a_bare_time_is_its_next_occurrence_on_the_clocks_there() {
        for (text, now, zone, end) in [
            (
                "23:00",
                "2026-11-20T18:00:00Z",
                "Europe/Paris",
                "2026-11-20T22:00Z",
            ),
            (
                "19:00",
                "2026-11-20T18:00:00Z",
                "Europe/Paris",
                "2026-11-21T18:00Z",
            ),
            // Already tomorrow over there.
            (
                "08:00",
                "2026-11-20T18:00:00Z",
                "Asia/Tokyo",
                "2026-11-20T23:00Z",
            ),
            // 02:30 does not exist on the 8th: at the jump.
            (
                "02:30",
                "2026-03-08T06:00:00Z",
                "America/New_York",
                "2026-03-08T07:00Z",
            ),
            // 01:30 occurs twice on 1 November, and the second does not count.
            (
                "01:30",
                "2026-11-01T05:45:00Z",
                "America/New_York",
                "2026-11-02T06:30Z",
            ),
        ] {
            assert_eq!(at(text, now, zone).unwrap(), end, "{text} at {now}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_with_the_zone() {
        for text in [
            "",
            "tonight",
            "25:00",
            "23",
            "2026-11-31 08:00",
            "4h",
            "23:00 CET",
        ] {
            let error = at(text, "2026-11-20T18:00:00Z", "Europe/Paris").unwrap_err();
            assert!(error.to_string().contains("Europe/Paris"), "{error}");
        }
    }
}
