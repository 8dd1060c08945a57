//! The kinds that are looked for only where they are asked for: EC2 instances, ECS services,
//! EKS node groups.

use nightcap_tests::{EmbeddedAws, REGION, Running};
use serde_json::json;

use crate::e2e::every_kind::{
    Compute, NOTHING, TAG, create_instance, create_node_group, create_service, ecs, instance,
    machines_of, node_group, service, set_node_group, set_service,
};
use crate::e2e::world::{
    FRIDAY, MONDAY, create_database, create_group, database, decided, demo_config, problems,
    scheduler, settle, tick,
};

const TABLE: &str = "nightcap";
/// The night after Friday, when all is asleep.
const NIGHT: &str = "2026-11-20T23:00:00Z";

/// The demo's configuration, in which preprod has every kind.
fn config(manual_changes: &str) -> String {
    demo_config().replace(
        "    manual_changes: respect\n",
        &format!(
            "    manual_changes: {manual_changes}\n    kinds: [rds-instance, auto-scaling-group, ec2-instance, ecs-service, eks-node-group]\n"
        ),
    )
}

fn function(aws: &EmbeddedAws, manual_changes: &str) -> Running {
    scheduler(aws, &config(manual_changes))
        .with("NIGHTCAP_TABLE", TABLE)
        .start()
}

/// A machine, a service of three tasks, a node group of 2/3/4, and a database, in preprod.
fn preprod() -> (EmbeddedAws, Compute) {
    let aws = EmbeddedAws::start("2026-11-20T17:30:00Z");
    aws.create_ledger(TABLE);
    let compute = Compute::create(&aws);
    create_database(&aws, REGION, "db", &[(TAG, "preprod")]);
    aws.move_to("2026-11-20T17:50:00Z");
    aws.forget_calls();
    (aws, compute)
}

fn assert_asleep(aws: &EmbeddedAws, compute: &Compute) {
    compute.verify_asleep(aws);
    assert_eq!(database(aws, "db"), "stopped");
}

fn assert_awake(aws: &EmbeddedAws, compute: &Compute) {
    compute.verify_awake(aws);
    let memories = [service(aws, "web").2, node_group(aws, "workers").2];
    assert_eq!(memories, [NOTHING; 2]);
    assert_eq!(database(aws, "db"), "available");
}

#[test]
fn every_kind_sleeps_before_its_database_and_wakes_after_it_as_it_was() {
    let (aws, compute) = preprod();
    let mut function = function(&aws, "respect");
    let first = settle(&aws, &mut function, FRIDAY).remove(0);
    assert_eq!(decided(&first, "dev-box"), "stop/transition/done");
    assert_eq!(decided(&first, "shop/web"), "stop/transition/done");
    assert_eq!(decided(&first, "shop/workers"), "stop/transition/done");
    assert_eq!(decided(&first, "db"), "wait/still-used-by/none");
    assert_asleep(&aws, &compute);
    let first = settle(&aws, &mut function, MONDAY).remove(0);
    assert_eq!(decided(&first, "shop/web"), "wait/needs-up/none");
    assert_awake(&aws, &compute);
    // And once more: what is written down on Monday is what there is on Monday.
    set_service(&aws, "web", 5);
    set_node_group(&aws, "workers", [1, 2, 6]);
    settle(&aws, &mut function, "2026-11-23T18:00:00Z");
    assert_eq!(service(&aws, "web"), (0, 0, "5/5/5".to_owned()));
    assert_eq!(
        node_group(&aws, "workers"),
        ("0/0/6".to_owned(), 0, "1/2/6".to_owned())
    );
    settle(&aws, &mut function, "2026-11-24T08:00:00Z");
    assert_eq!(service(&aws, "web"), (5, 5, NOTHING.to_owned()));
    assert_eq!(
        node_group(&aws, "workers"),
        ("1/2/6".to_owned(), 2, NOTHING.to_owned())
    );
}

