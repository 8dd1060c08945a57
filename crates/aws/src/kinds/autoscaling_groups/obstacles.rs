//! What in a group itself keeps it from sleeping, or from waking.
//!
//! Scaling to zero ends the machines that the group may end. Those protected from scale-in
//! and those on standby run on and are billed, and a suspended process does not do its work:
//! the group would wait for ever, with nobody told why.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Instance, LifecycleState};
use nightcap_domain::fleet::{Resource, Text};

use super::{PAGE, described};
use crate::error::AwsError;

/// What of the groups' own settings stands in the way: a hundred groups a call.
pub(super) async fn of(
    client: &Client,
    resources: &[&Resource],
) -> Result<Vec<(String, Text)>, AwsError> {
    let mut found = Vec::new();
    for some in resources.chunks(usize::try_from(PAGE).unwrap_or(1)) {
        let names = some.iter().map(|resource| resource.name.clone()).collect();
        let asking = client.describe_auto_scaling_groups().max_records(PAGE);
        let asking = asking.set_auto_scaling_group_names(Some(names));
        let pages = described(asking.into_paginator().send()).await?;
        for group in pages.iter().flat_map(aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput::auto_scaling_groups) {
            let name = group.auto_scaling_group_name().unwrap_or_default();
            found.extend(obstacles(group).map(|what| (name.to_owned(), what)));
        }
    }
    Ok(found)
}

/// Of one group.
pub(crate) fn obstacles(group: &AutoScalingGroup) -> impl Iterator<Item = Text> {
    let count =
        |which: fn(&Instance) -> bool| group.instances().iter().filter(|i| which(i)).count();
    let machines = [
        (
            count(protected),
            "protected from scale-in",
            "protégées contre la réduction",
        ),
        (count(standby), "on standby", "en attente (standby)"),
    ];
    let machines = machines
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, en, fr)| {
            Text::made(
                format!("{count} of its machines {en}: left running while it sleeps"),
                format!("{count} de ses machines {fr} : elles tournent pendant qu'il dort"),
            )
        });
    let suspended = group
        .suspended_processes()
        .iter()
        .filter_map(|process| match process.process_name()? {
            "Launch" => Some(Text::fixed(
                "its process Launch is suspended: it cannot wake",
                "son processus Launch est suspendu : il ne peut pas se réveiller",
            )),
            "Terminate" => Some(Text::fixed(
                "its process Terminate is suspended: it cannot sleep",
                "son processus Terminate est suspendu : il ne peut pas s'endormir",
            )),
            _ => None,
        })
        .collect::<Vec<_>>();
    machines.chain(suspended)
}

fn protected(instance: &Instance) -> bool {
    instance.protected_from_scale_in().unwrap_or_default()
}

fn standby(instance: &Instance) -> bool {
    matches!(
        instance.lifecycle_state(),
        Some(LifecycleState::Standby | LifecycleState::EnteringStandby)
    )
}
