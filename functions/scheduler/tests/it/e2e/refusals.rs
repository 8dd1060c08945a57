//! Bad input: a function error that names the thing and the remedy, and no action on anything.

use std::fmt::Write;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use nightcap_tests::{Call, EmbeddedAws, Function, FunctionError, REGION};
use serde_json::{Value, json};

use crate::e2e::world::{FRIDAY, create_database, demo_config, greenleaf, scheduler, tick};

/// An AWS that nobody may so much as call.
struct Silence(TcpListener);

impl Silence {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn function(&self, config: &str) -> Function {
        let endpoint = format!("http://{}", self.0.local_addr().unwrap());
        let function =
            Function::at(env!("CARGO_BIN_EXE_scheduler")).with("NIGHTCAP_CONFIG", config);
        let variables = EmbeddedAws::elsewhere(&endpoint);
        let function = variables
            .into_iter()
            .fold(function, |function, (name, value)| {
                function.with(name, value)
            });
        function
            .with("AWS_ACCESS_KEY_ID", "embedded")
            .with("AWS_SECRET_ACCESS_KEY", "embedded")
            .with(
                "NIGHTCAP_TOPIC_ARN",
                "arn:aws:sns:eu-west-3:123456789012:alerts",
            )
    }

    /// What the function says to an event, having called nobody.
    fn refusal(&self, function: Function, event: &Value) -> FunctionError {
        let error = function.start().invoke(event).unwrap_err();
        let called = self.0.accept().map(|(_, from)| from);
        assert_eq!(
            called.unwrap_err().kind(),
            ErrorKind::WouldBlock,
            "nobody is called"
        );
        error
    }
}

#[test]
fn an_event_of_another_shape_is_refused() {
    let silence = Silence::new();
    let mut told = String::new();
    for event in [
        json!({}),
        json!([1, 2]),
        json!("tick"),
        json!(null),
        json!({ "command": "tik" }),
        json!({ "command": 7 }),
        json!({ "command": "tick", "dryrun": true }),
        json!({ "command": "tick", "dry_run": "yes" }),
        json!({ "command": "tick", "at": "Friday" }),
        json!({ "command": "tick", "at": "9999-01-01T00:00:00Z" }),
        json!({ "command": "plan", "days": 0 }),
        json!({ "command": "explain" }),
        json!({ "source": "aws.s3", "detail-type": "Object Created", "detail": {} }),
        json!({ "Records": [{ "eventSource": "aws:sqs", "body": "{}" }] }),
    ] {
        let error = silence.refusal(silence.function(&demo_config()), &event);
        assert_eq!(error.kind, "InvalidEvent");
        writeln!(told, "{event}\n  {}", error.message).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_tick_at_another_instant_needs_drills() {
    let silence = Silence::new();
    let config = demo_config().replace("drills: true", "drills: false");
    let error = silence.refusal(silence.function(&config), &tick(FRIDAY));
    assert_eq!(error.kind, "DrillsForbidden");
    insta::assert_snapshot!(error.message);
    let dry = json!({ "command": "tick", "at": FRIDAY, "dry_run": true });
    let error = silence.refusal(silence.function(&config), &dry);
    assert_eq!(error.kind, "DrillsForbidden");
}

#[test]
fn every_error_of_the_configuration_is_told_at_once() {
    let silence = Silence::new();
    let config = "timezone: Europe/Pariss
calendars: { france: { holidays: FX } }
schedules:
  office:
    calendar: frnace
    windows: [{ start: '0 25 * * *', stop: '0 19 * * *' }]
environments:
  preprod: { schedule: offise, capcity: 2 }
";
    let error = silence.refusal(silence.function(config), &json!({ "command": "tick" }));
    assert_eq!(error.kind, "InvalidConfiguration");
    insta::assert_snapshot!(error.message);
    let error = silence.refusal(silence.function("{}"), &json!({ "command": "tick" }));
    insta::assert_snapshot!("an_empty_configuration", error.message);
}

#[test]
fn missing_credentials_are_named_with_the_remedy() {
    let silence = Silence::new();
    let function = silence
        .function(&demo_config())
        .with("AWS_ACCESS_KEY_ID", "")
        .with("AWS_SECRET_ACCESS_KEY", "");
    let error = silence.refusal(function, &tick(FRIDAY));
    assert_eq!(error.kind, "NothingDone");
    for word in [
        "the fleet of eu-west-3 could not be read, so nothing was done",
        "no credentials found",
        "give the function a role; at a terminal, set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ] {
        assert!(error.message.contains(word), "{word}: {error}");
    }
}

#[test]
fn a_missing_region_is_named_with_the_remedy() {
    let silence = Silence::new();
    let empty = silence.function(&demo_config()).with("AWS_REGION", "");
    let unset =
        Function::at(env!("CARGO_BIN_EXE_scheduler")).with("NIGHTCAP_CONFIG", demo_config());
    for function in [empty, unset] {
        let error = silence.refusal(function, &tick(FRIDAY));
        assert_eq!(error.kind, "MissingRegion");
        assert!(error.message.contains("set AWS_REGION"), "{error}");
    }
}

#[test]
fn an_endpoint_that_is_down_is_told_within_seconds() {
    let silence = Silence::new();
    let function = silence.function(&demo_config());
    // From now on the port refuses.
    drop(silence);
    let began = Instant::now();
    let plan = json!({ "command": "plan", "at": FRIDAY });
    let error = function.start().invoke(&plan).unwrap_err();
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(error.kind, "NothingDone");
    for word in [
        "the fleet of eu-west-3 could not be read, so nothing was done",
        "Connection refused",
        "check the network and AWS_ENDPOINT_URL",
    ] {
        assert!(error.message.contains(word), "{word}: {error}");
    }
}

#[test]
fn a_missing_permission_is_named_and_costs_what_needs_it() {
    let (aws, greenleaf, mut function) = greenleaf();
    aws.fail(&json!({ "action": "DescribeDBInstances", "error": "AccessDenied" }));
    aws.move_to(FRIDAY);
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let problems = answer["problems"].to_string();
    assert!(problems.contains("rds:DescribeDBInstances"), "{problems}");
    let orders = aws.orders();
    let stopped = |call: &&Call| call.action.starts_with("StopDB");
    assert_eq!(orders.iter().filter(stopped).count(), 0, "{orders:#?}");
    let mails = greenleaf.mails(&aws);
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].body.contains("rds:DescribeDBInstances"),
        "{mails:?}"
    );
    // The machines are gone by the time the right is given: the databases follow.
    aws.heal();
    aws.move_to("2026-11-20T18:05:00Z");
    let answer = function.invoke(&tick("2026-11-20T18:05:00Z")).unwrap();
    assert_eq!(answer["summary"]["stopped"], 2);
}

