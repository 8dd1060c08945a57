//! What the function tells those who do not read its answers: figures, log lines, mails.

use std::collections::BTreeMap;

use nightcap_tests::{EmbeddedAws, Running, embedded_metrics};
use serde_json::{Value, json};

use crate::e2e::world::{FRIDAY, MONDAY, demo_config, greenleaf, scheduler, settle, tick};

const TABLE: &str = "nightcap";

/// The metrics of the last line of figures, having checked that there are so many lines.
fn figures(function: &Running, lines: usize) -> (Value, BTreeMap<String, f64>) {
    let figures = function.figures();
    assert_eq!(figures.len(), lines, "{figures:#?}");
    let last = figures.last().unwrap().clone();
    let metrics = embedded_metrics(&last).unwrap();
    (last, metrics)
}

#[test]
fn a_tick_in_earnest_prints_one_line_of_figures_and_a_look_none() {
    let (aws, _, mut function) = greenleaf();
    aws.move_to(FRIDAY);
    for look in [
        json!({ "command": "plan", "at": FRIDAY }),
        json!({ "command": "explain", "resource": "greenleaf-preprod-db", "at": FRIDAY }),
        json!({ "command": "tick", "at": FRIDAY, "dry_run": true }),
    ] {
        function.invoke(&look).unwrap();
    }
    assert_eq!(function.figures(), [] as [Value; 0]);

    aws.forget_calls();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let calls = aws.calls();
    let (line, metrics) = figures(&function, 1);
    assert_eq!(
        line["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "Nightcap"
    );
    assert_eq!(line["Function"], "scheduler");
    assert_eq!(line["correlation_id"], answer["correlation_id"]);
    for (name, value) in [
        ("Heartbeat", 1.0),
        ("Ticks", 1.0),
        ("Stopped", 1.0),
        ("MailsSent", 1.0),
    ] {
        assert_eq!(metrics.get(name), Some(&value), "{name}: {metrics:?}");
    }
    let waiting = answer["summary"]["waiting"].as_u64().unwrap();
    assert_eq!(
        (line["Waiting"].as_u64(), &line["Started"]),
        (Some(waiting), &json!(0))
    );
    assert_eq!(line["Problems"], answer["summary"]["problems"]);
    let cared = answer["resources"].as_array().unwrap().iter();
    let cared = cared.filter(|resource| resource["desired"] != "unmanaged");
    let running = cared.filter(|resource| resource["observed"] == "running");
    assert_eq!(
        line["ResourcesRunning"].as_u64(),
        u64::try_from(running.count()).ok()
    );

    // Every call that AWS saw, by service.
    assert_eq!(line["AwsCalls"].as_u64(), u64::try_from(calls.len()).ok());
    assert_eq!(line["AwsRetries"], 0);
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for call in &calls {
        *seen.entry(call.service.clone()).or_default() += 1;
    }
    let counted: BTreeMap<String, u64> = line["aws_calls"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, count)| {
            let name = name.to_lowercase().replace(' ', "");
            (name, count.as_u64().unwrap())
        })
        .collect();
    assert_eq!(counted, seen);
}

#[test]
fn repeated_calls_and_calls_for_a_role_are_counted_as_aws_saw_them() {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.seed();
    let config = demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    roles: [arn:aws:iam::123456789012:role/nightcap]\n",
    );
    let mut function = scheduler(&aws, &config).start();
    aws.fail(&json!({ "action": "DescribeDBInstances", "error": "Throttling", "times": 2 }));
    aws.forget_calls();
    function.invoke(&tick(MONDAY)).unwrap();
    let calls = aws.calls();
    let (line, metrics) = figures(&function, 1);
    assert_eq!(
        line["AwsCalls"].as_u64(),
        u64::try_from(calls.len()).ok(),
        "{calls:#?}"
    );
    assert_eq!(metrics.get("AwsRetries"), Some(&2.0));
    let assumed = calls
        .iter()
        .filter(|call| call.action == "AssumeRole")
        .count();
    assert!(assumed > 0);
    assert_eq!(
        line["aws_calls"]["STS"].as_u64(),
        u64::try_from(assumed).ok()
    );
}

#[test]
fn a_tick_that_fails_is_told_without_a_heartbeat() {
    let (aws, _, mut function) = greenleaf();
    aws.fail(&json!({ "action": "Describe*", "error": "AccessDenied" }));
    function.invoke(&tick(FRIDAY)).unwrap_err();
    let (line, metrics) = figures(&function, 1);
    assert_eq!((metrics["Heartbeat"], metrics["Ticks"]), (0.0, 1.0));
    assert_eq!(line["error_type"], "NothingDone");
    assert_eq!(metrics.get("MailsSent"), Some(&1.0));

    let mut broken = scheduler(&aws, "{}").with("NIGHTCAP_METRICS_NAMESPACE", "GreenLeaf/Nightcap");
    broken = broken.with("RUST_LOG", "error");
    let mut broken = broken.start();
    broken.invoke(&json!({ "command": "tick" })).unwrap_err();
    let (line, metrics) = figures(&broken, 1);
    assert_eq!(metrics.get("Heartbeat"), Some(&0.0));
    assert_eq!(line["error_type"], "InvalidConfiguration");
    assert_eq!(
        line["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "GreenLeaf/Nightcap"
    );
    // Whatever the filter, the line that says why carries the id, and so does the runtime's own.
    let told = broken.log_lines();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told.iter().all(|line| line["correlation_id"].is_string()),
        "{told:#?}"
    );
    // What is no tick is none that failed.
    broken.invoke(&json!({ "command": "plan" })).unwrap_err();
    assert_eq!(broken.figures().len(), 1);
}

