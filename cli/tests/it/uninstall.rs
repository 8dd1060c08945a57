//! `nightcap uninstall` against the embedded AWS.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nightcap_tests::{EmbeddedAws, environment};
use serde_json::{Value, json};

const CONFIG: &str = "
timezone: Europe/Paris
schedules: { office-hours: { windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  preprod: { schedule: office-hours }
  prod: { protected: true }
";

/// A Friday night.
const NOW: &str = "2026-11-20T22:00:00Z";
const DATABASE: &str = "greenleaf-preprod-db";
/// Stopped by a person: the ledger knows nothing of it.
const BY_HAND: &str = "greenleaf-preprod-notes";
const GROUP: &str = "greenleaf-preprod-app";

fn command(aws: &EmbeddedAws, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(aws.environment())
        .env("NIGHTCAP_CONFIG", CONFIG)
        .env("NIGHTCAP_TABLE", "ledger")
        .env("USER", "on-call")
        .args(["uninstall", "--json", "--every", "1"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Preprod in the sleep that Nightcap put it to, and a database that a person stopped.
fn asleep() -> EmbeddedAws {
    let aws = EmbeddedAws::start(NOW);
    aws.seed();
    aws.create_ledger("ledger");
    let by_hand = [
        ("DBInstanceIdentifier", BY_HAND),
        ("DBInstanceClass", "db.t3.micro"),
        ("Engine", "postgres"),
        ("AllocatedStorage", "20"),
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
        ("Tags.Tag.1.Key", "nightcap:environment"),
        ("Tags.Tag.1.Value", "preprod"),
    ];
    aws.query("rds", "CreateDBInstance", &by_hand);
    aws.advance(Duration::from_mins(20));
    for name in [DATABASE, BY_HAND] {
        aws.query("rds", "StopDBInstance", &[("DBInstanceIdentifier", name)]);
    }
    aws.query(
        "rds",
        "StopDBCluster",
        &[("DBClusterIdentifier", "greenleaf-preprod-search")],
    );
    let tag = [
        ("Tags.member.1.ResourceId", GROUP),
        ("Tags.member.1.ResourceType", "auto-scaling-group"),
        ("Tags.member.1.Key", "nightcap:capacity"),
        ("Tags.member.1.Value", "2/2/4"),
        ("Tags.member.1.PropagateAtLaunch", "false"),
    ];
    aws.query("autoscaling", "CreateOrUpdateTags", &tag);
    let nothing = [
        ("AutoScalingGroupName", GROUP),
        ("MinSize", "0"),
        ("DesiredCapacity", "0"),
        ("MaxSize", "0"),
    ];
    aws.query("autoscaling", "UpdateAutoScalingGroup", &nothing);
    for arn in [
        "arn:aws:rds:eu-west-3:123456789012:db:greenleaf-preprod-db",
        "arn:aws:rds:eu-west-3:123456789012:cluster:greenleaf-preprod-search",
    ] {
        let item = json!({
            "pk": { "S": "state" },
            "sk": { "S": format!("carried#eu-west-3#123456789012#{arn}") },
            "version": { "N": "2" },
            "transition": { "S": "2026-11-20T18:00:00Z" },
            "to": { "S": "stopped" },
            "phase": { "S": "reached" },
            "at": { "S": "2026-11-20T18:05:00Z" },
            "nonce": { "S": "n" },
            "expires": { "N": "1900000000" },
        });
        aws.json(
            "dynamodb",
            "DynamoDB_20120810.PutItem",
            &json!({ "TableName": "ledger", "Item": item }),
        );
    }
    aws.advance(Duration::from_hours(1));
    aws.forget_calls();
    aws
}

fn status(aws: &EmbeddedAws, name: &str) -> String {
    let asked = [("DBInstanceIdentifier", name)];
    aws.query("rds", "DescribeDBInstances", &asked)
        .text("DBInstanceStatus")
        .to_owned()
}

fn group(aws: &EmbeddedAws) -> (String, bool) {
    let asked = [("AutoScalingGroupNames.member.1", GROUP)];
    let answer = aws.query("autoscaling", "DescribeAutoScalingGroups", &asked);
    let size = ["MinSize", "DesiredCapacity", "MaxSize"]
        .map(|key| answer.text(key).to_owned())
        .join("/");
    (size, answer.body.contains("nightcap:capacity"))
}

/// Lets it run while AWS's clock goes on, five minutes at a time.
fn finish(aws: &EmbeddedAws, arguments: &[&str]) -> (Value, Option<i32>) {
    let mut running = command(aws, arguments).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(2);
    while running.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "it does not end");
        std::thread::sleep(Duration::from_millis(300));
        aws.advance(Duration::from_mins(5));
    }
    let output = running.wait_with_output().unwrap();
    let answer = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (answer, output.status.code())
}

fn ordered(aws: &EmbeddedAws) -> Vec<String> {
    let orders = aws.orders();
    let actions = orders.iter().filter(|call| call.service != "dynamodb");
    actions.map(|call| call.action.clone()).collect()
}

#[test]
fn a_dry_run_says_everything_and_does_nothing() {
    let aws = asleep();
    let output = command(&aws, &["--dry-run"]).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let woken: Vec<&str> = answer["woken"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(woken, ["greenleaf-preprod-search", DATABASE, GROUP]);
    assert_eq!(answer["forgotten"], json!([GROUP]));
    assert_eq!(aws.orders(), []);
    let unasked = command(&aws, &[]).output().unwrap();
    assert_eq!(unasked.status.code(), Some(2), "nobody is there to confirm");
    assert_eq!(aws.orders(), []);
}

#[test]
fn it_acts_where_its_options_say_and_nowhere_else() {
    let aws = asleep();
    // Without a ledger whatever is down is ours: in another region nothing is.
    let mut elsewhere = command(&aws, &["--dry-run", "--region", "eu-west-1"]);
    elsewhere.env_remove("NIGHTCAP_TABLE");
    let output = elsewhere.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["woken"], json!([]), "{answer:#}");
    // The ledger that an option names is not the variable's.
    let output = command(&aws, &["--dry-run", "--table", "lger"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("there is no table lger"), "{told}");
}

#[test]
fn it_speaks_the_configured_language() {
    let aws = asleep();
    let mut french = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    let output = environment(&mut french)
        .envs(aws.environment())
        .env("NIGHTCAP_CONFIG", format!("language: fr{CONFIG}"))
        .env("NIGHTCAP_TABLE", "ledger")
        .env("USER", "on-call")
        .args(["uninstall", "--dry-run"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Serait maintenu en marche : preprod jusqu'au",
        "Serait réveillé : greenleaf-preprod-search",
        "Mémoire qui serait effacée : greenleaf-preprod-app",
        "Reste :",
        "ce que Terraform a créé",
        "la table du registre",
        "les étiquettes nightcap:environment",
    ] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    for part in ["Would", "Left:", "what Terraform made", "the tags"] {
        assert!(!told.contains(part), "{part:?} in {told}");
    }
}

#[test]
fn what_nightcap_stopped_is_woken_databases_first_and_its_marks_are_taken_off() {
    let aws = asleep();
    let hold = json!({ "id": "preprod-1", "scope": { "environment": "preprod" }, "state": "stopped", "from": "2026-11-20T18:00:00Z",
        "until": "2099-01-01T00:00:00Z", "author": "person", "by": "ada", "reason": "quiet", "made_at": "2026-11-20T18:00:00Z" });
    let item = json!({ "pk": { "S": "state" }, "sk": { "S": "hold#preprod-1" }, "until": { "S": "2099-01-01T00:00:00Z" },
        "hold": { "S": hold.to_string() }, "expires": { "N": "4100000000" } });
    aws.json(
        "dynamodb",
        "DynamoDB_20120810.PutItem",
        &json!({ "TableName": "ledger", "Item": item }),
    );
    aws.forget_calls();

    let (answer, code) = finish(&aws, &["--yes"]);
    assert_eq!(
        (code, &answer["problems"], &answer["asleep"]),
        (Some(0), &json!([]), &json!([])),
        "{answer:#}"
    );
    assert_eq!(answer["released"], json!(["preprod-1 (quiet)"]));
    assert_eq!(status(&aws, DATABASE), "available");
    assert_eq!(status(&aws, BY_HAND), "stopped", "a person stopped it");
    assert_eq!(group(&aws), ("2/2/4".to_owned(), false));
    let calls = ordered(&aws);
    let place = |action: &str| calls.iter().position(|call| call == action).unwrap();
    assert!(
        place("StartDBInstance") < place("UpdateAutoScalingGroup"),
        "{calls:?}"
    );
    assert!(
        place("StartDBCluster") < place("UpdateAutoScalingGroup"),
        "{calls:?}"
    );
    let left = answer["left"].to_string();
    for word in ["terraform destroy", "table", "nightcap:environment"] {
        assert!(left.contains(word), "{left}");
    }

    aws.forget_calls();
    let (again, code) = finish(&aws, &["--yes"]);
    assert_eq!(
        (code, &again["woken"], &again["released"]),
        (Some(0), &json!([]), &json!([])),
        "{again:#}"
    );
    assert_eq!(ordered(&aws), Vec::<String>::new(), "twice is once");
}

#[test]
fn killed_in_the_middle_it_goes_on_where_it_was() {
    let aws = asleep();
    let mut running = command(&aws, &["--yes"]).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while !ordered(&aws).contains(&"StartDBInstance".to_owned()) {
        assert!(Instant::now() < until, "it orders nothing");
        std::thread::sleep(Duration::from_millis(100));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(group(&aws), ("0/0/0".to_owned(), true), "databases first");
    let (answer, code) = finish(&aws, &["--yes"]);
    assert_eq!(code, Some(0), "{answer:#}");
    assert_eq!(status(&aws, DATABASE), "available");
    assert_eq!(group(&aws), ("2/2/4".to_owned(), false));
    let starts = ordered(&aws)
        .into_iter()
        .filter(|action| action == "StartDBInstance");
    assert_eq!(starts.count(), 1, "no order is given twice");
}
