//! What outside Nightcap gives a sleeping group a size.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::ScheduledUpdateGroupAction;
use aws_smithy_types::date_time::Format;
use nightcap_domain::fleet::Text;

use super::PAGE;
use crate::error::AwsError;
use crate::pages;

/// The scheduled actions that will give one of these groups machines or room for them.
///
/// AWS lists "the scheduled actions that haven't run or that have not reached their end
/// time" (`DescribeScheduledActions`, API reference), so that no clock is needed here.
///
/// One call by name for one group; for more, one listing of the region: a page holds a
/// hundred actions, and asking group by group would cost a call each.
pub(crate) async fn scheduled(
    client: &Client,
    names: &BTreeSet<&str>,
) -> Result<Vec<(String, Text)>, AwsError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let only = match names.len() {
        1 => names.first().copied().map(str::to_owned),
        _ => None,
    };
    let actions = client
        .describe_scheduled_actions()
        .set_auto_scaling_group_name(only)
        .max_records(PAGE)
        .into_paginator()
        .send();
    let call = ("autoscaling", "DescribeScheduledActions");
    let pages = pages::of(call, actions, aws_sdk_autoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput::next_token).await?;
    let mut found = Vec::new();
    for action in pages
        .iter()
        .flat_map(aws_sdk_autoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput::scheduled_update_group_actions)
    {
        match action.auto_scaling_group_name() {
            Some(group) if names.contains(group) && gives_a_size(action) => {
                found.push((group.to_owned(), described(action)));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn gives_a_size(action: &ScheduledUpdateGroupAction) -> bool {
    [
        action.min_size(),
        action.desired_capacity(),
        action.max_size(),
    ]
    .into_iter()
    .flatten()
    .any(|number| number > 0)
}

fn described(action: &ScheduledUpdateGroupAction) -> Text {
    let sizes = |words: [&str; 3]| {
        let numbers = [
            action.min_size(),
            action.desired_capacity(),
            action.max_size(),
        ];
        words
            .into_iter()
            .zip(numbers)
            .filter_map(|(word, number)| number.map(|number| format!("{word} {number}")))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let name = action.scheduled_action_name();
    let when = when(action);
    Text::made(
        format!(
            "scheduled action {} sets {} {}",
            name.unwrap_or("without a name"),
            sizes(["min", "desired", "max"]),
            when.en
        ),
        format!(
            "l'action programmée {} règle {} {}",
            name.unwrap_or("sans nom"),
            sizes(["min", "voulu", "max"]),
            when.fr
        ),
    )
}

fn when(action: &ScheduledUpdateGroupAction) -> Text {
    // AWS reads a recurrence in UTC unless the action names a zone.
    if let Some(recurrence) = action.recurrence().filter(|text| !text.is_empty()) {
        let zone = action.time_zone().unwrap_or("UTC");
        return Text::made(
            format!("at \"{recurrence}\" {zone}"),
            format!("à « {recurrence} » {zone}"),
        );
    }
    let start = action.start_time().or(action.time());
    match start.and_then(|start| start.fmt(Format::DateTime).ok()) {
        Some(start) => Text::made(format!("once at {start}"), format!("une fois, le {start}")),
        None => Text::fixed(
            "at a time that AWS does not say",
            "à une heure qu'AWS ne dit pas",
        ),
    }
}
