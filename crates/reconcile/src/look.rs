//! One look at a target: what its kinds are asked, and what they share of AWS's answers.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nightcap_domain::config::{Compiled, KindName};
use nightcap_domain::fleet::{Claim, Kind, Member, Resource, Tags};
use nightcap_domain::names::{EnvironmentName, ResourceArn};
use tokio::sync::OnceCell;

use crate::error::{AwsError, Cause};
use crate::target::Target;

/// One look at a target.
#[derive(Debug, Default)]
pub struct Look {
    /// The environments that may be acted on, by the kinds that they name. Without: all.
    managed: Option<BTreeMap<&'static str, BTreeSet<EnvironmentName>>>,
    /// An answer that several kinds need.
    shared: OnceCell<Result<Arc<dyn Any + Send + Sync>, AwsError>>,
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
            shared: OnceCell::new(),
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

    /// An answer that several kinds of the target need: asked for once, by whoever comes first.
    ///
    /// # Errors
    /// Whatever was the answer to the first who asked; or if that was another type, for which
    /// there is no room.
    pub async fn shared<T: Send + Sync + 'static>(
        &self,
        ask: impl Future<Output = Result<Vec<T>, AwsError>>,
    ) -> Result<Arc<Vec<T>>, AwsError> {
        let asked = self.shared.get_or_init(|| async {
            ask.await
                .map(|all| Arc::new(all) as Arc<dyn Any + Send + Sync>)
        });
        let shared = asked.await.clone()?;
        shared.downcast().map_err(|_| AwsError {
            service: "lambda",
            operation: "Invoke",
            cause: Cause::Other,
            message: "two kinds share answers of different types".to_owned(),
        })
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
