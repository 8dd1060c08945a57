//! Aurora DB clusters.
//!
//! Which of them AWS can stop: "Limitations for stopping and starting Aurora DB clusters"
//! (Amazon Aurora User Guide), and for the others "Limitations of Multi-AZ DB clusters"
//! (Amazon RDS User Guide): stopping and starting is on the list of what those do not
//! support. Both read in November 2026. Parallel query is no obstacle any more, except in
//! the engine mode of that name. Blue/green deployments are not listed here: nothing in the
//! answer of `DescribeDBClusters` tells them, so AWS itself refuses the order
//! (`refusals.rs`).

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_rds::types::{DbCluster, DbClusterMember, DbInstance};
use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Claim, Facts, Kind, Member, Observed, Resource, Text, Tier};
use nightcap_domain::names::ResourceArn;

use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Companies, Listing, Look};
use crate::rds::{self, PAGE, tags};
use crate::{arn, pages, rds_status};

/// The Aurora clusters of one account and region.
#[derive(Debug)]
pub struct AuroraClusters {
    clients: Arc<Clients>,
}

/// The global databases that have more than one cluster, as far as they could be read.
type Shared = Result<BTreeSet<String>, AwsError>;

impl AuroraClusters {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "aurora-cluster",
        tier: Tier::DATABASE,
    };

    /// The clusters that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self, look: &Look) -> Result<Listing, AwsError> {
        let client = self.clients.rds();
        let pages = client
            .describe_db_clusters()
            .max_records(PAGE)
            .into_paginator()
            .send();
        let pages = pages::of(
            ("rds", "DescribeDBClusters"),
            pages,
            aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput::marker,
        )
        .await?;
        let clusters = pages.into_iter().filter_map(|page| page.db_clusters);
        let mut tagged: Vec<DbCluster> = clusters.flatten().collect();
        tagged.retain(|cluster| tags(cluster.tag_list()).claim() != Claim::None);
        if tagged.is_empty() {
            return Ok(Listing::default());
        }
        // Asked for by the kind of instances too, and once for both.
        let instances = look.shared(rds::instances(client)).await?;
        // One more call, and only where somebody has tagged a member of a global database.
        let shared = if tagged.iter().any(|cluster| global(cluster).is_some()) {
            self.shared_globals().await
        } else {
            Ok(BTreeSet::new())
        };
        let found: Vec<Resource> = tagged
            .iter()
            .filter_map(|cluster| resource(cluster, &instances, &shared))
            .collect();
        Ok(found.into())
    }

    /// AWS stops a cluster of a global database only while it is the only one in it.
    async fn shared_globals(&self) -> Shared {
        let asking = self.clients.rds().describe_global_clusters();
        let pages = asking.max_records(PAGE).into_paginator().send();
        let call = ("rds", "DescribeGlobalClusters");
        let pages = pages::of(
            call,
            pages,
            aws_sdk_rds::operation::describe_global_clusters::DescribeGlobalClustersOutput::marker,
        )
        .await?;
        let shared = pages
            .into_iter()
            .filter_map(|page| page.global_clusters)
            .flatten()
            .filter(|global| global.global_cluster_members().len() > 1)
            .filter_map(|global| global.global_cluster_identifier)
            .collect();
        Ok(shared)
    }
}

impl ResourceKind for AuroraClusters {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all(look))
    }

    /// Costs no call: they were read with the cluster.
    fn members<'a>(&'a self, resources: &'a [&'a Resource]) -> Companies<'a> {
        let known = resources.iter();
        let known = known.map(|one| (one.arn.clone(), one.facts.members.clone()));
        let known = known.collect();
        Box::pin(async { Ok(known) })
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .rds()
                .start_db_cluster()
                .db_cluster_identifier(&resource.name)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("rds", "StartDBCluster", &error))
        })
    }

    /// Takes no snapshot: `StopDBCluster` has no room for one, and Aurora backs up its
    /// storage continuously.
    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        _how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .rds()
                .stop_db_cluster()
                .db_cluster_identifier(&resource.name)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("rds", "StopDBCluster", &error))
        })
    }

    fn refused<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(rds::in_blue_green(self.clients.rds(), resources))
    }
}

fn resource(cluster: &DbCluster, instances: &[DbInstance], shared: &Shared) -> Option<Resource> {
    let tags = tags(cluster.tag_list());
    let (Some(name), Some(arn)) = (cluster.db_cluster_identifier(), cluster.db_cluster_arn())
    else {
        tracing::warn!(?tags, "AWS described a DB cluster without a name or an ARN");
        return None;
    };
    // Eligibility first: nothing that its status says changes that it cannot be stopped.
    let observed = not_stoppable(cluster, shared).unwrap_or_else(|| observed(cluster, instances));
    Some(Resource {
        arn: ResourceArn::new(arn),
        kind: AuroraClusters::KIND,
        name: name.to_owned(),
        region: arn::region(arn),
        tags,
        observed,
        size: None,
        maintenance: cluster.preferred_maintenance_window().map(str::to_owned),
        restarted_by_aws: false,
        facts: Facts {
            members: members(instances, name),
            ..Facts::default()
        },
    })
}

/// The instances that stop with the cluster.
fn members(instances: &[DbInstance], cluster: &str) -> Vec<Member> {
    let members = instances
        .iter()
        .filter(|instance| instance.db_cluster_identifier() == Some(cluster));
    members
        .map(|instance| Member {
            name: instance
                .db_instance_identifier()
                .unwrap_or_default()
                .to_owned(),
            tags: tags(instance.tag_list()),
        })
        .collect()
}

