//! What the reconciler needs of a kind of resource, and nothing else of AWS.

use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Health, Kind, Resource, Text};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::snapshot::Snapshot;

use crate::error::AwsError;
use crate::look::{Companies, Listing, Look};

/// One kind of resource in one account and region.
pub trait ResourceKind: Send + Sync {
    /// Its name and its place in the order.
    fn kind(&self) -> Kind;

    /// Every resource of this kind that may carry the tag `nightcap:environment`, all pages.
    ///
    /// Those without the tag may be left out. One that cannot be read costs itself alone; an
    /// error costs the kind in this target.
    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>>;

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

    /// What would stop with these, or what they belong to: their tags protect too. Asked only
    /// when something of this kind is to be stopped. What is not named has nothing of the sort.
    fn members<'a>(&'a self, resources: &'a [&'a Resource]) -> Companies<'a> {
        let _ = resources;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Whether load balancers find these groups healthy. Asked only while their environment
    /// is waking and everything else of it is up.
    fn health<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Vec<(ResourceArn, Result<Health, AwsError>)>> {
        let _ = resources;
        Box::pin(async { Vec::new() })
    }

    /// Forgets what this group remembers of its capacity, now that it is up.
    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = resource;
        Box::pin(async { Ok(()) })
    }

    /// Why AWS refuses orders to these, where its refusal does not say it: `(name of the
    /// resource, why)`. Asked only once AWS has refused one for the state of the resource.
    fn refused<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        let _ = resources;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// The snapshots of these. Asked only right after they were stopped with one.
    fn snapshots<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<Snapshot>, AwsError>> {
        let _ = resources;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Deletes one of those snapshots.
    fn delete_snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = name;
        Box::pin(async { Ok(()) })
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
