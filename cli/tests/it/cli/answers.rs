//! The keys of every command's JSON stand in `docs/answers.md`, and no others:
//! `UPDATE_DOCS=1 cargo test -p nightcap --test it answers` writes the list anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use nightcap_tests::{EmbeddedAws, root};
use serde_json::{Value, json};

use crate::cli::nightcap::{command, finish};

const BEGIN: &str = "<!-- keys: begin -->";
const END: &str = "<!-- keys: end -->";
const NOW: &str = "2026-11-20T18:00:00Z";

/// Every path in a value: `resources[].arn`; `by_month.*` where the keys are names or numbers.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(keys) => {
            for (key, inner) in keys {
                let last = at.rsplit('.').next().unwrap_or_default();
                let names = last.starts_with("by_") && !last.ends_with("[]");
                let key = if names { "*" } else { key };
                let path = if at.is_empty() {
                    key.to_owned()
                } else {
                    format!("{at}.{key}")
                };
                found.insert(path.clone());
                paths(inner, &path, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                paths(item, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}

/// A fleet with a problem, a hold and a ledger, so that what appears only then is there.
fn aws() -> EmbeddedAws {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.seed();
    aws.create_ledger("nightcap");
    aws.query(
        "rds",
        "CreateDBInstance",
        &[
            ("DBInstanceIdentifier", "lost"),
            ("DBInstanceClass", "db.t3.micro"),
            ("Engine", "postgres"),
            ("AllocatedStorage", "20"),
            ("MasterUsername", "greenleaf"),
            ("MasterUserPassword", "not-a-secret-here"),
            ("Tags.Tag.1.Key", "nightcap:environment"),
            ("Tags.Tag.1.Value", "preprd"),
        ],
    );
    aws
}

const BILL: &str = "crates/cost/data/daily_cloud_cost_2018.csv";

/// The commands in the order of the list, each as it is called.
fn commands() -> Vec<(&'static str, Vec<&'static str>)> {
    let hold = [
        "hold",
        "preprod",
        "--running",
        "--for",
        "4h",
        "--reason",
        "release",
        "--by",
        "ada",
        "--json",
    ];
    vec![
        (
            "check",
            vec!["check", "cli/tests/data/doubtful.yaml", "--json"],
        ),
        (
            "check, not valid",
            vec!["check", "cli/tests/data/broken.yaml", "--json"],
        ),
        (
            "timeline",
            vec![
                "timeline",
                "preprod",
                "--from",
                "2026-11-20",
                "--to",
                "2026-11-24",
                "--json",
            ],
        ),
        ("plan", vec!["plan", "--at", NOW, "--days", "4", "--json"]),
        (
            "explain",
            vec!["explain", "greenleaf-preprod-app", "--at", NOW, "--json"],
        ),
        ("hold", hold.to_vec()),
        ("holds", vec!["holds", "--json"]),
        (
            "release",
            vec!["release", "preprod", "--by", "ada", "--json"],
        ),
        (
            "uninstall",
            vec!["uninstall", "--dry-run", "--by", "ada", "--json"],
        ),
        (
            "forecast",
            vec![
                "forecast",
                "--costs",
                BILL,
                "--as-of",
                "2018-11-11",
                "--budget",
                "5000",
                "--json",
            ],
        ),
        (
            "backtest",
            vec!["backtest", "--costs", BILL, "--from", "2018-10", "--json"],
        ),
        (
            "simulate",
            vec![
                "simulate",
                "--inventory",
                "greenleaf",
                "--month",
                "2026-11",
                "--json",
            ],
        ),
        (
            "report",
            vec![
                "report",
                "--costs",
                BILL,
                "--as-of",
                "2018-11-11",
                "--inventory",
                "greenleaf",
                "--json",
            ],
        ),
        ("prices", vec!["prices", "--region", "eu-west-3", "--json"]),
    ]
}

fn list() -> String {
    let aws = aws();
    let mut list = String::new();
    for (name, arguments) in commands() {
        let mut command = command(&arguments);
        command
            .envs(aws.environment())
            .env("NIGHTCAP_TABLE", "nightcap");
        let ran = finish(command, &arguments);
        let answer = ran.json();
        assert_ne!(answer, json!(null), "{}", ran.terminal());
        let mut found = BTreeSet::new();
        paths(&answer, "", &mut found);
        let found: Vec<String> = found.into_iter().map(|path| format!("`{path}`")).collect();
        let _ = writeln!(list, "| `{name}` | {} |", found.join(", "));
    }
    list
}

#[test]
fn the_documented_keys_are_those_of_every_commands_json() {
    let path = root().join("docs/answers.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect(BEGIN);
    let (written, after) = rest.split_once(END).expect(END);
    let heads = "\n\n| command | keys |\n|---|---|\n";
    let right = format!("{heads}{}\n", list());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{right}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        written, right,
        "UPDATE_DOCS=1 cargo test -p nightcap --test it answers"
    );
}
