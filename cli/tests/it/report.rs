//! `nightcap report`, from files and from the embedded AWS.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{Datelike, NaiveDate, Weekday};
use nightcap_tests::{EmbeddedAws, environment};
use serde_json::{Value, json};

const CONFIG: &str = "
timezone: Europe/Paris
language: LANGUAGE
schedules:
  office: { windows: [{ start: 0 9 * * MON-FRI, stop: 0 19 * * MON-FRI }] }
environments:
  dev: { schedule: office }
  preprod: { schedule: office }
  prod: { protected: true }
budget: { name: greenleaf-monthly, limit: 340 }
";

fn config(language: &str) -> String {
    CONFIG.replace("LANGUAGE", language)
}

/// Without any AWS: whoever asked one would fail.
fn offline(language: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(EmbeddedAws::elsewhere("http://127.0.0.1:9"))
        .env("NIGHTCAP_CONFIG", config(language))
        .env_remove("NIGHTCAP_TABLE")
        .env_remove("NIGHTCAP_PRICES")
        .arg("report")
        .args(arguments)
        .output()
        .unwrap()
}

/// Of GreenLeaf's plan and this file of costs, on 11 November.
fn of_file(language: &str, bill: &Path, more: &[&str]) -> Output {
    let line = [
        "--costs",
        bill.to_str().unwrap(),
        "--as-of",
        "2026-11-11",
        "--inventory",
        "greenleaf",
    ];
    offline(language, &[&line, more].concat())
}

