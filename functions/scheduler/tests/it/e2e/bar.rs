//! The bar: how often AWS is asked. At most 4 calls on a quiet tick; on a start and on a stop of a
//! hundred databases at most the 100 unavoidable orders and 6 more.

use std::time::Duration;

use nightcap_tests::{EmbeddedAws, REGION, Running};
use serde_json::{Value, json};

use crate::e2e::world::{
    FRIDAY, MONDAY, create_database, create_group, demo_config, scheduler, tick,
};

const TABLE: &str = "nightcap";
const PREPROD: [(&str, &str); 1] = [("nightcap:environment", "preprod")];

fn aws() -> EmbeddedAws {
    let aws = EmbeddedAws::start("2026-11-20T17:40:00Z");
    aws.create_ledger(TABLE);
    aws
}

fn function(aws: &EmbeddedAws, config: &str) -> Running {
    let topic = aws.query("sns", "CreateTopic", &[("Name", "alerts")]);
    scheduler(aws, config)
        .with("NIGHTCAP_TOPIC_ARN", topic.text("TopicArn"))
        .with("NIGHTCAP_TABLE", TABLE)
        .start()
}

fn hundred_databases(aws: &EmbeddedAws) {
    for index in 0..100 {
        create_database(aws, REGION, &format!("db-{index:03}"), &PREPROD);
    }
}

fn hundred_groups(aws: &EmbeddedAws) {
    for index in 0..100 {
        create_group(aws, &format!("group-{index:03}"), "1/1/1", &PREPROD);
    }
}

/// What a weekend asks, tick by tick, where everything arrives between two ticks. What changes
/// a resource is an order. Each line's count is checked against the function's own figure.
fn weekend(aws: &EmbeddedAws, function: &mut Running) -> String {
    let mut told = vec![];
    for (what, at) in [
        ("first look", "2026-11-20T17:56:00Z"),
        ("quiet, up", "2026-11-20T17:58:00Z"),
        ("stop", FRIDAY),
        ("the tick after it", "2026-11-20T18:10:00Z"),
        ("the next", "2026-11-20T18:20:00Z"),
        ("quiet, down", "2026-11-20T18:30:00Z"),
        ("start", MONDAY),
        ("the tick after it", "2026-11-23T08:15:00Z"),
        ("the next", "2026-11-23T08:30:00Z"),
        ("quiet, up again", "2026-11-23T08:45:00Z"),
    ] {
        aws.move_to(at);
        aws.forget_calls();
        let answer = function.invoke(&tick(at)).unwrap();
        assert_eq!(answer["problems"], json!([]));
        let calls = aws.calls();
        let figure = function.figures().last().unwrap()["AwsCalls"].as_u64();
        assert_eq!(figure, u64::try_from(calls.len()).ok(), "{what}");
        let services = ["dynamodb", "sns"];
        let orders = calls
            .iter()
            .filter(|call| !call.reads() && !services.contains(&call.service.as_str()))
            .count();
        told.push(format!(
            "{what}: {orders} orders, {} other calls",
            calls.len() - orders
        ));
    }
    told.join("\n")
}

#[test]
fn a_hundred_databases_take_a_hundred_orders_and_six_calls() {
    let aws = aws();
    hundred_databases(&aws);
    aws.advance(Duration::from_mins(3));
    let mut function = function(&aws, &demo_config());
    insta::assert_snapshot!(weekend(&aws, &mut function));
}

#[test]
fn a_hundred_groups_take_two_orders_each_and_nine_calls() {
    let aws = aws();
    hundred_groups(&aws);
    aws.advance(Duration::from_mins(3));
    let mut function = function(&aws, &demo_config());
    insta::assert_snapshot!(weekend(&aws, &mut function));
}

#[test]
fn databases_and_groups_together_ask_no_more_than_both() {
    let aws = aws();
    hundred_databases(&aws);
    hundred_groups(&aws);
    aws.advance(Duration::from_mins(3));
    let mut function = function(&aws, &demo_config());
    insta::assert_snapshot!(weekend(&aws, &mut function));
}

#[test]
fn every_further_kind_costs_one_or_two_calls_a_tick() {
    let aws = aws();
    create_database(&aws, REGION, "db", &PREPROD);
    let every = "    manual_changes: respect\n    kinds: [rds-instance, aurora-cluster, \
                 auto-scaling-group, ec2-instance, ecs-service, eks-node-group]\n";
    let config = demo_config().replace("    manual_changes: respect\n", every);
    assert!(config.contains("eks-node-group"));
    aws.advance(Duration::from_mins(3));
    let mut function = function(&aws, &config);
    for at in ["2026-11-20T17:56:00Z", "2026-11-20T17:58:00Z"] {
        aws.forget_calls();
        function.invoke(&tick(at)).unwrap();
    }
    let mut asked: Vec<String> = aws
        .calls()
        .iter()
        .map(|call| format!("{} {}", call.service, call.action))
        .collect();
    asked.sort();
    insta::assert_snapshot!(asked.join("\n"));
}

#[test]
fn where_the_configuration_lies_in_a_parameter_or_an_object_that_is_one_call_more() {
    let aws = aws();
    create_database(&aws, REGION, "db", &PREPROD);
    aws.put_object("greenleaf-settings", "preprod.yaml", &demo_config());
    let parameter =
        json!({ "Name": "/nightcap/config", "Type": "SecureString", "Value": demo_config() });
    aws.json("ssm", "AmazonSSM.PutParameter", &parameter);
    for (place, service) in [
        ("ssm:///nightcap/config", "SSM"),
        ("s3://greenleaf-settings/preprod.yaml", "S3"),
    ] {
        let mut function = function(&aws, place);
        function.invoke(&tick("2026-11-20T17:50:00Z")).unwrap();
        aws.forget_calls();
        function.invoke(&tick("2026-11-20T17:51:00Z")).unwrap();
        assert_eq!(aws.calls().len(), 5, "{place}");
        let figures = function.figures();
        let line: &Value = figures.last().unwrap();
        assert_eq!(line["AwsCalls"], 5, "{line}");
        let counted = line["aws_calls"].as_object().unwrap();
        let found = counted
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(service));
        assert_eq!(found.map(|(_, count)| count), Some(&json!(1)), "{line}");
    }
}
