//! Auto Scaling groups.
//!
//! A group sleeps at 0/0/0 and remembers its capacity in its own tag `nightcap:capacity`
//! (`capacity_tag.rs`). One that a tick left running with its memory written is taken for
//! running (`size.rs`); nothing reads the tag of a running group, and a stop overwrites it
//! before it means anything again.

use std::sync::Arc;

use aws_sdk_autoscaling::error::SdkError;
use aws_sdk_autoscaling::operation::describe_auto_scaling_groups::{
    DescribeAutoScalingGroupsError, DescribeAutoScalingGroupsOutput,
};
use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter, Tag, TagDescription};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use futures_util::future::{BoxFuture, try_join};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{
    CAPACITY_TAG, ENVIRONMENT_TAG, Health, Kind, Member, Observed, Resource, Tags, Text, Tier,
};
use nightcap_domain::names::ResourceArn;

use crate::capacity_tag::{self, Scaled, memory};
use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Companies, Company, Listing, Look};
use crate::{arn, pages, tagged};

pub(crate) mod conflicts;
mod facts;
pub(crate) mod obstacles;
mod size;
mod targets;
mod warm_pool;

/// The most that AWS gives a page.
pub(crate) const PAGE: i32 = 100;

/// How EKS marks the group that it keeps for a managed node group.
pub(crate) const NODE_GROUP_TAG: &str = "eks:nodegroup-name";

/// How Auto Scaling marks the machines of a group.
const GROUP_TAG: &str = "aws:autoscaling:groupName";

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

    async fn all(&self) -> Result<Listing, AwsError> {
        let tagged = Filter::builder()
            .name("tag-key")
            .values(ENVIRONMENT_TAG)
            .build();
        let asking = self.clients.autoscaling().describe_auto_scaling_groups();
        let asking = asking.filters(tagged).max_records(PAGE);
        let pages = described(asking.into_paginator().send()).await?;
        let groups = pages
            .iter()
            .flat_map(DescribeAutoScalingGroupsOutput::auto_scaling_groups);
        Ok(groups.filter_map(resource).collect::<Vec<_>>().into())
    }

    /// The machines of these groups.
    async fn company(&self, resources: &[&Resource]) -> Result<Vec<Company>, AwsError> {
        let names: Vec<&str> = resources.iter().map(|one| one.name.as_str()).collect();
        let machines = self.clients.ec2().machines_of(GROUP_TAG, &names).await?;
        let company = resources.iter().map(|resource| {
            let ours = machines.iter().filter(|machine| {
                let mut tags = machine.tags.iter();
                tags.any(|(key, value)| key == GROUP_TAG && *value == resource.name)
            });
            (resource.arn.clone(), ours.map(Member::from).collect())
        });
        Ok(company.collect())
    }
}

/// Every page of groups.
pub(crate) async fn described<R: std::fmt::Debug + 'static>(
    pages: PaginationStream<
        Result<DescribeAutoScalingGroupsOutput, SdkError<DescribeAutoScalingGroupsError, R>>,
    >,
) -> Result<Vec<DescribeAutoScalingGroupsOutput>, AwsError> {
    let call = ("autoscaling", "DescribeAutoScalingGroups");
    pages::of(call, pages, DescribeAutoScalingGroupsOutput::next_token).await
}

impl Scaled for AutoScalingGroups {
    const SET: (&'static str, &'static str) = ("autoscaling", "UpdateAutoScalingGroup");

    fn asleep(_now: Capacity) -> Capacity {
        Capacity::ZERO
    }

    fn set<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let (service, operation) = Self::SET;
            let number = |count| tagged::number(service, operation, count);
            self.clients
                .autoscaling()
                .update_auto_scaling_group()
                .auto_scaling_group_name(&resource.name)
                .min_size(number(capacity.min())?)
                .desired_capacity(number(capacity.desired())?)
                .max_size(number(capacity.max())?)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk(service, operation, &error))
        })
    }

    fn remember<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let tag = memory_tag(&resource.name)
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
        })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .autoscaling()
                .delete_tags()
                .tags(memory_tag(&resource.name).build())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("autoscaling", "DeleteTags", &error))
        })
    }
}

impl ResourceKind for AutoScalingGroups {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all())
    }

    fn members<'a>(&'a self, resources: &'a [&'a Resource]) -> Companies<'a> {
        Box::pin(self.company(resources))
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
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(async move {
            let client = self.clients.autoscaling();
            let names = resources.iter().map(|r| r.name.as_str()).collect();
            let (scheduled, obstacles) = try_join(
                conflicts::scheduled(client, &names),
                obstacles::of(client, resources),
            )
            .await?;
            Ok([scheduled, obstacles].concat())
        })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Scaled::forget(self, resource)
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