#[test]
fn a_second_tick_orders_nothing_and_overwrites_no_memory() {
    let (aws, compute) = preprod();
    let mut function = function(&aws, "respect");
    settle(&aws, &mut function, FRIDAY);
    aws.forget_calls();
    aws.move_to(NIGHT);
    let answer = function.invoke(&tick(NIGHT)).unwrap();
    assert_eq!(answer["summary"]["stopped"], 0);
    let orders = aws.orders();
    assert!(
        orders.iter().all(|call| call.service == "dynamodb"),
        "{orders:#?}"
    );
    assert_asleep(&aws, &compute);
}

/// Somebody wakes everything in the middle of the night, to other sizes.
fn wake_by_hand(aws: &EmbeddedAws, dev_box: &str) {
    aws.move_to(NIGHT);
    aws.query("ec2", "StartInstances", &[("InstanceId.1", dev_box)]);
    set_service(aws, "web", 1);
    set_node_group(aws, "workers", [0, 1, 4]);
    aws.move_to("2026-11-20T23:10:00Z");
}

#[test]
fn changes_by_hand_are_respected_until_the_next_transition() {
    let (aws, compute) = preprod();
    let mut function = function(&aws, "respect");
    settle(&aws, &mut function, FRIDAY);
    wake_by_hand(&aws, &compute.dev_box);
    let answer = function.invoke(&tick("2026-11-20T23:10:00Z")).unwrap();
    for name in ["dev-box", "shop/web", "shop/workers"] {
        assert_eq!(decided(&answer, name), "leave/manual-change/none");
    }
    settle(&aws, &mut function, MONDAY);
    assert_eq!(instance(&aws, &compute.dev_box), "running");
    // The transition gives back what was remembered: a number set at night does not replace it.
    assert_awake(&aws, &compute);
    settle(&aws, &mut function, "2026-11-23T18:00:00Z");
    assert_asleep(&aws, &compute);
}

#[test]
fn changes_by_hand_are_reverted_and_the_first_capacity_is_restored() {
    let (aws, compute) = preprod();
    let mut function = function(&aws, "revert");
    settle(&aws, &mut function, FRIDAY);
    wake_by_hand(&aws, &compute.dev_box);
    let answers = settle(&aws, &mut function, "2026-11-20T23:10:00Z");
    for name in ["dev-box", "shop/web", "shop/workers"] {
        assert_eq!(decided(&answers[0], name), "stop/transition/done");
    }
    assert_asleep(&aws, &compute);
    settle(&aws, &mut function, MONDAY);
    assert_awake(&aws, &compute);
}

#[test]
fn what_is_raised_in_its_sleep_stays_raised_and_what_is_lowered_is_given_back() {
    for (edited, awake) in [([0, 0, 6], "2/3/6"), ([0, 0, 2], "2/3/4")] {
        let (aws, _) = preprod();
        let mut function = function(&aws, "respect");
        settle(&aws, &mut function, FRIDAY);
        set_node_group(&aws, "workers", edited);
        settle(&aws, &mut function, MONDAY);
        assert_eq!(
            node_group(&aws, "workers"),
            (awake.to_owned(), 3, NOTHING.to_owned())
        );
    }
}

#[test]
fn production_and_strangers_are_never_touched() {
    let (aws, compute) = preprod();
    let stranger = create_instance(&aws, "", "stranger");
    aws.query(
        "ec2",
        "DeleteTags",
        &[("ResourceId.1", &stranger), ("Tag.1.Key", TAG)],
    );
    aws.move_to("2026-11-20T17:58:00Z");
    let mut function = function(&aws, "revert");
    let answer = settle(&aws, &mut function, FRIDAY).remove(0);
    for name in ["prod-box", "shop/prod-web", "shop/prod-workers"] {
        assert_eq!(decided(&answer, name), "leave/protected-tag/none");
    }
    assert_eq!(instance(&aws, &stranger), "running");
    compute.verify_asleep(&aws);
}

