//! Weekly maintenance windows, as AWS writes them.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use thiserror::Error;

/// How long before its maintenance window a sleeping database is woken, so that AWS
/// finds it `available` when the window opens.
const LEAD: TimeDelta = TimeDelta::minutes(30);

/// A weekly window in UTC: `mon:04:00-mon:05:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceWindow {
    start: (Weekday, NaiveTime),
    length: TimeDelta,
}

/// A text that is no maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no maintenance window; AWS writes ddd:hh:mm-ddd:hh:mm, such as mon:04:00-mon:05:00"
)]
pub struct UnreadableWindow(pub String);

impl MaintenanceWindow {
    /// Reads AWS's form.
    ///
    /// # Errors
    /// If the text has another form, or a window without length.
    pub fn parse(text: &str) -> Result<Self, UnreadableWindow> {
        let unreadable = || UnreadableWindow(text.to_owned());
        let (start, stop) = text.trim().split_once('-').ok_or_else(unreadable)?;
        let start = point(start).ok_or_else(unreadable)?;
        let stop = point(stop).ok_or_else(unreadable)?;
        let length = since_monday(stop) - since_monday(start);
        let length = if length < TimeDelta::zero() {
            length + TimeDelta::weeks(1)
        } else {
            length
        };
        if length.is_zero() {
            return Err(unreadable());
        }
        Ok(Self { start, length })
    }

    /// The instants between which a database should be up for the window around `now`,
    /// if `now` is one of them: half an hour before it opens, up to its end.
    pub fn around(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let monday = now
            .date_naive()
            .checked_sub_days(Days::new(u64::from(now.weekday().num_days_from_monday())))?
            .and_time(NaiveTime::MIN)
            .and_utc();
        let this_week = monday + since_monday(self.start);
        [TimeDelta::weeks(-1), TimeDelta::zero(), TimeDelta::weeks(1)]
            .into_iter()
            .map(|shift| this_week + shift)
            .map(|opens| (opens - LEAD, opens + self.length))
            .find(|(from, until)| *from <= now && now < *until)
    }
}

fn point(text: &str) -> Option<(Weekday, NaiveTime)> {
    let (day, time) = text.split_once(':')?;
    if day.len() != 3 {
        return None;
    }
    Some((
        day.parse().ok()?,
        NaiveTime::parse_from_str(time, "%H:%M").ok()?,
    ))
}

fn since_monday((day, time): (Weekday, NaiveTime)) -> TimeDelta {
    TimeDelta::days(i64::from(day.num_days_from_monday()))
        + time.signed_duration_since(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_opens_half_an_hour_early_and_ends_on_time() {
        let window = MaintenanceWindow::parse("mon:04:00-mon:05:00").unwrap();
        for (now, inside) in [
            ("2026-11-23T03:29:59Z", false),
            ("2026-11-23T03:30:00Z", true),
            ("2026-11-23T04:59:59Z", true),
            ("2026-11-23T05:00:00Z", false),
            ("2026-11-24T04:30:00Z", false),
        ] {
            assert_eq!(window.around(utc(now)).is_some(), inside, "{now}");
        }
    }

    #[test]
    fn a_window_may_cross_the_end_of_the_week() {
        let window = MaintenanceWindow::parse("sun:23:45-mon:00:15").unwrap();
        assert!(window.around(utc("2026-11-23T00:10:00Z")).is_some());
        assert!(window.around(utc("2026-11-22T23:20:00Z")).is_some());
        let monday = MaintenanceWindow::parse("mon:00:10-mon:00:40").unwrap();
        assert!(monday.around(utc("2026-11-22T23:50:00Z")).is_some());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "-",
            "mon:04:00",
            "mon:04:00-mon:04:00",
            "monday:04:00-mon:05:00",
            "mon:25:00-mon:26:00",
        ] {
            assert!(MaintenanceWindow::parse(text).is_err(), "{text:?}");
        }
    }
}
