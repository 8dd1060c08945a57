//! Reading the fleet: every kind in every target, all pages, side by side.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Claim, Resource};
use nightcap_domain::names::ResourceArn;
use tracing::Instrument;

use crate::error::AwsError;
use crate::kind::ResourceKind;
use crate::target::{Reach, Target};
use crate::time_left::TimeLeft;

/// Targets read at once.
const TARGETS_AT_ONCE: usize = 8;

/// The fleet, and the means to act on each resource of it.
pub struct Fleet<'a> {
    /// Every resource that may be in Nightcap's care.
    pub resources: Vec<Resource>,
    /// The targets that could not be read. Nothing is done there: what is not seen may be
    /// what another resource depends on.
    pub unread: Vec<(Target, AwsError)>,
    means: Vec<&'a dyn ResourceKind>,
    homes: Vec<&'a Target>,
    of: HashMap<ResourceArn, usize>,
}

impl<'a> Fleet<'a> {
    /// Reads all targets for which there is time.
    pub async fn read(config: &Compiled, reach: &'a [Reach], time: TimeLeft) -> Self {
        let read: Vec<_> = stream::iter(reach)
            .map(|reach| async move {
                let read = time.cut(read_target(reach).instrument(span_of(&reach.target)));
                let late = || Err(AwsError::out_of_time("lambda", "Invoke"));
                (reach, read.await.unwrap_or_else(late))
            })
            .buffered(TARGETS_AT_ONCE)
            .collect()
            .await;
        let mut fleet = Self {
            resources: vec![],
            unread: vec![],
            means: vec![],
            homes: vec![],
            of: HashMap::new(),
        };
        for (reach, result) in read {
            match result {
                Ok(found) => fleet.take(config, reach, found),
                Err(error) => fleet.unread.push((reach.target.clone(), error)),
            }
        }
        fleet
    }

    /// The means to act on a resource.
    pub fn means(&self, arn: &ResourceArn) -> Option<&'a dyn ResourceKind> {
        self.means.get(*self.of.get(arn)?).copied()
    }

    /// The target in which a resource stands.
    pub fn target(&self, arn: &str) -> Option<&'a Target> {
        self.homes.get(*self.of.get(arn)?).copied()
    }

    /// Resources by the means to act on them: one kind in one target each.
    pub fn by_means<'r>(
        &self,
        resources: impl Iterator<Item = &'r Resource>,
    ) -> Vec<(&'a dyn ResourceKind, Vec<&'r Resource>)> {
        let mut groups: BTreeMap<usize, Vec<&Resource>> = BTreeMap::new();
        for resource in resources {
            if let Some(index) = self.of.get(&resource.arn) {
                groups.entry(*index).or_default().push(resource);
            }
        }
        groups
            .into_iter()
            .filter_map(|(index, group)| Some((*self.means.get(index)?, group)))
            .collect()
    }

    fn take(&mut self, config: &Compiled, reach: &'a Reach, found: Vec<Vec<Resource>>) {
        for (kind, resources) in reach.kinds.iter().zip(found) {
            let means = self.means.len();
            self.means.push(kind.as_ref());
            self.homes.push(&reach.target);
            for resource in resources {
                if belongs(config, &reach.target, &resource) {
                    self.of.insert(resource.arn.clone(), means);
                    self.resources.push(resource);
                }
            }
        }
    }
}

/// What is logged about reading a target stands in this.
fn span_of(target: &Target) -> tracing::Span {
    let role = target.role.as_ref().map(tracing::field::display);
    tracing::error_span!("target", region = %target.region, role)
}

async fn read_target(reach: &Reach) -> Result<Vec<Vec<Resource>>, AwsError> {
    try_join_all(reach.kinds.iter().map(|kind| kind.list())).await
}

/// Whether a resource found in a target is this configuration's business there.
///
/// An environment that is configured for other targets is left to those; one that is
/// protected or unknown is kept, so that the answer can say so.
fn belongs(config: &Compiled, target: &Target, resource: &Resource) -> bool {
    match resource.claim() {
        Claim::None => false,
        Claim::Overlapping(_) => true,
        Claim::Environment(name) => match config.environment(name) {
            Some((name, environment)) => {
                environment.protected || target.environments.contains(name)
            }
            None => true,
        },
    }
}
