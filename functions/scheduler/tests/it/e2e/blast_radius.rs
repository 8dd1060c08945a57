//! One bad resource, cluster, listing or permission costs one problem, never the others; and
//! what would stop with a resource protects it.

use nightcap_tests::{EmbeddedAws, REGION};
use serde_json::{Value, json};

use crate::e2e::every_kind::{
    KINDS, TAG, create_instance, create_node_group, create_service, ecs, instance, node_group,
    service,
};
use crate::e2e::world::{
    FRIDAY, create_database, create_group, database, decided, demo_config, group, problems,
    scheduler, settle, tick,
};

/// The demo's configuration, in which preprod has every kind.
fn config() -> String {
    let every = format!("    manual_changes: respect\n    kinds: {KINDS}\n");
    demo_config().replace("    manual_changes: respect\n", &every)
}

fn start() -> EmbeddedAws {
    EmbeddedAws::start("2026-11-20T17:30:00Z")
}

/// What a tick of Friday evening does, everything having settled before.
fn friday(aws: &EmbeddedAws) -> Value {
    aws.move_to(FRIDAY);
    aws.forget_calls();
    let mut function = scheduler(aws, &config()).start();
    function.invoke(&tick(FRIDAY)).unwrap()
}

fn called(aws: &EmbeddedAws, action: &str) -> usize {
    let calls = aws.calls();
    calls.iter().filter(|call| call.action == action).count()
}

#[test]
fn services_of_production_and_strangers_are_told_without_being_described() {
    let aws = start();
    create_service(&aws, "web", 2, "preprod");
    for (name, environment) in [("checkout", "prod"), ("typo", "preprd"), ("theirs", "dev")] {
        create_service(&aws, name, 1, environment);
        create_node_group(&aws, name, [1, 1, 2], environment);
        // As the role is refused whose policy speaks of its environments alone.
        aws.fail(&json!({ "action": "DescribeServices", "resource": name, "error": "AccessDeniedException" }));
        let described = format!("GET /clusters/shop/node-groups/{name}");
        aws.fail(&json!({ "action": described, "error": "AccessDeniedException" }));
    }
    let answer = friday(&aws);
    assert_eq!(decided(&answer, "shop/web"), "stop/transition/done");
    assert_eq!(
        decided(&answer, "shop/checkout"),
        "leave/protected-tag/none"
    );
    assert_eq!(decided(&answer, "shop/theirs"), "leave/kind-not-named/none");
    assert_eq!(
        decided(&answer, "shop/typo"),
        "problem/unknown-environment/none"
    );
    assert_eq!(called(&aws, "DescribeServices"), 1);
    aws.heal();
    let told = problems(&answer);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told.iter().all(|problem| problem.contains("preprd")),
        "{told:#?}"
    );
}

#[test]
fn a_deleted_cluster_and_what_the_index_of_tags_still_names_cost_nothing() {
    let aws = start();
    create_service(&aws, "web", 2, "preprod");
    create_node_group(&aws, "gone", [1, 1, 2], "preprod");
    create_database(&aws, REGION, "db", &[(TAG, "preprod")]);
    aws.move_to("2026-11-20T17:50:00Z");
    ecs(
        &aws,
        "DeleteService",
        &json!({ "cluster": "shop", "service": "web", "force": true }),
    );
    ecs(&aws, "DeleteCluster", &json!({ "cluster": "shop" }));
    aws.rest_delete("eks", "/clusters/shop/node-groups/gone");
    let answer = friday(&aws);
    assert_eq!(decided(&answer, "db"), "stop/transition/done");
    assert_eq!(problems(&answer), [""; 0]);
}

#[test]
fn one_service_that_is_refused_costs_itself_and_keeps_its_database_up() {
    let aws = start();
    create_service(&aws, "web", 2, "preprod");
    create_service(&aws, "bad", 2, "preprod");
    create_database(&aws, REGION, "db", &[(TAG, "preprod")]);
    aws.fail(&json!({ "action": "DescribeServices", "resource": "bad", "error": "AccessDeniedException" }));
    let answer = friday(&aws);
    assert_eq!(decided(&answer, "shop/web"), "stop/transition/done");
    assert_eq!(decided(&answer, "shop/bad"), "wait/unread/none");
    assert_eq!(decided(&answer, "db"), "wait/still-used-by/none");
    let told = problems(&answer);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("unread") && told[0].contains("shop/bad"),
        "{told:#?}"
    );
}

