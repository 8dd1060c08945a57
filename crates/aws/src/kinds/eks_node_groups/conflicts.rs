//! What outside Nightcap gives a node group a size, or keeps it from one: the scheduled actions
//! and the settings of the Auto Scaling groups that EKS keeps for it.
//!
//! A node group's own description names those groups, at a call each; all of a region that are
//! EKS's own are one listing, a hundred a call, and say by their tags whose they are.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter};
use nightcap_domain::fleet::{Resource, Text};

use crate::autoscaling_groups::conflicts::scheduled;
use crate::autoscaling_groups::obstacles::obstacles;
use crate::autoscaling_groups::{NODE_GROUP_TAG, PAGE, described};
use crate::error::AwsError;

/// How EKS names the cluster on such a group.
pub(super) const CLUSTER_TAG: &str = "eks:cluster-name";

/// What stands in the way of these node groups.
pub(super) async fn of(
    client: &Client,
    resources: &[&Resource],
) -> Result<Vec<(String, Text)>, AwsError> {
    let wanted: BTreeSet<&str> = resources.iter().map(|r| r.name.as_str()).collect();
    let mut found = vec![];
    // The node group of each of EKS's groups.
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let tagged = Filter::builder().name("tag-key").values(NODE_GROUP_TAG);
    let asking = client.describe_auto_scaling_groups().max_records(PAGE);
    let asking = asking.filters(tagged.build());
    let pages = described(asking.into_paginator().send()).await?;
    for group in pages.iter().flat_map(aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput::auto_scaling_groups) {
        let Some(owner) = owner(group).filter(|owner| wanted.contains(owner.as_str())) else {
            continue;
        };
        found.extend(obstacles(group).map(|what| (owner.clone(), what)));
        let name = group.auto_scaling_group_name().unwrap_or_default();
        owners.insert(name.to_owned(), owner);
    }
    let names = owners.keys().map(String::as_str).collect();
    for (group, what) in scheduled(client, &names).await? {
        if let Some(owner) = owners.get(&group) {
            found.push((owner.clone(), what));
        }
    }
    Ok(found)
}

/// The node group that a group belongs to, as it is called here: `shop/workers`.
fn owner(group: &AutoScalingGroup) -> Option<String> {
    let value = |key| {
        let tag = group.tags().iter().find(|tag| tag.key() == Some(key));
        tag?.value()
    };
    Some(format!(
        "{}/{}",
        value(CLUSTER_TAG)?,
        value(NODE_GROUP_TAG)?
    ))
}
