//! EKS managed node groups.
//!
//! EKS takes no maximum below one, so a node group sleeps at 0/0/max, and remembers its
//! capacity in its own tag `nightcap:capacity` (`capacity_tag.rs`). Here the tag is also what
//! tells sleep from a node group that an autoscaler has brought to zero, for both stand at
//! 0/0/max.
//!
//! With room left to grow, an autoscaler in the cluster may wake a node group for pods that
//! wait for a machine. That is a change by hand to Nightcap; its memory is kept.
//!
//! EKS tells the numbers it was given, and nothing of the machines: those are counted in the
//! Auto Scaling group that EKS keeps for the node group. That group is EKS's own, and is
//! never changed here.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_autoscaling::types::{Instance, LifecycleState};
use aws_sdk_eks::types::{Nodegroup, NodegroupResources, NodegroupScalingConfig, NodegroupStatus};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{
    CAPACITY_TAG, Facts, Kind, Member, Memory, Observed, Resource, Size, Tags, Text, Tier,
};
use nightcap_domain::names::ResourceArn;

use crate::autoscaling_groups::NODE_GROUP_TAG;
use crate::capacity_tag::{self, Scaled, memory};
use crate::clients::Clients;
use crate::ec2::Instance as Machine;
use crate::error::{AwsError, Cause, FromSdk};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Companies, Company, Listing, Look};
use crate::tagged::{NOT_DESCRIBED, Tagged};
use crate::{arn, found, pages, tagged};

mod conflicts;

use conflicts::CLUSTER_TAG;

/// Calls at once while reading: EKS describes node groups one by one.
const AT_ONCE: usize = 8;

/// The most groups that one `DescribeAutoScalingGroups` gives.
const GROUPS: usize = 100;

/// The managed node groups of one account and region.
#[derive(Debug)]
pub struct EksNodeGroups {
    clients: Arc<Clients>,
}

/// The machines of a node group.
#[derive(Clone, Copy, Debug, Default)]
struct Machines {
    existing: u32,
    in_service: u32,
}

impl EksNodeGroups {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "eks-node-group",
        tier: Tier::COMPUTE,
    };

    /// The node groups that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self, look: &Look) -> Result<Listing, AwsError> {
        let tagged = tagged::all(&self.clients, "eks:nodegroup").await?;
        let tagged = tagged.into_iter().filter(|one| place(&one.arn).is_some());
        let (ours, others): (Vec<Tagged>, Vec<Tagged>) =
            tagged.partition(|one| look.describes(Self::KIND, &one.tags));
        let described = ours.iter().map(|one| self.describe_or_miss(one));
        let read = stream::iter(described.collect::<Vec<_>>()).buffered(AT_ONCE);
        let read: Vec<Option<found::Read<'_, Nodegroup>>> = read
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<_, AwsError>>()?;
        let read: Vec<_> = read.into_iter().flatten().collect();
        let groups = found::of(&read)?;
        let names: Vec<String> = groups
            .iter()
            .flat_map(|group| scaled_by(group))
            .map(str::to_owned)
            .collect();
        let machines = self.machines(&names).await?;
        Ok(found::listing(
            groups
                .into_iter()
                .filter_map(|group| resource(group, &machines)),
            found::missed(Self::KIND, &read, name),
            others
                .iter()
                .map(|other| other.undescribed(Self::KIND, name(&other.arn), NOT_DESCRIBED)),
        ))
    }

    /// The node group that the index of tags names, unless it is gone. One that cannot be read
    /// costs itself.
    ///
    /// # Errors
    /// What has nothing to do with one node group.
    async fn describe_or_miss<'t>(
        &self,
        one: &'t Tagged,
    ) -> Result<Option<found::Read<'t, Nodegroup>>, AwsError> {
        match self.describe(&one.arn).await {
            Ok(group) => Ok(group.map(found::Read::Whole)),
            // The index goes on naming what is deleted.
            Err(error) if error.cause == Cause::Gone => Ok(None),
            Err(error) if error.is_about_one() => Ok(Some(found::Read::Missed(one, error))),
            Err(error) => Err(error),
        }
    }

    async fn describe(&self, arn: &str) -> Result<Option<Nodegroup>, AwsError> {
        let Some((cluster, name)) = place(arn) else {
            return Ok(None);
        };
        self.clients
            .eks()
            .describe_nodegroup()
            .cluster_name(cluster)
            .nodegroup_name(name)
            .send()
            .await
            .map(|answer| answer.nodegroup)
            .map_err(|error| AwsError::from_sdk("eks", "DescribeNodegroup", &error))
    }

    /// The machines of these node groups, and the clusters: the tags of either protect.
    async fn company(&self, resources: &[&Resource]) -> Result<Vec<Company>, AwsError> {
        let mut company = tagged::clusters(&self.clients, resources, cluster_arn).await?;
        let names = resources.iter().filter_map(|one| place(one.arn.as_str()));
        let names: Vec<&str> = names.map(|(_, name)| name).collect();
        let machines = self
            .clients
            .ec2()
            .machines_of(NODE_GROUP_TAG, &names)
            .await?;
        company.extend(resources.iter().map(|resource| {
            let ours = machines
                .iter()
                .filter(|machine| owner(machine).is_some_and(|owner| owner == resource.name));
            (resource.arn.clone(), ours.map(Member::from).collect())
        }));
        Ok(company)
    }

    async fn machines(&self, names: &[String]) -> Result<HashMap<String, Machines>, AwsError> {
        let mut found = HashMap::new();
        for some in names.chunks(GROUPS) {
            let groups = self
                .clients
                .autoscaling()
                .describe_auto_scaling_groups()
                .set_auto_scaling_group_names(Some(some.to_vec()))
                .max_records(100)
                .into_paginator()
                .send();
            let call = ("autoscaling", "DescribeAutoScalingGroups");
            let pages = pages::of(call, groups, aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput::next_token).await?;
            for group in pages.iter().flat_map(aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput::auto_scaling_groups) {
                let name = group.auto_scaling_group_name().unwrap_or_default();
                found.insert(name.to_owned(), Machines::of(group.instances()));
            }
        }
        Ok(found)
    }
}

