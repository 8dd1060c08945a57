//! Events of `aws.rds`: what EventBridge says of databases.
//!
//! The catalogue is "Amazon RDS event categories and event messages" in both user guides,
//! Amazon RDS's and Aurora's (read in November 2026). AWS sends them "on a best effort
//! basis", late, out of order or not at all: they only make a tick come sooner.

use chrono::{DateTime, Datelike, Utc};
use nightcap_aws::reconcile::Restarted;
use nightcap_aws::target::Target;
use nightcap_domain::names::{Region, ResourceArn};
use nightcap_domain::time::{FIRST_YEAR, LAST_YEAR};
use serde_json::{Map, Value};

use super::Request;

/// A database has come to where others may wait for it, or has failed to.
const MOVED: [&str; 5] = [
    "RDS-EVENT-0087", // DB instance stopped.
    "RDS-EVENT-0088", // DB instance started.
    "RDS-EVENT-0150", // DB cluster stopped.
    "RDS-EVENT-0151", // DB cluster started.
    "RDS-EVENT-0152", // DB cluster stop failed.
];

/// A database "is being started due to it exceeding the maximum allowed time being stopped".
const RESTARTED: [&str; 2] = [
    "RDS-EVENT-0153", // A DB cluster.
    "RDS-EVENT-0154", // A DB instance.
];

/// The account and region that an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account's number.
    pub account: String,
    /// The region.
    pub region: Region,
}

impl Place {
    /// Whether a target may be this place. A target without a role is the function's own
    /// account, whose number nobody here knows: the region decides.
    pub fn may_be(&self, target: &Target) -> bool {
        let in_account = target
            .role
            .as_ref()
            .is_none_or(|role| role.parts().is_some_and(|arn| arn.account == self.account));
        in_account && target.region == self.region
    }
}

/// Reads an event whose source is `aws.rds`.
pub(super) fn read(event: &Map<String, Value>) -> Request {
    let id = detail(event, "EventID").unwrap_or_default();
    let at = time(event);
    let place = place(event);
    if MOVED.contains(&id) {
        return Request::Database {
            at,
            place,
            restarted: None,
        };
    }
    if RESTARTED.contains(&id) {
        // Without its name or instant, the tick alone must do: the ledger counts the days, too.
        let restarted = source(event).zip(at).map(|(resource, at)| Restarted {
            resource: ResourceArn::new(resource),
            at,
        });
        return Request::Database {
            at,
            place,
            restarted,
        };
    }
    Request::Ignored {
        event: if id.is_empty() {
            "an event without an EventID".to_owned()
        } else {
            id.chars().take(60).collect()
        },
    }
}

fn place(event: &Map<String, Value>) -> Option<Place> {
    let text = |key| event.get(key).and_then(Value::as_str);
    let (account, region) = text("account").zip(text("region"))?;
    Some(Place {
        account: account.to_owned(),
        region: Region::new(region),
    })
}

fn source(event: &Map<String, Value>) -> Option<&str> {
    let first = || event.get("resources")?.get(0)?.as_str();
    detail(event, "SourceArn").or_else(first)
}

fn time(event: &Map<String, Value>) -> Option<DateTime<Utc>> {
    let text = event.get("time").and_then(Value::as_str);
    let at: DateTime<Utc> = text.or_else(|| detail(event, "Date"))?.parse().ok()?;
    // Beyond the calendar nothing can be counted on from it.
    (FIRST_YEAR..=LAST_YEAR).contains(&at.year()).then_some(at)
}

fn detail<'a>(event: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    event.get("detail")?.get(key)?.as_str()
}
