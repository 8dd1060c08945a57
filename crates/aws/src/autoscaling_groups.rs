//! Auto Scaling groups.
//!
//! A group sleeps at 0/0/0 and remembers its capacity in its own tag `nightcap:capacity`.
//! Stopping and starting are two calls each, and a tick may die between them:
//!
//! - **stop** writes the tag, then sets 0/0/0. Dead in between: the group runs on at the
//!   size that its tag says; `size.rs` takes it as running, and the next tick stops
//!   it again. The other way round, a group at 0/0/0 would have forgotten its capacity.
//! - **start** restores the capacity, then deletes the tag. Dead in between: the group runs,
//!   with a tag that says what it once was. The tick that first sees it up deletes the tag then
//!   (`stale.rs`); until it is gone, nothing reads the tag of a running group, and a stop
//!   overwrites it before it means anything again. The other way round, a group at
//!   0/0/0 would have forgotten its capacity.
//! - A call that AWS carried out although its answer was lost is made again by the SDK or by
//!   the next tick. Each sets what is to be, none adds or takes away, so twice is once.
//! - Two ticks at once: both write the same tag and the same size, for both have read the
//!   same running group. A tick that reads later reads 0/0/0, is told `stopped` or
//!   `stopping`, and writes nothing: 0/0/0 is never remembered.

use std::sync::Arc;

use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter, Tag, TagDescription};
use futures_util::future::{BoxFuture, try_join};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{
    CAPACITY_TAG, ENVIRONMENT_TAG, Health, Kind, Memory, Observed, Resource, Tags, Text, Tier,
};
use nightcap_domain::names::ResourceArn;

use crate::arn;
use crate::capacity_tag::memory;
use crate::clients::Clients;
use crate::error::{AwsError, Cause};
use crate::kind::{ResourceKind, Stop};

mod conflicts;
mod facts;
mod obstacles;
mod size;
mod targets;

/// The most that AWS gives a page.
const PAGE: i32 = 100;

/// How EKS marks the group that it keeps for a managed node group.
const NODE_GROUP_TAG: &str = "eks:nodegroup-name";

/// How AWS calls a group in the tags' own requests.
const TAGGED_TYPE: &str = "auto-scaling-group";

/// The Auto Scaling groups of one account and region.
#[derive(Debug)]
pub struct AutoScalingGroups {
    clients: Arc<Clients>,
}

impl AutoScalingGroups {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "auto-scaling-group",
        tier: Tier::COMPUTE,
    };

    /// The groups that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self) -> Result<Vec<Resource>, AwsError> {
        let tagged = Filter::builder()
            .name("tag-key")
            .values(ENVIRONMENT_TAG)
            .build();
        let mut groups = self
            .clients
            .autoscaling()
            .describe_auto_scaling_groups()
            .filters(tagged)
            .max_records(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(group) = groups.next().await {
            let group = group.map_err(|error| {
                AwsError::from_sdk("autoscaling", "DescribeAutoScalingGroups", &error)
            })?;
            found.extend(resource(&group));
        }
        Ok(found)
    }

    async fn set(&self, name: &str, capacity: Capacity) -> Result<(), AwsError> {
        let number = |count: u32| {
            i32::try_from(count).map_err(|_| AwsError {
                service: "autoscaling",
                operation: "UpdateAutoScalingGroup",
                cause: Cause::Other,
                message: format!("{capacity} is more than AWS can count"),
            })
        };
        self.clients
            .autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(number(capacity.min())?)
            .desired_capacity(number(capacity.desired())?)
            .max_size(number(capacity.max())?)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("autoscaling", "UpdateAutoScalingGroup", &error))
    }

    async fn remember(&self, name: &str, capacity: Capacity) -> Result<(), AwsError> {
        let tag = memory_tag(name)
            .value(capacity.to_string())
            // It describes the group's sleep, and nothing of its machines.
            .propagate_at_launch(false)
            .build();
        self.clients
            .autoscaling()
            .create_or_update_tags()
            .tags(tag)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("autoscaling", "CreateOrUpdateTags", &error))
    }

    async fn delete_memory(&self, name: &str) -> Result<(), AwsError> {
        self.clients
            .autoscaling()
            .delete_tags()
            .tags(memory_tag(name).build())
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("autoscaling", "DeleteTags", &error))
    }
}

