use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput;
use aws_sdk_autoscaling::types::builders::AutoScalingGroupBuilder;
use aws_sdk_autoscaling::types::{Instance, LifecycleState};
use aws_smithy_mocks::{Rule, mock};
use nightcap_domain::fleet::Memory;

use super::*;
use crate::error::Cause;
use crate::mocks;

mod conflicts;
mod orders;
mod state;

fn tag(key: &str, value: &str) -> TagDescription {
    TagDescription::builder().key(key).value(value).build()
}

/// A group of this size, with these machines.
fn described(
    name: &str,
    size: (i32, i32, i32),
    machines: Vec<Instance>,
) -> AutoScalingGroupBuilder {
    AutoScalingGroup::builder()
        .auto_scaling_group_name(name)
        .auto_scaling_group_arn(format!(
            "arn:aws:autoscaling:eu-west-3:111122223333:autoScalingGroup:1-2-3:autoScalingGroupName/{name}"
        ))
        .min_size(size.0)
        .desired_capacity(size.1)
        .max_size(size.2)
        .set_instances(Some(machines))
        .tags(tag("nightcap:environment", "preprod"))
}

fn machine(state: LifecycleState) -> Instance {
    Instance::builder()
        .lifecycle_state(state)
        .health_status("Healthy")
        .build()
}

fn up(count: usize) -> Vec<Instance> {
    (0..count)
        .map(|_| machine(LifecycleState::InService))
        .collect()
}

fn observed(group: AutoScalingGroupBuilder) -> Observed {
    resource(&group.build()).unwrap().observed
}

fn page_rule(asked: Option<&'static str>, count: usize, next: Option<&'static str>) -> Rule {
    mock!(Client::describe_auto_scaling_groups)
        .match_requests(move |request| {
            let [filter] = request.filters() else {
                return false;
            };
            request.next_token() == asked
                && request.max_records() == Some(100)
                && filter.name() == Some("tag-key")
                && filter.values() == ["nightcap:environment"]
        })
        .then_output(move || {
            let groups =
                (0..count).map(|n| described(&format!("web-{n}"), (2, 2, 4), up(2)).build());
            DescribeAutoScalingGroupsOutput::builder()
                .set_auto_scaling_groups(Some(groups.collect()))
                .set_next_token(next.map(str::to_owned))
                .build()
        })
}

#[tokio::test]
async fn every_page_is_read_a_hundred_groups_a_call() {
    let first = page_rule(None, 100, Some("a"));
    let last = page_rule(Some("a"), 1, None);
    let kind = AutoScalingGroups::new(mocks::autoscaling(&[&first, &last]));
    let found = kind.list(&Look::default()).await.unwrap().resources;
    assert_eq!(found.len(), 101);
    assert_eq!((first.num_calls(), last.num_calls()), (1, 1));
    assert_eq!(found[0].region.as_str(), "eu-west-3");
    assert_eq!(found[0].kind, AutoScalingGroups::KIND);
    assert_eq!(found[0].observed, Observed::Running);
}

/// The group as the tick has read it.
fn web(size: (i32, i32, i32), memory: Option<&str>) -> Resource {
    let mut group = described("web", size, up(usize::try_from(size.1).unwrap()));
    if let Some(memory) = memory {
        group = group.tags(tag(CAPACITY_TAG, memory));
    }
    resource(&group.build()).unwrap()
}
