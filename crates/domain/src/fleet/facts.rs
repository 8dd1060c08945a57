//! What else an adapter saw of a resource: for the order, the snapshots and the price of a hold.

use serde::{Deserialize, Serialize};

use super::Text;

/// What else AWS says of a resource, in the answer that names it: none of it costs a call.
///
/// A kind that knows none of it leaves it at its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Machines of a group that are in service now.
    pub in_service: u32,
    /// Whether a group asks for more than is in service now.
    pub lacking: bool,
    /// The ARNs of the target groups through which a group's machines get their traffic.
    pub target_groups: Vec<String>,
    /// What it runs on, as the price book names it. Empty where nobody knows (a group asleep).
    pub runs_on: Vec<Part>,
    /// The name of the cluster that it sleeps and wakes with, if it is a member of one.
    pub member_of: Option<String>,
    /// Whether a snapshot can be taken while it stops.
    pub snapshots: Snapshots,
    /// The daily window in which AWS backs it up while it is available (`03:00-04:00`, UTC); none
    /// where AWS does not, or backs up all the time.
    pub backup_window: Option<String>,
}

/// Whether a group's machines get their traffic: what its load balancers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Every machine in service is found healthy.
    Healthy,
    /// Not yet, and what is missing.
    Waiting(Text),
    /// It could not be asked.
    Unknown,
}

/// Some machines of one make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The make, as people call it: `t3.small`.
    pub make: String,
    /// The item of the price book: `ec2:t3.small`.
    pub price: String,
    /// How many.
    pub count: u32,
}

/// Whether a snapshot can be taken while a resource stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Snapshots {
    /// It cannot.
    #[default]
    None,
    /// It can, and the snapshot bears the resource's tags: one knows later whose it is.
    Tagged,
    /// It can, and the snapshot bears no tag.
    Untagged,
}