impl ResourceKind for AutoScalingGroups {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Resource>, AwsError>> {
        Box::pin(self.all())
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let capacity = capacity.filter(|capacity| !capacity.is_zero());
            let Some(capacity) = capacity else {
                return Err(AwsError::no_capacity(
                    "autoscaling",
                    "UpdateAutoScalingGroup",
                    &resource.name,
                ));
            };
            self.set(&resource.name, capacity).await?;
            match &resource.size {
                Some(size) if size.memory != Memory::None => {
                    self.delete_memory(&resource.name).await
                }
                _ => Ok(()),
            }
        })
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let asleep = resource
                .size
                .as_ref()
                .is_some_and(|size| size.now.is_zero());
            match how.remember {
                // A group at 0/0/0 keeps the memory that it has, whatever it is asked for.
                Some(capacity) if !asleep && !capacity.is_zero() => {
                    self.remember(&resource.name, capacity).await?;
                }
                _ => {}
            }
            self.set(&resource.name, Capacity::ZERO).await
        })
    }

    fn conflicts<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(async move {
            let client = self.clients.autoscaling();
            let (mut found, obstacles) = try_join(
                conflicts::scheduled(client, resources),
                obstacles::of(client, resources),
            )
            .await?;
            found.extend(obstacles);
            Ok(found)
        })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.delete_memory(&resource.name))
    }

    fn health<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Vec<(ResourceArn, Result<Health, AwsError>)>> {
        Box::pin(targets::health(self.clients.elbv2(), resources))
    }
}

fn memory_tag(name: &str) -> aws_sdk_autoscaling::types::builders::TagBuilder {
    Tag::builder()
        .resource_type(TAGGED_TYPE)
        .resource_id(name)
        .key(CAPACITY_TAG)
}

fn resource(group: &AutoScalingGroup) -> Option<Resource> {
    let tags = tags(group.tags());
    let (Some(name), Some(arn)) = (
        group.auto_scaling_group_name(),
        group.auto_scaling_group_arn(),
    ) else {
        tracing::warn!(
            ?tags,
            "AWS described an Auto Scaling group without a name or an ARN"
        );
        return None;
    };
    let memory = memory(&tags);
    let (observed, size) = match size::of(group, memory) {
        Ok(size) => (size::observed(group, &size), Some(size)),
        Err(faulty) => (faulty, None),
    };
    let facts = facts::of(group, size.as_ref());
    Some(Resource {
        arn: ResourceArn::new(arn),
        kind: AutoScalingGroups::KIND,
        name: name.to_owned(),
        region: arn::region(arn),
        tags,
        observed: not_ours(group).map_or(observed, Observed::Fixed),
        size,
        maintenance: None,
        restarted_by_aws: false,
        facts,
    })
}

/// Why this group takes no orders from here, if it does not.
fn not_ours(group: &AutoScalingGroup) -> Option<Text> {
    // AWS sets a status on a group only while it deletes it.
    if group.status().is_some_and(|status| !status.is_empty()) {
        return Some(Text::fixed(
            "it is being deleted",
            "en cours de suppression",
        ));
    }
    // EKS's own, for a node group: it would undo what is done to it, and take it for a fault.
    let nodes = group
        .tags()
        .iter()
        .find(|t| t.key() == Some(NODE_GROUP_TAG));
    if let Some(nodes) = nodes.and_then(TagDescription::value) {
        return Some(Text::made(
            format!("the machines of EKS node group {nodes}: tag the node group instead"),
            format!("machines du groupe de nœuds EKS {nodes} : étiquetez plutôt celui-ci"),
        ));
    }
    let operator = group.operator()?.principal()?;
    Some(Text::made(
        format!("only {operator} may change it"),
        format!("seul {operator} peut le modifier"),
    ))
}

fn tags(list: &[TagDescription]) -> Tags {
    list.iter()
        .filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
        .collect()
}

#[cfg(test)]
mod tests;
