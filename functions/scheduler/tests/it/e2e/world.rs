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

/// A configuration whose one environment, preprod, has been in this state since 2020: what a
/// tick decides by it does not depend on when the test runs.
pub(crate) fn for_good(state: &str) -> String {
    let window = match state {
        "awake" => "{ start: cron(0 0 1 1 ? 2020), stop: cron(0 0 1 1 ? 2099) }",
        "asleep" => "{ start: cron(0 0 1 1 ? 2019), stop: cron(0 0 1 1 ? 2020) }",
        other => panic!("{other} is no state"),
    };
    format!(
        "timezone: Europe/Paris
schedules: {{ for-good: {{ windows: [{window}] }} }}
environments:
  preprod: {{ schedule: for-good }}
  prod: {{ protected: true }}
"
    )
}

/// Makes a database with these tags.
pub(crate) fn create_database(aws: &EmbeddedAws, region: &str, name: &str, tags: &[(&str, &str)]) {
    create_database_as(aws, "123456789012", region, name, tags);
}

/// The same in another account.
pub(crate) fn create_database_as(
    aws: &EmbeddedAws,
    account: &str,
    region: &str,
    name: &str,
    tags: &[(&str, &str)],
) {
    let tags = tag_parameters("Tags.Tag", tags);
    let mut sent = vec![
        ("DBInstanceIdentifier", name),
        ("DBInstanceClass", "db.t3.micro"),
        ("Engine", "postgres"),
        ("AllocatedStorage", "20"),
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
    ];
    sent.extend(
        tags.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    aws.query_as(account, region, "rds", "CreateDBInstance", &sent);
}

/// Makes a group of this capacity (`min/desired/max`) with these tags.
pub(crate) fn create_group(aws: &EmbeddedAws, name: &str, capacity: &str, tags: &[(&str, &str)]) {
    let template = [
        ("LaunchTemplateName", name),
        ("LaunchTemplateData.ImageId", "ami-12c6146b"),
        ("LaunchTemplateData.InstanceType", "t3.small"),
    ];
    aws.query("ec2", "CreateLaunchTemplate", &template);
    let [min, desired, max]: [&str; 3] =
        capacity.split('/').collect::<Vec<_>>().try_into().unwrap();
    let tags = tag_parameters("Tags.member", tags);
    let mut sent = vec![
        ("AutoScalingGroupName", name),
        ("LaunchTemplate.LaunchTemplateName", name),
        ("MinSize", min),
        ("DesiredCapacity", desired),
        ("MaxSize", max),
        ("AvailabilityZones.member.1", "eu-west-3a"),
    ];
    sent.extend(
        tags.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    aws.query("autoscaling", "CreateAutoScalingGroup", &sent);
}

fn tag_parameters(list: &str, tags: &[(&str, &str)]) -> Vec<(String, String)> {
    let numbered = tags.iter().enumerate();
    numbered
        .flat_map(|(index, (key, value))| {
            let tag = format!("{list}.{}", index + 1);
            [
                (format!("{tag}.Key"), (*key).to_owned()),
                (format!("{tag}.Value"), (*value).to_owned()),
            ]
        })
        .collect()
}

/// What was decided for a resource: `decision/code/result`.
pub(crate) fn decided(answer: &Value, name: &str) -> String {
    let resources = answer["resources"].as_array().unwrap();
    let found = resources.iter().find(|resource| resource["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name} in {answer:#}"));
    ["decision", "code", "result"]
        .map(|key| found[key].as_str().unwrap())
        .join("/")
}

/// The codes of the problems, with the names they are about.
pub(crate) fn problems(answer: &Value) -> Vec<String> {
    let problems = answer["problems"].as_array().unwrap();
    let told = problems.iter().map(|problem| {
        let (code, message) = (
            problem["code"].as_str().unwrap(),
            problem["message"].as_str().unwrap(),
        );
        assert!(
            !problem["remedy"].as_str().unwrap().is_empty(),
            "{message}: no remedy"
        );
        format!("{code}: {message}")
    });
    told.collect()
}