impl Scaled for EksNodeGroups {
    const SET: (&'static str, &'static str) = ("eks", "UpdateNodegroupConfig");

    fn asleep(now: Capacity) -> Capacity {
        capacity_tag::with_room(now)
    }

    fn set<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let (service, operation) = Self::SET;
            let number = |count| tagged::number(service, operation, count);
            let (cluster, name) = placed(resource)?;
            let scaling = NodegroupScalingConfig::builder()
                .min_size(number(capacity.min())?)
                .desired_size(number(capacity.desired())?)
                .max_size(number(capacity.max().max(1))?);
            self.clients
                .eks()
                .update_nodegroup_config()
                .cluster_name(cluster)
                .nodegroup_name(name)
                .scaling_config(scaling.build())
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
            self.clients
                .eks()
                .tag_resource()
                .resource_arn(resource.arn.as_str())
                .tags(CAPACITY_TAG, capacity.to_string())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("eks", "TagResource", &error))
        })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .eks()
                .untag_resource()
                .resource_arn(resource.arn.as_str())
                .tag_keys(CAPACITY_TAG)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("eks", "UntagResource", &error))
        })
    }
}

impl ResourceKind for EksNodeGroups {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all(look))
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
        Box::pin(conflicts::of(self.clients.autoscaling(), resources))
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Scaled::forget(self, resource)
    }
}

/// The cluster and the name in a node group's ARN: `…:nodegroup/shop/workers/<uuid>`.
fn place(arn: &str) -> Option<(&str, &str)> {
    match tagged::path(arn, "nodegroup").as_slice() {
        [cluster, name, _] => Some((cluster, name)),
        _ => None,
    }
}

/// What people call the node group of this ARN: a name is one node group in each cluster.
fn name(arn: &str) -> String {
    place(arn).map_or_else(
        || arn.to_owned(),
        |(cluster, name)| format!("{cluster}/{name}"),
    )
}

/// The ARN of the cluster of the node group of this ARN.
fn cluster_arn(arn: &str) -> Option<String> {
    let (cluster, _) = place(arn)?;
    let (before, _) = arn.split_once(":nodegroup/")?;
    Some(format!("{before}:cluster/{cluster}"))
}

/// The node group of a machine, by the tags that EKS puts on it: `shop/workers`.
fn owner(machine: &Machine) -> Option<String> {
    let value = |wanted: &str| {
        let mut tags = machine.tags.iter();
        tags.find_map(|(key, value)| (key == wanted).then_some(value))
    };
    Some(format!(
        "{}/{}",
        value(CLUSTER_TAG)?,
        value(NODE_GROUP_TAG)?
    ))
}