/// Its role lets it see everything that it looks at, whoever's it is, and change only what its
/// configuration names: nothing that it asks is refused.
#[test]
fn production_strangers_and_kinds_that_nobody_named_cost_nothing() {
    let (aws, compute) = preprod();
    create_service(&aws, "dev-web", 1, "dev");
    create_service(&aws, "warehouse", 1, "data-team");
    create_node_group(&aws, "dev-workers", [1, 1, 2], "dev");
    create_node_group(&aws, "batch", [1, 1, 2], "data-team");
    create_instance(&aws, "data-team", "notebook");
    aws.move_to("2026-11-20T17:58:00Z");
    let mut function = function(&aws, "respect");
    settle(&aws, &mut function, FRIDAY);
    assert_asleep(&aws, &compute);
    settle(&aws, &mut function, MONDAY);
    assert_awake(&aws, &compute);
    for name in ["dev-web", "warehouse"] {
        assert_eq!(service(&aws, name).0, 1, "{name}");
    }
    for name in ["dev-workers", "batch"] {
        assert_eq!(node_group(&aws, name).0, "1/1/2", "{name}");
    }
    assert_eq!(aws.defects(), [""; 0]);
}

/// The role is what stands between a fault of the code and somebody else's machines.
#[test]
fn without_the_right_to_read_services_the_region_is_told_to_be_unread() {
    let (aws, _) = preprod();
    let mut function = scheduler(&aws, &config("respect"))
        .with("NIGHTCAP_TABLE", TABLE)
        .without("ReadServices")
        .start();
    let told = match function.invoke(&tick(FRIDAY)) {
        Ok(answer) => answer["problems"].to_string(),
        Err(error) => error.message,
    };
    assert!(told.contains("allow ecs:DescribeServices to"), "{told}");
    aws.forget_defects();
}

#[test]
fn a_kind_that_its_environment_does_not_name_is_left_with_a_word() {
    let (aws, _) = preprod();
    let there = create_instance(&aws, "dev", "dev-machine");
    create_service(&aws, "dev-web", 1, "dev");
    let mut function = scheduler(&aws, &config("respect")).start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    for name in ["dev-machine", "shop/dev-web"] {
        assert_eq!(decided(&answer, name), "leave/kind-not-named/none");
    }
    assert_eq!(decided(&answer, "dev-box"), "stop/transition/done");
    assert_eq!(instance(&aws, &there), "running");
}

#[test]
fn what_cannot_sleep_is_left_with_its_reason() {
    let (aws, _) = preprod();
    let tags = json!([{ "key": TAG, "value": "preprod" }]);
    let daemon = json!({ "cluster": "shop", "serviceName": "agent", "schedulingStrategy": "DAEMON", "desiredCount": 1, "tags": tags });
    ecs(&aws, "CreateService", &daemon);
    create_service(&aws, "scaled", 2, "preprod");
    let bounds = json!({
        "ServiceNamespace": "ecs",
        "ResourceId": "service/shop/scaled",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 2,
        "MaxCapacity": 6,
    });
    aws.json(
        "application-autoscaling",
        "AnyScaleFrontendService.RegisterScalableTarget",
        &bounds,
    );
    // Its machines are tagged as the group is, and are the group's.
    create_group(&aws, "app", "1/1/1", &[(TAG, "preprod")]);
    aws.move_to("2026-11-20T17:58:00Z");
    let mut function = function(&aws, "revert");
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let left = ["shop/agent", "shop/scaled"].map(|name| decided(&answer, name));
    assert_eq!(left, ["leave/fixed/none"; 2]);
    assert_eq!(service(&aws, "scaled"), (2, 2, NOTHING.to_owned()));
    assert_eq!(decided(&answer, "app"), "stop/transition/done");
}

