use aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput;
use aws_sdk_eks::operation::describe_nodegroup::DescribeNodegroupOutput;
use aws_sdk_eks::operation::tag_resource::TagResourceOutput;
use aws_sdk_eks::operation::untag_resource::UntagResourceOutput;
use aws_sdk_eks::operation::update_nodegroup_config::UpdateNodegroupConfigOutput;
use aws_sdk_eks::types::AutoScalingGroup;
use aws_sdk_eks::types::builders::NodegroupBuilder;
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use aws_smithy_mocks::{Rule, RuleMode, mock};

use super::*;
use crate::mocks;

const PREFIX: &str = "arn:aws:eks:eu-west-3:111122223333:nodegroup";

/// A node group of this size, whose machines are those of the Auto Scaling group `eks-<name>`.
fn described(name: &str, size: (i32, i32, i32)) -> NodegroupBuilder {
    let scaling = NodegroupScalingConfig::builder()
        .min_size(size.0)
        .desired_size(size.1)
        .max_size(size.2);
    let group = AutoScalingGroup::builder().name(format!("eks-{name}"));
    Nodegroup::builder()
        .nodegroup_arn(format!("{PREFIX}/shop/{name}/1-2-3"))
        .status(NodegroupStatus::Active)
        .scaling_config(scaling.build())
        .resources(
            NodegroupResources::builder()
                .auto_scaling_groups(group.build())
                .build(),
        )
        .tags("nightcap:environment", "preprod")
}

fn remembering(group: NodegroupBuilder, capacity: &str) -> NodegroupBuilder {
    group.tags(CAPACITY_TAG, capacity)
}

fn read(group: NodegroupBuilder, existing: u32, in_service: u32) -> Resource {
    let machines = Machines {
        existing,
        in_service,
    };
    let machines = HashMap::from([("eks-workers".to_owned(), machines)]);
    resource(&group.build(), &machines).unwrap()
}

fn state(group: NodegroupBuilder, existing: u32, in_service: u32) -> Observed {
    read(group, existing, in_service).observed
}

fn workers(size: (i32, i32, i32)) -> NodegroupBuilder {
    described("workers", size)
}

fn capacity(text: &str) -> Capacity {
    text.parse().unwrap()
}

#[test]
fn by_its_machines() {
    assert_eq!(state(workers((2, 3, 4)), 3, 2), Observed::Running);
    assert_eq!(state(workers((2, 3, 4)), 3, 1), Observed::Starting);
    assert_eq!(state(workers((0, 1, 4)), 1, 0), Observed::Starting);
    let asleep = || remembering(workers((0, 0, 4)), "2/3/4");
    assert_eq!(state(asleep(), 2, 2), Observed::Stopping);
    assert_eq!(state(asleep(), 0, 0), Observed::Stopped);
    let resource = read(workers((2, 3, 4)), 3, 2);
    assert_eq!(resource.name, "shop/workers");
    assert_eq!(resource.size.as_ref().unwrap().now, capacity("2/3/4"));
    assert_eq!(resource.size.unwrap().machines, 3);
}

#[test]
fn without_a_memory_it_has_scaled_itself_to_zero() {
    assert_eq!(state(workers((0, 0, 4)), 0, 0), Observed::Running);
    assert_eq!(
        state(remembering(workers((0, 0, 4)), "lots"), 0, 0),
        Observed::Stopped,
        "it does not wake to a guess"
    );
}

#[test]
fn by_the_word_of_eks() {
    let workers = |status| workers((2, 2, 4)).status(status);
    for status in [NodegroupStatus::Creating, NodegroupStatus::Updating] {
        let busy = state(workers(status), 2, 2);
        assert!(matches!(busy, Observed::Busy { serving: false, .. }));
    }
    for status in [NodegroupStatus::CreateFailed, NodegroupStatus::DeleteFailed] {
        assert!(matches!(
            state(workers(status), 2, 2),
            Observed::Faulty { .. }
        ));
    }
    let deleting = state(workers(NodegroupStatus::Deleting), 2, 2);
    assert!(matches!(deleting, Observed::Fixed(_)));
    assert_eq!(
        state(workers(NodegroupStatus::Degraded), 2, 2),
        Observed::Running
    );
    let sleeping = remembering(described("workers", (0, 0, 4)), "2/2/4");
    assert_eq!(
        state(sleeping.status(NodegroupStatus::Updating), 2, 2),
        Observed::Stopping
    );
}

