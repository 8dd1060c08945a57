//! RDS DB instances.
//!
//! Which of them AWS can stop: "Stopping an Amazon RDS DB instance temporarily" and
//! "Starting and stopping an RDS Custom for SQL Server DB instance" (Amazon RDS User
//! Guide, read in November 2026). Blue/green deployments are not listed here: nothing in
//! the answer of `DescribeDBInstances` tells them, so AWS itself refuses the order
//! (`refusals.rs`).

use std::sync::Arc;

use aws_sdk_rds::error::ProvideErrorMetadata;
use aws_sdk_rds::types::DbInstance;
use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Claim, Facts, Kind, Observed, Part, Resource, Snapshots, Text, Tier};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::snapshot::Snapshot;

use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Listing, Look};
use crate::rds::{self, tags};
use crate::{arn, rds_snapshots, rds_status};

/// What the engines that can be stopped begin with.
const ENGINES: [&str; 7] = [
    "db2",
    "mariadb",
    "sqlserver",
    "custom-sqlserver",
    "mysql",
    "oracle",
    "postgres",
];

/// The DB instances of one account and region.
#[derive(Debug)]
pub struct RdsInstances {
    clients: Arc<Clients>,
}

impl RdsInstances {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "rds-instance",
        tier: Tier::DATABASE,
    };

    /// The DB instances that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self, look: &Look) -> Result<Listing, AwsError> {
        let instances = look.shared(rds::instances(self.clients.rds())).await?;
        let found: Vec<Resource> = instances.iter().filter_map(resource).collect();
        Ok(found.into())
    }

    async fn order_stop(&self, name: &str, snapshot: Option<String>) -> Result<(), AwsError> {
        let asked = snapshot.is_some();
        let order = |snapshot| {
            self.clients
                .rds()
                .stop_db_instance()
                .db_instance_identifier(name)
                .set_db_snapshot_identifier(snapshot)
                .send()
        };
        let mut answer = order(snapshot).await;
        // An earlier order of this very sleep got as far as its snapshot: what was asked for
        // exists, and only the stop is left to do.
        let exists = |error: &dyn ProvideErrorMetadata| matches!(error.code(), Some(code) if code.starts_with("DBSnapshotAlreadyExists"));
        if asked && answer.as_ref().is_err_and(|error| exists(error)) {
            answer = order(None).await;
        }
        answer
            .map(drop)
            .map_err(|error| AwsError::from_sdk("rds", "StopDBInstance", &error))
    }
}

impl ResourceKind for RdsInstances {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all(look))
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .rds()
                .start_db_instance()
                .db_instance_identifier(&resource.name)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("rds", "StartDBInstance", &error))
        })
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.order_stop(&resource.name, how.snapshot))
    }

    fn refused<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(rds::in_blue_green(self.clients.rds(), resources))
    }

    fn snapshots<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<Snapshot>, AwsError>> {
        Box::pin(rds_snapshots::of(self.clients.rds(), resources))
    }

    fn delete_snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(rds_snapshots::delete(self.clients.rds(), name))
    }
}

/// The resource that AWS describes, if its tags put it into Nightcap's care.
fn resource(instance: &DbInstance) -> Option<Resource> {
    let tags = tags(instance.tag_list());
    if tags.claim() == Claim::None {
        return None;
    }
    let (Some(name), Some(arn)) = (
        instance.db_instance_identifier(),
        instance.db_instance_arn(),
    ) else {
        tracing::warn!(
            ?tags,
            "AWS described a DB instance without a name or an ARN"
        );
        return None;
    };
    // Eligibility first: nothing that its status says changes that it cannot be stopped.
    let observed = not_stoppable(instance).map_or_else(
        || rds_status::instance(instance.db_instance_status()),
        Observed::Fixed,
    );
    Some(Resource {
        arn: ResourceArn::new(arn),
        kind: RdsInstances::KIND,
        name: name.to_owned(),
        region: arn::region(arn),
        tags,
        observed,
        size: None,
        maintenance: instance.preferred_maintenance_window().map(str::to_owned),
        restarted_by_aws: false,
        facts: facts(instance),
    })
}

/// The daily window of its automated backups, if it has any: a retention of 0 days switches them
/// off, and Aurora backs its storage up all the time.
fn backup_window(instance: &DbInstance) -> Option<String> {
    let retained = instance
        .backup_retention_period()
        .is_some_and(|days| days > 0);
    let alone = instance.db_cluster_identifier().is_none();
    let window = instance.preferred_backup_window()?;
    (retained && alone && !window.is_empty()).then(|| window.to_owned())
}

