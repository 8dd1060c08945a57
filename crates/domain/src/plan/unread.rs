//! A kind of resource that could not be read.

use crate::fleet::Kind;
use crate::names::{EnvironmentName, Region};

use super::Place;

/// A kind of resource that could not be read in one account and region.
///
/// Nobody knows what of it runs there: what is put to sleep after it must not be put to sleep,
/// and what is woken after it must not be woken. Its tier is its kind's, for the tags that may
/// say another were not read either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The kind.
    pub kind: Kind,
    /// The environments that name the kind there.
    pub environments: Vec<EnvironmentName>,
    /// The region.
    pub region: Region,
    /// The account.
    pub account: String,
}

impl Unread {
    pub(super) fn is_in(&self, place: &Place) -> bool {
        self.region == place.region
            && self.account == place.account
            && self.environments.contains(&place.environment)
    }
}