#[test]
fn numbers_that_make_no_sense_are_a_problem() {
    let none = Nodegroup::builder().nodegroup_arn(format!("{PREFIX}/shop/workers/1-2-3"));
    assert!(matches!(state(none, 0, 0), Observed::Faulty { .. }));
    assert!(matches!(
        state(workers((3, 2, 4)), 0, 0),
        Observed::Faulty { .. }
    ));
}

fn tagged(names: &'static [&'static str]) -> Rule {
    mock!(aws_sdk_resourcegroupstagging::Client::get_resources)
        .match_requests(|request| request.resource_type_filters() == ["eks:nodegroup"])
        .then_output(|| {
            let page = names.iter().map(|name| {
                let arn = format!("{PREFIX}/shop/{name}/1-2-3");
                ResourceTagMapping::builder().resource_arn(arn).build()
            });
            GetResourcesOutput::builder()
                .set_resource_tag_mapping_list(Some(page.collect()))
                .build()
        })
}

fn describe(name: &'static str) -> Rule {
    mock!(aws_sdk_eks::Client::describe_nodegroup)
        .match_requests(move |request| {
            request.cluster_name() == Some("shop") && request.nodegroup_name() == Some(name)
        })
        .then_output(move || {
            DescribeNodegroupOutput::builder()
                .nodegroup(described(name, (2, 2, 4)).build())
                .build()
        })
}

#[tokio::test]
async fn machines_are_counted_in_one_call_for_all_and_what_is_gone_is_left_out() {
    let gone = mock!(aws_sdk_eks::Client::describe_nodegroup)
        .match_requests(|request| request.nodegroup_name() == Some("gone"))
        .then_http_response(|| mocks::refusal_in_json(404, "ResourceNotFoundException", "gone"));
    let groups = mock!(aws_sdk_autoscaling::Client::describe_auto_scaling_groups)
        .match_requests(|request| request.auto_scaling_group_names() == ["eks-a", "eks-b"])
        .then_output(|| {
            let machine = |state| Instance::builder().lifecycle_state(state).build();
            let group = aws_sdk_autoscaling::types::AutoScalingGroup::builder()
                .auto_scaling_group_name("eks-b")
                .instances(machine(LifecycleState::InService))
                .instances(machine(LifecycleState::Pending))
                .instances(machine(LifecycleState::Terminated));
            DescribeAutoScalingGroupsOutput::builder()
                .auto_scaling_groups(group.build())
                .build()
        });
    let clients = mocks::nobody();
    let (list, a, b) = (tagged(&["a", "b", "gone"]), describe("a"), describe("b"));
    mocks::set_tagging(&clients, RuleMode::MatchAny, &[&list]);
    mocks::set_eks(&clients, RuleMode::MatchAny, &[&a, &b, &gone]);
    mocks::set_autoscaling(&clients, RuleMode::MatchAny, &[&groups]);
    let found = EksNodeGroups::new(Arc::new(clients))
        .list(&Look::default())
        .await
        .unwrap()
        .resources;
    let machines: Vec<_> = found
        .iter()
        .map(|r| (r.name.as_str(), r.size.as_ref().unwrap().machines))
        .collect();
    assert_eq!(machines, [("shop/a", 0), ("shop/b", 2)]);
    assert_eq!(groups.num_calls(), 1);
}

fn update(size: (i32, i32, i32)) -> Rule {
    mock!(aws_sdk_eks::Client::update_nodegroup_config)
        .match_requests(move |request| {
            let Some(scaling) = request.scaling_config() else {
                return false;
            };
            let asked = (
                scaling.min_size(),
                scaling.desired_size(),
                scaling.max_size(),
            );
            request.cluster_name() == Some("shop")
                && request.nodegroup_name() == Some("workers")
                && asked == (Some(size.0), Some(size.1), Some(size.2))
        })
        .then_output(|| UpdateNodegroupConfigOutput::builder().build())
}

fn remember(value: &'static str) -> Rule {
    mock!(aws_sdk_eks::Client::tag_resource)
        .match_requests(move |request| {
            let tags = request.tags().unwrap();
            tags.len() == 1 && tags["nightcap:capacity"] == value
        })
        .then_output(|| TagResourceOutput::builder().build())
}

fn forget() -> Rule {
    mock!(aws_sdk_eks::Client::untag_resource)
        .match_requests(|request| request.tag_keys() == ["nightcap:capacity"])
        .then_output(|| UntagResourceOutput::builder().build())
}

