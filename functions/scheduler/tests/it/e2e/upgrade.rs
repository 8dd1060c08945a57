//! From version 0.1.0 to this one in the middle of a sleep, and back.
//!
//! `old_ledger/` has the items that version 0.1.0 left, written by its own binaries against the
//! embedded AWS: GreenLeaf on the evening of Friday, 20 November 2026, with a database that may not be
//! stopped, a tag that names no environment, a hold, a released hold; and the guard's items.

use nightcap_tests::{EmbeddedAws, GreenLeaf, Running, root};
use serde_json::{Value, json};

use crate::e2e::world::{
    create_database, database, decided, demo_config, group, problems, scheduler, settle, tick,
};

const TABLE: &str = "nightcap";
const DB: &str = "greenleaf-preprod-db";
const CLUSTER: &str = "greenleaf-preprod-search";
const APP: &str = "greenleaf-preprod-app";

/// The items that version 0.1.0 left.
fn old(name: &str) -> Vec<Value> {
    let path = root().join(format!(
        "functions/scheduler/tests/it/e2e/old_ledger/{name}.json"
    ));
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn put(aws: &EmbeddedAws, item: &Value) {
    let asked = json!({ "TableName": TABLE, "Item": item });
    aws.json("dynamodb", "DynamoDB_20120810.PutItem", &asked);
}

fn items(aws: &EmbeddedAws, pk: &str) -> Vec<Value> {
    let asked = json!({
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": pk } },
    });
    let answer = aws.json("dynamodb", "DynamoDB_20120810.Query", &asked);
    answer["Items"].as_array().unwrap().clone()
}

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item[name]["S"].as_str()
}

/// The ARN of the group, which has a random part: the items are about this one.
fn group_arn(aws: &EmbeddedAws) -> String {
    let named = [("AutoScalingGroupNames.member.1", APP)];
    let told = aws.query("autoscaling", "DescribeAutoScalingGroups", &named);
    told.text("AutoScalingGroupARN").to_owned()
}

/// GreenLeaf as version 0.1.0 left it at that moment, with what it wrote.
fn left_by_0_1_0(name: &str, now: &str) -> (EmbeddedAws, GreenLeaf) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    create_database(
        &aws,
        "eu-west-3",
        "stray",
        &[("nightcap:environment", "preprd")],
    );
    create_database(
        &aws,
        "eu-west-3",
        "refused",
        &[("nightcap:environment", "preprod")],
    );
    let asleep = [
        ("AutoScalingGroupName", APP),
        ("MinSize", "0"),
        ("DesiredCapacity", "0"),
        ("MaxSize", "0"),
    ];
    let memory = [
        ("Tags.member.1.ResourceId", APP),
        ("Tags.member.1.ResourceType", "auto-scaling-group"),
        ("Tags.member.1.Key", "nightcap:capacity"),
        ("Tags.member.1.Value", "2/2/4"),
        ("Tags.member.1.PropagateAtLaunch", "false"),
    ];
    aws.query("autoscaling", "CreateOrUpdateTags", &memory);
    aws.query("autoscaling", "UpdateAutoScalingGroup", &asleep);
    aws.query("rds", "StopDBInstance", &[("DBInstanceIdentifier", DB)]);
    aws.query("rds", "StopDBCluster", &[("DBClusterIdentifier", CLUSTER)]);
    let arn = group_arn(&aws);
    let known = "arn:aws:autoscaling:eu-west-3:123456789012:autoScalingGroup:";
    for item in old(name) {
        let mut written = item.to_string();
        if let Some(from) = written.find(known) {
            let rest = &written[from..];
            let end = rest.find(APP).unwrap() + APP.len();
            let stale = rest[..end].to_owned();
            written = written.replace(&stale, &arn);
        }
        put(&aws, &serde_json::from_str(&written).unwrap());
    }
    aws.fail(
        &json!({ "action": "StopDBInstance", "resource": "refused", "error": "AccessDenied" }),
    );
    aws.move_to(now);
    aws.forget_calls();
    (aws, greenleaf)
}

fn function(aws: &EmbeddedAws, topic: &str) -> Running {
    scheduler(aws, &demo_config())
        .with("NIGHTCAP_TOPIC_ARN", topic)
        .with("NIGHTCAP_TABLE", TABLE)
        .start()
}

fn subjects(aws: &EmbeddedAws, greenleaf: &GreenLeaf) -> Vec<String> {
    let mails = greenleaf.mails(aws).into_iter();
    mails.map(|mail| mail.subject).collect()
}

/// The orders since the journal was emptied, without those that are refused.
fn orders(aws: &EmbeddedAws) -> Vec<String> {
    let orders = aws.orders().into_iter();
    orders
        .filter(|call| ["rds", "autoscaling"].contains(&call.service.as_str()))
        .filter(|call| call.error.is_none())
        .map(|call| format!("{} {}", call.action, call.resource()))
        .collect()
}

