//! Every file in `events/` is read as what it is, and what is wrong is told.

use nightcap_aws::queue::{MessageError, TargetMessage};
use nightcap_aws::target::Target;
use nightcap_domain::hold::{About, End};
use nightcap_domain::names::{Region, ResourceArn, RoleArn};
use nightcap_domain::time::State;
use serde_json::json;

use super::*;

fn file(name: &str) -> Request {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    Request::parse(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn paris() -> Place {
    Place {
        account: "123456789012".to_owned(),
        region: Region::new("eu-west-3"),
    }
}

fn refused(event: &Value) -> String {
    Request::parse(event).unwrap_err().to_string()
}

#[test]
fn what_databases_do_makes_a_tick_come_sooner() {
    let at = Some("2026-11-20T18:12:00Z".parse().unwrap());
    for name in [
        "rds-instance-stopped",
        "rds-instance-started",
        "rds-cluster-stopped",
        "rds-cluster-started",
        "rds-cluster-stop-failed",
    ] {
        let expected = Request::Database {
            at,
            place: Some(paris()),
            restarted: None,
        };
        assert_eq!(file(name), expected, "{name}");
    }
}

#[test]
fn what_aws_starts_by_itself_is_known_by_its_arn_and_instant() {
    for (name, arn) in [
        ("rds-instance-started-by-aws", "db:greenleaf-preprod-db"),
        (
            "rds-cluster-started-by-aws",
            "cluster:greenleaf-preprod-search",
        ),
    ] {
        let at = "2026-11-20T18:12:00Z".parse().unwrap();
        let arn = format!("arn:aws:rds:eu-west-3:123456789012:{arn}");
        let restarted = Some(Restarted {
            resource: ResourceArn::new(arn),
            at,
        });
        let expected = Request::Database {
            at: Some(at),
            place: Some(paris()),
            restarted,
        };
        assert_eq!(file(name), expected, "{name}");
    }
}

#[test]
fn an_event_of_rds_may_lack_anything_but_its_id() {
    let event = |detail: Value| json!({ "source": "aws.rds", "detail-type": "RDS DB Instance Event", "detail": detail });
    let bare = Request::parse(&event(json!({ "EventID": "RDS-EVENT-0154" })));
    let expected = Request::Database {
        at: None,
        place: None,
        restarted: None,
    };
    assert_eq!(bare, Ok(expected));
    for detail in [
        json!({ "EventID": "RDS-EVENT-9999" }),
        json!({ "EventID": 154 }),
        json!({}),
        json!(null),
    ] {
        let read = Request::parse(&event(detail.clone()));
        assert!(
            matches!(read, Ok(Request::Ignored { .. })),
            "{detail}: {read:?}"
        );
    }
    let ignored = Request::Ignored {
        event: "RDS-EVENT-0002".to_owned(),
    };
    assert_eq!(file("rds-ignored"), ignored);
}

#[test]
fn holds_are_asked_for_by_event() {
    let Request::Hold { asked, at, dry_run } = file("hold") else {
        panic!("no hold");
    };
    assert_eq!((at, dry_run), (None, false));
    assert_eq!(asked.about, About::Environment("preprod".to_owned()));
    assert_eq!(
        (asked.state, asked.by.as_str()),
        (State::Running, "on-call")
    );
    assert_eq!(asked.end, End::For("4h".parse().unwrap()));
    let Request::Hold { asked, .. } = file("hold-resource") else {
        panic!("no hold");
    };
    assert_eq!(
        asked.about,
        About::Resource("greenleaf-preprod-db".to_owned())
    );
    assert_eq!(asked.end, End::Until("23:00".to_owned()));
    let Request::Release { releasing, .. } = file("release") else {
        panic!("no release");
    };
    let about = About::Environment("preprod".to_owned());
    assert_eq!(releasing.which, Released::About(about));
    assert_eq!(file("holds"), Request::Holds { at: None });
    let by_id = json!({ "command": "release", "hold": "preprod-1", "by": "on-call" });
    let Ok(Request::Release { releasing, .. }) = Request::parse(&by_id) else {
        panic!("no release");
    };
    assert_eq!(releasing.which, Released::Id("preprod-1".to_owned()));
}

#[test]
fn what_is_missing_or_said_twice_is_told() {
    let hold = json!({
        "command": "hold", "environment": "preprod", "state": "running", "for": "4h",
        "by": "on-call", "reason": "release",
    });
    let mut told = vec![];
    for (key, value) in [
        ("environment", Value::Null),
        ("resource", json!("db")),
        ("state", json!("up")),
        ("for", json!("4")),
        ("for", Value::Null),
        ("until", json!("23:00")),
        ("by", json!(" ")),
        ("reason", json!(7)),
        ("until_when", json!("23:00")),
    ] {
        let mut event = hold.clone();
        event[key] = value;
        told.push(refused(&event));
    }
    for event in [
        json!({ "command": "release", "by": "on-call" }),
        json!({ "command": "release", "hold": "x", "environment": "preprod", "by": "on-call" }),
        json!({ "command": "release", "environment": "preprod" }),
        json!({ "command": "realease", "environment": "preprod" }),
    ] {
        told.push(refused(&event));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_batch_of_the_queue_is_targets() {
    let Request::Targets { received } = file("sqs-target") else {
        panic!("no targets");
    };
    let [one] = &received[..] else {
        panic!("{received:?}");
    };
    let message = one.message.as_ref().unwrap();
    assert_eq!(message.region, Region::new("eu-west-3"));
    assert_eq!(message.role, None);
    let Request::Targets { received } = file("sqs-batch") else {
        panic!("no targets");
    };
    let read: Vec<bool> = received.iter().map(|one| one.message.is_ok()).collect();
    assert_eq!(read, [true, true, false, false], "{received:#?}");
    assert_eq!(received[3].message, Err(MessageError::Version(2)));
}

#[test]
fn records_that_cannot_be_reported_or_are_not_of_sqs_are_refused() {
    let whole = json!({ "messageId": "a", "eventSource": "aws:sqs", "body": "{}" });
    let batch = |record: Value| json!({ "Records": [whole.clone(), record] });
    assert!(Request::parse(&batch(whole.clone())).is_ok());
    let mut told = vec![];
    for (key, value) in [
        ("messageId", Value::Null),
        ("messageId", json!("")),
        ("eventSource", json!("aws:sns")),
    ] {
        let mut record = whole.clone();
        record[key] = value;
        told.push(refused(&batch(record)));
    }
    told.push(refused(&json!({ "Records": [] })));
    told.push(refused(&json!({ "Records": "none" })));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_event_is_about_the_targets_where_it_may_have_happened() {
    let target = |role: Option<&str>, region: &str| Target {
        external_id: None,
        role: role.map(RoleArn::new),
        region: Region::new(region),
        environments: vec![],
    };
    let may_be = |role, region| paris().may_be(&target(role, region));
    assert!(
        may_be(None, "eu-west-3"),
        "its own account has no number here"
    );
    assert!(may_be(
        Some("arn:aws:iam::123456789012:role/x"),
        "eu-west-3"
    ));
    assert!(!may_be(
        Some("arn:aws:iam::210987654321:role/x"),
        "eu-west-3"
    ));
    assert!(!may_be(None, "eu-west-1"));
}

#[test]
fn no_body_of_a_message_does_harm() {
    let whole = serde_json::to_value(TargetMessage::about(
        &Target {
            external_id: None,
            role: Some(RoleArn::new("arn:aws:iam::210987654321:role/nightcap")),
            region: Region::new("eu-west-3"),
            environments: vec![],
        },
        None,
        "2026-11-20T18:00:00Z".parse().unwrap(),
        "tick-1",
    ))
    .unwrap();
    assert!(TargetMessage::parse(&whole.to_string()).is_ok());
    for (key, value) in [
        ("version", json!("1")),
        ("version", Value::Null),
        ("region", json!(3)),
        ("expires", json!("tomorrow")),
        ("at", json!("+262000-01-01T00:00:00Z")),
        ("correlation_id", Value::Null),
    ] {
        let mut body = whole.clone();
        body[key] = value;
        let read = TargetMessage::parse(&body.to_string());
        assert!(
            matches!(read, Err(MessageError::Malformed(_))),
            "{body}: {read:?}"
        );
    }
}

#[test]
fn an_event_of_rds_by_sns_is_told_the_right_way() {
    let event = json!({ "Records": [{
        "EventSource": "aws:sns", "EventVersion": "1.0",
        "Sns": { "Type": "Notification", "Message": "{\"Event Source\": \"db-instance\"}" },
    }] });
    let error = Request::parse(&event).unwrap_err().to_string();
    assert!(error.contains("EventBridge (source aws.rds)"), "{error}");
    assert!(!error.contains("messageId"), "{error}");
}

#[test]
fn an_error_repeats_little_of_an_event_of_any_size() {
    let long = "x".repeat(1_000_000);
    for event in [
        json!({ "command": long }),
        json!({ "command": "tick", long.as_str(): 1 }),
        json!({ "command": "explain", "resource": long }),
        json!({ "command": "hold", "environment": long, "state": "running", "for": "4h", "by": "a", "reason": "b" }),
        json!({ "command": "release", "hold": long, "by": "a" }),
        json!({ "source": long, "detail-type": long }),
        json!({ long.as_str(): 1 }),
        json!({ "Records": long }),
        json!(long),
        json!(vec![1; 100_000]),
    ] {
        let error = Request::parse(&event).unwrap_err().to_string();
        assert!(
            error.len() < 1_000,
            "{} of {:.60}",
            error.len(),
            event.to_string()
        );
    }
}

#[test]
fn an_event_of_rds_beyond_the_calendar_has_no_instant() {
    let event = json!({
        "source": "aws.rds", "detail-type": "RDS DB Instance Event",
        "time": "+262142-12-31T23:59:59Z", "detail": { "EventID": "RDS-EVENT-0088" },
    });
    let Request::Database { at, .. } = Request::parse(&event).unwrap() else {
        panic!("{event}");
    };
    assert_eq!(at, None);
}
