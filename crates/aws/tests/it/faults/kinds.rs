//! Databases, machines and groups as the reconciler sees them: each order is the calls of the
//! real adapter, in its order.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nightcap_aws::aurora_clusters::AuroraClusters;
use nightcap_aws::autoscaling_groups::AutoScalingGroups;
use nightcap_aws::capacity_tag::{self, Scaled};
use nightcap_aws::ec2_instances::Ec2Instances;
use nightcap_aws::ecs_services::EcsServices;
use nightcap_aws::eks_node_groups::EksNodeGroups;
use nightcap_aws::error::AwsError;
use nightcap_aws::kind::{ResourceKind, Stop};
use nightcap_aws::look::{Listing, Look};
use nightcap_aws::rds_instances::RdsInstances;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Kind, Memory, Observed, Resource, Size, Tags, Text};
use nightcap_domain::names::ResourceArn;

use crate::faults::wire::Wire;
use crate::faults::world::{Database, Group, Scaling, Status};

/// Every kind, at the end of one wire.
pub fn kinds(wire: &Arc<Wire>) -> Vec<Box<dyn ResourceKind>> {
    let wire = || Arc::clone(wire);
    vec![
        Box::new(Databases(wire(), RdsInstances::KIND)),
        Box::new(Databases(wire(), AuroraClusters::KIND)),
        Box::new(Groups::<false>(wire(), AutoScalingGroups::KIND)),
        Box::new(Databases(wire(), Ec2Instances::KIND)),
        Box::new(Groups::<true>(wire(), EcsServices::KIND)),
        Box::new(Groups::<true>(wire(), EksNodeGroups::KIND)),
    ]
}

pub fn arn(kind: Kind, name: &str) -> ResourceArn {
    let service = match kind.name {
        "auto-scaling-group" => "autoscaling",
        "ec2-instance" => "ec2",
        "ecs-service" => "ecs",
        "eks-node-group" => "eks",
        _ => "rds",
    };
    ResourceArn::new(format!(
        "arn:aws:{service}:eu-west-3:123456789012:{}:{name}",
        kind.name
    ))
}

/// The kind that a name among the databases stands for.
pub fn kind_of(name: &str) -> Kind {
    if name.contains("cluster") {
        AuroraClusters::KIND
    } else if name.contains("box") {
        Ec2Instances::KIND
    } else {
        RdsInstances::KIND
    }
}

fn kind_of_group(group: &Group) -> Kind {
    match group.scaling {
        Scaling::Group => AutoScalingGroups::KIND,
        Scaling::Service | Scaling::ScaledService => EcsServices::KIND,
        Scaling::Nodes => EksNodeGroups::KIND,
    }
}

struct Databases(Arc<Wire>, Kind);

impl ResourceKind for Databases {
    fn kind(&self) -> Kind {
        self.1
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.0.call("DescribeDB", |world, _| {
            let ours = world
                .databases
                .iter()
                .filter(|(name, _)| kind_of(name) == self.1);
            Ok(ours
                .map(|(name, database)| describe_database(self.1, name, database))
                .collect::<Vec<_>>()
                .into())
        }))
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.0.call("StartDB", |world, now| {
            world.start_database(&resource.name, now)
        }))
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        _how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.0.call("StopDB", |world, now| {
            world.stop_database(&resource.name, now)
        }))
    }
}

/// Whatever has a capacity, with room to grow in its sleep or without. The orders are those of
/// the real adapters; only the three calls of which they are made are this world's.
struct Groups<const ROOM: bool>(Arc<Wire>, Kind);

impl<const ROOM: bool> Scaled for Groups<ROOM> {
    const SET: (&'static str, &'static str) = ("embedded", "SetCapacity");

    fn asleep(now: Capacity) -> Capacity {
        if ROOM {
            capacity_tag::with_room(now)
        } else {
            Capacity::ZERO
        }
    }

    fn set<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.0.call("SetCapacity", move |world, now| {
            world.set_capacity(&resource.name, capacity, now);
            Ok(())
        }))
    }

    fn remember<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.0.call("CreateTags", move |world, now| {
            world.remember(&resource.name, capacity, now);
            Ok(())
        }))
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.0.call("DeleteTags", |world, now| {
            world.forget(&resource.name, now);
            Ok(())
        }))
    }
}

impl<const ROOM: bool> ResourceKind for Groups<ROOM> {
    fn kind(&self) -> Kind {
        self.1
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.0.call("Describe", |world, _| {
            let ours = world
                .groups
                .iter()
                .filter(|(_, group)| kind_of_group(group) == self.1);
            Ok(ours
                .map(|(name, group)| describe_group(self.1, name, group))
                .collect::<Vec<_>>()
                .into())
        }))
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(capacity_tag::start(self, resource, capacity))
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move { capacity_tag::stop(self, resource, &how).await })
    }

    fn conflicts<'a>(
        &'a self,
        _resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(self.0.call("DescribeScheduledActions", |_, _| Ok(vec![])))
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Scaled::forget(self, resource)
    }
}

fn describe_database(kind: Kind, name: &str, database: &Database) -> Resource {
    let observed = match database.status {
        Status::Available => Observed::Running,
        Status::Stopping => Observed::Stopping,
        Status::Stopped => Observed::Stopped,
        Status::Starting => Observed::Starting,
    };
    resource(kind, name, database.environment, observed, None)
}

fn describe_group(kind: Kind, name: &str, group: &Group) -> Resource {
    let memory = match group.memory.as_deref().map(str::parse) {
        None => Memory::None,
        Some(Ok(capacity)) => Memory::Of(capacity),
        Some(Err(_)) => Memory::Unreadable(group.memory.clone().unwrap_or_default()),
    };
    let serving = group.machines.iter().filter(|m| m.in_service).count();
    // What keeps room to grow and remembers nothing has scaled itself to nothing.
    let room = matches!(group.scaling, Scaling::ScaledService | Scaling::Nodes);
    let by_itself = room && memory == Memory::None;
    let enough = group.capacity.min().max(1) as usize;
    let observed = match (group.capacity.desired(), group.machines.len()) {
        (0, _) if by_itself => Observed::Running,
        (0, 0) => Observed::Stopped,
        (0, _) => Observed::Stopping,
        _ if serving >= enough => Observed::Running,
        _ => Observed::Starting,
    };
    let size = Size {
        now: group.capacity,
        machines: u32::try_from(group.machines.len()).unwrap(),
        memory,
    };
    resource(kind, name, group.environment, observed, Some(size))
}

fn resource(
    kind: Kind,
    name: &str,
    environment: &str,
    observed: Observed,
    size: Option<Size>,
) -> Resource {
    Resource {
        arn: arn(kind, name),
        kind,
        name: name.to_owned(),
        region: "eu-west-3".into(),
        tags: Tags::from_iter([("nightcap:environment", environment)]),
        observed,
        size,
        maintenance: None,
        restarted_by_aws: false,
        facts: nightcap_domain::fleet::Facts::default(),
    }
}