#[test]
fn every_page_of_every_kind_is_read() {
    let aws = EmbeddedAws::start("2026-11-20T17:30:00Z");
    for number in 0..3 {
        create_instance(&aws, "preprod", &format!("box-{number}"));
        create_service(&aws, &format!("web-{number}"), 1, "preprod");
        create_node_group(&aws, &format!("workers-{number}"), [1, 1, 2], "preprod");
    }
    aws.move_to("2026-11-20T17:50:00Z");
    aws.limit_pages(1);
    let answer = scheduler(&aws, &config("respect"))
        .start()
        .invoke(&tick(FRIDAY))
        .unwrap();
    assert_eq!(answer["summary"]["stopped"], 9, "{answer:#}");
}

#[test]
fn a_quiet_tick_asks_only_about_the_kinds_that_are_named() {
    let (aws, _) = preprod();
    aws.move_to(MONDAY);
    let asked = |config: &str| {
        let mut function = scheduler(&aws, config)
            .with("NIGHTCAP_TABLE", TABLE)
            .start();
        function.invoke(&tick(MONDAY)).unwrap();
        aws.forget_calls();
        function.invoke(&tick(MONDAY)).unwrap();
        let mut calls: Vec<String> = aws.calls().into_iter().map(|call| call.action).collect();
        calls.sort();
        calls
    };
    assert_eq!(
        asked(&demo_config()),
        [
            "DescribeAutoScalingGroups",
            "DescribeDBClusters",
            "DescribeDBInstances",
            "Query"
        ],
    );
    // Preprod names no Aurora, but dev has the usual three.
    assert_eq!(
        asked(&config("respect")),
        [
            "DescribeAutoScalingGroups",
            "DescribeAutoScalingGroups",
            "DescribeDBClusters",
            "DescribeDBInstances",
            "DescribeInstances",
            "DescribeScalableTargets",
            "DescribeServices",
            "GET /clusters/shop/node-groups/workers",
            "GetResources",
            "GetResources",
            "Query",
        ],
    );
}

#[test]
fn what_else_wakes_a_service_or_a_node_group_is_a_problem() {
    let (aws, _) = preprod();
    let scaled = |action: &str, sent: serde_json::Value| {
        let mut sent = sent;
        sent["ServiceNamespace"] = json!("ecs");
        sent["ResourceId"] = json!("service/shop/web");
        sent["ScalableDimension"] = json!("ecs:service:DesiredCount");
        let target = format!("AnyScaleFrontendService.{action}");
        aws.json("application-autoscaling", &target, &sent);
    };
    scaled(
        "RegisterScalableTarget",
        json!({ "MinCapacity": 0, "MaxCapacity": 6 }),
    );
    scaled(
        "PutScheduledAction",
        json!({
            "ScheduledActionName": "early",
            "Schedule": "cron(0 5 * * ? *)",
            "ScalableTargetAction": { "MinCapacity": 2, "MaxCapacity": 6 },
        }),
    );
    let machines = machines_of(&aws, "workers");
    for (action, sent) in [
        (
            "PutScheduledUpdateGroupAction",
            vec![
                ("ScheduledActionName", "nightly"),
                ("Recurrence", "0 3 * * *"),
                ("DesiredCapacity", "1"),
            ],
        ),
        (
            "SuspendProcesses",
            vec![("ScalingProcesses.member.1", "Terminate")],
        ),
    ] {
        let named = [vec![("AutoScalingGroupName", machines.as_str())], sent].concat();
        aws.query("autoscaling", action, &named);
    }
    let mut function = function(&aws, "respect");
    aws.move_to(FRIDAY);
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let told = problems(&answer);
    for (name, what) in [
        ("shop/web", "scheduled action early sets min 2, max 6"),
        ("shop/workers", "scheduled action nightly sets desired 1"),
        ("shop/workers", "its process Terminate is suspended"),
    ] {
        let found = told.iter().any(|problem| {
            problem.starts_with("conflict") && problem.contains(name) && problem.contains(what)
        });
        assert!(found, "{name}: {what} is not in {told:#?}");
    }
}
