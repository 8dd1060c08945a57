use aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput;
use aws_sdk_applicationautoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput;
use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{
    ScalableTarget, ScalableTargetAction, ScheduledAction,
};
use aws_sdk_ecs::operation::describe_services::DescribeServicesOutput;
use aws_sdk_ecs::operation::tag_resource::TagResourceOutput;
use aws_sdk_ecs::operation::untag_resource::UntagResourceOutput;
use aws_sdk_ecs::operation::update_service::UpdateServiceOutput;
use aws_sdk_ecs::types::builders::ServiceBuilder;
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use aws_smithy_mocks::{Rule, RuleMode, mock};

use super::*;
use crate::mocks;

const PREFIX: &str = "arn:aws:ecs:eu-west-3:111122223333:service";

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// A service that asks for so many tasks and has so many.
fn described(name: &str, desired: i32, running: i32) -> ServiceBuilder {
    Service::builder()
        .service_arn(format!("{PREFIX}/{name}"))
        .status("ACTIVE")
        .desired_count(desired)
        .running_count(running)
        .tags(tag("nightcap:environment", "preprod"))
}

fn remembering(service: ServiceBuilder, capacity: &str) -> ServiceBuilder {
    service.tags(tag(CAPACITY_TAG, capacity))
}

fn read(service: ServiceBuilder, bounds: Option<(u32, u32)>) -> Resource {
    let bounds = bounds.map(|within| ("service/shop/web".to_owned(), within));
    resource(&service.build(), &bounds.into_iter().collect()).unwrap()
}

fn state(service: ServiceBuilder, bounds: Option<(u32, u32)>) -> Observed {
    read(service, bounds).observed
}

fn capacity(text: &str) -> Capacity {
    text.parse().unwrap()
}

#[test]
fn a_service_of_its_own_count() {
    let web = |desired, running| described("shop/web", desired, running);
    assert_eq!(state(web(2, 2), None), Observed::Running);
    assert_eq!(state(web(2, 1), None), Observed::Starting);
    assert_eq!(state(web(0, 0), None), Observed::Stopped);
    assert_eq!(state(web(0, 1), None), Observed::Stopping);
    assert_eq!(state(web(0, 0).pending_count(1), None), Observed::Stopping);
    let resource = read(web(2, 2), None);
    assert_eq!(resource.name, "shop/web");
    assert_eq!(resource.size.unwrap().now, capacity("2/2/2"));
}

#[test]
fn enough_tasks_are_those_that_a_deployment_keeps_up() {
    let half = DeploymentConfiguration::builder().minimum_healthy_percent(50);
    let web = |desired, running| {
        described("shop/web", desired, running).deployment_configuration(half.clone().build())
    };
    assert_eq!(state(web(3, 2), None), Observed::Running);
    assert_eq!(state(web(3, 1), None), Observed::Starting);
    let none = DeploymentConfiguration::builder().minimum_healthy_percent(0);
    let web = described("shop/web", 2, 0).deployment_configuration(none.build());
    assert_eq!(state(web, None), Observed::Starting, "none is not enough");
}

#[test]
fn a_service_that_scales_itself_is_asleep_only_if_it_remembers() {
    let at_zero = || described("shop/web", 0, 0);
    assert_eq!(state(at_zero(), Some((0, 6))), Observed::Running);
    assert_eq!(
        state(remembering(at_zero(), "0/2/6"), Some((0, 6))),
        Observed::Stopped
    );
    let size = read(described("shop/web", 2, 2), Some((0, 6)))
        .size
        .unwrap();
    assert_eq!(size.now, capacity("0/2/6"));
}

#[test]
fn what_cannot_sleep_is_left_with_its_reason() {
    let fixed = |service, bounds, word: &str| {
        let Observed::Fixed(text) = state(service, bounds) else {
            panic!("{word} can be stopped");
        };
        assert!(text.en.contains(word), "{}", text.en);
    };
    let web = || described("shop/web", 2, 2);
    fixed(
        web().scheduling_strategy(SchedulingStrategy::Daemon),
        None,
        "DAEMON",
    );
    fixed(web(), Some((2, 6)), "at least 2 of its tasks");
    fixed(web().status("DRAINING"), None, "being deleted");
}

