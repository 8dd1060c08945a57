//! One notification a problem: however many ticks meet it, with a ledger and without one, and
//! none lost where SNS refuses. What the ledger says and nobody can read is left alone.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{EmbeddedAws, GreenLeaf, Running, root};
use serde_json::{Value, json};

use crate::e2e::world::{
    FRIDAY, MONDAY, create_database, database, decided, demo_config, group, problems, scheduler,
    settle, tick,
};

const TABLE: &str = "nightcap";
const DB: &str = "greenleaf-preprod-db";
const APP: &str = "greenleaf-preprod-app";

fn greenleaf() -> (EmbeddedAws, GreenLeaf) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    (aws, greenleaf)
}

fn function(aws: &EmbeddedAws, greenleaf: &GreenLeaf) -> Running {
    scheduler(aws, &demo_config())
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_TABLE", TABLE)
        .start()
}

fn put(aws: &EmbeddedAws, item: &Value) {
    let asked = json!({ "TableName": TABLE, "Item": item });
    aws.json("dynamodb", "DynamoDB_20120810.PutItem", &asked);
}

fn bodies(aws: &EmbeddedAws, greenleaf: &GreenLeaf) -> Vec<String> {
    let mails = greenleaf.mails(aws).into_iter();
    mails
        .map(|mail| format!("{}\n{}", mail.subject, mail.body))
        .collect()
}

fn ticks(aws: &EmbeddedAws, function: &mut Running, from: &str, minutes: i64, count: i32) {
    let from: DateTime<Utc> = from.parse().unwrap();
    for n in 0..count {
        let at = (from + TimeDelta::minutes(minutes) * n).to_rfc3339();
        aws.move_to(&at);
        function.invoke(&tick(&at)).unwrap();
    }
}

#[test]
fn one_refused_order_is_told_once_a_night_and_once_when_it_is_over() {
    let (aws, greenleaf) = greenleaf();
    let mut function = function(&aws, &greenleaf);
    settle(&aws, &mut function, FRIDAY);
    greenleaf.mails(&aws);
    // AWS has no machine for the database until 09:40, UTC.
    aws.fail(&json!({ "action": "StartDBInstance", "resource": DB, "error": "InsufficientDBInstanceCapacity" }));
    ticks(&aws, &mut function, MONDAY, 10, 10);
    let told = bodies(&aws, &greenleaf);
    let of = |word: &str| told.iter().filter(|mail| mail.contains(word)).count();
    assert_eq!(of("InsufficientDBInstanceCapacity"), 1, "{told:#?}");
    assert_eq!(group(&aws, APP).0, "0/0/0", "machines wait for it");
    aws.heal();
    settle(&aws, &mut function, "2026-11-23T09:40:00Z");
    assert_eq!(group(&aws, APP), ("2/2/4".to_owned(), 2));
    let told = bodies(&aws, &greenleaf);
    let over = told.iter().filter(|mail| mail.contains("(failed)"));
    assert_eq!(over.count(), 1, "{told:#?}");
}

#[test]
fn however_many_ticks_coincide_who_is_awake_and_what_is_wrong_is_told_once() {
    let (aws, greenleaf) = greenleaf();
    let mut first = function(&aws, &greenleaf);
    settle(&aws, &mut first, FRIDAY);
    ticks(&aws, &mut first, MONDAY, 5, 2);
    // The group is up with the next ticks, and a tag is wrong from now on.
    create_database(
        &aws,
        "eu-west-3",
        "stray",
        &[("nightcap:environment", "preprd")],
    );
    let mut functions: Vec<Running> = (0..3).map(|_| function(&aws, &greenleaf)).collect();
    for function in &mut functions {
        function.invoke(&json!({ "command": "plan" })).unwrap();
    }
    aws.fail(&json!({ "action": "Describe*", "delay_ms": 300 }));
    for at in [
        "2026-11-23T08:10:00Z",
        "2026-11-23T08:15:00Z",
        "2026-11-23T08:20:00Z",
    ] {
        aws.move_to(at);
        std::thread::scope(|scope| {
            for function in &mut functions {
                scope.spawn(|| function.invoke(&tick(at)).unwrap());
            }
        });
    }
    let told = bodies(&aws, &greenleaf);
    let of = |word: &str| told.iter().filter(|mail| mail.contains(word)).count();
    assert_eq!(of("is awake since"), 1, "{told:#?}");
    assert_eq!(of("preprd"), 1, "{told:#?}");
}

#[test]
fn what_sns_refuses_is_sent_by_a_later_tick_and_once() {
    let (aws, greenleaf) = greenleaf();
    create_database(
        &aws,
        "eu-west-3",
        "stray",
        &[("nightcap:environment", "preprd")],
    );
    let mut function = function(&aws, &greenleaf);
    aws.fail(&json!({ "action": "Publish", "error": "AuthorizationError" }));
    ticks(&aws, &mut function, FRIDAY, 5, 4);
    assert_eq!(bodies(&aws, &greenleaf), [""; 0]);
    aws.heal();
    ticks(&aws, &mut function, "2026-11-20T18:20:00Z", 5, 3);
    let told = bodies(&aws, &greenleaf);
    let of = |word: &str| told.iter().filter(|mail| mail.contains(word)).count();
    assert_eq!(of("preprod goes to sleep"), 2, "{told:#?}");
    assert_eq!(of("preprd"), 1, "{told:#?}");
}

