//! What the ledger tells a tick: what was carried out, what holds, what was told.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::hold::Hold;
use crate::names::ResourceArn;
use crate::time::{State, Transition};

/// How far a transition has come on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// AWS has taken the order.
    Ordered,
    /// The resource was seen in the state ordered: a later difference is somebody's doing.
    Reached,
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
    /// Whether this very transition has been completed.
    pub fn completed(&self, transition: Transition) -> bool {
        self.phase == Phase::Reached && self.is(transition)
    }

    /// Whether this entry is about this very transition.
    pub fn is(&self, transition: Transition) -> bool {
        self.transition == transition.at && self.to == transition.to
    }
}

/// The ledger as one tick reads it, once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The last transition carried out, by resource.
    pub carried: HashMap<ResourceArn, Carried>,
    /// Holds that have not ended.
    pub holds: Vec<Hold>,
    /// Problems already told by mail, with the instant of that mail, by [`crate::plan::Problem::key`].
    pub told: BTreeMap<String, DateTime<Utc>>,
}
