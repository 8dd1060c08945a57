//! `docs/cost-report.md` is what `nightcap simulate` says, and this keeps it so.
//!
//! `UPDATE_DOCS=1 cargo test -p nightcap --test it cost_report` writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const INTRODUCTION: &str = "\
# Cost report

Everything below is the output of `nightcap simulate` with the embedded price book and inventory, and the
documents' schedule ([cost-report.yaml](cost-report.yaml)). Do not edit it: a test fails where it differs, and

```
UPDATE_DOCS=1 cargo test -p nightcap --test it cost_report
```

writes it anew. How the figures are made, and how far to trust them, is in the [cost model](cost-model.md).
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn simulate(arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_nightcap"))
        .args([
            "simulate",
            "--inventory",
            "greenleaf",
            "--config",
            "docs/cost-report.yaml",
        ])
        .args(arguments.split_whitespace())
        .current_dir(root())
        .env_remove("NIGHTCAP_CONFIG")
        .env_remove("NIGHTCAP_PRICES")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &str) -> Value {
    serde_json::from_str(&simulate(&format!("{arguments} --json"))).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

/// What an environment costs in November 2026 under some choices.
fn month_of(environment: &str, choices: &str) -> f64 {
    let all = json(&format!("--month 2026-11 {choices}"));
    number(&all["proposed"]["by_environment"][environment])
}

/// What a line of prod costs in November 2026 under some choices.
fn line_of(name: &str, choices: &str) -> f64 {
    let all = json(&format!("--month 2026-11 {choices}"));
    let lines = all["proposed"]["plan"]["lines"].as_array().unwrap();
    let is = |line: &&Value| line["environment"] == "prod" && line["name"] == name;
    number(&lines.iter().find(is).unwrap()["amount"])
}

/// How far a figure lies outside of what the documents say.
fn distance(ours: f64, (low, high): (f64, f64)) -> String {
    let end = if ours < low { low } else { high };
    if (low..=high).contains(&ours) {
        return "within".to_owned();
    }
    format!("{:+.0} %", (ours / end - 1.0) * 100.0)
}

fn documents_against_ours() -> String {
    let awake = number(&json("--month 2026-11")["baseline"]["by_environment"]["preprod"]);
    let year = json("--year-from 2027-01");
    let compute = number(&year["compute_by_environment"]["preprod"]["percent"]);
    let rows = [
        (
            "dev on Spot, all hours",
            "15",
            (15.0, 15.0),
            month_of("dev", ""),
        ),
        (
            "dev on demand, all hours",
            "15",
            (15.0, 15.0),
            month_of("dev", "--set dev=on-demand"),
        ),
        (
            "preprod slim, scheduled",
            "90",
            (90.0, 90.0),
            month_of("preprod", ""),
        ),
        (
            "preprod iso, scheduled",
            "90",
            (90.0, 90.0),
            month_of("preprod", "--set preprod=iso"),
        ),
        ("preprod slim, all hours", "90", (90.0, 90.0), awake),
        (
            "prod with NAT instances",
            "280 to 300",
            (280.0, 300.0),
            month_of("prod", ""),
        ),
        (
            "prod with NAT gateways",
            "280 to 300",
            (280.0, 300.0),
            month_of("prod", "--set nat=gateway"),
        ),
        (
            "two NAT instances",
            "8",
            (8.0, 8.0),
            line_of("NAT instances", ""),
        ),
        (
            "two NAT gateways",
            "66",
            (66.0, 66.0),
            line_of("NAT gateways", "--set nat=gateway"),
        ),
    ];
    let mut text =
        "| November 2026, USD | documents | ours | difference |\n|---|---|---|---|\n".to_owned();
    for (what, said, range, ours) in rows {
        writeln!(
            text,
            "| {what} | {said} | {ours:.2} | {} |",
            distance(ours, range)
        )
        .unwrap();
    }
    let far = distance(compute, (69.0, 71.0));
    writeln!(
        text,
        "| preprod's compute saved, 2027, per cent | about 70 | {compute:.1} | {far} |"
    )
    .unwrap();
    text
}

/// A title, what is compared, and the command that compares.
const COMPARISONS: [(&str, &str, &str); 6] = [
    (
        "Always on against the schedule",
        "A year of preprod, slim: the first column runs at all hours.",
        "--year-from 2027-01",
    ),
    (
        "Always on against the schedule, iso",
        "The same with a Multi-AZ database and two instances.",
        "--year-from 2027-01 --set preprod=iso",
    ),
    (
        "NAT gateways against NAT instances",
        "The first column has two gateways for each of preprod and prod. Compute hours are the same: NAT is never\nscheduled.",
        "--year-from 2027-01 --against docs/cost-report.yaml --against-set nat=gateway",
    ),
    (
        "Iso against slim",
        "Both on the schedule; the first column is iso.",
        "--year-from 2027-01 --against docs/cost-report.yaml --against-set preprod=iso",
    ),
    (
        "Everything dear against everything cheap",
        "From iso, gateways, dev on demand and all hours to slim, NAT instances, Spot and the schedule.",
        "--year-from 2027-01 --against-set preprod=iso --against-set nat=gateway --against-set dev=on-demand",
    ),
    (
        "One month, line by line",
        "November 2026 (720 hours).",
        "--month 2026-11 --lines",
    ),
];

fn document() -> String {
    let mut text = format!(
        "{INTRODUCTION}\n## The documents' figures and ours\n\n{}",
        documents_against_ours()
    );
    for (title, what, arguments) in COMPARISONS {
        let command = format!(
            "nightcap simulate --inventory greenleaf --config docs/cost-report.yaml {arguments}"
        );
        let output = simulate(arguments);
        write!(
            text,
            "\n## {title}\n\n{what}\n\n```\n$ {command}\n{output}```\n"
        )
        .unwrap();
    }
    text
}

#[test]
fn the_cost_report_is_what_simulate_says() {
    let path = root().join("docs/cost-report.md");
    let generated = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let hint = "run UPDATE_DOCS=1 cargo test -p nightcap --test it cost_report";
    assert!(
        kept == generated,
        "docs/cost-report.md is not what simulate says: {hint}"
    );
}
