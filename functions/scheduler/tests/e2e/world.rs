//! What these tests share.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{EmbeddedAws, Function, GreenLeaf, Running};
use serde_json::{Value, json};

pub(crate) const FRIDAY: &str = "2026-11-20T18:00:00Z";
pub(crate) const MONDAY: &str = "2026-11-23T08:00:00Z";

/// The demo's configuration: GreenLeaf's, with drills.
pub(crate) fn demo_config() -> String {
    let path = nightcap_tests::root().join("tests/demo/nightcap.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// The function with a configuration, talking to an AWS.
pub(crate) fn scheduler(aws: &EmbeddedAws, config: &str) -> Function {
    Function::at(env!("CARGO_BIN_EXE_scheduler"))
        .using(aws)
        .with("NIGHTCAP_CONFIG", config)
}

/// GreenLeaf five minutes before Friday's end of work, with the function at work.
pub(crate) fn greenleaf() -> (EmbeddedAws, GreenLeaf, Running) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    let greenleaf = aws.seed();
    let function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .start();
    (aws, greenleaf, function)
}

/// A tick at an instant, in earnest.
pub(crate) fn tick(at: &str) -> Value {
    json!({ "command": "tick", "at": at })
}

/// Ticks from an instant on, five minutes apart, until nothing is ordered and nothing waits.
/// The answers, in order.
pub(crate) fn settle(aws: &EmbeddedAws, function: &mut Running, from: &str) -> Vec<Value> {
    let mut at: DateTime<Utc> = from.parse().unwrap();
    let mut answers = vec![];
    for _ in 0..12 {
        aws.move_to(&at.to_rfc3339());
        let answer = function.invoke(&tick(&at.to_rfc3339())).unwrap();
        let moves = ["started", "stopped", "waiting"].map(|count| answer["summary"][count] != 0);
        answers.push(answer);
        if moves == [false; 3] {
            return answers;
        }
        at += TimeDelta::minutes(5);
    }
    panic!("still not quiet: {:#}", answers.last().unwrap());
}

/// The capacity of a group as `min/desired/max`, and how many machines it has in service.
pub(crate) fn group(aws: &EmbeddedAws, name: &str) -> (String, usize) {
    let named = [("AutoScalingGroupNames.member.1", name)];
    let told = aws.query("autoscaling", "DescribeAutoScalingGroups", &named);
    let capacity = ["MinSize", "DesiredCapacity", "MaxSize"].map(|element| told.text(element));
    let machines = told.all("LifecycleState");
    let serving = machines.iter().filter(|state| **state == "InService");
    (capacity.join("/"), serving.count())
}

/// What AWS says of a database.
pub(crate) fn database(aws: &EmbeddedAws, name: &str) -> String {
    let named = [("DBInstanceIdentifier", name)];
    let told = aws.query("rds", "DescribeDBInstances", &named);
    told.text("DBInstanceStatus").to_owned()
}
