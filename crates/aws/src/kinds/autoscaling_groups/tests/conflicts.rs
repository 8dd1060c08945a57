use aws_sdk_autoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput;
use aws_sdk_autoscaling::types::builders::ScheduledUpdateGroupActionBuilder;
use aws_sdk_autoscaling::types::{ScheduledUpdateGroupAction, SuspendedProcess};
use aws_smithy_types::DateTime;
use nightcap_domain::config::Language;

use super::*;

fn action(group: &str, name: &str) -> ScheduledUpdateGroupActionBuilder {
    ScheduledUpdateGroupAction::builder()
        .auto_scaling_group_name(group)
        .scheduled_action_name(name)
}

fn actions_rule(
    group: Option<&'static str>,
    asked: Option<&'static str>,
    actions: Vec<ScheduledUpdateGroupActionBuilder>,
    next: Option<&'static str>,
) -> Rule {
    let actions: Vec<_> = actions
        .into_iter()
        .map(ScheduledUpdateGroupActionBuilder::build)
        .collect();
    mock!(Client::describe_scheduled_actions)
        .match_requests(move |request| {
            request.auto_scaling_group_name() == group
                && request.next_token() == asked
                && request.max_records() == Some(100)
        })
        .then_output(move || {
            DescribeScheduledActionsOutput::builder()
                .set_scheduled_update_group_actions(Some(actions.clone()))
                .set_next_token(next.map(str::to_owned))
                .build()
        })
}

/// The rule for the groups' own settings, and how many names it was asked for.
fn groups_rule(names: usize, groups: Vec<AutoScalingGroup>) -> Rule {
    mock!(Client::describe_auto_scaling_groups)
        .match_requests(move |request| {
            request.auto_scaling_group_names().len() == names && request.filters().is_empty()
        })
        .then_output(move || {
            DescribeAutoScalingGroupsOutput::builder()
                .set_auto_scaling_groups(Some(groups.clone()))
                .build()
        })
}

async fn told(rules: &[&Rule], resources: &[&Resource]) -> Vec<(String, String)> {
    told_in(Language::En, rules, resources).await
}

async fn told_in(
    language: Language,
    rules: &[&Rule],
    resources: &[&Resource],
) -> Vec<(String, String)> {
    AutoScalingGroups::new(mocks::autoscaling(rules))
        .conflicts(resources)
        .await
        .unwrap()
        .into_iter()
        .map(|(name, what)| (name, what.to(language).to_owned()))
        .collect()
}

#[tokio::test]
async fn french_readers_are_told_in_french() {
    let actions = actions_rule(
        Some("web"),
        None,
        vec![
            action("web", "matin")
                .recurrence("0 7 * * 1-5")
                .time_zone("Europe/Paris")
                .min_size(1)
                .desired_capacity(2),
            action("web", "un jour")
                .start_time(DateTime::from_secs(1_796_108_400))
                .max_size(8),
        ],
        None,
    );
    let group = described("web", (2, 2, 4), vec![machine(LifecycleState::Standby)])
        .suspended_processes(SuspendedProcess::builder().process_name("Launch").build())
        .build();
    let groups = groups_rule(1, vec![group]);
    let web = web((2, 2, 4), None);
    let told = told_in(Language::Fr, &[&actions, &groups], &[&web]).await;
    let expected = [
        "l'action programmée matin règle min 1, voulu 2 à « 0 7 * * 1-5 » Europe/Paris",
        "l'action programmée un jour règle max 8 une fois, le 2026-12-01T07:00:00Z",
        "1 de ses machines en attente (standby) : elles tournent pendant qu'il dort",
        "son processus Launch est suspendu : il ne peut pas se réveiller",
    ];
    assert_eq!(
        told,
        expected.map(|what| ("web".to_owned(), what.to_owned()))
    );
}

#[tokio::test]
async fn actions_that_give_machines_are_told_with_zone_and_sizes() {
    let actions = actions_rule(
        Some("web"),
        None,
        vec![
            action("web", "morning")
                .recurrence("0 7 * * 1-5")
                .time_zone("Europe/Paris")
                .min_size(1)
                .desired_capacity(2)
                .max_size(4),
            action("web", "utc")
                .recurrence("0 6 * * *")
                .desired_capacity(1),
            action("web", "room")
                .start_time(DateTime::from_secs(1_796_108_400))
                .max_size(8),
            action("web", "evening")
                .recurrence("0 20 * * *")
                .min_size(0)
                .desired_capacity(0)
                .max_size(0),
            action("web", "empty").recurrence("0 20 * * *"),
        ],
        None,
    );
    let groups = groups_rule(1, vec![described("web", (2, 2, 4), up(2)).build()]);
    let web = web((2, 2, 4), None);
    let told = told(&[&actions, &groups], &[&web]).await;
    let expected = [
        r#"scheduled action morning sets min 1, desired 2, max 4 at "0 7 * * 1-5" Europe/Paris"#,
        r#"scheduled action utc sets desired 1 at "0 6 * * *" UTC"#,
        "scheduled action room sets max 8 once at 2026-12-01T07:00:00Z",
    ];
    assert_eq!(
        told,
        expected.map(|what| ("web".to_owned(), what.to_owned()))
    );
    assert_eq!(actions.num_calls(), 1, "asked for this group alone");
}

#[tokio::test]
async fn several_groups_share_one_listing_of_the_region() {
    let first = actions_rule(
        None,
        None,
        vec![
            action("web", "a").recurrence("0 1 * * *").max_size(1),
            action("strange", "b").recurrence("0 2 * * *").max_size(1),
        ],
        Some("more"),
    );
    let last = actions_rule(
        None,
        Some("more"),
        vec![action("api", "c").recurrence("0 3 * * *").max_size(1)],
        None,
    );
    let groups = groups_rule(2, vec![]);
    let web = web((2, 2, 4), None);
    let api = Resource {
        name: "api".to_owned(),
        ..web.clone()
    };
    let told = told(&[&first, &last, &groups], &[&web, &api]).await;
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["web", "api"], "and nothing of the strange group");
    assert_eq!(
        (first.num_calls(), last.num_calls(), groups.num_calls()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn no_group_is_no_call() {
    assert!(told(&[], &[]).await.is_empty());
}

#[tokio::test]
async fn machines_that_will_stay_and_processes_that_will_not_run_are_told() {
    let protected = Instance::builder()
        .lifecycle_state(LifecycleState::InService)
        .protected_from_scale_in(true)
        .build();
    let suspended = |name: &str| SuspendedProcess::builder().process_name(name).build();
    let group = described(
        "web",
        (2, 2, 4),
        vec![
            protected.clone(),
            protected,
            machine(LifecycleState::Standby),
        ],
    )
    .suspended_processes(suspended("Launch"))
    .suspended_processes(suspended("Terminate"))
    .suspended_processes(suspended("AZRebalance"))
    .build();
    let actions = actions_rule(Some("web"), None, vec![], None);
    let groups = groups_rule(1, vec![group]);
    let web = web((2, 2, 4), None);
    let told = told(&[&actions, &groups], &[&web]).await;
    let expected = [
        "2 of its machines protected from scale-in: left running while it sleeps",
        "1 of its machines on standby: left running while it sleeps",
        "its process Launch is suspended: it cannot wake",
        "its process Terminate is suspended: it cannot sleep",
    ];
    assert_eq!(
        told,
        expected.map(|what| ("web".to_owned(), what.to_owned()))
    );
}