#[test]
fn one_right_that_is_missing_costs_its_kinds_and_one_problem() {
    let aws = start();
    create_service(&aws, "web", 2, "preprod");
    create_node_group(&aws, "workers", [1, 1, 2], "preprod");
    create_group(&aws, "app", "1/1/1", &[(TAG, "preprod")]);
    create_database(&aws, REGION, "db", &[(TAG, "preprod")]);
    aws.fail(&json!({ "action": "GetResources", "error": "AccessDeniedException" }));
    let answer = friday(&aws);
    assert_eq!(decided(&answer, "app"), "stop/transition/done");
    assert_eq!(decided(&answer, "db"), "wait/still-used-by/none");
    let told = problems(&answer);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("ecs-service, eks-node-group"), "{told:#?}");
    assert!(told[0].starts_with("unread"), "{told:#?}");
}

#[test]
fn what_would_stop_a_member_that_is_production_is_not_stopped() {
    let aws = start();
    create_group(&aws, "app", "1/1/1", &[(TAG, "preprod")]);
    create_group(&aws, "mixed", "1/1/1", &[(TAG, "preprod")]);
    create_service(&aws, "web", 2, "preprod");
    aws.move_to("2026-11-20T17:50:00Z");
    let named = [("AutoScalingGroupNames.member.1", "mixed")];
    let told = aws.query("autoscaling", "DescribeAutoScalingGroups", &named);
    let machine = told.text("InstanceId").to_owned();
    let tag = [
        ("ResourceId.1", machine.as_str()),
        ("Tag.1.Key", "Environment"),
        ("Tag.1.Value", "prod"),
    ];
    aws.query("ec2", "CreateTags", &tag);
    let cluster = ecs(&aws, "DescribeClusters", &json!({ "clusters": ["shop"] }));
    let arn = &cluster["clusters"][0]["clusterArn"];
    let production =
        json!({ "resourceArn": arn, "tags": [{ "key": "environment", "value": "Production" }] });
    ecs(&aws, "TagResource", &production);
    let answer = friday(&aws);
    assert_eq!(decided(&answer, "app"), "stop/transition/done");
    assert_eq!(decided(&answer, "mixed"), "problem/protected-member/none");
    assert_eq!(
        decided(&answer, "shop/web"),
        "problem/protected-member/none"
    );
    assert_eq!(group(&aws, "mixed").0, "1/1/1");
    assert_eq!(service(&aws, "web").0, 2);
    let told = problems(&answer).join("\n");
    assert!(
        told.contains(&machine) && told.contains("cluster shop"),
        "{told}"
    );
}

#[test]
fn an_aurora_cluster_with_a_member_of_production_is_not_stopped_and_costs_no_call_to_know() {
    let (aws, _, mut function) = crate::e2e::world::greenleaf();
    let cluster = "greenleaf-preprod-search";
    let named = [("DBClusterIdentifier", cluster)];
    let told = aws.query("rds", "DescribeDBClusters", &named);
    let member = told.text("DBInstanceIdentifier").to_owned();
    let told = aws.query(
        "rds",
        "DescribeDBInstances",
        &[("DBInstanceIdentifier", &member)],
    );
    let tag = [
        ("ResourceName", told.text("DBInstanceArn")),
        ("Tags.Tag.1.Key", "Environment"),
        ("Tags.Tag.1.Value", "prod"),
    ];
    aws.query("rds", "AddTagsToResource", &tag);
    let answers = [FRIDAY, "2026-11-20T18:05:00Z"].map(|at| {
        aws.move_to(at);
        function.invoke(&tick(at)).unwrap()
    });
    assert_eq!(
        decided(&answers[1], cluster),
        "problem/protected-member/none"
    );
    assert_eq!(database(&aws, &member), "available");
    assert!(
        aws.orders()
            .iter()
            .all(|call| call.action != "StopDBCluster")
    );
}