#[test]
fn a_deleted_service_is_gone() {
    let web = described("shop/web", 0, 0).status("INACTIVE");
    assert_eq!(resource(&web.build(), &Bounds::new()), None);
}

fn tagged_page(after: Option<&'static str>, names: &[&str], next: Option<&'static str>) -> Rule {
    let page: Vec<_> = names
        .iter()
        .map(|name| {
            ResourceTagMapping::builder()
                .resource_arn(format!("{PREFIX}/{name}"))
                .build()
        })
        .collect();
    mock!(aws_sdk_resourcegroupstagging::Client::get_resources)
        .match_requests(move |request| {
            let [filter] = request.tag_filters() else {
                return false;
            };
            // AWS wants no token at first, and calls the end an empty one.
            request.pagination_token() == after
                && request.resource_type_filters() == ["ecs:service"]
                && filter.key() == Some("nightcap:environment")
        })
        .then_output(move || {
            GetResourcesOutput::builder()
                .set_resource_tag_mapping_list(Some(page.clone()))
                .pagination_token(next.unwrap_or_default())
                .build()
        })
}

fn describe(cluster: &'static str, count: usize) -> Rule {
    mock!(aws_sdk_ecs::Client::describe_services)
        .match_requests(move |request| {
            request.cluster() == Some(cluster)
                && request.services().len() == count
                && request.include() == [ServiceField::Tags]
        })
        .then_output(move || {
            let services = (0..count).map(|n| described(&format!("{cluster}/{n}"), 1, 1).build());
            DescribeServicesOutput::builder()
                .set_services(Some(services.collect()))
                .build()
        })
}

fn bounds(count: usize) -> Rule {
    mock!(aws_sdk_applicationautoscaling::Client::describe_scalable_targets)
        .match_requests(move |request| {
            request.resource_ids().len() == count
                && request.service_namespace() == Some(&ServiceNamespace::Ecs)
        })
        .then_output(|| {
            let target = ScalableTarget::builder()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .resource_id("service/shop/0")
                .role_arn("role")
                .creation_time(DateTime::from_secs(0))
                .min_capacity(1)
                .max_capacity(3);
            DescribeScalableTargetsOutput::builder()
                .scalable_targets(target.build().unwrap())
                .build()
        })
}

#[tokio::test]
async fn only_what_is_tagged_is_described_ten_services_a_call() {
    let shop: Vec<String> = (0..12).map(|n| format!("shop/{n:02}")).collect();
    let names: Vec<&str> = shop.iter().map(String::as_str).collect();
    let first = tagged_page(None, &names, Some("more"));
    // An ARN without its cluster cannot be described, and one that is told twice is one.
    let last = tagged_page(Some("more"), &["back/api", "shop/00", "old"], None);
    let (ten, two, one, scaled) = (
        describe("shop", 10),
        describe("shop", 2),
        describe("back", 1),
        bounds(13),
    );
    let clients = mocks::nobody();
    mocks::set_tagging(&clients, RuleMode::MatchAny, &[&first, &last]);
    mocks::set_ecs(&clients, RuleMode::MatchAny, &[&ten, &two, &one]);
    mocks::set_applicationautoscaling(&clients, RuleMode::MatchAny, &[&scaled]);
    let found = EcsServices::new(Arc::new(clients))
        .list(&Look::default())
        .await
        .unwrap()
        .resources;
    assert_eq!(found.len(), 13);
    let calls = [&first, &last, &ten, &two, &one, &scaled].map(Rule::num_calls);
    assert_eq!(calls, [1; 6]);
    let held: Vec<&str> = found
        .iter()
        .filter(|r| matches!(r.observed, Observed::Fixed(_)))
        .map(|r| r.name.as_str())
        .collect();
    assert_eq!(held, ["shop/0", "shop/0"], "by its scalable target");
}

#[tokio::test]
async fn nothing_tagged_costs_one_call() {
    let clients = mocks::nobody();
    let none = tagged_page(None, &[], None);
    mocks::set_tagging(&clients, RuleMode::MatchAny, &[&none]);
    assert_eq!(
        EcsServices::new(Arc::new(clients))
            .list(&Look::default())
            .await,
        Ok(Listing::default())
    );
}

fn update(count: i32) -> Rule {
    mock!(aws_sdk_ecs::Client::update_service)
        .match_requests(move |request| {
            request.cluster() == Some("shop")
                && request.service() == Some("web")
                && request.desired_count() == Some(count)
                && request.task_definition().is_none()
        })
        .then_output(|| UpdateServiceOutput::builder().build())
}

