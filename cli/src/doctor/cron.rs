//! When a cron expression fires, to compare two that are written differently.

use chrono::{DateTime, Days, Utc};
use nightcap_domain::time::{CronExpression, Tz};

/// How far is looked: every rule of a year, leap day apart.
const DAYS: u64 = 400;
/// The most firings that are compared.
const MAX_FIRINGS: usize = 3000;

/// The times on the wall clock at which this fires within the next year; two expressions with
/// the same times mean the same, in whichever form they are written.
pub(super) fn firings(cron: &CronExpression, zone: Tz, from: DateTime<Utc>) -> Vec<String> {
    let mut wall = from.with_timezone(&zone).naive_local();
    let end = wall.checked_add_days(Days::new(DAYS)).unwrap_or(wall);
    let mut firings = vec![];
    while firings.len() < MAX_FIRINGS {
        match cron.next_after(wall) {
            Some(next) if next < end => {
                firings.push(next.to_string());
                wall = next;
            }
            _ => break,
        }
    }
    firings
}