/// Of GreenLeaf's plan and what this AWS says, which has a ledger.
fn live(aws: &EmbeddedAws, as_of: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(aws.environment())
        .env("NIGHTCAP_CONFIG", config("en"))
        .env("NIGHTCAP_TABLE", "ledger")
        .env_remove("NIGHTCAP_PRICES")
        .args(["report", "--as-of", as_of, "--inventory", "greenleaf"])
        .args(more)
        .output()
        .unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn days() -> impl Iterator<Item = NaiveDate> {
    let first: NaiveDate = "2026-09-01".parse().unwrap();
    first.iter_days().take(71)
}

/// What a day of the three environments costs.
fn amounts(day: NaiveDate) -> [(&'static str, &'static str); 3] {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let preprod = if weekend { "2.10" } else { "2.60" };
    [("prod", "8.10"), ("preprod", preprod), ("dev", "0.41")]
}

/// Ten weeks, with tax on the first and a credit in the month.
fn bill(name: &str, more: &str) -> PathBuf {
    let mut text = "date,usd,environment\n".to_owned();
    for day in days() {
        for (environment, usd) in amounts(day) {
            text += &format!("{day},{usd},{environment}\n");
        }
        if day.day() == 1 {
            text += &format!("{day},3.20,tax\n");
        }
    }
    text += "2026-11-05,-4.50,prod\n";
    text += more;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_report_of_a_running_month_in_both_languages() {
    let bill = bill("report-bill.csv", "");
    for language in ["en", "fr"] {
        let output = of_file(language, &bill, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        insta::assert_snapshot!(format!("running-{language}"), out(&output));
    }
    let output = of_file("en", &bill, &["--json"]);
    insta::assert_snapshot!("running-json", out(&output));
}

#[test]
fn what_is_spent_adds_up_and_so_does_what_is_planned() {
    let bill = bill("report-sums.csv", "");
    let output = of_file("en", &bill, &["--json"]);
    let report: Value = serde_json::from_str(out(&output)).unwrap();
    let cents = |value: &Value| -> i64 {
        let text = value.as_str().unwrap();
        text.replace('.', "").parse().unwrap()
    };
    let sum = |list: &str, key: &str| -> i64 {
        let lines = report[list].as_array().unwrap().iter();
        lines.map(|line| cents(&line[key])).sum()
    };
    assert_eq!(
        sum("environments", "spent"),
        cents(&report["budget"]["spent"])
    );
    for key in ["planned_so_far", "planned"] {
        let (environments, classes) = (sum("environments", key), sum("classes", key));
        assert!((environments - classes).abs() <= 4, "{key}: rounding alone");
    }
    assert_eq!(report["forecast"]["actual"], report["budget"]["spent"]);
    assert_eq!(
        (&report["alerts"], &report["holds"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn a_month_that_is_over_has_no_forecast() {
    let bill = bill("report-over.csv", "");
    let bill = bill.to_str().unwrap();
    for line in [
        vec!["--as-of", "2026-11-11", "--month", "2026-10"],
        // On the first, the month before is what there is to report.
        vec!["--as-of", "2026-11-01"],
    ] {
        let output = offline("en", &[&["--costs", bill, "--json"], &line[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let report: Value = serde_json::from_str(out(&output)).unwrap();
        assert_eq!(
            (&report["month"], &report["forecast"]),
            (&json!("2026-10"), &Value::Null)
        );
        assert_eq!(report["budget"]["days"], 31);
        assert_eq!(report["data_date"], "2026-10-31");
    }
}

#[test]
fn data_that_looks_wrong_is_a_problem_in_the_language_of_its_readers() {
    let bill = bill("report-wrong.csv", "2026-11-09,4000000000000,prod\n");
    for (language, said) in [("en", "DOUBTFUL: "), ("fr", "DOUTEUX : Le ")] {
        let line = ["--costs", bill.to_str().unwrap(), "--as-of", "2026-11-11"];
        let output = offline(language, &line);
        assert_eq!(output.status.code(), Some(1));
        assert!(out(&output).contains(said), "{}", out(&output));
    }
}

#[test]
fn a_missing_price_is_a_problem_and_no_zero() {
    let bill = bill("report-gap.csv", "");
    let output = of_file("en", &bill, &["--region", "eu-west-1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).contains("no price for alb:lcu in eu-west-1"),
        "{}",
        out(&output)
    );
}

#[test]
fn wrong_use_is_2_and_an_unreachable_aws_is_1() {
    let bill = bill("report-use.csv", "");
    let bill = bill.to_str().unwrap();
    for line in [
        vec![
            "--costs",
            bill,
            "--as-of",
            "2026-11-11",
            "--month",
            "2026-12",
        ],
        vec!["--costs", bill, "--as-of", "soon"],
        vec!["--costs", bill, "--set", "preprod=iso"],
        vec![
            "--costs",
            bill,
            "--inventory",
            "greenleaf",
            "--set",
            "preprod=huge",
        ],
        vec!["--as-of", "2199-01-01"],
    ] {
        let output = offline("en", &line);
        assert_eq!(output.status.code(), Some(2), "{line:?}: {}", err(&output));
    }
    let output = offline("en", &["--as-of", "2026-11-11"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("or give --costs"), "{}", err(&output));
    let output = offline("en", &["--costs", "no/such.csv"]);
    assert_eq!(output.status.code(), Some(1));
}

/// What the guard keeps of a day: Cost Explorer's answer, which was paid for.
fn paid() -> String {
    let mut charges = serde_json::Map::new();
    let mut by_environment = json!({ "prod": {}, "preprod": {}, "dev": {} });
    for day in days() {
        charges.insert(day.to_string(), json!("11.11"));
        for (environment, usd) in amounts(day) {
            by_environment[environment][day.to_string()] = json!(usd);
        }
    }
    json!({
        "spent": { "charges": charges, "credits": {}, "by_environment": by_environment },
        "rest_of_month": null
    })
    .to_string()
}

#[test]
fn from_aws_it_shows_what_the_guard_paid_for_what_was_told_and_what_is_held() {
    let aws = EmbeddedAws::start("2026-11-10T23:00:00Z");
    aws.create_ledger("ledger");
    let put = |pk: &str, sk: &str, key: &str, value: &str, sent: Option<&str>| {
        let mut item = json!({ "pk": { "S": pk }, "sk": { "S": sk }, key: { "S": value } });
        if let Some(at) = sent {
            item["sent"] = json!({ "S": at });
        }
        aws.json(
            "dynamodb",
            "DynamoDB_20120810.PutItem",
            &json!({ "TableName": "ledger", "Item": item }),
        );
    };
    let guard = "guard#greenleaf-monthly";
    put(guard, "costs#2026-11-11", "costs", &paid(), None);
    let alert = |level: &str, notify: bool| {
        json!({ "what": "alert", "alert": {
            "key": { "budget": "greenleaf-monthly", "period": "2026-11", "rule": "forecast > 100%",
                "level": level, "direction": "up" },
            "episode": 0, "notify": notify, "measured": "111.3" } })
        .to_string()
    };
    let sent = Some("2026-11-08T06:00:05Z");
    let entry = |key: &str, value: &str, sent| {
        put(guard, &format!("entry#2026-11#{key}"), "entry", value, sent);
    };
    entry("alert#forecast > 100%#100#up#0", &alert("100", false), sent);
    entry("alert#forecast > 100%#110#up#0", &alert("110", true), sent);
    entry(
        "data#stale#2026-11-03",
        r#"{"what":"notice"}"#,
        Some("2026-11-07T06:00:03Z"),
    );
    entry("not-calibrated", r#"{"what":"notice"}"#, None);
    put(
        guard,
        "entry#2026-10#not-calibrated",
        "entry",
        r#"{"what":"notice"}"#,
        Some("2026-10-02T06:00:00Z"),
    );
    let hold = json!({
        "id": "preprod-1f0c9a2b", "scope": { "environment": "preprod" }, "state": "running",
        "from": "2026-11-10T18:00:00Z", "until": "2199-01-01T00:00:00Z", "author": "person",
        "by": "on-call", "reason": "release 4.2", "made_at": "2026-11-10T17:00:00Z"
    });
    let item = json!({ "TableName": "ledger", "Item": {
        "pk": { "S": "held" }, "sk": { "S": "hold#preprod-1f0c9a2b" }, "hold": { "S": hold.to_string() } } });
    aws.json("dynamodb", "DynamoDB_20120810.PutItem", &item);

    let run = |arguments: &[&str]| live(&aws, "2026-11-11", arguments);
    aws.forget_calls();
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    insta::assert_snapshot!("from-aws", out(&output));
    let calls = aws.calls();
    assert!(
        calls.iter().all(|call| call.service == "dynamodb"),
        "nothing was paid for twice"
    );
    assert!(aws.orders().is_empty(), "a report changes nothing");

    let report: Value = serde_json::from_str(out(&run(&["--json"]))).unwrap();
    assert_eq!(
        report["alerts"].as_array().unwrap().len(),
        3,
        "what is only claimed was not told"
    );
    let held = &report["holds"][0];
    // From Tuesday 19:00 in Paris to the end of the month: 486 hours, 140 of them scheduled, of an
    // instance and a database.
    assert_eq!(
        (&held["by"], &held["hours"]),
        (&json!("on-call"), &json!("692"))
    );
}

/// Ten days of November with a tax, a credit and a refund, after five months; a hold of the month
/// and one of the month before.
fn seed_live(aws: &EmbeddedAws) {
    let span = |environment: &str, usd: &str| json!({ "from": "2025-06-01", "to": "2025-11-11", "environment": environment, "usd": usd });
    let one = |day: &str, after: &str, record: &str, usd: &str| json!({ "from": day, "to": after, "record": record, "usd": usd });
    aws.money(&json!({ "charges": [
        span("prod", "8.10"), span("preprod", "2.60"), span("dev", "0.41"),
        { "from": "2025-11-01", "to": "2025-11-11", "usd": "0.25" },
        one("2025-11-01", "2025-11-02", "Tax", "3.20"),
        one("2025-11-05", "2025-11-06", "Credit", "-4.50"),
        one("2025-11-06", "2025-11-07", "Refund", "-0.50"),
    ] }));
    aws.limit_pages(200);
    let hold = json!({
        "id": "preprod-over", "scope": { "environment": "preprod" }, "state": "running",
        "from": "2025-11-03T18:00:00Z", "until": "2025-11-03T22:00:00Z", "author": "person",
        "by": "on-call", "reason": "release 4.2", "made_at": "2025-11-03T17:00:00Z"
    });
    for (id, until) in [
        ("preprod-over", "2025-11-03T22:00:00Z"),
        ("last-month", "2025-10-03T22:00:00Z"),
    ] {
        let mut hold = hold.clone();
        hold["id"] = json!(id);
        hold["until"] = json!(until);
        if id == "last-month" {
            hold["from"] = json!("2025-10-03T18:00:00Z");
        }
        let item = json!({ "TableName": "ledger", "Item": {
            "pk": { "S": "held" }, "sk": { "S": format!("hold#{id}") }, "hold": { "S": hold.to_string() } } });
        aws.json("dynamodb", "DynamoDB_20120810.PutItem", &item);
    }
}

/// Nothing was kept of the day: Cost Explorer is asked, paid and counted.
#[test]
fn live_from_cost_explorer_it_adds_up_and_says_what_it_cost() {
    let aws = EmbeddedAws::start("2025-11-11T06:00:00Z");
    aws.create_ledger("ledger");
    seed_live(&aws);
    let run = |arguments: &[&str]| live(&aws, "2025-11-11", arguments);
    aws.forget_calls();
    let output = run(&["--json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        out(&output),
        err(&output)
    );
    let report: Value = serde_json::from_str(out(&output)).unwrap();
    let asked = aws.calls();
    let pages = asked
        .iter()
        .filter(|call| call.action == "GetCostAndUsage")
        .count();
    assert!(pages > 1, "a year on several pages");
    assert_eq!(
        report["cost"],
        json!({ "pages": pages, "usd": format!("0.{pages:02}") })
    );
    assert!(aws.orders().is_empty(), "a report changes nothing");
    assert_eq!(report["source"], "cost-explorer");
    assert_eq!(report["data_date"], "2025-11-10");
    // Ten days of 8.10 + 2.60 + 0.41 + 0.25, and the tax; credits apart.
    assert_eq!(report["budget"]["spent"], "116.80");
    assert_eq!(report["budget"]["days"], 10);
    assert_eq!(report["budget"]["credits"], "-5.00");
    let spent = |name: &str| {
        let lines = report["environments"].as_array().unwrap().iter();
        let mut of = lines.filter(|line| line["name"] == name);
        of.next()
            .map(|line| line["spent"].as_str().unwrap().to_owned())
    };
    for (name, usd) in [
        ("prod", "81.00"),
        ("preprod", "26.00"),
        ("dev", "4.10"),
        ("untagged", "2.50"),
        ("tax", "3.20"),
    ] {
        assert_eq!(spent(name).as_deref(), Some(usd), "{name}: {report:#}");
    }
    // A hold that is over since a week is told with what it cost; the one of October is not.
    let holds = report["holds"].as_array().unwrap();
    assert_eq!(holds.len(), 1, "{holds:#?}");
    assert_eq!(holds[0]["id"], "preprod-over");
    // From 19:00 to 23:00 on a Monday in Paris: four hours of an instance and a database.
    assert_eq!(holds[0]["hours"], "8");
    let output = run(&[]);
    let text = out(&output);
    assert!(
        text.contains(&format!(
            "asked Cost Explorer for {pages} pages: 0.{pages:02} USD"
        )),
        "{text}"
    );
    assert!(
        text.contains("preprod up 2025-11-03 18:00Z - 2025-11-03 22:00Z, on-call: release 4.2"),
        "{text}"
    );

    aws.fail(&json!({ "service": "ce", "error": "AccessDeniedException" }));
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("ce:GetCostAndUsage"),
        "{}",
        err(&output)
    );
}