fn in_order(rules: &[&Rule]) -> EksNodeGroups {
    let clients = mocks::nobody();
    mocks::set_eks(&clients, RuleMode::Sequential, rules);
    EksNodeGroups::new(Arc::new(clients))
}

fn sleep(now: &str) -> Stop {
    Stop {
        remember: Some(capacity(now)),
        snapshot: None,
    }
}

#[tokio::test]
async fn stopping_remembers_before_it_scales_and_leaves_the_maximum() {
    let (tag, asleep) = (remember("2/3/4"), update((0, 0, 4)));
    let group = read(workers((2, 3, 4)), 3, 3);
    let stopped = in_order(&[&tag, &asleep])
        .stop(&group, sleep("2/3/4"))
        .await;
    assert_eq!(stopped, Ok(()));
    assert_eq!((tag.num_calls(), asleep.num_calls()), (1, 1));
}

#[tokio::test]
async fn one_that_an_autoscaler_woke_keeps_its_memory() {
    let (tag, asleep) = (remember("2/3/4"), update((0, 0, 4)));
    let group = read(remembering(workers((0, 1, 4)), "2/3/4"), 1, 1);
    let stopped = in_order(&[&tag, &asleep])
        .stop(&group, sleep("2/3/4"))
        .await;
    assert_eq!((stopped, asleep.num_calls()), (Ok(()), 1));
}

#[tokio::test]
async fn one_at_zero_already_is_only_marked_as_asleep() {
    let tag = remember("0/0/4");
    let group = read(workers((0, 0, 4)), 0, 0);
    let stopped = in_order(&[&tag]).stop(&group, sleep("0/0/4")).await;
    assert_eq!((stopped, tag.num_calls()), (Ok(()), 1));
}

#[tokio::test]
async fn waking_restores_before_it_forgets() {
    let (awake, untag) = (update((2, 3, 4)), forget());
    let group = read(remembering(workers((0, 0, 4)), "2/3/4"), 0, 0);
    let woken = in_order(&[&awake, &untag])
        .start(&group, Some(capacity("2/3/4")))
        .await;
    assert_eq!(woken, Ok(()));
    assert_eq!((awake.num_calls(), untag.num_calls()), (1, 1));
}

#[tokio::test]
async fn one_that_slept_at_zero_wakes_by_being_forgotten() {
    let untag = forget();
    let group = read(remembering(workers((0, 0, 4)), "0/0/4"), 0, 0);
    let woken = in_order(&[&untag])
        .start(&group, Some(capacity("0/0/4")))
        .await;
    assert_eq!((woken, untag.num_calls()), (Ok(()), 1));
}

#[tokio::test]
async fn an_update_under_way_is_left_to_end() {
    let refused = mock!(aws_sdk_eks::Client::update_nodegroup_config)
        .then_http_response(|| mocks::refusal_in_json(409, "ResourceInUseException", "updating"));
    let group = read(remembering(workers((0, 0, 4)), "2/3/4"), 0, 0);
    let error = in_order(&[&refused])
        .start(&group, Some(capacity("2/3/4")))
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::State);
}

#[tokio::test]
async fn a_node_group_that_is_refused_costs_itself_alone() {
    let refused = mock!(aws_sdk_eks::Client::describe_nodegroup)
        .match_requests(|request| request.nodegroup_name() == Some("bad"))
        .then_http_response(|| mocks::refusal_in_json(403, "AccessDeniedException", "no"));
    let groups = mock!(aws_sdk_autoscaling::Client::describe_auto_scaling_groups)
        .then_output(|| DescribeAutoScalingGroupsOutput::builder().build());
    let clients = mocks::nobody();
    let (list, a) = (tagged(&["a", "bad"]), describe("a"));
    mocks::set_tagging(&clients, RuleMode::MatchAny, &[&list]);
    mocks::set_eks(&clients, RuleMode::MatchAny, &[&a, &refused]);
    mocks::set_autoscaling(&clients, RuleMode::MatchAny, &[&groups]);
    let kind = EksNodeGroups::new(Arc::new(clients));
    let found = kind.list(&Look::default()).await.unwrap();
    let names: Vec<(&str, bool)> = found
        .resources
        .iter()
        .map(|r| (r.name.as_str(), r.observed == Observed::Unread))
        .collect();
    assert_eq!(names, [("shop/a", false), ("shop/bad", true)]);
    assert_eq!(found.unread.len(), 1);
}