fn facts(instance: &DbInstance) -> Facts {
    Facts {
        runs_on: instance
            .db_instance_class()
            .map(|class| part(instance, class))
            .into_iter()
            .collect(),
        member_of: instance.db_cluster_identifier().map(str::to_owned),
        snapshots: match instance.copy_tags_to_snapshot() {
            Some(true) => Snapshots::Tagged,
            _ => Snapshots::Untagged,
        },
        backup_window: backup_window(instance),
        ..Facts::default()
    }
}

/// Its class, as the price book names it: `rds-postgresql:db.t3.medium:single-az`.
fn part(instance: &DbInstance, class: &str) -> Part {
    let engine = match instance.engine().unwrap_or_default() {
        "postgres" => "postgresql",
        other => other,
    };
    let zones = match instance.multi_az() {
        Some(true) => "multi-az",
        _ => "single-az",
    };
    Part {
        make: class.to_owned(),
        price: format!("rds-{engine}:{class}:{zones}"),
        count: 1,
    }
}

/// Why AWS refuses to stop this instance whatever its status, if it does.
fn not_stoppable(instance: &DbInstance) -> Option<Text> {
    let engine = instance.engine().unwrap_or_default();
    if let Some(cluster) = instance.db_cluster_identifier() {
        return Some(member(cluster, engine));
    }
    let source = instance
        .read_replica_source_db_instance_identifier()
        .or(instance.read_replica_source_db_cluster_identifier());
    if let Some(source) = source {
        return Some(Text::made(
            format!("a read replica of {source}: AWS cannot stop replicas"),
            format!("réplica en lecture de {source} : AWS ne sait pas arrêter un réplica"),
        ));
    }
    let replicas: Vec<&str> = instance
        .read_replica_db_instance_identifiers()
        .iter()
        .chain(instance.read_replica_db_cluster_identifiers())
        .map(String::as_str)
        .collect();
    if !replicas.is_empty() {
        let replicas = replicas.join(", ");
        return Some(Text::made(
            format!("it has read replicas ({replicas}): AWS cannot stop their source"),
            format!(
                "elle a des réplicas en lecture ({replicas}) : AWS ne sait pas arrêter leur source"
            ),
        ));
    }
    not_stoppable_engine(instance, engine)
}

fn member(cluster: &str, engine: &str) -> Text {
    if engine.starts_with("aurora") {
        return Text::made(
            format!("a member of cluster {cluster}: it sleeps with its cluster"),
            format!("membre du cluster {cluster} : elle dort avec lui"),
        );
    }
    // What can be stopped: `StopDBCluster` of the Amazon RDS API ("This operation only applies to
    // Aurora DB clusters"), of the Amazon DocumentDB API and of the Amazon Neptune API.
    if matches!(engine, "docdb" | "neptune") {
        return Text::made(
            format!(
                "a member of {engine} cluster {cluster}: AWS can stop such a cluster, but Nightcap stops Aurora alone"
            ),
            format!(
                "membre du cluster {engine} {cluster} : AWS sait l'arrêter, mais Nightcap n'arrête qu'Aurora"
            ),
        );
    }
    Text::made(
        format!("a member of Multi-AZ DB cluster {cluster}: AWS cannot stop such a cluster"),
        format!("membre du cluster multi-AZ {cluster} : AWS ne sait pas l'arrêter"),
    )
}

fn not_stoppable_engine(instance: &DbInstance, engine: &str) -> Option<Text> {
    // Mirroring and Always On are how SQL Server does Multi-AZ; an RDS Custom instance
    // does not set `MultiAZ`, but it names its second zone.
    let two_zones = instance.multi_az().unwrap_or_default()
        || instance
            .secondary_availability_zone()
            .is_some_and(|zone| !zone.is_empty());
    if engine.contains("sqlserver") && two_zones {
        return Some(Text::fixed(
            "SQL Server in two zones (mirroring or Always On): AWS cannot stop it",
            "SQL Server sur deux zones (mise en miroir ou Always On) : AWS ne sait pas l'arrêter",
        ));
    }
    let known = engine.is_empty() || ENGINES.iter().any(|known| engine.starts_with(known));
    (!known).then(|| {
        Text::made(
            format!("AWS cannot stop an instance of engine {engine}"),
            format!("AWS ne sait pas arrêter une instance du moteur {engine}"),
        )
    })
}

#[cfg(test)]
mod tests;
