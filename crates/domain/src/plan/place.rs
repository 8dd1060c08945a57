//! Where an environment is ordered: one account and region, as far as one invocation sees.

use std::collections::BTreeMap;
use std::fmt;

use crate::fleet::Resource;
use crate::names::{EnvironmentName, Region};

use super::Step;

/// The part of an environment that lies in one account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The environment.
    pub environment: EnvironmentName,
    /// The region.
    pub region: Region,
    /// The account.
    pub account: String,
}

impl Place {
    /// Where a resource of an environment is.
    pub(crate) fn of(environment: &EnvironmentName, resource: &Resource) -> Self {
        Self {
            environment: environment.clone(),
            region: resource.region.clone(),
            account: resource
                .arn
                .parts()
                .map_or_else(String::new, |arn| arn.account.to_owned()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.environment, self.account, self.region)
    }
}

/// The places of steps, each with the indices of its own.
pub(super) fn places(steps: &[Step]) -> BTreeMap<Place, Vec<usize>> {
    let mut places: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        if let Some(environment) = &step.environment {
            let place = Place::of(environment, &step.resource);
            places.entry(place).or_default().push(index);
        }
    }
    places
}