/// What a cluster is doing, by its own status and by its members'.
///
/// A cluster is `available` minutes before its members are, so that nobody can connect yet
/// (<https://github.com/aws/aws-sdk/issues/826>): it is up once its writer is. A reader that is
/// still on its way keeps nobody waiting who starts, and a stop waits for it: AWS refuses one
/// while a member is in another state than `available` (`InvalidDBInstanceState` is among the
/// errors of `StopDBCluster`, Amazon RDS API Reference).
fn observed(cluster: &DbCluster, instances: &[DbInstance]) -> Observed {
    let status = rds_status::cluster(cluster.status());
    if status != Observed::Running {
        return status;
    }
    let state = |member: &DbClusterMember| {
        let name = member.db_instance_identifier()?;
        let mut found = instances.iter();
        let found = found.find(|other| other.db_instance_identifier() == Some(name))?;
        Some((
            name.to_owned(),
            rds_status::instance(found.db_instance_status()),
        ))
    };
    let (writers, readers): (Vec<&DbClusterMember>, Vec<&DbClusterMember>) = cluster
        .db_cluster_members()
        .iter()
        .partition(|member| member.is_cluster_writer().unwrap_or_default());
    // One that is not listed is being made, or deleted: it serves nobody.
    let away = |member: &DbClusterMember| {
        let name = member.db_instance_identifier().unwrap_or("?");
        (name.to_owned(), Observed::Starting)
    };
    for writer in writers {
        let (name, state) = state(writer).unwrap_or_else(|| away(writer));
        match state {
            Observed::Running | Observed::Busy { serving: true, .. } => {}
            Observed::Faulty { status, remedy } => {
                let status = format!("its writer {name} is {status}");
                return Observed::Faulty { status, remedy };
            }
            Observed::Starting | Observed::Stopped => return Observed::Starting,
            other => {
                return Observed::Busy {
                    status: format!("available, its writer {name} {}", other.word()),
                    serving: false,
                };
            }
        }
    }
    let moving = readers
        .into_iter()
        .filter_map(state)
        // What a person must mend keeps no cluster up for ever: AWS says so itself.
        .find(|(_, state)| !matches!(state, Observed::Running | Observed::Faulty { .. }));
    match moving {
        Some((name, state)) => Observed::Busy {
            status: format!("available, its reader {name} {}", state.word()),
            serving: true,
        },
        None => Observed::Running,
    }
}

fn global(cluster: &DbCluster) -> Option<&str> {
    cluster
        .global_cluster_identifier()
        .filter(|global| !global.is_empty())
}

/// Why AWS refuses to stop this cluster whatever its status, if it does.
fn not_stoppable(cluster: &DbCluster, shared: &Shared) -> Option<Observed> {
    not_stoppable_engine(cluster)
        .or_else(|| not_stoppable_replica(cluster))
        .map(Observed::Fixed)
        .or_else(|| not_stoppable_global(global(cluster)?, shared))
}

fn not_stoppable_engine(cluster: &DbCluster) -> Option<Text> {
    match cluster.engine().unwrap_or_default() {
        "mysql" | "postgres" => {
            return Some(Text::fixed(
                "a Multi-AZ DB cluster that is not Aurora: AWS cannot stop it",
                "cluster multi-AZ qui n'est pas Aurora : AWS ne sait pas l'arrêter",
            ));
        }
        engine if !engine.starts_with("aurora") => {
            return Some(Text::made(
                format!("a cluster of engine {engine:?}: Nightcap stops Aurora alone"),
                format!("cluster du moteur {engine:?} : Nightcap n'arrête qu'Aurora"),
            ));
        }
        _ => {}
    }
    // Aurora Serverless v2 is `provisioned` and can be stopped.
    match cluster.engine_mode() {
        None | Some("" | "provisioned") => None,
        Some("serverless") => Some(Text::fixed(
            "Aurora Serverless v1: AWS cannot stop it; it can pause by itself",
            "Aurora Serverless v1 : AWS ne sait pas l'arrêter ; il peut se mettre en pause seul",
        )),
        Some(mode) => Some(Text::made(
            format!("Aurora in engine mode {mode}: AWS cannot stop it"),
            format!("Aurora en mode {mode} : AWS ne sait pas l'arrêter"),
        )),
    }
}

fn not_stoppable_global(global: &str, shared: &Shared) -> Option<Observed> {
    match shared {
        Ok(shared) => shared.contains(global).then(|| {
            Observed::Fixed(Text::made(
                format!("one of several clusters of global database {global}: AWS cannot stop it"),
                format!("un des clusters de la base globale {global} : AWS ne sait pas l'arrêter"),
            ))
        }),
        // Its companions are unknown: that is a problem of this cluster, and of it alone.
        Err(error) => Some(Observed::Faulty {
            status: format!("in global database {global}, which could not be read: {error}"),
            remedy: error.remedy(),
        }),
    }
}

/// AWS names a source with a replica in another region. A replica, or a source of one in
/// the same region, is left alone too: which of them AWS stops is not documented, and
/// stopping one side would break replication in silence.
fn not_stoppable_replica(cluster: &DbCluster) -> Option<Text> {
    let source = cluster.replication_source_identifier().unwrap_or_default();
    if !source.is_empty() {
        return Some(Text::made(
            format!("a read replica of {source}: stopping it would break replication"),
            format!("réplica en lecture de {source} : l'arrêter romprait la réplication"),
        ));
    }
    let replicas = cluster.read_replica_identifiers();
    (!replicas.is_empty()).then(|| {
        let replicas = replicas.join(", ");
        Text::made(
            format!("it has read replicas ({replicas}): AWS cannot stop their source"),
            format!(
                "il a des réplicas en lecture ({replicas}) : AWS ne sait pas arrêter leur source"
            ),
        )
    })
}

#[cfg(test)]
mod tests;