#[test]
fn a_machine_whose_start_aws_undoes_is_told_with_the_reason_and_starts_once_it_may() {
    let aws = start();
    let machine = create_instance(&aws, "preprod", "dev-box");
    let mut function = scheduler(&aws, &config()).start();
    settle(&aws, &mut function, FRIDAY);
    let fails = |code: Value| aws.machines(&json!({ "instance": machine, "start_fails": code }));
    fails(json!("Client.InternalError"));
    let tick_at = |function: &mut nightcap_tests::Running, at: &str| {
        aws.move_to(at);
        function.invoke(&tick(at)).unwrap()
    };
    let first = tick_at(&mut function, "2026-11-23T08:00:00Z");
    assert_eq!(decided(&first, "dev-box"), "start/transition/done");
    let second = tick_at(&mut function, "2026-11-23T08:05:00Z");
    assert_eq!(decided(&second, "dev-box"), "start/transition/failed");
    let told = problems(&second);
    assert!(
        told[0].starts_with("start-undone") && told[0].contains("Client.InternalError"),
        "{told:#?}"
    );
    let remedy = second["problems"][0]["remedy"].as_str().unwrap();
    assert!(remedy.contains("kms:CreateGrant"), "{remedy}");
    fails(Value::Null);
    settle(&aws, &mut function, "2026-11-23T08:10:00Z");
    assert_eq!(instance(&aws, &machine), "running");
}

#[test]
fn a_warm_pool_that_runs_is_told_and_keeps_the_database_up() {
    let aws = start();
    create_group(&aws, "app", "2/2/4", &[(TAG, "preprod")]);
    create_database(&aws, REGION, "db", &[(TAG, "preprod")]);
    let pool = |name, value| {
        (
            "autoscaling",
            "PutWarmPool",
            [
                ("AutoScalingGroupName", "app"),
                ("PoolState", "Running"),
                (name, value),
            ],
        )
    };
    let (to, action, sent) = pool("MinSize", "2");
    aws.query(to, action, &sent);
    let mut function = scheduler(&aws, &config()).start();
    aws.move_to(FRIDAY);
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(decided(&answer, "app"), "stop/transition/done");
    let told = problems(&answer);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("conflict") && told[0].contains("a warm pool of 2 machines stays"),
        "{told:#?}"
    );
    let later = "2026-11-20T18:10:00Z";
    aws.move_to(later);
    let answer = function.invoke(&tick(later)).unwrap();
    assert_eq!(decided(&answer, "app"), "wait/arriving/none");
    assert_eq!(decided(&answer, "db"), "wait/still-used-by/none");
    let (to, action, sent) = pool("MinSize", "0");
    aws.query(to, action, &sent);
    settle(&aws, &mut function, "2026-11-20T18:15:00Z");
    assert_eq!(database(&aws, "db"), "stopped");
}

#[test]
fn compute_waits_for_the_writer_of_a_cluster_that_is_available_already() {
    let (aws, _, mut function) = crate::e2e::world::greenleaf();
    settle(&aws, &mut function, FRIDAY);
    let mut tick_at = |at: &str| {
        aws.move_to(at);
        function.invoke(&tick(at)).unwrap()
    };
    tick_at("2026-11-23T08:00:00Z");
    // Available as a cluster since 08:05, and its writer is not before 08:07.
    let between = tick_at("2026-11-23T08:06:00Z");
    assert_eq!(
        decided(&between, "greenleaf-preprod-search"),
        "wait/arriving/none"
    );
    assert_eq!(
        decided(&between, "greenleaf-preprod-app"),
        "wait/needs-up/none"
    );
    let after = tick_at("2026-11-23T08:10:00Z");
    assert_eq!(
        decided(&after, "greenleaf-preprod-app"),
        "start/transition/done"
    );
}

#[test]
fn a_node_group_of_a_cluster_of_production_is_not_stopped() {
    let aws = start();
    create_node_group(&aws, "workers", [1, 1, 2], "preprod");
    let cluster = aws.rest_get("eks", "/clusters/shop");
    let arn = cluster["cluster"]["arn"].as_str().unwrap();
    let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    aws.rest("eks", &path, &json!({ "tags": { TAG: "prod" } }));
    let answer = friday(&aws);
    assert_eq!(
        decided(&answer, "shop/workers"),
        "problem/protected-member/none"
    );
    assert_eq!(node_group(&aws, "workers").0, "1/1/2");
}