#[test]
fn every_log_line_is_json_with_the_id_of_its_invocation() {
    let (aws, _, mut function) = greenleaf();
    let answers = settle(&aws, &mut function, FRIDAY);
    aws.fail(&json!({ "action": "Publish", "error": "AuthorizationError" }));
    aws.fail(&json!({ "action": "StartDBInstance", "error": "KMSKeyNotAccessibleFault" }));
    aws.move_to(MONDAY);
    let last = function.invoke(&tick(MONDAY)).unwrap();
    let ids: Vec<&Value> = answers
        .iter()
        .chain([&last])
        .map(|answer| &answer["correlation_id"])
        .collect();
    let lines = function.log_lines();
    for line in &lines {
        assert!(ids.contains(&&line["correlation_id"]), "{line}");
        assert!(
            line.get("span").is_none() && line.get("spans").is_none(),
            "{line}"
        );
        if line.get("_aws").is_none() {
            assert_eq!(line["command"], "tick", "{line}");
            assert!(
                line["level"].is_string() && line["message"].is_string(),
                "{line}"
            );
        }
    }
    let of = |message: &str| {
        let found = lines.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("no {message:?} in {lines:#?}"))
    };
    assert_eq!(of("ordered")["action"], "stop");
    assert!(
        of("ordered")["resource"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:")
    );
    let failed = of("failed");
    assert_eq!(
        (&failed["action"], &failed["level"]),
        (&json!("start"), &json!("ERROR"))
    );
    assert_eq!(failed["correlation_id"], last["correlation_id"]);
    assert!(of("mail not sent")["remedy"].is_string());
    assert!(!function.log().contains("AWS4-HMAC"), "no secrets");
}

#[test]
fn the_hours_asleep_add_up_to_those_of_the_ledger() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    aws.seed();
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    let down = settle(&aws, &mut function, FRIDAY);
    let asleep_at = |name: &str| {
        let seen = down.iter().find(|answer| {
            let resources = answer["resources"].as_array().unwrap();
            let found = resources.iter().find(|resource| resource["name"] == name);
            found.unwrap()["observed"] == "stopped"
        });
        instant(seen.unwrap())
    };
    let names = [
        "greenleaf-preprod-app",
        "greenleaf-preprod-db",
        "greenleaf-preprod-search",
    ];
    let fell = names.map(asleep_at);
    let up = settle(&aws, &mut function, MONDAY);
    let woken_at = |name: &str| {
        let ordered = up.iter().find(|answer| {
            let resources = answer["resources"].as_array().unwrap();
            let found = resources.iter().find(|resource| resource["name"] == name);
            found.unwrap()["decision"] == "start"
        });
        instant(ordered.unwrap())
    };
    let woke = names.map(woken_at);
    let expected: i64 = fell.iter().zip(&woke).map(|(from, to)| to - from).sum();
    let told: f64 = function
        .figures()
        .iter()
        .map(|line| line["HoursAsleep"].as_f64().unwrap())
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a weekend's seconds")]
    let hours = expected as f64 / 3600.0;
    assert!((told - hours).abs() < 0.001, "{told} told, {hours} slept");
    assert!(hours > 180.0, "three resources, a weekend: {hours}");
}

/// The instant of an answer, in seconds.
fn instant(answer: &Value) -> i64 {
    let at: chrono::DateTime<chrono::Utc> = answer["at"].as_str().unwrap().parse().unwrap();
    at.timestamp()
}

#[test]
fn a_problem_is_mailed_once_and_once_more_when_it_is_over() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TABLE", TABLE)
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .start();
    let subjects = |at: &str, function: &mut Running| {
        aws.move_to(at);
        function.invoke(&tick(at)).unwrap();
        let mails = greenleaf.mails(&aws);
        mails
            .into_iter()
            .map(|mail| format!("{}\n{}", mail.subject, mail.body))
            .collect::<Vec<_>>()
    };
    // Quiet ticks are silent.
    assert_eq!(subjects("2026-11-20T17:55:00Z", &mut function), [""; 0]);
    let database = "arn:aws:rds:eu-west-3:123456789012:db:greenleaf-preprod-db";
    let retag = |value: &str| {
        let tag = [
            ("ResourceName", database),
            ("Tags.Tag.1.Key", "nightcap:environment"),
            ("Tags.Tag.1.Value", value),
        ];
        aws.query("rds", "AddTagsToResource", &tag);
    };
    retag("preprd");
    let begun = subjects("2026-11-20T17:56:00Z", &mut function);
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert!(begun[0].starts_with("1 problem"), "{begun:?}");
    assert!(begun[0].contains("did you mean \"preprod\"?"), "{begun:?}");
    for at in ["2026-11-20T17:57:00Z", "2026-11-20T17:58:00Z"] {
        assert_eq!(subjects(at, &mut function), [""; 0], "told already");
    }
    retag("preprod");
    let over = subjects("2026-11-20T17:59:00Z", &mut function);
    assert_eq!(over.len(), 1, "{over:?}");
    assert!(over[0].starts_with("1 problem is over"), "{over:?}");
    assert!(
        over[0].contains("greenleaf-preprod-db (unknown-environment)"),
        "{over:?}"
    );
    assert_eq!(subjects("2026-11-20T17:59:30Z", &mut function), [""; 0]);
    // The same problem again is a problem again.
    retag("preprd");
    assert_eq!(subjects("2026-11-20T17:59:45Z", &mut function).len(), 1);
}
