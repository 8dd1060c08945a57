//! `nightcap doctor` where an environment stands in other accounts.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use nightcap_tests::{EmbeddedAws, deploy, environment};
use serde_json::{Value, json};

const CONFIG: &str = "
timezone: Europe/Paris
schedules: { office-hours: { windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  dev: { schedule: office-hours, kinds: [ec2-instance] }
  preprod:
    schedule: office-hours
    external_id: between-us
    roles:
      - arn:aws:iam::222222222222:role/nightcap
      - arn:aws:iam::333333333333:role/nightcap
      - arn:aws:iam::444444444444:role/nightcap
      - arn:aws:iam::555555555555:role/nightcap
  prod: { protected: true }
";

/// A Friday, while everything runs.
const NOW: &str = "2026-11-20T10:00:00Z";
const HERE: &str = "123456789012";

fn nightcap(variables: Vec<(&str, String)>, config: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(variables)
        .env("NIGHTCAP_CONFIG", config)
        .args(arguments)
        .output()
        .unwrap()
}

fn policy(account: &str) -> String {
    let arguments = ["doctor", "--policy", "--account", account];
    let printed = nightcap(vec![], CONFIG, &arguments);
    String::from_utf8(printed.stdout).unwrap()
}

fn rows(output: &Output) -> Vec<Value> {
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["verdict"] != "ok").cloned().collect()
}

/// The role of infra/modules/nightcap-target-role in an account, with this trust and these rights.
fn target(aws: &EmbeddedAws, account: &str, trusted: &str, external_id: &str, policy: &str) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": trusted },
        "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
    }] });
    let iam = |action: &str, parameters: &[(&str, &str)]| {
        aws.query_as(account, "us-east-1", "iam", action, parameters);
    };
    iam(
        "CreateRole",
        &[
            ("Version", "2010-05-08"),
            ("RoleName", "nightcap"),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ],
    );
    iam(
        "PutRolePolicy",
        &[
            ("Version", "2010-05-08"),
            ("RoleName", "nightcap"),
            ("PolicyName", "schedule"),
            ("PolicyDocument", policy),
        ],
    );
}

#[test]
#[allow(clippy::too_many_lines)] // one account with every fault, and its rows
fn what_is_wrong_in_another_account_is_named_with_account_and_region() {
    let aws = EmbeddedAws::start(NOW);
    deploy(&aws, CONFIG, &policy(HERE), "");
    let me = format!("arn:aws:iam::{HERE}:root");
    let scheduler = format!("arn:aws:iam::{HERE}:role/nightcap-scheduler");

    // In order but for a database; without a right; with another external id; whose trust is for
    // the scheduler alone, which the one who asks is not.
    target(
        &aws,
        "222222222222",
        &me,
        "between-us",
        &policy("222222222222"),
    );
    let mut less: Value = serde_json::from_str(&policy("333333333333")).unwrap();
    let statements = less["Statement"].as_array_mut().unwrap();
    statements.retain(|one| one["Sid"] != "StopAndStartClusters");
    target(&aws, "333333333333", &me, "between-us", &less.to_string());
    target(
        &aws,
        "444444444444",
        &me,
        "somebody-elses",
        &policy("444444444444"),
    );
    target(
        &aws,
        "555555555555",
        &scheduler,
        "between-us",
        &policy("555555555555"),
    );
    aws.query_as(
        "222222222222",
        "eu-west-3",
        "rds",
        "CreateDBInstance",
        &[
            ("Version", "2014-10-31"),
            ("DBInstanceIdentifier", "preprod-sunday"),
            ("DBInstanceClass", "db.t3.medium"),
            ("Engine", "postgres"),
            ("AllocatedStorage", "20"),
            ("MasterUsername", "greenleaf"),
            ("MasterUserPassword", "not-a-secret-here"),
            ("BackupRetentionPeriod", "7"),
            ("PreferredBackupWindow", "10:00-11:00"),
            ("PreferredMaintenanceWindow", "sun:12:00-sun:13:00"),
            ("Tags.Tag.1.Key", "nightcap:environment"),
            ("Tags.Tag.1.Value", "preprod"),
        ],
    );
    // The scheduler may assume all of them but the last.
    let roles: Vec<String> = ["222222222222", "333333333333", "444444444444"]
        .map(|account| format!("arn:aws:iam::{account}:role/nightcap"))
        .into();
    let assumes = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "WorkInOtherAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles },
    ] });
    aws.query_in(
        "us-east-1",
        "iam",
        "PutRolePolicy",
        &[
            ("Version", "2010-05-08"),
            ("RoleName", "nightcap-scheduler"),
            ("PolicyName", "roles"),
            ("PolicyDocument", &assumes.to_string()),
        ],
    );

    let output = nightcap(
        aws.environment(),
        CONFIG,
        &["doctor", "--at", NOW, "--json"],
    );
    let rows = rows(&output);
    let found: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["code"].as_str().unwrap(),
                row["about"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "maintenance-in-sleep 222222222222 eu-west-3 preprod-sunday",
        "permissions-missing 123456789012 role/nightcap-scheduler",
        "permissions-missing 333333333333 eu-west-3",
        "role-not-assumable eu-west-3 as arn:aws:iam::444444444444:role/nightcap",
        "role-not-assumable eu-west-3 as arn:aws:iam::555555555555:role/nightcap",
    ];
    assert_eq!(
        found,
        BTreeSet::from(expected.map(str::to_owned)),
        "{rows:#?}"
    );
    let said = |code: &str| {
        let row = rows.iter().find(|row| row["code"] == code).unwrap();
        (
            row["message"].as_str().unwrap(),
            row["verdict"].as_str().unwrap(),
        )
    };
    let (message, verdict) = said("role-not-assumable");
    assert_eq!(
        verdict, "unknown",
        "only the scheduler's own session could tell"
    );
    assert!(
        message.contains("account 444444444444, region eu-west-3")
            && message.contains("role/nightcap-scheduler"),
        "{message}"
    );
    let missing = rows
        .iter()
        .find(|row| row["about"] == "333333333333 eu-west-3");
    let missing = missing.unwrap()["message"].as_str().unwrap();
    assert!(
        missing.contains("rds:StopDBCluster") && missing.contains("rds:StartDBCluster"),
        "{missing}"
    );
}