/// How version 0.1.0 reads an item of the state: what it takes of it, or nothing. Its rules are
/// frozen here: `ledger/item.rs` of that version.
fn as_read_by_0_1_0(item: &Value) -> Option<String> {
    let key = text(item, "sk")?;
    let instant = |name: &str| {
        let at: chrono::DateTime<chrono::Utc> = text(item, name)?.parse().ok()?;
        Some(at.to_rfc3339())
    };
    if key.starts_with("carried#") {
        let version: u64 = item["version"]["N"].as_str()?.parse().ok()?;
        let to = text(item, "to").filter(|to| ["running", "stopped"].contains(to))?;
        let phases = ["ordered", "reached", "changed", "woken"];
        let phase = text(item, "phase").filter(|phase| phases.contains(phase))?;
        let order: Option<Value> =
            text(item, "order").map(|order| serde_json::from_str(order).unwrap());
        if let Some(order) = &order {
            for field in ["at", "tick", "action", "by", "why"] {
                order[field].as_str()?;
            }
        }
        Some(format!(
            "{key} {version} {} {to} {phase}",
            instant("transition")?
        ))
    } else if key.starts_with("hold#") {
        let hold: Value = serde_json::from_str(text(item, "hold")?).ok()?;
        for field in [
            "id", "state", "from", "until", "author", "by", "reason", "made_at",
        ] {
            hold[field].as_str()?;
        }
        ["guard", "person"]
            .contains(&hold["author"].as_str()?)
            .then_some(())?;
        ["running", "stopped"]
            .contains(&hold["state"].as_str()?)
            .then_some(())?;
        Some(format!("{key} {}", text(item, "until")?))
    } else if key.starts_with("told#") || key == "life#guard" {
        Some(format!("{key} {}", instant("at")?))
    } else {
        None
    }
}

#[test]
fn a_sleep_that_0_1_0_began_goes_on_quietly_and_ends_as_it_should() {
    let (aws, greenleaf) = left_by_0_1_0("asleep", "2026-11-20T20:00:00Z");
    let mut function = function(&aws, &greenleaf.topic_arn);
    for at in [
        "2026-11-20T20:00:00Z",
        "2026-11-20T20:05:00Z",
        "2026-11-21T10:00:00Z",
    ] {
        aws.move_to(at);
        let answer = function.invoke(&tick(at)).unwrap();
        let found = problems(&answer);
        assert_eq!(found.len(), 3, "{found:#?}");
    }
    assert_eq!(orders(&aws), [""; 0], "nothing is done twice");
    assert_eq!(subjects(&aws, &greenleaf), [""; 0], "nothing is told twice");

    // Monday morning: the hold keeps its database down, the group has its capacity again.
    aws.heal();
    let answers = settle(&aws, &mut function, "2026-11-23T08:00:00Z");
    assert_eq!(decided(&answers[0], DB), "leave/as-desired/none");
    assert_eq!(database(&aws, DB), "stopped");
    settle(&aws, &mut function, "2026-11-23T11:00:00Z");
    assert_eq!(database(&aws, DB), "available");
    assert_eq!(group(&aws, APP), ("2/2/4".to_owned(), 2));
    let told = subjects(&aws, &greenleaf).join("\n");
    assert!(told.contains("problems are over"), "{told}");
}

#[test]
fn orders_that_0_1_0_had_just_given_are_not_given_again() {
    let (aws, greenleaf) = left_by_0_1_0("falling_asleep", "2026-11-20T18:10:00Z");
    let mut function = function(&aws, &greenleaf.topic_arn);
    let at = "2026-11-20T18:10:00Z";
    function.invoke(&tick(at)).unwrap();
    assert_eq!(orders(&aws), [""; 0]);
    assert_eq!(subjects(&aws, &greenleaf), [""; 0]);
    let history = items(
        &aws,
        &format!("history#arn:aws:rds:eu-west-3:123456789012:db:{DB}"),
    );
    let last = history.last().unwrap();
    assert_eq!(text(last, "result"), Some("reached"));
    assert_eq!(text(last, "ordered_at"), Some("2026-11-20T18:05:00Z"));
}

#[test]
fn the_guards_hold_of_0_1_0_holds_and_is_nothing_new() {
    let aws = EmbeddedAws::start("2026-11-13T10:00:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    for item in old("guard") {
        put(&aws, &item);
    }
    let mut function = function(&aws, &greenleaf.topic_arn);
    let answer = function
        .invoke(&json!({ "command": "holds", "at": "2026-11-13T10:00:00Z" }))
        .unwrap();
    assert_eq!(answer["holds"][0]["author"], "guard");
    settle(&aws, &mut function, "2026-11-13T10:05:00Z");
    assert_eq!(database(&aws, DB), "stopped", "in office hours");
}

#[test]
fn what_this_version_writes_is_read_by_0_1_0() {
    let (aws, greenleaf) = left_by_0_1_0("asleep", "2026-11-20T20:00:00Z");
    let mut function = function(&aws, &greenleaf.topic_arn);
    aws.heal();
    let hold = json!({
        "command": "hold", "environment": "dev", "state": "running", "for": "3h",
        "by": "Anne", "reason": "night build", "at": "2026-11-20T20:30:00Z",
    });
    function.invoke(&hold).unwrap();
    settle(&aws, &mut function, "2026-11-23T08:00:00Z");
    settle(&aws, &mut function, "2026-11-23T18:00:00Z");
    let state = items(&aws, "state");
    let mut read = 0;
    for item in &state {
        let key = text(item, "sk").unwrap();
        assert_eq!(item["format"]["N"].as_str().unwrap_or("1"), "1", "{item}");
        // What is over has no `at`: to 0.1.0 it is not told, as it should be. The outbox is
        // empty where SNS takes mails.
        if item["over"].is_object() {
            assert_eq!(as_read_by_0_1_0(item), None);
        } else {
            assert!(as_read_by_0_1_0(item).is_some(), "{key}: {item}");
            read += 1;
        }
    }
    assert!(read >= 8, "{state:#?}");
    let told: Vec<&str> = state
        .iter()
        .filter(|item| as_read_by_0_1_0(item).is_some())
        .filter_map(|item| text(item, "sk")?.strip_prefix("told#"))
        .collect();
    assert!(
        told.iter()
            .any(|key| key.starts_with("unknown-environment")),
        "{told:?}"
    );
    assert!(
        !told.iter().any(|key| key.starts_with("failed")),
        "{told:?}"
    );
    for item in &state {
        assert!(!text(item, "sk").unwrap().starts_with("mail#"), "{item}");
    }
}
