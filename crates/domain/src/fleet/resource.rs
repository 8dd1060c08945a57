//! One thing that can sleep and wake.

use crate::capacity::Capacity;
use crate::names::{Region, ResourceArn};

use super::{Claim, Facts, Observed, ProtectedBy, Tags};

/// What a resource is. Each adapter has one constant of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The word in answers and tables (`rds-instance`).
    pub name: &'static str,
    /// Where it stands in the order, unless its tag `nightcap:tier` says otherwise.
    pub tier: Tier,
}

/// A place in the order: lower tiers wake first and sleep last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tier(pub u8);

impl Tier {
    /// Databases: what others need before they can work.
    pub const DATABASE: Self = Self(10);
    /// Machines that need databases.
    pub const COMPUTE: Self = Self(20);
}

/// The number of machines of a resource that is a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// What the group is set to now. All zero while it sleeps.
    pub now: Capacity,
    /// Machines that still exist, whatever their state.
    pub machines: u32,
    /// What was written on the group before it was put to sleep.
    pub memory: Memory,
}

/// The capacity written on a group before it was put to sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Nothing is written there.
    None,
    /// A capacity to restore.
    Of(Capacity),
    /// Something is written there that is no capacity.
    Unreadable(String),
}

/// One thing that can sleep and wake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its ARN.
    pub arn: ResourceArn,
    /// What it is.
    pub kind: Kind,
    /// The name people know it by.
    pub name: String,
    /// Where it runs.
    pub region: Region,
    /// All its tags.
    pub tags: Tags,
    /// What AWS says of it now.
    pub observed: Observed,
    /// Its number of machines, if it is a group of them.
    pub size: Option<Size>,
    /// Its weekly maintenance window, as AWS writes it (`mon:04:00-mon:05:00`, UTC), if it has one.
    pub maintenance: Option<String>,
    /// Whether AWS started it by itself after seven days of sleep.
    pub restarted_by_aws: bool,
    /// What else AWS says of it.
    pub facts: Facts,
}

impl Resource {
    /// The environment that its tags claim.
    pub fn claim(&self) -> Claim<'_> {
        self.tags.claim()
    }

    /// What protects it, if its own tags do.
    pub fn protected_by(&self) -> Option<ProtectedBy> {
        self.tags.protected_by()
    }

    /// Its place in the order.
    ///
    /// # Errors
    /// The text of the tag `nightcap:tier` where that is not a number from 0 to 255.
    pub fn tier(&self) -> Result<Tier, String> {
        match self.tags.get(super::TIER_TAG) {
            None => Ok(self.kind.tier),
            Some(text) => text.trim().parse().map(Tier).map_err(|_| text.to_owned()),
        }
    }

    /// Whether a start or stop may be ordered while an earlier one is still under way.
    ///
    /// A group of machines takes a new size at any time; a database refuses.
    pub fn takes_orders_in_motion(&self) -> bool {
        self.size.is_some()
    }

    /// Whether a capacity is written on it, readable or not.
    pub fn remembers(&self) -> bool {
        self.size
            .as_ref()
            .is_some_and(|size| size.memory != Memory::None)
    }

    /// Whether nothing of it is left running, so that what it needs may go too.
    pub fn has_drained(&self) -> bool {
        match &self.size {
            Some(size) => size.machines == 0,
            None => self.observed == Observed::Stopped,
        }
    }
}
