//! Databases that AWS starts by itself.

use chrono::{DateTime, TimeDelta, Utc};

use crate::fleet::{Observed, Resource};
use crate::ledger::{Ledger, Phase};
use crate::time::State;

/// How long AWS leaves a database stopped ("Stopping an Amazon RDS DB instance temporarily",
/// Amazon RDS User Guide), less an hour: a sleep is counted from the tick that saw it, which
/// comes later than the sleep.
const SLEPT_OUT: TimeDelta = TimeDelta::hours(7 * 24 - 1);

/// Whether AWS, and not a person, has started this resource, as far as the ledger knows.
///
/// Either an earlier tick was told so by an event, or no event came (AWS sends them "on a
/// best effort basis") and the database has slept its seven days without ever being seen
/// otherwise: then nobody can have started it, for it was not stopped any more.
pub(super) fn woken_by_aws(ledger: &Ledger, resource: &Resource, now: DateTime<Utc>) -> bool {
    let (Some(last), Some(mark)) = (
        ledger.carried.get(&resource.arn),
        ledger.marks.get(&resource.arn),
    ) else {
        return false;
    };
    match last.phase {
        _ if last.to != State::Stopped => false,
        Phase::Woken => true,
        Phase::Reached => is_database(resource) && is_up(resource) && now - mark.at >= SLEPT_OUT,
        Phase::Ordered | Phase::Changed => false,
    }
}

/// Of what Nightcap knows, only RDS and Aurora start again by themselves.
fn is_database(resource: &Resource) -> bool {
    resource.arn.parts().is_some_and(|arn| arn.service == "rds")
}

fn is_up(resource: &Resource) -> bool {
    !matches!(
        resource.observed,
        Observed::Stopped | Observed::Stopping | Observed::Unread
    )
}