fn remember(value: &'static str) -> Rule {
    mock!(aws_sdk_ecs::Client::tag_resource)
        .match_requests(move |request| {
            let [tag] = request.tags() else {
                return false;
            };
            tag.key() == Some("nightcap:capacity")
                && tag.value() == Some(value)
                && request.resource_arn() == Some(&format!("{PREFIX}/shop/web"))
        })
        .then_output(|| TagResourceOutput::builder().build())
}

fn forget() -> Rule {
    mock!(aws_sdk_ecs::Client::untag_resource)
        .match_requests(|request| request.tag_keys() == ["nightcap:capacity"])
        .then_output(|| UntagResourceOutput::builder().build())
}

fn in_order(rules: &[&Rule]) -> EcsServices {
    let clients = mocks::nobody();
    mocks::set_ecs(&clients, RuleMode::Sequential, rules);
    EcsServices::new(Arc::new(clients))
}

fn sleep(now: &str) -> Stop {
    Stop {
        remember: Some(capacity(now)),
        snapshot: None,
    }
}

#[tokio::test]
async fn stopping_remembers_before_it_scales() {
    let (tag, zero) = (remember("2/2/2"), update(0));
    let web = read(described("shop/web", 2, 2), None);
    let stopped = in_order(&[&tag, &zero]).stop(&web, sleep("2/2/2")).await;
    assert_eq!(stopped, Ok(()));
    assert_eq!((tag.num_calls(), zero.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_service_that_cannot_be_remembered_is_not_stopped() {
    let denied = mock!(aws_sdk_ecs::Client::tag_resource)
        .then_http_response(|| mocks::refusal_in_json(400, "AccessDeniedException", "not allowed"));
    let zero = update(0);
    let web = read(described("shop/web", 2, 2), None);
    let error = in_order(&[&denied, &zero])
        .stop(&web, sleep("2/2/2"))
        .await
        .unwrap_err();
    assert_eq!((error.cause, zero.num_calls()), (Cause::Denied, 0));
    assert!(error.remedy().en.contains("allow ecs:TagResource"));
}

#[tokio::test]
async fn what_has_scaled_itself_to_zero_is_only_marked_as_asleep() {
    let tag = remember("0/0/6");
    let web = read(described("shop/web", 0, 0), Some((0, 6)));
    let stopped = in_order(&[&tag]).stop(&web, sleep("0/0/6")).await;
    assert_eq!((stopped, tag.num_calls()), (Ok(()), 1));
}

#[tokio::test]
async fn a_service_woken_in_its_sleep_keeps_its_memory() {
    let (tag, zero) = (remember("0/3/6"), update(0));
    let web = remembering(described("shop/web", 1, 1), "0/3/6");
    let web = read(web, Some((0, 6)));
    let stopped = in_order(&[&tag, &zero]).stop(&web, sleep("0/3/6")).await;
    assert_eq!((stopped, zero.num_calls()), (Ok(()), 1));
}

#[tokio::test]
async fn waking_restores_before_it_forgets() {
    let (three, untag) = (update(3), forget());
    let web = read(remembering(described("shop/web", 0, 0), "3/3/3"), None);
    let woken = in_order(&[&three, &untag])
        .start(&web, Some(capacity("3/3/3")))
        .await;
    assert_eq!(woken, Ok(()));
    assert_eq!((three.num_calls(), untag.num_calls()), (1, 1));
}

#[tokio::test]
async fn nothing_wakes_to_no_capacity() {
    let web = read(described("shop/web", 0, 0), None);
    for none in [None, Some(Capacity::ZERO)] {
        let error = in_order(&[]).start(&web, none).await.unwrap_err();
        assert!(error.message.contains("no capacity"), "{error}");
    }
}

#[tokio::test]
async fn a_service_that_is_gone_or_on_its_way_out_is_overtaken() {
    for (code, cause) in [
        ("ServiceNotFoundException", Cause::Gone),
        ("ClusterNotFoundException", Cause::Gone),
        ("ServiceNotActiveException", Cause::State),
    ] {
        let refused = mock!(aws_sdk_ecs::Client::update_service)
            .then_http_response(move || mocks::refusal_in_json(400, code, "no"));
        let tag = remember("2/2/2");
        let web = read(described("shop/web", 2, 2), None);
        let error = in_order(&[&tag, &refused])
            .stop(&web, sleep("2/2/2"))
            .await
            .unwrap_err();
        assert_eq!(error.cause, cause, "{code}");
    }
}

fn action(service: &str, name: &str, min: Option<i32>, max: Option<i32>) -> ScheduledAction {
    ScheduledAction::builder()
        .scheduled_action_name(name)
        .scheduled_action_arn("arn")
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(format!("service/{service}"))
        .schedule("cron(0 6 * * ? *)")
        .creation_time(DateTime::from_secs(0))
        .scalable_target_action(
            ScalableTargetAction::builder()
                .set_min_capacity(min)
                .set_max_capacity(max)
                .build(),
        )
        .build()
        .unwrap()
}

async fn conflicts(
    asked: Option<&'static str>,
    actions: Vec<ScheduledAction>,
    resources: &[&Resource],
) -> Vec<(String, String)> {
    let listing = mock!(aws_sdk_applicationautoscaling::Client::describe_scheduled_actions)
        .match_requests(move |request| {
            request.resource_id() == asked
                && request.service_namespace() == Some(&ServiceNamespace::Ecs)
        })
        .then_output(move || {
            DescribeScheduledActionsOutput::builder()
                .set_scheduled_actions(Some(actions.clone()))
                .build()
        });
    let clients = mocks::nobody();
    mocks::set_applicationautoscaling(&clients, RuleMode::Sequential, &[&listing]);
    let found = EcsServices::new(Arc::new(clients))
        .conflicts(resources)
        .await
        .unwrap();
    found
        .into_iter()
        .map(|(name, what)| (name, what.en.into_owned()))
        .collect()
}

#[tokio::test]
async fn scheduled_scaling_that_wakes_a_sleeping_service_is_told() {
    let web = read(described("shop/web", 2, 2), Some((0, 6)));
    let actions = vec![
        action("shop/web", "morning", Some(2), Some(6)),
        action("shop/web", "evening", Some(0), Some(6)),
        action("shop/web", "room", None, Some(8)),
        action("shop/web", "off", None, Some(0)),
        action("shop/other", "morning", Some(2), None),
    ];
    let told = conflicts(Some("service/shop/web"), actions, &[&web]).await;
    let morning = "scheduled action morning sets min 2, max 6 at \"cron(0 6 * * ? *)\" UTC";
    let off = "scheduled action off sets max 0 at \"cron(0 6 * * ? *)\" UTC";
    assert_eq!(
        told,
        [morning, off].map(|what| ("shop/web".to_owned(), what.to_owned()))
    );
}

#[tokio::test]
async fn several_services_are_one_listing_and_those_without_bounds_none() {
    let bounds = |name: &str| {
        let within = (format!("service/{name}"), (0, 6));
        let service = described(name, 2, 2).build();
        resource(&service, &[within].into_iter().collect()).unwrap()
    };
    let (web, api) = (bounds("shop/web"), bounds("shop/api"));
    let actions = vec![action("shop/api", "morning", Some(1), None)];
    let told = conflicts(None, actions, &[&web, &api]).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "shop/api");
    let plain = read(described("shop/web", 2, 2), None);
    let nobody = EcsServices::new(Arc::new(mocks::nobody()));
    assert_eq!(nobody.conflicts(&[&plain]).await, Ok(vec![]));
}

/// The tags of these, as the index knows them.
fn index(services: &'static [(&'static str, &'static str)]) -> Rule {
    mock!(aws_sdk_resourcegroupstagging::Client::get_resources).then_output(|| {
        let page = services.iter().map(|(name, environment)| {
            let tag = aws_sdk_resourcegroupstagging::types::Tag::builder()
                .key("nightcap:environment")
                .value(*environment);
            ResourceTagMapping::builder()
                .resource_arn(format!("{PREFIX}/{name}"))
                .tags(tag.build().unwrap())
                .build()
        });
        GetResourcesOutput::builder()
            .set_resource_tag_mapping_list(Some(page.collect()))
            .build()
    })
}

/// A look for preprod, which names services, beside dev, which does not, and prod.
fn look() -> Look {
    let config = nightcap_domain::config::Compiled::parse(
        "timezone: UTC
schedules: { s: { windows: [{ start: '0 9 * * *', stop: '0 19 * * *' }] } }
environments:
  dev: { schedule: s }
  preprod: { schedule: s, kinds: [ecs-service, eks-node-group] }
  prod: { protected: true }
",
    );
    let config = config.unwrap();
    let own = nightcap_domain::names::Region::new("eu-west-3");
    Look::at(&config, &crate::target::targets(&config, &own)[0])
}

fn refusing(code: &'static str, status: u16, when: fn(&[String]) -> bool) -> Rule {
    mock!(aws_sdk_ecs::Client::describe_services)
        .match_requests(move |request| when(request.services()))
        .then_http_response(move || mocks::refusal_in_json(status, code, "no"))
}

async fn listed(index: &Rule, described: &[&Rule]) -> Result<Listing, AwsError> {
    let clients = mocks::nobody();
    let none = mock!(aws_sdk_applicationautoscaling::Client::describe_scalable_targets)
        .then_output(|| DescribeScalableTargetsOutput::builder().build());
    mocks::set_tagging(&clients, RuleMode::MatchAny, &[index]);
    mocks::set_ecs(&clients, RuleMode::MatchAny, described);
    mocks::set_applicationautoscaling(&clients, RuleMode::MatchAny, &[&none]);
    EcsServices::new(Arc::new(clients)).list(&look()).await
}

#[tokio::test]
async fn what_may_not_be_acted_on_is_told_and_not_described() {
    let index = index(&[("shop/a", "prod"), ("shop/b", "dev"), ("shop/c", "preprdo")]);
    let never = refusing("AccessDeniedException", 400, |_| true);
    let found = listed(&index, &[&never]).await.unwrap();
    assert_eq!(never.num_calls(), 0);
    let names: Vec<&str> = found.resources.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["shop/a", "shop/b", "shop/c"]);
    let fixed = |r: &Resource| matches!(r.observed, Observed::Fixed(_));
    assert!(found.resources.iter().all(fixed) && found.unread.is_empty());
}

#[tokio::test]
async fn a_service_that_is_refused_costs_itself_alone() {
    let index = index(&[
        ("shop/a", "preprod"),
        ("shop/bad", "preprod"),
        ("shop/c", "preprod"),
    ]);
    let bad = |asked: &[String]| asked.iter().any(|arn| arn.ends_with("/bad"));
    let refused = refusing("AccessDeniedException", 400, bad);
    let alone = mock!(aws_sdk_ecs::Client::describe_services)
        .match_requests(move |request| !bad(request.services()))
        .then_compute_output(|request| {
            let services = request.services().iter().map(|arn| {
                Service::builder()
                    .service_arn(arn)
                    .status("ACTIVE")
                    .desired_count(1)
                    .build()
            });
            DescribeServicesOutput::builder()
                .set_services(Some(services.collect()))
                .build()
        });
    let found = listed(&index, &[&refused, &alone]).await.unwrap();
    assert_eq!(found.resources.len(), 3);
    let [(arn, error)] = found.unread.as_slice() else {
        panic!("{:?}", found.unread);
    };
    assert!(arn.as_str().ends_with("shop/bad"));
    assert_eq!(error.cause, Cause::Denied);
    let unread = found
        .resources
        .iter()
        .filter(|r| r.observed == Observed::Unread);
    assert_eq!(unread.count(), 1);
}

#[tokio::test]
async fn a_deleted_cluster_that_the_index_still_names_costs_nothing() {
    let index = index(&[("gone/a", "preprod"), ("gone/b", "preprod")]);
    let gone = refusing("ClusterNotFoundException", 400, |_| true);
    assert_eq!(listed(&index, &[&gone]).await.unwrap(), Listing::default());
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_missing_for_all_and_a_service_that_is_away_cost_the_kind_once() {
    const TWO: &[(&str, &str)] = &[("shop/a", "preprod"), ("shop/b", "preprod")];
    let denied = refusing("AccessDeniedException", 400, |_| true);
    let error = listed(&index(TWO), &[&denied]).await.unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
    let throttled = refusing("ThrottlingException", 400, |_| true);
    let error = listed(&index(TWO), &[&throttled]).await.unwrap_err();
    assert_eq!(error.cause, Cause::Throttled);
}
