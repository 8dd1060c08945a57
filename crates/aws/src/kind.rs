//! What the reconciler needs of a kind of resource, and nothing else of AWS.

use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Kind, Resource, Text};

use crate::error::AwsError;

/// One kind of resource in one account and region.
pub trait ResourceKind: Send + Sync {
    /// Its name and its place in the order.
    fn kind(&self) -> Kind;

    /// Every resource of this kind that may carry the tag `nightcap:environment`, all pages.
    ///
    /// Those without the tag may be left out.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Resource>, AwsError>>;

    /// Orders a start. Returns once AWS has taken the order, not once it is carried out.
    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Orders a stop. Returns once AWS has taken the order, not once it is carried out.
    fn stop<'a>(&'a self, resource: &'a Resource, how: Stop)
    -> BoxFuture<'a, Result<(), AwsError>>;

    /// What outside Nightcap will wake these resources while they sleep, or the reverse:
    /// `(name of the resource, what)`. Asked only when something of this kind is acted on.
    fn conflicts<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        let _ = resources;
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// How to put a resource to sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The capacity to write on a group before it is scaled to zero.
    pub remember: Option<Capacity>,
    /// The name of a snapshot to take while stopping, where the kind can.
    pub snapshot: Option<String>,
}
