//! Databases and groups as the reconciler sees them: each order is the calls of the real
//! adapter, in its order.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nightcap_aws::aurora_clusters::AuroraClusters;
use nightcap_aws::autoscaling_groups::AutoScalingGroups;
use nightcap_aws::error::AwsError;
use nightcap_aws::kind::{ResourceKind, Stop};
use nightcap_aws::rds_instances::RdsInstances;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Kind, Memory, Observed, Resource, Size, Tags, Text};
use nightcap_domain::names::ResourceArn;

use crate::wire::Wire;
use crate::world::{Database, Group, Status};

/// Every kind, at the end of one wire.
pub fn kinds(wire: &Arc<Wire>) -> Vec<Box<dyn ResourceKind>> {
    vec![
        Box::new(Databases(Arc::clone(wire), RdsInstances::KIND)),
        Box::new(Databases(Arc::clone(wire), AuroraClusters::KIND)),
        Box::new(Groups(Arc::clone(wire))),
    ]
}

pub fn arn(kind: Kind, name: &str) -> ResourceArn {
    ResourceArn::new(if kind == AutoScalingGroups::KIND {
        format!(
            "arn:aws:autoscaling:eu-west-3:123456789012:autoScalingGroup:0:autoScalingGroupName/{name}"
        )
    } else {
        format!("arn:aws:rds:eu-west-3:123456789012:{}:{name}", kind.name)
    })
}

/// The kind of database a name stands for.
pub fn kind_of(name: &str) -> Kind {
    if name.contains("cluster") {
        AuroraClusters::KIND
    } else {
        RdsInstances::KIND
    }
}

struct Databases(Arc<Wire>, Kind);

impl ResourceKind for Databases {
    fn kind(&self) -> Kind {
        self.1
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Resource>, AwsError>> {
        Box::pin(self.0.call("DescribeDB", |world, _| {
            let ours = world
                .databases
                .iter()
                .filter(|(name, _)| kind_of(name) == self.1);
            Ok(ours
                .map(|(name, database)| describe_database(self.1, name, database))
                .collect())
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

struct Groups(Arc<Wire>);

impl ResourceKind for Groups {
    fn kind(&self) -> Kind {
        AutoScalingGroups::KIND
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Resource>, AwsError>> {
        Box::pin(self.0.call("DescribeAutoScalingGroups", |world, _| {
            let all = world.groups.iter();
            Ok(all
                .map(|(name, group)| describe_group(name, group))
                .collect())
        }))
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let capacity = capacity.unwrap();
            self.set(&resource.name, capacity).await?;
            if resource.size.as_ref().unwrap().memory == Memory::None {
                return Ok(());
            }
            let forget = self.0.call("DeleteTags", |world, now| {
                world.forget(&resource.name, now);
                Ok(())
            });
            forget.await
        })
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let asleep = resource.size.as_ref().unwrap().now.is_zero();
            if let Some(capacity) = how.remember.filter(|c| !asleep && !c.is_zero()) {
                let remember = self.0.call("CreateOrUpdateTags", |world, now| {
                    world.remember(&resource.name, capacity, now);
                    Ok(())
                });
                remember.await?;
            }
            self.set(&resource.name, Capacity::ZERO).await
        })
    }

    fn conflicts<'a>(
        &'a self,
        _resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(self.0.call("DescribeScheduledActions", |_, _| Ok(vec![])))
    }
}

impl Groups {
    async fn set(&self, name: &str, capacity: Capacity) -> Result<(), AwsError> {
        let set = self.0.call("UpdateAutoScalingGroup", |world, now| {
            world.set_capacity(name, capacity, now);
            Ok(())
        });
        set.await
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

fn describe_group(name: &str, group: &Group) -> Resource {
    let memory = match group.memory.as_deref().map(str::parse) {
        None => Memory::None,
        Some(Ok(capacity)) => Memory::Of(capacity),
        Some(Err(_)) => Memory::Unreadable(group.memory.clone().unwrap_or_default()),
    };
    let serving = group.machines.iter().filter(|m| m.in_service).count();
    let observed = match (group.capacity.is_zero(), group.machines.len()) {
        (true, 0) => Observed::Stopped,
        (true, _) => Observed::Stopping,
        (false, _) if serving >= group.capacity.min() as usize => Observed::Running,
        (false, _) => Observed::Starting,
    };
    let size = Size {
        now: group.capacity,
        machines: u32::try_from(group.machines.len()).unwrap(),
        memory,
    };
    resource(
        AutoScalingGroups::KIND,
        name,
        group.environment,
        observed,
        Some(size),
    )
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
