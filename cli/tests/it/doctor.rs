//! `nightcap doctor` against the embedded AWS: an account in order, and faults that it finds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use nightcap_tests::{EmbeddedAws, Replay, deploy, environment};
use serde_json::{Value, json};

const CONFIG: &str = "
timezone: Europe/Paris
schedules: { office-hours: { windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  dev: { schedule: office-hours, kinds: [ec2-instance] }
  preprod: { schedule: office-hours }
  prod: { protected: true }
budget: { name: greenleaf-monthly, limit: 500, alerts: ['actual > 80%'] }
";

/// A Friday, while everything runs.
const NOW: &str = "2026-11-20T10:00:00Z";

fn nightcap(variables: Vec<(&str, String)>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(variables)
        .env("NIGHTCAP_CONFIG", CONFIG)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn doctor(aws: &EmbeddedAws, arguments: &[&str]) -> Output {
    let all = [&["doctor", "--at", NOW], arguments].concat();
    nightcap(aws.environment(), &all)
}

/// An account in order, but for these faults.
fn account(aws: &EmbeddedAws, faults: &str) {
    aws.reset(NOW);
    let policy = nightcap(vec![], &["doctor", "--policy", "--account", "123456789012"]);
    deploy(aws, CONFIG, &text(&policy), faults);
}

/// What is not in order: code and what it is about.
fn found(answer: &Value) -> BTreeSet<String> {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["verdict"] != "ok")
        .map(|row| {
            format!(
                "{} {}",
                row["code"].as_str().unwrap(),
                row["about"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn an_account_in_order_has_no_problem() {
    let aws = EmbeddedAws::start(NOW);
    account(&aws, "");
    aws.forget_calls();
    let output = doctor(&aws, &[]);
    insta::assert_snapshot!("an_account_in_order", without_times(&text(&output)));
    assert_eq!(output.status.code(), Some(0));
    let mut orders = aws.orders();
    // The simulator acts on nothing, whatever its name.
    orders.retain(|call| call.action != "SimulatePrincipalPolicy");
    assert_eq!(orders, [], "it changes nothing");
}

/// A function's date of change, and the clocks' difference, are of this run.
fn without_times(table: &str) -> String {
    table
        .lines()
        .map(|line| match line.split_once(" of 20") {
            Some((before, after)) => format!(
                "{before} of 20…{}",
                after.split_once(',').map_or("", |(_, rest)| rest)
            ),
            None if line.contains("s from AWS's") => "ok clock: right".to_owned(),
            None => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Faults that stand side by side, each with the rows that say it, and no other row.
const ROUNDS: [&[(&str, &[&str])]; 5] = [
    &[
        (
            "permission-missing",
            &["permissions-missing 123456789012 eu-west-3"],
        ),
        (
            "function-missing",
            &["function-missing nightcap-budget-guard"],
        ),
        ("ledger-ttl", &["ledger-ttl nightcap"]),
        ("ledger-backup", &["ledger-backup nightcap"]),
        (
            "queue-redrive",
            &[
                "queue-redrive nightcap-targets",
                "queue-visibility nightcap-targets",
            ],
        ),
        ("dead-letters", &["dead-letters nightcap-dead-letters"]),
        ("schedule-missing", &["schedule-missing nightcap"]),
        ("schedule-zone", &["schedule-zone nightcap-tick-e827a08eaa"]),
        ("schedule-extra", &["schedule-extra nightcap-noon"]),
        ("budget-limit", &["budget-limit greenleaf-monthly"]),
        (
            "topic-closed",
            &["topic-closed arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "readers-pending",
            &["readers-pending arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "filter-blocks",
            &["filter-blocks arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        ("backup-in-sleep", &["no-backups preprod-night"]),
        (
            "maintenance-in-sleep",
            &["maintenance-in-sleep preprod-sunday"],
        ),
        (
            "replica",
            &["cannot-stop preprod-replica", "cannot-stop preprod-db"],
        ),
        ("suspended", &["conflict preprod-app"]),
        ("all-spot", &["all-spot preprod-spot"]),
        ("key-dead", &["volume-key-dead dev-vault"]),
        ("environment-unknown", &["unknown-environment lost"]),
        (
            "looks-like-production",
            &["looks-like-production live-shop"],
        ),
    ],
    &[
        ("function-config", &["function-config nightcap-scheduler"]),
        (
            "function-reserved",
            &["function-reserved nightcap-scheduler"],
        ),
        ("mapping-off", &["mapping-off nightcap-scheduler"]),
        (
            "ledger-keys",
            &[
                "ledger-keys nightcap",
                "ledger-ttl nightcap",
                "ledger-backup nightcap",
            ],
        ),
        ("queue-missing", &["queue-missing nightcap-targets"]),
        (
            "schedule-cron",
            &[
                "schedule-missing nightcap",
                "schedule-extra nightcap-tick-8b0051c517",
            ],
        ),
        ("schedule-off", &["schedule-off nightcap-tick-e827a08eaa"]),
        ("reconcile-missing", &["reconcile-missing nightcap"]),
        ("rule-off", &["rule-off nightcap-databases"]),
        ("budget-currency", &["budget-currency greenleaf-monthly"]),
        (
            "topic-key",
            &["topic-key arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "guard-deaf",
            &["guard-deaf arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        ("scheduled-action", &["conflict preprod-app"]),
        ("key-closed", &["volume-key-closed dev-vault"]),
        ("tag-case", &["tag-case 123456789012 eu-west-3"]),
    ],
    &[
        ("ledger-missing", &["ledger-missing nightcap"]),
        ("schedules-missing", &["schedules-missing nightcap"]),
        ("warm-pool", &["conflict preprod-app"]),
        ("budget-period", &["budget-period greenleaf-monthly"]),
        (
            "function-variable",
            &[
                "function-variable nightcap-scheduler",
                "topic-unnamed topic",
            ],
        ),
    ],
    &[
        ("budget-missing", &["budget-missing greenleaf-monthly"]),
        (
            "cost-tag-inactive",
            &["cost-tag-inactive nightcap:environment"],
        ),
        ("function-unfit", &["function-unfit nightcap-scheduler"]),
        ("start-failed", &["start-failed dev-poor"]),
        (
            "readers-none",
            &["readers-none arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "kind-unlisted",
            &["kind-unlisted arn:aws:ecs:eu-west-3:123456789012:service/web/stray"],
        ),
        (
            "kind-of-nowhere",
            &["environment-unknown arn:aws:ecs:eu-west-3:123456789012:service/web/lost"],
        ),
    ],
    &[(
        "topic-missing",
        &["topic-missing arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
    )],
];

#[test]
fn every_fault_has_its_row_and_no_other() {
    let aws = EmbeddedAws::start(NOW);
    for round in ROUNDS {
        let faults: Vec<&str> = round.iter().map(|(fault, _)| *fault).collect();
        account(&aws, &faults.join(","));
        let output = doctor(&aws, &["--json"]);
        let expected: BTreeSet<String> = round
            .iter()
            .flat_map(|(_, rows)| rows.iter().map(|row| (*row).to_owned()))
            .collect();
        let is = found(&answer(&output));
        let missing: Vec<_> = expected.difference(&is).collect();
        let false_ones: Vec<_> = is.difference(&expected).collect();
        assert!(
            missing.is_empty() && false_ones.is_empty(),
            "missing {missing:#?}, false {false_ones:#?}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn what_only_an_answer_shows_has_its_row() {
    let aws = EmbeddedAws::start(NOW);
    account(&aws, "");
    for (fault, row) in [
        (
            json!({ "service": "ce", "action": "GetCostAndUsage", "error": "AccessDeniedException", "message": "User not enabled for cost explorer access" }),
            "cost-explorer-off Cost Explorer",
        ),
        (
            json!({ "service": "ce", "action": "GetCostAndUsage", "error": "AccessDeniedException", "message": "Linked account access is not enabled" }),
            "cost-explorer-member Cost Explorer",
        ),
        (
            json!({ "service": "lambda", "action": "GET /2015-03-31/functions/nightcap-scheduler/configuration", "error": "AccessDeniedException", "message": "no" }),
            "unread nightcap-scheduler",
        ),
        (
            json!({ "service": "kms", "action": "*", "error": "AccessDeniedException", "message": "no" }),
            "",
        ),
        (
            json!({ "service": "sts", "action": "GetCallerIdentity", "error": "InvalidClientTokenId", "message": "no" }),
            "not-signed-in eu-west-3",
        ),
    ] {
        aws.heal();
        aws.fail(&fault);
        let is = found(&answer(&doctor(&aws, &["--json"])));
        if row.is_empty() {
            assert_eq!(is, BTreeSet::new(), "{fault}: nothing of it is asked");
        } else {
            assert!(is.contains(row), "{fault}: {is:#?}");
        }
    }
    aws.heal();
    aws.force(&json!({ "db_instance": "preprod-search-1", "status": "starting" }));
    let is = found(&answer(&doctor(&aws, &["--json"])));
    assert!(is.contains("members-not-up preprod-search"), "{is:#?}");
}

#[test]
fn the_cost_tag_is_the_files_own() {
    let aws = EmbeddedAws::start(NOW);
    account(&aws, "");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nightcap.yaml");
    let config = CONFIG.replace("alerts:", "cost_tag: CostCenter, alerts:");
    fs::write(&file, config).unwrap();
    let output = doctor(&aws, &["--json", "--config", file.to_str().unwrap()]);
    let is = found(&answer(&output));
    assert!(is.contains("cost-tag-inactive CostCenter"), "{is:#?}");
}

#[test]
fn without_the_simulator_a_write_that_nothing_tells_is_unknown_and_never_ok() {
    let aws = EmbeddedAws::start(NOW);
    account(&aws, "");
    aws.fail(&json!({ "service": "iam", "action": "SimulatePrincipalPolicy", "error": "AccessDenied", "message": "no" }));
    let output = doctor(&aws, &["--json"]);
    let answer = answer(&output);
    let rows = answer["rows"].as_array().unwrap();
    let permissions: Vec<&Value> = rows
        .iter()
        .filter(|row| row["check"] == "permissions")
        .collect();
    assert!(!permissions.is_empty());
    for row in permissions {
        assert_eq!(row["verdict"], "unknown", "{row}");
    }
    assert_eq!(
        output.status.code(),
        Some(0),
        "what is unknown is no problem"
    );
}

#[test]
fn a_recording_replays_to_the_same_findings_without_a_name_in_it() {
    let aws = EmbeddedAws::start(NOW);
    let faults = "permission-missing,backup-in-sleep,schedule-zone,filter-blocks,dead-letters,suspended,key-dead,looks-like-production,replica";
    account(&aws, faults);
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("answers");
    let named = recording.to_str().unwrap().to_owned();
    let original = answer(&doctor(&aws, &["--json", "--record", &named]));

    assert_private(&recording);
    for file in fs::read_dir(&recording).unwrap() {
        let path = file.unwrap().path();
        let written = fs::read_to_string(&path).unwrap();
        for secret in [
            "123456789012",
            "greenleaf",
            "example.com",
            "preprod-search",
            "dev-box",
            "127.0.0.1",
            "not-a-secret",
            "embedded",
        ] {
            assert!(
                !written.contains(secret),
                "{secret} in {}: {written}",
                path.display()
            );
        }
    }

    let replay = Replay::of(&recording);
    let config = recording.join("nightcap.yaml");
    let arguments = [
        "doctor",
        "--at",
        NOW,
        "--json",
        "--config",
        config.to_str().unwrap(),
    ];
    let output = nightcap(replay.environment(), &arguments);
    let replayed = answer(&output);
    let codes = |answer: &Value| -> Vec<String> {
        let rows = answer["rows"].as_array().unwrap().iter();
        rows.map(|row| format!("{} {} {}", row["check"], row["code"], row["verdict"]))
            .collect()
    };
    assert_eq!(
        codes(&replayed),
        codes(&original),
        "unanswered: {:#?}",
        replay.unanswered()
    );
    let plan = nightcap(
        replay.environment(),
        &[
            "plan",
            "--at",
            NOW,
            "--json",
            "--config",
            config.to_str().unwrap(),
        ],
    );
    assert_eq!(answer(&plan)["command"], "plan");

    let again = doctor(&aws, &["--record", &named]);
    assert_eq!(
        again.status.code(),
        Some(2),
        "a folder that is not empty is refused"
    );
}

fn assert_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(folder).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            file.path().display()
        );
    }
}