#[test]
fn where_no_permission_is_there_each_is_named_and_nothing_is_done() {
    let (aws, greenleaf, mut function) = greenleaf();
    aws.fail(&json!({ "action": "Describe*", "error": "AccessDenied" }));
    aws.move_to(FRIDAY);
    let error = function.invoke(&tick(FRIDAY)).unwrap_err();
    assert_eq!(error.kind, "NothingDone");
    insta::assert_snapshot!(error.message);
    let orders = aws.orders();
    assert!(
        orders.iter().all(|call| call.action == "Publish"),
        "{orders:#?}"
    );
    let mails = greenleaf.mails(&aws);
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].subject.starts_with("Nothing could be done"),
        "{mails:?}"
    );
    assert!(
        mails[0].body.contains("rds:DescribeDBInstances"),
        "{mails:?}"
    );
    // A look says the same, and tells nobody by mail.
    let error = function
        .invoke(&json!({ "command": "plan", "at": FRIDAY }))
        .unwrap_err();
    assert_eq!(error.kind, "NothingDone");
    assert_eq!(greenleaf.mails(&aws), []);
    // Once it is given, the same function goes on.
    aws.heal();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(answer["summary"]["stopped"], 1);
}

#[test]
fn an_unknown_resource_is_answered_with_the_nearest() {
    let aws = EmbeddedAws::start(FRIDAY);
    let tags = [("nightcap:environment", "preprod")];
    create_database(&aws, REGION, "greenleaf-preprod-db", &tags);
    let mut function = scheduler(&aws, &demo_config()).start();
    let event = json!({ "command": "explain", "resource": "greenleaf-preprod-bd" });
    let error = function.invoke(&event).unwrap_err();
    assert_eq!(error.kind, "Unexplained");
    insta::assert_snapshot!(error.message);
}
