//! What the ledger tells a tick: what was carried out, what holds, what was told; and what a
//! tick writes there.

mod beat;
mod history;
mod outbox;
mod unread;
mod write;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::capacity::Capacity;
use crate::fleet::Part;
use crate::hold::Hold;
use crate::names::ResourceArn;
use crate::time::{State, Transition};

pub use beat::{GUARD_SILENT, GuardBeat};
pub use history::{History, HoldEvent};
pub use outbox::{Notice, Outgoing};
pub use unread::{Unread, Unreadable};
pub use write::Write;

/// How long an order belongs to the tick that claimed it, from that tick's instant. A tick
/// that has died meanwhile is made good by the first tick after that.
pub const LEASE: TimeDelta = TimeDelta::seconds(120);

/// How long AWS may go on describing something as it was before a change: "starting with a couple
/// of seconds of wait time, and increasing gradually up to five minutes" ("Eventual consistency in
/// the Amazon EC2 API", Amazon EC2 developer guide).
pub const SETTLING: TimeDelta = TimeDelta::minutes(5);

/// How far a transition has come on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// A tick has claimed the order, and has given it unless it died first.
    Ordered,
    /// The resource was seen in the state ordered: a later difference is somebody's doing.
    Reached,
    /// A person changed it after that: left alone until the next transition, if changes are
    /// respected.
    Changed,
    /// AWS itself woke it after that, after seven days: it goes back to sleep.
    Woken,
}

/// The last transition that was carried out on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The instant of the transition (not of the tick that carried it out).
    pub transition: DateTime<Utc>,
    /// The state it led to.
    pub to: State,
    /// How far it has come.
    pub phase: Phase,
}

impl Carried {
    /// Whether this very transition has been completed, so that what differs now is a
    /// person's doing.
    pub fn completed(&self, transition: Transition) -> bool {
        matches!(self.phase, Phase::Reached | Phase::Changed) && self.is(transition)
    }

    /// Whether this entry is about this very transition.
    pub fn is(&self, transition: Transition) -> bool {
        self.transition == transition.at && self.to == transition.to
    }
}

/// An order, as the ledger remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// When it was given.
    pub at: DateTime<Utc>,
    /// When it was first given, where it had to be given again for the same transition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<DateTime<Utc>>,
    /// The correlation id of the tick that gave it.
    pub tick: String,
    /// `start` or `stop`.
    pub action: String,
    /// By whom: a schedule, the author of a hold, a maintenance window.
    pub by: String,
    /// Why, as a sentence.
    pub why: String,
    /// The hold that asked for it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// What a group ran on when it was put to sleep: asleep, nobody else knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ran_on: Vec<Part>,
    /// The capacity that was written on what this order stops: its tag must say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<String>,
    /// Whether the breaker has counted this stop: no recent transition explained it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
}

impl Order {
    /// The capacity that was written on what this order has stopped.
    pub fn remembered(&self) -> Option<Capacity> {
        let written = self
            .remembered
            .as_deref()
            .filter(|_| self.action == "stop")?;
        written.parse().ok().filter(|one: &Capacity| !one.is_zero())
    }

    /// Since when what it asks for has been waited for.
    pub fn since(&self) -> DateTime<Utc> {
        self.first.unwrap_or(self.at)
    }
}

/// How an entry came to be. A later write must find it unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Counts the writes of this entry.
    pub version: u64,
    /// What stands in the place of the version if that is no version, as the store writes it: a
    /// write replaces exactly that, and puts a version there.
    pub odd_version: Option<String>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Until when the order belongs to the tick that claimed it.
    pub lease: Option<DateTime<Utc>>,
    /// The last order.
    pub order: Option<Order>,
}

impl Mark {
    /// Whether a tick is at work on the resource, as far as one can know.
    ///
    /// A lease that ends in the far future was written by a rehearsal at another instant.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease
            .is_some_and(|until| now < until && until - now <= LEASE * 2)
    }
}

impl Mark {
    /// Whether what AWS describes now may be from before what this entry tells: before an order
    /// that was given a moment ago, or before a moment ago it was seen to have arrived.
    ///
    /// An entry whose order was not given, or was refused, has no lease left, and changed nothing.
    pub fn is_settling(&self, phase: Phase, now: DateTime<Utc>) -> bool {
        let since = match phase {
            Phase::Ordered => self.lease.map(|until| until - LEASE),
            Phase::Reached => Some(self.at),
            Phase::Changed | Phase::Woken => None,
        };
        since.is_some_and(|since| {
            let passed = now - since;
            // What was written much later than now was written by a rehearsal at another instant.
            -LEASE <= passed && passed < SETTLING
        })
    }
}

/// The ledger as one tick reads it, once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The last transition carried out, by resource.
    pub carried: HashMap<ResourceArn, Carried>,
    /// How each entry came to be. An entry that could not be read has a mark alone.
    pub marks: HashMap<ResourceArn, Mark>,
    /// Holds that have not ended, and those that ended lately.
    pub holds: Vec<Hold>,
    /// Problems already told by mail, with the instant of that mail, by [`crate::plan::Problem::key`]
    /// and the target each is at home in.
    pub told: BTreeMap<String, DateTime<Utc>>,
    /// When the budget guard last looked; none before its first look.
    pub guard: Option<GuardBeat>,
    /// Mails that are claimed and not known to have been sent.
    pub outbox: Vec<Outgoing>,
    /// Items that this version cannot read: what they are about is left alone.
    pub unread: Vec<Unread>,
}
