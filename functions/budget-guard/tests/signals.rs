//! What the guard tells those who do not read its answers: the real binary, its log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use nightcap_tests::{EmbeddedAws, Function, embedded_metrics};
use serde_json::{Value, json};

const CONFIG: &str = "{\"timezone\": \"Europe/Paris\", \"environments\": {\"prod\": {\"protected\": true}}, \"budget\": {\"name\": \"greenleaf-monthly\", \"limit\": 500}}";

#[test]
fn a_look_in_earnest_prints_one_line_of_figures_and_a_dry_one_none() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger("nightcap");
    let greenleaf = aws.seed();
    let mut guard = Function::at(env!("CARGO_BIN_EXE_budget-guard"))
        .using(&aws)
        .with("NIGHTCAP_CONFIG", CONFIG)
        .with("NIGHTCAP_TABLE", "nightcap")
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .start();
    for look in [
        json!({ "command": "forecast" }),
        json!({ "command": "report", "dry_run": true }),
    ] {
        guard.invoke(&look).unwrap();
    }
    assert_eq!(guard.figures(), [] as [Value; 0]);

    aws.forget_calls();
    let answer = guard.invoke(&json!({ "command": "report" })).unwrap();
    let calls = u64::try_from(aws.calls().len()).unwrap();
    let figures = guard.figures();
    assert_eq!(figures.len(), 1, "{figures:#?}");
    let line = &figures[0];
    let metrics = embedded_metrics(line).unwrap();
    assert_eq!(metrics.get("Heartbeat"), Some(&1.0));
    assert_eq!(line["correlation_id"], answer["correlation_id"]);
    let money = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let spent = money(&answer["budget"]["actual"]);
    assert_eq!(metrics.get("SpentUsd"), Some(&spent));
    assert_eq!(line["limit_usd"], 500.0);
    assert_eq!(line["PagesPaid"], answer["cost"]["pages"]);
    assert_eq!(
        line["SubscriptionsPending"],
        answer["subscriptions"]["pending"]
    );
    let problems = answer["problems"].as_array().unwrap().len();
    assert_eq!(line["Problems"].as_u64(), u64::try_from(problems).ok());
    let sent = answer["news"].as_array().unwrap().iter();
    let sent = sent.filter(|news| news["result"] == "sent").count();
    assert_eq!(line["MailsSent"].as_u64(), u64::try_from(sent).ok());
    assert_eq!(greenleaf.mails(&aws).len(), sent);
    assert_eq!(line["AwsCalls"].as_u64(), Some(calls), "{:#?}", aws.calls());
    for line in guard.log_lines() {
        assert!(line["correlation_id"].is_string(), "{line}");
        assert!(
            line.get("_aws").is_some() || line["command"].is_string(),
            "{line}"
        );
    }
}

#[test]
fn a_look_that_fails_is_told_without_a_heartbeat() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    let mut guard = Function::at(env!("CARGO_BIN_EXE_budget-guard"))
        .using(&aws)
        .with("NIGHTCAP_CONFIG", CONFIG)
        .start();
    aws.fail(&json!({ "action": "GetCostAndUsage", "error": "AccessDeniedException" }));
    let error = guard.invoke(&json!({ "command": "report" })).unwrap_err();
    assert_eq!(error.kind, "Unread");
    let figures = guard.figures();
    assert_eq!(figures.len(), 1, "{figures:#?}");
    let metrics = embedded_metrics(&figures[0]).unwrap();
    assert_eq!(metrics.get("Heartbeat"), Some(&0.0));
    assert_eq!(figures[0]["error_type"], "Unread");
}
