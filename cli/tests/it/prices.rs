//! `nightcap prices --refresh`, against the embedded AWS.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nightcap_tests::{EmbeddedAws, environment};
use serde_json::{Value, json};

fn nightcap(aws: &EmbeddedAws, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(aws.environment())
        .env_remove("NIGHTCAP_PRICES")
        .args(arguments)
        .output()
        .unwrap()
}

/// A place for a book that no other test writes to.
fn place(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    path
}

/// Reads the prices of a region into this book.
fn refresh(aws: &EmbeddedAws, file: &Path, region: &str, more: &[&str]) -> Output {
    let line = [
        "prices",
        "--refresh",
        file.to_str().unwrap(),
        "--region",
        region,
    ];
    nightcap(aws, &[&line, more].concat())
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn rows<'a>(answer: &'a Value, list: &str) -> Vec<&'a str> {
    let rows = answer[list].as_array().unwrap().iter();
    rows.map(|row| row["item"].as_str().unwrap()).collect()
}

#[test]
fn a_refreshed_book_is_written_and_read_again() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    aws.limit_pages(2);
    let file = place("refreshed.csv");
    let path = file.to_str().unwrap();
    let output = refresh(&aws, &file, "eu-west-3", &[]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "gaps are problems: {}",
        err(&output)
    );
    insta::assert_snapshot!("refresh", out(&output));
    let calls = aws.calls();
    assert!(
        calls
            .iter()
            .all(|call| call.service == "pricing" && call.region == "eu-central-1")
    );
    assert!(calls.len() > 31, "pages were followed: {}", calls.len());

    let shown = nightcap(
        &aws,
        &[
            "prices",
            "--prices",
            path,
            "--region",
            "eu-west-3",
            "--json",
            "--as-of",
            "2026-11-20",
        ],
    );
    let view: Value = serde_json::from_str(out(&shown)).unwrap();
    let price = |item: &str| {
        let rows = view["prices"].as_array().unwrap();
        rows.iter().find(|row| row["item"] == item).unwrap().clone()
    };
    let small = price("ec2:t3.small");
    assert_eq!(
        (
            &small["amount"],
            &small["as_of"],
            &small["age_days"],
            &small["status"]
        ),
        (
            &json!("0.024"),
            &json!("2026-11-12"),
            &json!(8),
            &json!("found")
        ),
        "neither the dedicated one nor that of another system"
    );
    let source = small["source"].as_str().unwrap();
    assert!(
        source.starts_with("AWS Price List API, AmazonEC2 SKU "),
        "{source}"
    );
    for (item, amount) in [
        ("rds-postgresql:db.t3.medium:single-az", "0.082"),
        ("rds-postgresql:db.t3.medium:multi-az", "0.164"),
        ("elasticache:cache.t3.micro", "0.019"),
        ("alb:hour", "0.02646"),
        ("alb:lcu", "0.0084"),
        ("s3:standard", "0.024"),
        ("transfer:internet-out", "0.09"),
        ("secrets-manager:secret", "0.40"),
    ] {
        let row = price(item);
        assert_eq!(
            (&row["amount"], &row["status"]),
            (&json!(amount), &json!("found")),
            "{item}"
        );
    }
    // What could not be had keeps its row, with its own date and source.
    for (item, as_of) in [("ipv4:in-use", "2026-10-09"), ("ec2-spot:t3.small", "2026")] {
        assert_eq!(price(item)["as_of"], as_of, "{item}");
    }
    let used = nightcap(
        &aws,
        &[
            "simulate",
            "--inventory",
            "greenleaf",
            "--prices",
            path,
            "--month",
            "2026-11",
            "--json",
            "--config",
            "timezone: UTC\nenvironments: { prod: { protected: true } }\n",
        ],
    );
    assert_eq!(used.status.code(), Some(0), "{}", err(&used));
}

#[test]
fn what_is_missing_is_a_gap_and_never_zero() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    let file = place("gaps.csv");
    // Nothing is sold in this region, of which the book knows nothing either.
    let output = refresh(&aws, &file, "eu-south-2", &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_str(out(&output)).unwrap();
    assert_eq!(
        (rows(&answer, "updated").len(), rows(&answer, "kept").len()),
        (0, 0)
    );
    assert!(rows(&answer, "gaps").contains(&"alb:hour"));
    let book = std::fs::read_to_string(&file).unwrap();
    assert!(!book.contains("eu-south-2"), "no row was made up");
}

#[test]
fn a_region_that_is_new_to_the_book_is_read() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    let file = place("ireland.csv");
    let output = refresh(&aws, &file, "eu-west-1", &["--json"]);
    let answer: Value = serde_json::from_str(out(&output)).unwrap();
    let medium = "rds-postgresql:db.t3.medium:multi-az";
    assert!(rows(&answer, "updated").contains(&medium), "{answer}");
    let before = answer["updated"].as_array().unwrap().iter();
    let row = before.clone().find(|row| row["item"] == medium).unwrap();
    assert_eq!(
        (&row["before"], &row["now"]),
        (&Value::Null, &json!("0.1558"))
    );
}

#[test]
fn throttling_is_waited_out_and_a_refusal_writes_nothing() {
    let aws = EmbeddedAws::start("2026-11-20T18:00:00Z");
    let file = place("throttled.csv");
    aws.fail(&json!({ "action": "GetProducts", "error": "ThrottlingException", "times": 2 }));
    let output = refresh(&aws, &file, "eu-west-3", &[]);
    assert!(out(&output).contains("prices read"), "{}", err(&output));
    assert!(file.exists());

    aws.heal();
    std::fs::write(&file, "the old book").unwrap();
    for (error, said) in [
        ("ThrottlingException", "try again in a minute"),
        ("AccessDeniedException", "allow pricing:GetProducts"),
    ] {
        aws.fail(&json!({ "action": "GetProducts", "error": error }));
        let output = refresh(&aws, &file, "eu-west-3", &[]);
        assert_eq!(
            (output.status.code(), out(&output)),
            (Some(1), ""),
            "{error}"
        );
        assert!(
            err(&output).contains("nothing was written"),
            "{}",
            err(&output)
        );
        assert!(err(&output).contains(said), "{}", err(&output));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "the old book");
        aws.heal();
    }
}
