//! The close of a month: what it cost, and what its forecast was worth.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use crate::message::{Forecasted, month_close};
use crate::money::alert::{self, Reading};
use crate::money::{BillingMonth, Usd};

use super::decide::Outlook;
use super::news::alert_key;
use super::{Entry, News, NewsKind, Sight};

/// The days of a month on which the close of one that was not watched is still news.
const CLOSE_DAYS: u32 = 7;

/// The month before, once its last day is no longer provisional.
pub(super) fn close_of_last_month(sight: &Sight<'_>, outlook: &Outlook<'_>) -> Option<News> {
    let period = sight.month().previous();
    let facts = outlook.facts(sight, period);
    let reported = sight.spent.charges.first_day()?;
    // A month that began before there were figures was never watched.
    if reported > period.first_day() {
        return None;
    }
    let watched = forecasted(sight, period, facts.actual);
    // Who begins to watch late in a month is not told of the one before.
    if watched.is_none() && sight.as_of().day() > CLOSE_DAYS {
        return None;
    }
    let reading = Reading {
        period,
        actual: facts.actual,
        forecast: None,
        ..outlook.reading(sight)
    };
    let alert = alert::due_at_close(&reading, sight.as_of(), &sight.memory.alerts)?;
    let mail = month_close(&facts, watched.as_ref());
    Some(News {
        kind: NewsKind::MonthClose,
        key: alert_key(&alert),
        entry: Entry::Alert { alert },
        mail: Some(mail),
        holds: vec![],
    })
}

/// What was forecast in a month, as it was seen then.
fn forecasted(sight: &Sight<'_>, period: BillingMonth, total: Usd) -> Option<Forecasted> {
    let middle = period.first_day().checked_add_days(Days::new(14))?;
    let seen: Vec<(NaiveDate, Usd)> = sight
        .memory
        .observations
        .range((period, NaiveDate::MIN)..=(period, NaiveDate::MAX))
        .filter(|(_, seen)| seen.plausible)
        .filter_map(|((_, on), seen)| Some((*on, seen.expected?)))
        .collect();
    let (on, expected) = *seen
        .iter()
        .min_by_key(|(on, _)| (*on - middle).num_days().abs())?;
    let errors: Decimal = seen
        .iter()
        .filter_map(|(_, expected)| Some((*expected - total).share_of(total)?.abs()))
        .sum();
    Some(Forecasted {
        on,
        expected,
        mean_error: errors
            .checked_div(Decimal::from(seen.len()))
            .unwrap_or_default(),
        count: seen.len(),
    })
}
