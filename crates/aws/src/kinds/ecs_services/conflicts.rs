//! What outside Nightcap gives a sleeping service tasks, or takes them from one that is up.

use std::collections::BTreeSet;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScheduledAction, ServiceNamespace};
use nightcap_domain::fleet::{Resource, Text};

use super::place;
use crate::clients::Clients;
use crate::error::AwsError;
use crate::pages;

/// How Application Auto Scaling calls what it scales: `service/shop/web`.
const PREFIX: &str = "service/";

/// The scheduled actions of Application Auto Scaling that will wake one of these services, or put
/// it to sleep: a minimum above zero starts tasks, a maximum of zero ends all.
///
/// Only a service with bounds can have any, and where none of these has, nothing is asked. One
/// call by name for one service; for more, one listing of the region, fifty actions a page.
pub(super) async fn scheduled(
    clients: &Clients,
    resources: &[&Resource],
) -> Result<Vec<(String, Text)>, AwsError> {
    let scaled = resources.iter().filter(|resource| has_bounds(resource));
    let names: BTreeSet<String> = scaled
        .filter_map(|resource| place(resource.arn.as_str()))
        .map(|(cluster, service)| format!("{cluster}/{service}"))
        .collect();
    if names.is_empty() {
        return Ok(vec![]);
    }
    let only = match names.len() {
        1 => names.first().map(|name| format!("{PREFIX}{name}")),
        _ => None,
    };
    let actions = clients
        .applicationautoscaling()
        .describe_scheduled_actions()
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .set_resource_id(only)
        .into_paginator()
        .send();
    let call = ("application-autoscaling", "DescribeScheduledActions");
    let pages = pages::of(call, actions, aws_sdk_applicationautoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput::next_token).await?;
    let mut found = vec![];
    for action in pages.iter().flat_map(aws_sdk_applicationautoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput::scheduled_actions) {
        let name = action.resource_id().trim_start_matches(PREFIX);
        if names.contains(name)
            && let Some(what) = described(action)
        {
            found.push((name.to_owned(), what));
        }
    }
    Ok(found)
}

/// A service of one number has a minimum and a maximum that are that number.
fn has_bounds(resource: &Resource) -> bool {
    let size = resource.size.as_ref();
    size.is_some_and(|size| size.now.min() != size.now.max())
}

fn described(action: &ScheduledAction) -> Option<Text> {
    let bounds = action.scalable_target_action()?;
    let sets = match (bounds.min_capacity(), bounds.max_capacity()) {
        (Some(min), Some(max)) if min > 0 || max == 0 => format!("min {min}, max {max}"),
        (Some(min), None) if min > 0 => format!("min {min}"),
        (None, Some(0)) => "max 0".to_owned(),
        _ => return None,
    };
    let name = action.scheduled_action_name();
    let schedule = action.schedule();
    // AWS reads a schedule in UTC unless the action names a zone.
    let zone = action.timezone().unwrap_or("UTC");
    Some(Text::made(
        format!("scheduled action {name} sets {sets} at \"{schedule}\" {zone}"),
        format!("l'action programmée {name} règle {sets} à « {schedule} » {zone}"),
    ))
}
