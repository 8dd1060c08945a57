//! Where an environment is ordered: one account and region, as far as one invocation sees.

use std::collections::BTreeMap;
use std::fmt;

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
            let place = Place {
                environment: environment.clone(),
                region: step.resource.region.clone(),
                account: account(step.resource.arn.as_str()),
            };
            places.entry(place).or_default().push(index);
        }
    }
    places
}

/// The account in an ARN (`arn:aws:rds:eu-west-3:123456789012:db:x`).
fn account(arn: &str) -> String {
    arn.split(':').nth(4).unwrap_or_default().to_owned()
}
