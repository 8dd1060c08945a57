use aws_sdk_autoscaling::operation::create_or_update_tags::CreateOrUpdateTagsOutput;
use aws_sdk_autoscaling::operation::delete_tags::DeleteTagsOutput;
use aws_sdk_autoscaling::operation::update_auto_scaling_group::UpdateAutoScalingGroupOutput;
use aws_smithy_mocks::RuleMode;

use super::*;

fn update(size: (i32, i32, i32)) -> Rule {
    mock!(Client::update_auto_scaling_group)
        .match_requests(move |request| {
            request.auto_scaling_group_name() == Some("web")
                && request.min_size() == Some(size.0)
                && request.desired_capacity() == Some(size.1)
                && request.max_size() == Some(size.2)
        })
        .then_output(|| UpdateAutoScalingGroupOutput::builder().build())
}

fn remember(value: &'static str) -> Rule {
    mock!(Client::create_or_update_tags)
        .match_requests(move |request| {
            let [tag] = request.tags() else {
                return false;
            };
            tag.key() == Some("nightcap:capacity")
                && tag.value() == Some(value)
                && tag.resource_id() == Some("web")
                && tag.resource_type() == Some("auto-scaling-group")
                && tag.propagate_at_launch() == Some(false)
        })
        .then_output(|| CreateOrUpdateTagsOutput::builder().build())
}

fn forget() -> Rule {
    mock!(Client::delete_tags)
        .match_requests(|request| {
            let [tag] = request.tags() else {
                return false;
            };
            tag.key() == Some("nightcap:capacity")
                && tag.resource_id() == Some("web")
                && tag.resource_type() == Some("auto-scaling-group")
        })
        .then_output(|| DeleteTagsOutput::builder().build())
}

fn in_order(rules: &[&Rule]) -> AutoScalingGroups {
    AutoScalingGroups::new(mocks::autoscaling_by(RuleMode::Sequential, rules))
}

fn sleep(now: Option<Capacity>) -> Stop {
    Stop {
        remember: now,
        snapshot: Some("a group has none".to_owned()),
    }
}

fn capacity(text: &str) -> Capacity {
    text.parse().unwrap()
}

#[tokio::test]
async fn stopping_remembers_before_it_scales() {
    let (tag, zero) = (remember("2/2/4"), update((0, 0, 0)));
    let kind = in_order(&[&tag, &zero]);
    kind.stop(&web((2, 2, 4), None), sleep(Some(capacity("2/2/4"))))
        .await
        .unwrap();
    assert_eq!((tag.num_calls(), zero.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_group_that_cannot_be_remembered_is_not_stopped() {
    let denied = mock!(Client::create_or_update_tags)
        .then_http_response(|| mocks::refusal(403, "AccessDenied", "not allowed"));
    let zero = update((0, 0, 0));
    let kind = in_order(&[&denied, &zero]);
    let error = kind
        .stop(&web((2, 2, 4), None), sleep(Some(capacity("2/2/4"))))
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
    assert_eq!(zero.num_calls(), 0);
}

#[tokio::test]
async fn peer_defect_i_off_twice_then_on_restores_the_first_capacity() {
    // The second "off" finds 0/0/0 and is asked, wrongly, to remember that, or anything else.
    for wrongly in [Some(capacity("0/0/0")), Some(capacity("1/1/1")), None] {
        let zero = update((0, 0, 0));
        let kind = in_order(&[&zero]);
        kind.stop(&web((0, 0, 0), Some("2/2/4")), sleep(wrongly))
            .await
            .unwrap();
        assert_eq!(zero.num_calls(), 0, "it sleeps already");
    }
    let (restored, forgotten) = (update((2, 2, 4)), forget());
    let kind = in_order(&[&restored, &forgotten]);
    let asleep = web((0, 0, 0), Some("2/2/4"));
    let remembered = match &asleep.size.as_ref().unwrap().memory {
        Memory::Of(capacity) => *capacity,
        other => panic!("{other:?}"),
    };
    kind.start(&asleep, Some(remembered)).await.unwrap();
    assert_eq!((restored.num_calls(), forgotten.num_calls()), (1, 1));
}

#[tokio::test]
async fn starting_keeps_the_memory_until_the_capacity_is_back() {
    let failed = mock!(Client::update_auto_scaling_group)
        .then_http_response(|| mocks::refusal(403, "AccessDenied", "not allowed"));
    let forgotten = forget();
    let kind = in_order(&[&failed, &forgotten]);
    let asleep = web((0, 0, 0), Some("2/2/4"));
    kind.start(&asleep, Some(capacity("2/2/4")))
        .await
        .unwrap_err();
    assert_eq!(forgotten.num_calls(), 0);
}

#[tokio::test]
async fn starting_deletes_no_tag_that_is_not_there() {
    let restored = update((1, 1, 1));
    let kind = in_order(&[&restored]);
    kind.start(&web((0, 0, 0), None), Some(capacity("1/1/1")))
        .await
        .unwrap();
    assert_eq!(restored.num_calls(), 1);
}

#[tokio::test]
async fn nothing_is_woken_to_nothing() {
    let kind = in_order(&[]);
    for nothing in [None, Some(capacity("0/0/0"))] {
        let error = kind
            .start(&web((0, 0, 0), None), nothing)
            .await
            .unwrap_err();
        assert_eq!(error.message, "no capacity to wake web to");
    }
}

#[tokio::test]
async fn a_capacity_beyond_counting_is_refused_before_aws_is_asked() {
    let kind = in_order(&[]);
    let error = kind
        .start(&web((0, 0, 0), None), Some(capacity("1/1/4294967295")))
        .await
        .unwrap_err();
    assert!(error.message.contains("4294967295"), "{error}");
}
