//! `nightcap plan` and `nightcap explain`, which look at the fleet and change nothing.

use std::net::TcpListener;
use std::process::Command;

use nightcap_tests::EmbeddedAws;
use serde_json::json;

use crate::cli::nightcap::{Ran, command, finish};

const FRIDAY: &str = "2026-11-20T18:00:00Z";

fn with(variables: Vec<(&str, String)>, arguments: &[&str]) -> Ran {
    let mut command: Command = command(arguments);
    command.envs(variables);
    finish(command, arguments)
}

fn against(aws: &EmbeddedAws, arguments: &[&str]) -> Ran {
    with(aws.environment(), arguments)
}

#[test]
fn plan_and_explain_show_the_fleet_and_change_nothing() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.seed();
    let explained = |name, at| against(&aws, &["explain", name, "--at", at]).terminal();
    let plan = against(&aws, &["plan", "--at", FRIDAY, "--days", "4"]);
    insta::assert_snapshot!("plan", plan.terminal());
    let explanations = [
        explained("greenleaf-preprod-db", FRIDAY),
        explained("greenleaf-preprod-db", "2026-12-25T10:00:00Z"),
        explained("greenleaf-preprod-reports-replica", FRIDAY),
        explained("greenleaf-prod-db", FRIDAY),
        explained("greenleaf-preprod-bd", FRIDAY),
        explained("data-team-warehouse", FRIDAY),
    ];
    insta::assert_snapshot!("explain", explanations.join("\n\n"));

    // By ARN it is the same resource, and the JSON is the function's.
    let arn = "arn:aws:rds:eu-west-3:123456789012:db:greenleaf-preprod-db";
    let by_arn = against(&aws, &["explain", arn, "--at", FRIDAY, "--json"]).json();
    assert_eq!(by_arn["command"], "explain");
    assert_eq!(by_arn["resource"]["name"], "greenleaf-preprod-db");
    let plan = against(&aws, &["plan", "--at", FRIDAY, "--json"]).json();
    assert_eq!(
        (&plan["command"], &plan["dry_run"]),
        (&json!("plan"), &json!(true))
    );
    assert_eq!(plan["summary"]["stopped"], 1);
    assert_eq!(aws.orders(), []);
}

#[test]
fn a_problem_is_shown_and_is_the_exit_code() {
    let aws = EmbeddedAws::start(FRIDAY);
    let lost = [
        ("DBInstanceIdentifier", "lost"),
        ("DBInstanceClass", "db.t3.micro"),
        ("Engine", "postgres"),
        ("AllocatedStorage", "20"),
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
        ("Tags.Tag.1.Key", "nightcap:environment"),
        ("Tags.Tag.1.Value", "preprd"),
    ];
    let nothing = against(&aws, &["plan", "--at", FRIDAY, "--days", "1"]).terminal();
    aws.query("rds", "CreateDBInstance", &lost);
    let plan = against(&aws, &["plan", "--at", FRIDAY, "--days", "1"]).terminal();
    let explained = against(&aws, &["explain", "lost", "--at", FRIDAY]).terminal();
    aws.fail(&json!({ "action": "DescribeDBInstances", "error": "AccessDenied", "message": "not authorized" }));
    let denied = against(&aws, &["plan", "--at", FRIDAY]).terminal();
    insta::assert_snapshot!([nothing, plan, explained, denied].join("\n\n"));
}

#[test]
fn an_aws_that_cannot_be_asked_is_a_problem_with_its_remedy() {
    // A port that was free a moment ago: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut down = EmbeddedAws::elsewhere(&endpoint);
    let without_credentials = with(down.clone(), &["plan"]);
    assert_eq!(without_credentials.code, 1);
    for word in ["no credentials found", "set AWS_PROFILE"] {
        assert!(
            without_credentials.stderr.contains(word),
            "{}",
            without_credentials.stderr
        );
    }

    down.push(("AWS_ACCESS_KEY_ID", "embedded".to_owned()));
    down.push(("AWS_SECRET_ACCESS_KEY", "embedded".to_owned()));
    let unreachable = with(down, &["plan"]);
    assert_eq!((unreachable.code, unreachable.stdout.as_str()), (1, ""));
    for word in [
        "Connection refused",
        "check the network and AWS_ENDPOINT_URL",
    ] {
        assert!(unreachable.stderr.contains(word), "{}", unreachable.stderr);
    }

    let nowhere = with(vec![], &["plan"]);
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere.stderr.contains("set AWS_REGION"),
        "{}",
        nowhere.stderr
    );
}
