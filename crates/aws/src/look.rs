//! One look at a target: what its kinds are asked, and what they share of AWS's answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_rds::types::DbInstance;
use futures_util::future::BoxFuture;
use nightcap_domain::config::{Compiled, KindName};
use nightcap_domain::fleet::{Claim, Kind, Member, Resource, Tags};
use nightcap_domain::names::{EnvironmentName, ResourceArn};
use tokio::sync::OnceCell;

use crate::error::AwsError;
use crate::target::Target;

/// One look at a target.
#[derive(Debug, Default)]
pub struct Look {
    /// The environments that may be acted on, by the kinds that they name. Without: all.
    managed: Option<BTreeMap<&'static str, BTreeSet<EnvironmentName>>>,
    instances: OnceCell<Result<Arc<[DbInstance]>, AwsError>>,
}

impl Look {
    /// A look at this target.
    pub fn at(config: &Compiled, target: &Target) -> Self {
        let mut managed: BTreeMap<&'static str, BTreeSet<EnvironmentName>> = BTreeMap::new();
        for name in &target.environments {
            let Some((_, environment)) = config.environment(name.as_str()) else {
                continue;
            };
            for (kind, _) in KindName::ALL {
                if !environment.protected && environment.kinds.include(kind) {
                    managed.entry(kind).or_default().insert(name.clone());
                }
            }
        }
        Self {
            managed: Some(managed),
            instances: OnceCell::new(),
        }
    }

    /// Whether a resource of this kind with these tags may be acted on, so that it must be
    /// described. Of the others their tags say enough: they are left alone, or are a problem.
    pub fn describes(&self, kind: Kind, tags: &Tags) -> bool {
        let Some(managed) = &self.managed else {
            return true;
        };
        match tags.claim() {
            Claim::Environment(claimed) if tags.protected_by().is_none() => managed
                .get(kind.name)
                .is_some_and(|names| names.iter().any(|name| name.as_str() == claimed)),
            _ => false,
        }
    }

    /// The environments of a kind that may be acted on.
    pub fn environments(&self, kind: Kind) -> Vec<EnvironmentName> {
        let managed = self.managed.as_ref().and_then(|all| all.get(kind.name));
        managed.into_iter().flatten().cloned().collect()
    }

    /// The DB instances of the target, which two kinds need: asked for once.
    pub(crate) async fn instances(
        &self,
        ask: impl Future<Output = Result<Vec<DbInstance>, AwsError>>,
    ) -> Result<Arc<[DbInstance]>, AwsError> {
        let asked = self
            .instances
            .get_or_init(|| async { ask.await.map(Arc::from) });
        asked.await.clone()
    }
}

/// What a kind has found in a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Every resource that may carry the tag `nightcap:environment`. What could not be read is
    /// among them as far as it is known, and observed as unread.
    pub resources: Vec<Resource>,
    /// Why those could not be read.
    pub unread: Vec<(ResourceArn, AwsError)>,
}

impl From<Vec<Resource>> for Listing {
    fn from(resources: Vec<Resource>) -> Self {
        Self {
            resources,
            unread: vec![],
        }
    }
}

/// What would stop with one resource.
pub type Company = (ResourceArn, Vec<Member>);

/// What would stop with some resources.
pub type Companies<'a> = BoxFuture<'a, Result<Vec<Company>, AwsError>>;
