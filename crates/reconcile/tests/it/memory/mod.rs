//! A target and a ledger in memory, which refuse what a test tells them to refuse.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Kind, Observed, Resource, Tags, Text, Tier};
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Ledger, Write};
use nightcap_domain::names::ResourceArn;
use nightcap_reconcile::error::{AwsError, Cause};
use nightcap_reconcile::kind::{ResourceKind, Stop};
use nightcap_reconcile::ledger::{LedgerStore, NoLedger};
use nightcap_reconcile::look::{Companies, Company, Listing, Look};
use nightcap_reconcile::reach::Reach;
use nightcap_reconcile::target::Target;

/// What was ordered, in order: `stop db-1`.
#[derive(Clone, Default)]
pub(crate) struct Orders {
    given: Arc<Mutex<Vec<String>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

impl Orders {
    pub(crate) fn given(&self) -> Vec<String> {
        self.given.lock().unwrap().clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    async fn take(&self, order: String) {
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        // Whoever else has an order to give, gives it now.
        tokio::task::yield_now().await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.given.lock().unwrap().push(order);
    }
}

/// Databases in memory.
pub(crate) struct Databases {
    pub(crate) found: Result<Vec<Resource>, AwsError>,
    pub(crate) refuses: HashMap<String, AwsError>,
    pub(crate) conflicts: Result<Vec<(String, Text)>, AwsError>,
    /// Why it refuses what it refuses.
    pub(crate) reasons: Vec<(String, Text)>,
    /// What would stop with them.
    pub(crate) members: Result<Vec<Company>, AwsError>,
    pub(crate) kind: Kind,
    pub(crate) orders: Orders,
}

const KIND: Kind = Kind {
    name: "rds-instance",
    tier: Tier::DATABASE,
};

impl Databases {
    pub(crate) fn new(orders: &Orders, found: Vec<Resource>) -> Self {
        Self {
            found: Ok(found),
            refuses: HashMap::new(),
            conflicts: Ok(vec![]),
            reasons: vec![],
            members: Ok(vec![]),
            kind: KIND,
            orders: orders.clone(),
        }
    }

    pub(crate) fn unreadable(orders: &Orders, cause: Cause) -> Self {
        Self {
            found: Err(error("DescribeDBInstances", cause)),
            ..Self::new(orders, vec![])
        }
    }

    pub(crate) fn refusing(mut self, name: &str, cause: Cause) -> Self {
        self.refuses
            .insert(name.to_owned(), error("StopDBInstance", cause));
        self
    }

    async fn order(&self, action: &str, resource: &Resource) -> Result<(), AwsError> {
        if let Some(error) = self.refuses.get(&resource.name) {
            Err(error.clone())
        } else {
            self.orders
                .take(format!("{action} {}", resource.name))
                .await;
            Ok(())
        }
    }
}

impl ResourceKind for Databases {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn members<'a>(&'a self, _resources: &'a [&'a Resource]) -> Companies<'a> {
        Box::pin(async { self.members.clone() })
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(async { self.found.clone().map(Listing::from) })
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.order("start", resource))
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        _how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.order("stop", resource))
    }

    fn conflicts<'a>(
        &'a self,
        _resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(async { self.conflicts.clone() })
    }

    fn refused<'a>(
        &'a self,
        _resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(async { Ok(self.reasons.clone()) })
    }
}

pub(crate) fn error(operation: &'static str, cause: Cause) -> AwsError {
    AwsError {
        service: "rds",
        operation,
        cause,
        message: format!("{cause:?}, says the test"),
    }
}

/// A running database of preprod.
pub(crate) fn database(name: &str, region: &str) -> Resource {
    Resource {
        arn: ResourceArn::new(format!("arn:aws:rds:{region}:123456789012:db:{name}")),
        kind: KIND,
        name: name.to_owned(),
        region: region.into(),
        tags: Tags::from_iter([("nightcap:environment", "preprod")]),
        observed: Observed::Running,
        size: None,
        maintenance: None,
        restarted_by_aws: false,
        facts: nightcap_domain::fleet::Facts::default(),
    }
}

/// A region in which preprod lives, with these kinds of resources.
pub(crate) fn region(name: &str, kinds: Vec<Databases>) -> Reach {
    Reach {
        target: Target {
            external_id: None,
            role: None,
            region: name.into(),
            environments: vec!["preprod".into()],
        },
        kinds: kinds
            .into_iter()
            .map(|kind| Box::new(kind) as Box<dyn ResourceKind>)
            .collect(),
    }
}

/// A ledger that does as it is told, whatever it is asked.
#[derive(Default)]
pub(crate) struct Obstinate {
    pub(crate) unreadable: bool,
    pub(crate) unwritable: bool,
    /// The resources that another tick has claimed first.
    pub(crate) lost: Vec<ResourceArn>,
    pub(crate) written: Mutex<Vec<Write>>,
}

impl LedgerStore for Obstinate {
    fn read(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(async {
            if self.unreadable {
                return Err(error("Query", Cause::Denied));
            }
            Ok(Ledger::default())
        })
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(async {
            if self.unwritable {
                return Err(error("TransactWriteItems", Cause::Denied));
            }
            self.written.lock().unwrap().extend_from_slice(writes);
            let mine = |write: &Write| !self.lost.contains(&write.resource);
            Ok(writes.iter().map(mine).collect())
        })
    }

    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        NoLedger.hold(hold)
    }

    fn release<'a>(
        &'a self,
        holds: &'a [Hold],
        by: &'a str,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        NoLedger.release(holds, by, reason)
    }

    fn remembers(&self) -> bool {
        true
    }
}