fn placed(resource: &Resource) -> Result<(&str, &str), AwsError> {
    place(resource.arn.as_str()).ok_or_else(|| AwsError {
        service: "eks",
        operation: "UpdateNodegroupConfig",
        cause: Cause::Other,
        message: format!("{} names no cluster", resource.arn),
    })
}

/// The Auto Scaling groups that EKS keeps for a node group.
fn scaled_by(group: &Nodegroup) -> impl Iterator<Item = &str> {
    group
        .resources()
        .into_iter()
        .flat_map(NodegroupResources::auto_scaling_groups)
        .filter_map(|group| group.name())
}

impl Machines {
    fn of(instances: &[Instance]) -> Self {
        let count = |which: fn(&Instance) -> bool| {
            u32::try_from(instances.iter().filter(|i| which(i)).count()).unwrap_or(u32::MAX)
        };
        Self {
            existing: count(|i| i.lifecycle_state() != Some(&LifecycleState::Terminated)),
            in_service: count(|i| i.lifecycle_state() == Some(&LifecycleState::InService)),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            existing: self.existing.saturating_add(other.existing),
            in_service: self.in_service.saturating_add(other.in_service),
        }
    }
}

fn resource(group: &Nodegroup, machines: &HashMap<String, Machines>) -> Option<Resource> {
    let arn = group.nodegroup_arn()?;
    place(arn)?;
    let tags: Tags = group.tags().into_iter().flatten().collect();
    let machines = scaled_by(group)
        .filter_map(|name| machines.get(name).copied())
        .fold(Machines::default(), Machines::and);
    let size = capacity(group.scaling_config()).map(|now| Size {
        now,
        machines: machines.existing,
        memory: memory(&tags),
    });
    Some(Resource {
        arn: ResourceArn::new(arn),
        kind: EksNodeGroups::KIND,
        name: name(arn),
        region: arn::region(arn),
        observed: observed(group, size.as_ref(), machines),
        tags,
        size,
        maintenance: None,
        restarted_by_aws: false,
        facts: Facts::default(),
    })
}

fn capacity(scaling: Option<&NodegroupScalingConfig>) -> Option<Capacity> {
    let scaling = scaling?;
    let count = |number: Option<i32>| u32::try_from(number?).ok();
    let (min, desired) = (count(scaling.min_size())?, count(scaling.desired_size())?);
    Capacity::new(min, desired, count(scaling.max_size())?).ok()
}

/// What a node group is doing, by EKS's word for it and by its machines.
fn observed(group: &Nodegroup, size: Option<&Size>, machines: Machines) -> Observed {
    let status = group.status().map_or("", NodegroupStatus::as_str);
    let Some(size) = size else {
        return Observed::Faulty {
            status: format!("{status} without a capacity"),
            remedy: Text::fixed(
                "set its minimum, desired and maximum size in EKS",
                "réglez ses tailles minimale, souhaitée et maximale dans EKS",
            ),
        };
    };
    match group.status() {
        Some(NodegroupStatus::Deleting) => Observed::Fixed(Text::fixed(
            "it is being deleted",
            "en cours de suppression",
        )),
        Some(NodegroupStatus::CreateFailed | NodegroupStatus::DeleteFailed) => Observed::Faulty {
            status: status.to_owned(),
            remedy: Text::fixed(
                "read the health issues that EKS lists for it, and delete it or make it anew",
                "lisez les anomalies qu'EKS indique, puis supprimez-le ou recréez-le",
            ),
        },
        // A node group takes one update at a time; a change of its machines is one.
        Some(NodegroupStatus::Creating | NodegroupStatus::Updating) if size.now.desired() > 0 => {
            Observed::Busy {
                status: status.to_owned(),
                serving: false,
            }
        }
        _ => by_size(size, machines),
    }
}

/// One that asks for no machine is asleep if it remembers a capacity; without, its own
/// scaling has brought it there. One that asks for some is running once its minimum is in
/// service, and at least one machine.
fn by_size(size: &Size, machines: Machines) -> Observed {
    if size.now.desired() == 0 {
        return match (&size.memory, size.machines) {
            (Memory::None, _) => Observed::Running,
            (_, 0) => Observed::Stopped,
            (_, _) => Observed::Stopping,
        };
    }
    if machines.in_service >= size.now.min().max(1) {
        Observed::Running
    } else {
        Observed::Starting
    }
}

#[cfg(test)]
mod tests;
