//! `nightcap hold`, `holds` and `release`, against the embedded AWS.

use std::process::{Command, Output};

use nightcap_tests::{EmbeddedAws, environment};
use serde_json::Value;

/// Preprod is asleep for good: what a hold costs does not depend on when the test runs.
const CONFIG: &str = "
timezone: Europe/Paris
schedules: { for-good: { windows: [{ start: cron(0 0 1 1 ? 2019), stop: cron(0 0 1 1 ? 2020) }] } }
environments:
  preprod: { schedule: for-good }
  prod: { protected: true }
limits: { max_hold: 12h }
";

fn nightcap(aws: &EmbeddedAws, table: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(aws.environment())
        .env("NIGHTCAP_CONFIG", CONFIG)
        .env("NIGHTCAP_TABLE", table)
        .env("USER", "on-call")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The error, of a command that was called wrongly.
fn usage(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_hold_is_made_listed_and_released() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    aws.seed();
    aws.create_ledger("ledger");
    let run = |arguments: &[&str]| nightcap(&aws, "ledger", arguments);
    let hold = [
        "hold",
        "preprod",
        "--running",
        "--for",
        "4h",
        "--reason",
        "release 4.2",
    ];

    let planned = said(&run(&[&hold[..], &["--dry-run"]].concat()));
    assert!(
        planned.starts_with("preprod would be running until"),
        "{planned}"
    );
    assert!(
        planned.contains("keeps 2 x t3.small, db.t3.medium and greenleaf-preprod-search up 4 h beyond the schedule: about 0.52 USD, without greenleaf-preprod-search"),
        "{planned}"
    );
    assert_eq!(said(&run(&["holds"])), "There are no holds.\n");

    let made: Value =
        serde_json::from_str(&said(&run(&[&hold[..], &["--json"]].concat()))).unwrap();
    let id = made["hold"]["id"].as_str().unwrap();
    assert_eq!(
        (made["hold"]["by"].as_str(), made["already"].as_bool()),
        (Some("on-call"), Some(false))
    );
    let listed = said(&run(&["holds"]));
    assert!(
        listed.contains(id) && listed.contains("release 4.2"),
        "{listed}"
    );

    let plan: Value =
        serde_json::from_str(&String::from_utf8(run(&["plan", "--json"]).stdout).unwrap()).unwrap();
    assert_eq!(
        plan["environments"][0]["reason"],
        "held by on-call: release 4.2"
    );

    let ended = said(&run(&["release", "preprod", "--reason", "release done"]));
    assert!(
        ended.starts_with(&format!("{id} ended: preprod, release 4.2")),
        "{ended}"
    );
    assert_eq!(said(&run(&["holds"])), "There are no holds.\n");
}

#[test]
fn what_cannot_be_held_is_wrong_usage_with_the_reason() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    aws.seed();
    aws.create_ledger("ledger");
    let hold = |about: &str, end: [&str; 2]| {
        let arguments = ["hold", about, "--stopped", end[0], end[1], "--reason", "x"];
        usage(&nightcap(&aws, "ledger", &arguments))
    };
    for (about, end, expected) in [
        ("prod", ["--for", "4h"], "prod is protected"),
        ("prepord", ["--for", "4h"], "did you mean \"preprod\"?"),
        (
            "greenleaf-preprod-bd",
            ["--for", "4h"],
            "did you mean \"greenleaf-preprod-db\"?",
        ),
        (
            "greenleaf-preprod-reports-replica",
            ["--for", "4h"],
            "AWS cannot stop replicas",
        ),
        (
            "preprod",
            ["--for", "13h"],
            "a hold may last 12h (limits.max_hold)",
        ),
        (
            "preprod",
            ["--until", "tonight"],
            "on the clocks of Europe/Paris",
        ),
        ("preprod", ["--for", "4"], "write numbers with w, d, h or m"),
    ] {
        let error = hold(about, end);
        assert!(error.contains(expected), "{about}: {error}");
    }
    let without = nightcap(&aws, "", &["holds"]);
    assert_eq!(without.status.code(), Some(1));
    let error = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(
        error.contains("there is no table nightcap"),
        "the module's name is tried: {error}"
    );
    let error = usage(&nightcap(&aws, "ledger", &["release", "preprod"]));
    assert!(error.contains("there are no holds"), "{error}");
    let missing = nightcap(&aws, "nowhere", &["holds"]);
    assert_eq!(missing.status.code(), Some(1));
    let error = String::from_utf8(missing.stderr).unwrap();
    assert!(error.contains("the ledger could not be reached"), "{error}");
}