#[test]
fn without_its_table_one_mail_tells_of_any_number_of_ticks_and_events() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    let greenleaf = aws.seed();
    let mut function = function(&aws, &greenleaf);
    let text = std::fs::read_to_string(root().join("events/rds-instance-stopped.json")).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    for minute in 0..5 {
        let at = format!("2026-11-20T18:{:02}:00Z", minute * 5);
        aws.move_to(&at);
        function.invoke(&tick(&at)).unwrap_err();
        let _ = function.invoke(&event);
    }
    // Another process knows nothing of that, and keeps quiet.
    let mut cold = self::function(&aws, &greenleaf);
    cold.invoke(&tick("2026-11-20T18:30:00Z")).unwrap_err();
    let told = bodies(&aws, &greenleaf);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].contains("the ledger could not be read"),
        "{told:#?}"
    );
}

#[test]
fn without_a_ledger_a_refused_order_is_told_once_by_one_process() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    let greenleaf = aws.seed();
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .start();
    aws.fail(&json!({ "action": "StopDBInstance", "resource": DB, "error": "AccessDenied" }));
    ticks(&aws, &mut function, FRIDAY, 5, 8);
    aws.heal();
    ticks(&aws, &mut function, "2026-11-20T18:40:00Z", 5, 3);
    let told = bodies(&aws, &greenleaf);
    let of = |word: &str| told.iter().filter(|mail| mail.contains(word)).count();
    assert_eq!(of("AccessDenied"), 1, "{told:#?}");
    assert_eq!(of("(failed)"), 1, "{told:#?}");
}

/// A hold on preprod's database that keeps it up, as a person may have made it.
fn hold() -> Value {
    json!({
        "id": "greenleaf-preprod-db-1", "state": "running", "author": "person", "by": "Anne",
        "scope": { "resource": format!("arn:aws:rds:eu-west-3:123456789012:db:{DB}") },
        "from": "2026-11-20T12:00:00Z", "until": "2026-11-21T12:00:00Z",
        "reason": "load test", "made_at": "2026-11-20T12:00:00Z",
    })
}

fn hold_item(hold: &Value, more: &[(&str, Value)]) -> Value {
    let mut item = json!({
        "pk": { "S": "state" }, "sk": { "S": format!("hold#{DB}-12345678") },
        "until": { "S": "2026-11-21T12:00:00Z" }, "hold": { "S": hold.to_string() },
    });
    for (name, value) in more {
        item[name] = value.clone();
    }
    item
}

#[test]
fn a_hold_that_cannot_be_read_keeps_what_it_names_and_costs_one_problem() {
    let changed = |name: &str, value: Value| {
        let mut hold = hold();
        hold[name] = value;
        hold_item(&hold, &[])
    };
    for item in [
        changed("author", "robot".into()),
        changed("state", "paused".into()),
        changed("reason", Value::Null),
        changed("until", "+262142-12-31T23:59:59Z".into()),
        changed("scope", json!({ "fleet": "all" })),
        hold_item(&hold(), &[("format", json!({ "N": "2" }))]),
        hold_item(
            &hold(),
            &[
                ("hold", json!({ "N": "7" })),
                ("until", json!({ "BOOL": true })),
            ],
        ),
    ] {
        let (aws, greenleaf) = greenleaf();
        put(&aws, &item);
        let mut function = function(&aws, &greenleaf);
        let answers = settle(&aws, &mut function, FRIDAY);
        assert_eq!(database(&aws, DB), "available", "{item}");
        assert_eq!(group(&aws, APP).0, "0/0/0", "the rest goes its way: {item}");
        let last = answers.last().unwrap();
        assert_eq!(decided(last, DB), "leave/unreadable-item/none", "{item}");
        let found = problems(last);
        let unread = found
            .iter()
            .filter(|one| one.starts_with("unreadable-item"));
        assert_eq!(unread.count(), 1, "{found:#?}");
        function
            .invoke(&json!({ "command": "holds", "at": FRIDAY }))
            .unwrap();
    }
}

#[test]
fn a_version_that_is_none_is_replaced_by_the_tick_that_acts() {
    for version in [
        json!({ "S": "abc" }),
        json!({ "N": "-1" }),
        json!({ "N": "1.5" }),
        json!({ "BOOL": true }),
    ] {
        let (aws, greenleaf) = greenleaf();
        let arn = format!("arn:aws:rds:eu-west-3:123456789012:db:{DB}");
        put(
            &aws,
            &json!({
                "pk": { "S": "state" }, "sk": { "S": format!("carried#eu-west-3#123456789012#{arn}") },
                "version": version, "phase": { "S": "reached" }, "to": { "S": "running" },
                "transition": { "S": "2026-11-20T08:00:00Z" }, "at": { "S": "2026-11-20T08:10:00Z" },
            }),
        );
        let mut function = function(&aws, &greenleaf);
        settle(&aws, &mut function, FRIDAY);
        assert_eq!(database(&aws, DB), "stopped", "{version}");
        settle(&aws, &mut function, MONDAY);
        assert_eq!(database(&aws, DB), "available", "{version}");
    }
}
