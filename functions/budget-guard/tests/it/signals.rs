//! What the guard tells those who do not read its answers: the real binary, its log.

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

/// Seeded costs, whose figures are counted here by hand and not by the answer.
#[test]
fn the_figures_of_a_look_are_those_of_the_bill() {
    let aws = EmbeddedAws::start("2026-11-16T10:00:00Z");
    aws.create_ledger("nightcap");
    let greenleaf = aws.seed();
    let topic = greenleaf.topic_arn.as_str();
    let address = [
        ("TopicArn", topic),
        ("Protocol", "email"),
        ("Endpoint", "finance@example.com"),
    ];
    aws.query("sns", "Subscribe", &address);
    // 12 USD a day, and 21 from the first of November on; of the 14th and 15th nothing is known.
    aws.money(&json!({ "charges": [
        { "from": "2026-06-01", "to": "2026-11-01", "environment": "prod", "usd": "12", "wave_cents": 1 },
        { "from": "2026-11-01", "to": "2026-11-14", "environment": "prod", "usd": "21" },
    ] }));
    let drills = CONFIG.replace("\"limit\": 500", "\"limit\": 400");
    let drills = drills.replacen('{', "{\"drills\": true, ", 1);
    let mut guard = Function::at(env!("CARGO_BIN_EXE_budget-guard"))
        .using(&aws)
        .with("NIGHTCAP_CONFIG", &drills)
        .with("NIGHTCAP_TABLE", "nightcap")
        .with("NIGHTCAP_TOPIC_ARN", topic)
        .start();
    let report = |at: &str| json!({ "command": "report", "at": at });
    aws.forget_calls();
    let answer = guard.invoke(&report("2026-11-16T10:00:00Z")).unwrap();
    let line = &guard.figures()[0];
    let metrics = embedded_metrics(line).unwrap();
    let figure = |name: &str| metrics.get(name).copied();
    assert_eq!(figure("SpentUsd"), Some(13.0 * 21.0));
    assert_eq!(
        figure("DataAgeDays"),
        Some(3.0),
        "the 13th, looked at on the 16th"
    );
    assert_eq!(figure("SubscriptionsPending"), Some(1.0));
    let money = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let expected = figure("ForecastUsd").unwrap();
    assert!((500.0..660.0).contains(&expected), "{expected}");
    assert_eq!(Some(expected), Some(money(&answer["forecast"]["expected"])));
    let probability = figure("ProbabilityOver").unwrap();
    assert!(
        (80.0..=100.0).contains(&probability),
        "in per cent: {probability}"
    );
    assert_eq!(line["DoubtsAboutData"], 0, "{answer:#}");
    let calls = aws.calls();
    let paid = calls.iter().filter(|call| call.service == "ce").count();
    assert_eq!(line["PagesPaid"].as_u64(), u64::try_from(paid).ok());
    // The budget in AWS has another name, and an address was not confirmed.
    assert_eq!(figure("Problems"), Some(2.0), "{answer:#}");
    assert_eq!(
        figure("MailsSent"),
        Some(1.0),
        "about the budget that AWS does not have"
    );
    assert_eq!(line["MailsFailed"], 0);

    // Two days later still nothing newer: that is a doubt, and an older age.
    aws.move_to("2026-11-18T10:00:00Z");
    guard.invoke(&report("2026-11-18T10:00:00Z")).unwrap();
    let lines = guard.figures();
    let metrics = embedded_metrics(lines.last().unwrap()).unwrap();
    assert_eq!(metrics.get("DataAgeDays"), Some(&5.0));
    assert_eq!(metrics.get("DoubtsAboutData"), Some(&1.0));
}
