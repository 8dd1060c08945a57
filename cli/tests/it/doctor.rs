//! `nightcap doctor` against the embedded AWS: an account in order, and faults that it finds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use nightcap_tests::{EmbeddedAws, Replay, deploy, environment, root};
use serde_json::{Value, json};

const CONFIG: &str = "
timezone: Europe/Paris
schedules: { office-hours: { windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  dev: { schedule: office-hours, kinds: [ec2-instance] }
  preprod: { schedule: office-hours }
  staging: { schedule: office-hours, kinds: [rds-instance, ecs-service, eks-node-group], snapshot_on_stop: true }
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
            let about = row["about"].as_str().unwrap();
            // The end of a green database's name is chance's.
            let about = about
                .split_once("-green-")
                .map_or(about.to_owned(), |(name, _)| format!("{name}-green"));
            format!("{} {about}", row["code"].as_str().unwrap())
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
const ROUNDS: [&[(&str, &[&str])]; 9] = [
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
            "kind-of-another",
            &["kind-unlisted arn:aws:rds:eu-west-3:123456789012:db:dev-database"],
        ),
        // A tick reads services, because staging lists them, and reports this one.
        ("kind-of-nowhere", &["unknown-environment web/lost"]),
    ],
    &[(
        "topic-missing",
        &["topic-missing arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
    )],
    &[
        (
            "launch-failed",
            &[
                "launch-failed preprod-poor",
                "launch-hook-waits preprod-hooked",
            ],
        ),
        ("predictive", &["predictive preprod-app"]),
        ("tasks-fail", &["tasks-fail web/api"]),
        ("nodes-fail", &["nodes-fail batch/workers"]),
        ("spot-forgotten", &["cannot-stop dev-spot"]),
        ("deleted-cluster", &[]),
        ("parameters-pending", &["parameters-pending preprod-db"]),
        ("ledger-unusable", &["ledger-unusable nightcap"]),
        ("clock-wrong", &["clock-wrong this machine"]),
        ("costs-stale", &["costs-stale Cost Explorer"]),
        ("cost-tag-unused", &["cost-tag-unused nightcap:environment"]),
        ("budget-silent", &["budget-silent greenleaf-monthly"]),
        (
            "permissions-denied",
            &["permissions-missing 123456789012 eu-west-3"],
        ),
        (
            "function-config-missing",
            &[
                "function-config-missing nightcap-scheduler",
                "permissions-missing 123456789012 role/nightcap-scheduler",
                "permissions-missing 123456789012 role/nightcap-budget-guard",
            ],
        ),
        (
            "topic-denied",
            &["topic-denied arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "topic-key-off",
            &["key-unusable arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "filter-body",
            &["filter-blocks arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "guard-not-invokable",
            &["guard-not-invokable arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "guard-schedule-missing",
            &["guard-schedule-missing nightcap"],
        ),
        (
            "schedule-ended",
            &["schedule-ended nightcap-tick-e827a08eaa"],
        ),
        (
            "rule-without-target",
            &["rule-reaches-nothing nightcap-databases"],
        ),
        ("queue-denied", &["queue-denied nightcap-targets"]),
    ],
    &[
        // Both members bear the tag, and AWS stops neither.
        (
            "blue-green",
            &["blue-green preprod-db", "blue-green preprod-db-green"],
        ),
        ("rollout-failed", &["tasks-fail web/front"]),
        ("costs-none", &["costs-none Cost Explorer"]),
        (
            "budget-not-to-topic",
            &["budget-not-to-topic greenleaf-monthly"],
        ),
        (
            "reads-by-tag",
            &["permissions-missing 123456789012 eu-west-3"],
        ),
        (
            "topic-deny-conditional",
            &["topic-deny-conditional arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "topic-key-of-others",
            &[
                "topic-key arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts",
                "key-not-allowed arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts",
            ],
        ),
        (
            "guard-schedule-zone",
            &["schedule-zone nightcap-budget-guard"],
        ),
        (
            "rule-not-let-in",
            &["rule-reaches-nothing nightcap-databases"],
        ),
        ("queue-key", &["key-not-allowed nightcap-targets"]),
    ],
    &[
        (
            "cost-tag-active-unused",
            &["cost-tag-unused nightcap:environment"],
        ),
        ("budget-type", &["budget-type greenleaf-monthly"]),
        ("boundary", &["permissions-missing 123456789012 eu-west-3"]),
        (
            "topic-key-of-nobody",
            &["key-not-allowed arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
        (
            "guard-schedule-off",
            &["schedule-off nightcap-budget-guard"],
        ),
        (
            "topic-default-policy",
            &["topic-closed arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"],
        ),
    ],
    &[(
        "topic-fifo",
        &[
            "topic-fifo arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts.fifo",
            "topic-closed arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts.fifo",
            "readers-none arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts.fifo",
            "guard-deaf arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts.fifo",
            "budget-not-to-topic greenleaf-monthly",
            "permissions-missing 123456789012 role/nightcap-scheduler",
            "permissions-missing 123456789012 role/nightcap-budget-guard",
        ],
    )],
];

#[test]
fn every_fault_has_its_row_and_no_other() {
    let aws = EmbeddedAws::start(NOW);
    let mut called: BTreeSet<String> = BTreeSet::new();
    for round in ROUNDS {
        let faults: Vec<&str> = round.iter().map(|(fault, _)| *fault).collect();
        account(&aws, &faults.join(","));
        aws.forget_calls();
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("answers");
        let named = recording.to_str().unwrap();
        let output = doctor(&aws, &["--json", "--record", named]);
        let recorded = without_a_name(&recording);
        for call in aws.calls() {
            let action = action(&call.service, &call.action);
            assert!(
                recorded.contains(&action) || NOT_RECORDED.contains(&action.as_str()),
                "{action} is not in the recording"
            );
            called.insert(action);
        }
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
    let printed = nightcap(vec![], &["doctor", "--policy", "--reads"]);
    let printed: BTreeSet<String> = answer(&printed)["Statement"][0]["Action"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    let unlisted: Vec<_> = called.difference(&printed).collect();
    assert!(
        unlisted.is_empty(),
        "called, and not printed: {unlisted:#?}"
    );
    // Where the configuration lies in S3, where targets have roles, what is behind balancers; and
    // what a tick asks only of services with bounds, machines of a Spot request and global clusters.
    let elsewhere = BTreeSet::from(
        [
            "application-autoscaling:DescribeScheduledActions",
            "ec2:DescribeSpotInstanceRequests",
            "elasticloadbalancing:DescribeTargetHealth",
            "rds:DescribeGlobalClusters",
            "s3:GetObject",
            "sts:AssumeRole",
        ]
        .map(str::to_owned),
    );
    let uncalled: BTreeSet<_> = printed.difference(&called).cloned().collect();
    assert_eq!(uncalled, elsewhere, "printed, and never called");
    let documents = ["docs/doctor.md", "docs/security.md"];
    for document in documents {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let untold: Vec<_> = printed
            .iter()
            .filter(|action| !text.contains(&format!("`{action}`")))
            .collect();
        assert!(untold.is_empty(), "{document} does not name {untold:#?}");
    }
}

/// Operations whose answers are credentials, or may be anything.
const NOT_RECORDED: [&str; 2] = ["sts:AssumeRole", "s3:GetObject"];

/// A call as IAM names it.
fn action(service: &str, operation: &str) -> String {
    let service = match service {
        "tagging" => "tag",
        other => other,
    };
    let path = operation.split_once(' ').map_or("", |(_, path)| path);
    let operation = match service {
        "budgets" => "ViewBudget",
        "lambda" if path.ends_with("/configuration") => "GetFunctionConfiguration",
        "lambda" if path.ends_with("/concurrency") => "GetFunctionConcurrency",
        "lambda" if path.ends_with("/policy") => "GetPolicy",
        "lambda" if path.contains("/event-source-mappings") => "ListEventSourceMappings",
        "scheduler" if path == "/schedules" => "ListSchedules",
        "scheduler" if path.starts_with("/schedules/") => "GetSchedule",
        "eks" if path.contains("/node-groups/") => "DescribeNodegroup",
        _ => operation,
    };
    format!("{service}:{operation}")
}

/// Reads every file of a recording, which must name nobody; gives the operations in it.
fn without_a_name(recording: &Path) -> BTreeSet<String> {
    assert_private(recording);
    let mut operations = BTreeSet::new();
    for file in fs::read_dir(recording).unwrap() {
        let path = file.unwrap().path();
        let written = fs::read_to_string(&path).unwrap();
        for secret in SECRETS {
            assert!(
                !written.to_lowercase().contains(secret),
                "{secret} in {}: {written}",
                path.display()
            );
        }
        // An identifier of AWS's own making, such as that of a key or an instance.
        let identifier = written
            .split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
            .find(|word| {
                word.len() >= 17
                    && word.bytes().any(|byte| byte.is_ascii_digit())
                    && word.bytes().any(|byte| byte.is_ascii_lowercase())
            });
        assert_eq!(identifier, None, "{}: {written}", path.display());
        let exchange: Value = serde_json::from_str(&written).unwrap_or_default();
        if let (Some(service), Some(operation)) =
            (exchange["service"].as_str(), exchange["operation"].as_str())
        {
            operations.insert(action(service, operation));
        }
    }
    operations
}

/// What the account of these tests could be known by.
const SECRETS: [&str; 25] = [
    "123456789012",
    "greenleaf",
    "example.com",
    "finance@",
    "preprod-search",
    "preprod-poor",
    "preprod-hooked",
    "dev-box",
    "dev-vault",
    "dev-database",
    "dev-spot",
    "live-shop",
    "warehouse",
    "workers",
    "o-greenleaf",
    "upgrade",
    "stray",
    "127.0.0.1",
    "localhost",
    "amazonaws.com/",
    "not-a-secret",
    "embedded",
    "secretaccesskey",
    "sessiontoken",
    "t3.small capacity",
];

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
            "unread arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts",
        ),
        (
            json!({ "service": "sts", "action": "GetCallerIdentity", "error": "InvalidClientTokenId", "message": "no" }),
            "not-signed-in eu-west-3",
        ),
    ] {
        aws.heal();
        aws.fail(&fault);
        let is = found(&answer(&doctor(&aws, &["--json"])));
        assert!(is.contains(row), "{fault}: {is:#?}");
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
fn what_no_tick_looks_for_is_found_by_its_tag() {
    let aws = EmbeddedAws::start(NOW);
    account(&aws, "kind-unlisted,kind-of-nowhere,deleted-cluster");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nightcap.yaml");
    fs::write(&file, CONFIG.replace("ecs-service, ", "")).unwrap();
    let output = doctor(&aws, &["--json", "--config", file.to_str().unwrap()]);
    let is = found(&answer(&output));
    let services: Vec<&String> = is.iter().filter(|row| row.contains(":ecs:")).collect();
    assert_eq!(
        services,
        [
            "environment-unknown arn:aws:ecs:eu-west-3:123456789012:service/web/lost",
            "kind-unlisted arn:aws:ecs:eu-west-3:123456789012:service/web/stray",
        ],
        "{is:#?}"
    );
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

    without_a_name(&recording);

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
