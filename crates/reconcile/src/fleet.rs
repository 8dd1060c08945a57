//! Reading the fleet: every kind in every target, all pages, side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Claim, Kind, Resource};
use nightcap_domain::names::{EnvironmentName, ResourceArn};
use nightcap_domain::plan;
use tracing::Instrument;

use crate::error::AwsError;
use crate::kind::ResourceKind;
use crate::look::{Listing, Look};
use crate::reach::Reach;
use crate::target::Target;
use crate::time_left::TimeLeft;

/// Targets read at once.
const TARGETS_AT_ONCE: usize = 8;

/// The fleet, and the means to act on each resource of it.
pub struct Fleet<'a> {
    /// Every resource that may be in Nightcap's care.
    pub resources: Vec<Resource>,
    /// The targets of which nothing could be read: nothing is done there.
    pub unread: Vec<(Target, AwsError)>,
    /// The kinds that could not be read in a target of which the rest could: nothing of them is
    /// done there, nor what must wait for them.
    pub unread_kinds: Vec<UnreadKinds>,
    /// The resources that could not be read, all else of their kind having been.
    pub unread_resources: Vec<(ResourceArn, AwsError)>,
    means: Vec<&'a dyn ResourceKind>,
    homes: Vec<&'a Target>,
    of: HashMap<ResourceArn, usize>,
}

/// Kinds that could not be read in a target, all for the same reason.
#[derive(Clone, Debug)]
pub struct UnreadKinds {
    /// The target.
    pub target: Target,
    /// The kinds, and the environments that name each.
    pub kinds: Vec<(Kind, Vec<EnvironmentName>)>,
    /// What AWS said.
    pub error: AwsError,
}

impl UnreadKinds {
    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|(kind, _)| kind.name).collect()
    }

    /// What a problem about them is about.
    pub fn about(&self) -> String {
        format!("{} {}", self.target, self.names().join(", "))
    }
}

/// What came of asking each kind of a target.
type Answers = Vec<Result<Listing, AwsError>>;

impl<'a> Fleet<'a> {
    /// Reads all targets for which there is time.
    pub async fn read(config: &Compiled, reach: &'a [Reach], time: TimeLeft) -> Self {
        let read: Vec<_> = stream::iter(reach)
            .map(|reach| async move {
                let look = Look::at(config, &reach.target);
                let read = read_target(reach, &look, time).instrument(span_of(&reach.target));
                let read = read.await;
                (reach, look, read)
            })
            .buffered(TARGETS_AT_ONCE)
            .collect()
            .await;
        let mut fleet = Self {
            resources: vec![],
            unread: vec![],
            unread_kinds: vec![],
            unread_resources: vec![],
            means: vec![],
            homes: vec![],
            of: HashMap::new(),
        };
        for (reach, look, answers) in read {
            match lost(&answers) {
                Some(error) => fleet.unread.push((reach.target.clone(), error)),
                None => fleet.take(config, reach, &look, answers),
            }
        }
        fleet
    }

    /// Whether everything was read.
    pub fn saw_everything(&self) -> bool {
        self.unread.is_empty() && self.unread_kinds.is_empty() && self.unread_resources.is_empty()
    }

    /// The kinds that were not read, as the plan must know them: by the accounts of what was
    /// read beside them. Where nothing was, there is nothing that could wait for them.
    pub fn unread_beside(&self) -> Vec<plan::Unread> {
        let mut found = vec![];
        for unread in &self.unread_kinds {
            let beside = self
                .resources
                .iter()
                .filter(|resource| self.target(resource.arn.as_str()) == Some(&unread.target));
            let accounts: BTreeSet<&str> = beside
                .filter_map(|resource| Some(resource.arn.parts()?.account))
                .collect();
            for account in accounts {
                found.extend(
                    unread
                        .kinds
                        .iter()
                        .map(|(kind, environments)| plan::Unread {
                            kind: *kind,
                            environments: environments.clone(),
                            region: unread.target.region.clone(),
                            account: account.to_owned(),
                        }),
                );
            }
        }
        found
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

    fn take(&mut self, config: &Compiled, reach: &'a Reach, look: &Look, answers: Answers) {
        for (kind, answer) in reach.kinds.iter().zip(answers) {
            let listing = match answer {
                Ok(listing) => listing,
                Err(error) => {
                    self.miss(&reach.target, kind.kind(), look, error);
                    continue;
                }
            };
            let means = self.means.len();
            self.means.push(kind.as_ref());
            self.homes.push(&reach.target);
            for resource in listing.resources {
                if belongs(config, &reach.target, &resource) {
                    self.of.insert(resource.arn.clone(), means);
                    self.resources.push(resource);
                }
            }
            let kept = listing.unread.into_iter();
            self.unread_resources
                .extend(kept.filter(|(arn, _)| self.of.contains_key(arn)));
        }
    }

    /// One permission that two kinds need is one problem.
    fn miss(&mut self, target: &Target, kind: Kind, look: &Look, error: AwsError) {
        let missed = (kind, look.environments(kind));
        let known = self.unread_kinds.iter_mut();
        let mut known = known.filter(|known| known.target == *target && known.error == error);
        match known.next() {
            Some(known) => known.kinds.push(missed),
            None => self.unread_kinds.push(UnreadKinds {
                target: target.clone(),
                kinds: vec![missed],
                error,
            }),
        }
    }
}

/// What is logged about reading a target stands in this.
fn span_of(target: &Target) -> tracing::Span {
    let role = target.role.as_ref().map(tracing::field::display);
    tracing::error_span!("target", region = %target.region, role)
}

/// Each kind for itself: one that hangs or is refused costs none of the others.
async fn read_target(reach: &Reach, look: &Look, time: TimeLeft) -> Answers {
    let late = || Err(AwsError::out_of_time("lambda", "Invoke"));
    let kinds = reach.kinds.iter();
    join_all(kinds.map(|kind| async move {
        let read = time.cut(kind.list(look)).await;
        read.unwrap_or_else(late)
    }))
    .await
}

/// Why nothing of a target was read, if nothing was.
fn lost(answers: &Answers) -> Option<AwsError> {
    let mut errors = answers.iter().map(|answer| answer.as_ref().err());
    let first = errors.next()??;
    errors.all(|error| error.is_some()).then(|| first.clone())
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
