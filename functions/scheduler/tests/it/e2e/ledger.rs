//! With a ledger: what is done once, what is a person's doing, what holds.

use nightcap_tests::{EmbeddedAws, GreenLeaf, Running, root};
use serde_json::{Value, json};

use crate::e2e::world::{
    FRIDAY, MONDAY, create_database, database, decided, demo_config, for_good, group, scheduler,
    settle, tick,
};

const TABLE: &str = "nightcap";
const DB: &str = "greenleaf-preprod-db";
const APP: &str = "greenleaf-preprod-app";

/// GreenLeaf before Friday's end of work, with a ledger.
fn greenleaf() -> (EmbeddedAws, GreenLeaf) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    (aws, greenleaf)
}

fn function(aws: &EmbeddedAws, topic: &str, config: &str) -> Running {
    scheduler(aws, config)
        .with("NIGHTCAP_TOPIC_ARN", topic)
        .with("NIGHTCAP_TABLE", TABLE)
        .start()
}

/// An event of `events/`, as if it came at that instant.
fn event(name: &str, time: &str) -> Value {
    let text = std::fs::read_to_string(root().join(format!("events/{name}.json"))).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["time"] = time.into();
    event
}

fn actions(aws: &EmbeddedAws, service: &str) -> Vec<String> {
    let calls = aws.calls().into_iter();
    calls
        .filter(|call| call.service == service)
        .map(|call| call.action)
        .collect()
}

#[test]
fn a_weekend_with_a_ledger_ends_as_it_began_and_leaves_an_audit() {
    let (aws, greenleaf) = greenleaf();
    let mut function = function(&aws, &greenleaf.topic_arn, &demo_config());
    settle(&aws, &mut function, FRIDAY);
    assert_eq!(database(&aws, DB), "stopped");
    settle(&aws, &mut function, MONDAY);
    assert_eq!(database(&aws, DB), "available");
    assert_eq!(group(&aws, APP), ("2/2/4".to_owned(), 2));
    let history = history(&aws, DB);
    assert_eq!(
        history,
        [
            "stop reached, ordered 2026-11-20T18:05:00Z by schedule office-hours",
            "start reached, ordered 2026-11-23T08:00:00Z by schedule office-hours",
        ]
    );
}

/// The history of a database: action, result, when and by whom it was ordered.
fn history(aws: &EmbeddedAws, name: &str) -> Vec<String> {
    let asked = json!({
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues":
            { ":pk": { "S": format!("history#arn:aws:rds:eu-west-3:123456789012:db:{name}") } },
    });
    let answer = aws.json("dynamodb", "DynamoDB_20120810.Query", &asked);
    let rows = answer["Items"].as_array().unwrap().iter();
    rows.map(|row| {
        let [action, result, ordered, by] =
            ["action", "result", "ordered_at", "by"].map(|key| row[key]["S"].as_str().unwrap());
        format!("{action} {result}, ordered {ordered} by {by}")
    })
    .collect()
}

#[test]
fn two_functions_at_once_give_each_order_once() {
    let (aws, greenleaf) = greenleaf();
    for index in 0..20 {
        let name = format!("extra-{index:02}");
        create_database(
            &aws,
            "eu-west-3",
            &name,
            &[("nightcap:environment", "preprod")],
        );
    }
    let mut functions: Vec<Running> = (0..3)
        .map(|_| function(&aws, &greenleaf.topic_arn, &demo_config()))
        .collect();
    // Warm, so that they meet. What reads is slow, so that all have read before one writes.
    for function in &mut functions {
        function.invoke(&json!({ "command": "plan" })).unwrap();
    }
    aws.move_to(FRIDAY);
    aws.forget_calls();
    aws.fail(&json!({ "action": "Describe*", "delay_ms": 300 }));
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let running: Vec<_> = functions
            .iter_mut()
            .map(|function| scope.spawn(|| function.invoke(&tick(FRIDAY)).unwrap()))
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut stopped: Vec<String> = aws
        .orders()
        .into_iter()
        .filter(|call| {
            ["StopDBInstance", "UpdateAutoScalingGroup", "StopDBCluster"]
                .contains(&call.action.as_str())
        })
        .map(|call| call.resource().to_owned())
        .collect();
    let all = stopped.len();
    stopped.sort();
    stopped.dedup();
    assert_eq!(all, stopped.len(), "{stopped:?}");
    let claimed: u64 = answers
        .iter()
        .map(|answer| answer["summary"]["stopped"].as_u64().unwrap())
        .sum();
    assert_eq!(claimed, all as u64, "each order is one function's");
}

#[test]
fn day_7_is_no_change_by_hand_but_a_start_by_hand_is() {
    let (aws, greenleaf) = greenleaf();
    let config = format!("{}\ndrills: true\n", for_good("asleep"));
    let mut function = function(&aws, &greenleaf.topic_arn, &config);
    settle(&aws, &mut function, FRIDAY);
    aws.move_to("2026-11-20T20:00:00Z");
    function.invoke(&tick("2026-11-20T20:00:00Z")).unwrap();

    // Seven days on, AWS starts it; the event comes while it takes no orders yet.
    let started = "2026-11-27T18:12:00Z";
    aws.move_to(started);
    assert_eq!(database(&aws, DB), "starting");
    let answer = function
        .invoke(&event("rds-instance-started-by-aws", started))
        .unwrap();
    assert_eq!(decided(&answer, DB), "wait/busy/none");
    let up = "2026-11-27T18:20:00Z";
    aws.move_to(up);
    assert_eq!(database(&aws, DB), "available");
    let answer = function.invoke(&event("rds-instance-started", up)).unwrap();
    assert_eq!(decided(&answer, DB), "stop/transition/done");

    // A person starts it the next day: that is respected.
    let day_after = "2026-11-28T10:00:00Z";
    aws.move_to("2026-11-27T19:00:00Z");
    function.invoke(&tick("2026-11-27T19:00:00Z")).unwrap();
    assert_eq!(database(&aws, DB), "stopped");
    aws.query("rds", "StartDBInstance", &[("DBInstanceIdentifier", DB)]);
    aws.move_to(day_after);
    // Even if the old event comes once more, a day late.
    let answer = function
        .invoke(&event("rds-instance-started-by-aws", started))
        .unwrap();
    assert_ne!(decided(&answer, DB), "stop/transition/done");
    let answer = function.invoke(&tick(day_after)).unwrap();
    assert_eq!(decided(&answer, DB), "leave/manual-change/none");
}

#[test]
fn changes_by_hand_are_respected_until_the_next_transition_or_reverted() {
    for (policy, expected) in [
        ("respect", "leave/manual-change/none"),
        ("revert", "stop/transition/done"),
    ] {
        let (aws, greenleaf) = greenleaf();
        let config = demo_config().replace(
            "manual_changes: respect",
            &format!("manual_changes: {policy}"),
        );
        assert!(config.contains(&format!("manual_changes: {policy}")));
        let mut function = function(&aws, &greenleaf.topic_arn, &config);
        settle(&aws, &mut function, FRIDAY);
        let cluster = "greenleaf-preprod-search";
        aws.query("rds", "StartDBInstance", &[("DBInstanceIdentifier", DB)]);
        aws.query("rds", "StartDBCluster", &[("DBClusterIdentifier", cluster)]);
        aws.query(
            "autoscaling",
            "UpdateAutoScalingGroup",
            &[
                ("AutoScalingGroupName", APP),
                ("MinSize", "1"),
                ("DesiredCapacity", "1"),
                ("MaxSize", "1"),
            ],
        );
        aws.move_to("2026-11-21T10:00:00Z");
        let answer = function.invoke(&tick("2026-11-21T10:00:00Z")).unwrap();
        assert_eq!(decided(&answer, APP), expected, "{policy}");
        if policy == "respect" {
            assert_eq!(decided(&answer, DB), expected);
            assert_eq!(decided(&answer, cluster), expected);
            // Monday's transition has its say again.
            settle(&aws, &mut function, MONDAY);
            assert_eq!(database(&aws, DB), "available");
        } else {
            // Databases wait for the group to be gone.
            settle(&aws, &mut function, "2026-11-21T10:05:00Z");
            assert_eq!(database(&aws, DB), "stopped");
        }
    }
}

#[test]
fn a_hold_counts_at_once_and_its_release_too() {
    let (aws, greenleaf) = greenleaf();
    let mut function = function(&aws, &greenleaf.topic_arn, &demo_config());
    settle(&aws, &mut function, FRIDAY);
    let hold = json!({
        "command": "hold", "environment": "preprod", "state": "running", "until": "23:00",
        "by": "on-call", "reason": "release 4.2", "at": "2026-11-20T19:00:00Z",
    });
    aws.move_to("2026-11-20T19:00:00Z");
    let mut planned = hold.clone();
    planned["dry_run"] = true.into();
    aws.forget_calls();
    let answer = function.invoke(&planned).unwrap();
    assert_eq!(aws.orders(), [], "a dry run writes nothing");
    assert_eq!(answer["tick"], Value::Null);

    let answer = function.invoke(&hold).unwrap();
    assert_eq!(
        answer["cost"]["text"],
        "keeps 2 x t3.small, db.t3.medium and greenleaf-preprod-search up 3 h beyond the schedule: about 0.39 USD, without greenleaf-preprod-search, which has no price"
    );
    assert_eq!(answer["hold"]["until"], "2026-11-20T22:00:00Z");
    assert_eq!(decided(&answer["tick"], DB), "start/transition/done");
    assert_eq!(function.invoke(&hold).unwrap()["already"], true);
    settle(&aws, &mut function, "2026-11-20T19:10:00Z");
    assert_eq!(group(&aws, APP), ("2/2/4".to_owned(), 2));

    let release = json!({
        "command": "release", "environment": "preprod", "by": "on-call",
        "reason": "release done", "at": "2026-11-20T20:30:00Z",
    });
    aws.move_to("2026-11-20T20:30:00Z");
    let answer = function.invoke(&release).unwrap();
    assert_eq!(answer["released"].as_array().unwrap().len(), 1);
    assert_eq!(decided(&answer["tick"], APP), "stop/transition/done");
    let error = function.invoke(&release).unwrap_err();
    assert_eq!(error.kind, "NothingReleased");
    settle(&aws, &mut function, "2026-11-20T20:35:00Z");
    assert_eq!(database(&aws, DB), "stopped");
}

/// The book that comes with the program, with every price ten times as high.
fn dear() -> String {
    let embedded = nightcap_domain::money::price::PriceBook::embedded().unwrap();
    let mut dear = nightcap_domain::money::price::PriceBook::default();
    for price in embedded.iter() {
        let mut price = price.clone();
        price.amount = price.amount.times(rust_decimal::Decimal::TEN);
        dear.insert(price);
    }
    dear.to_csv().unwrap()
}

#[test]
fn a_hold_is_priced_by_the_book_that_is_named_and_warns_where_that_cannot_be_read() {
    let (aws, greenleaf) = greenleaf();
    let hold = json!({
        "command": "hold", "environment": "preprod", "state": "running", "until": "23:00",
        "by": "on-call", "reason": "release 4.2", "at": "2026-11-20T19:00:00Z", "dry_run": true,
    });
    aws.move_to("2026-11-20T19:00:00Z");
    let file =
        std::env::temp_dir().join(format!("nightcap-hold-prices-{}.csv", std::process::id()));
    std::fs::write(&file, dear()).unwrap();
    let asked = |prices: &str| {
        scheduler(&aws, &demo_config())
            .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
            .with("NIGHTCAP_TABLE", TABLE)
            .with("NIGHTCAP_PRICES", prices)
            .start()
            .invoke(&hold)
            .unwrap()
    };
    aws.put_object("greenleaf-settings", "prices.csv", &dear());
    for place in [
        file.to_str().unwrap(),
        &dear(),
        "s3://greenleaf-settings/prices.csv",
    ] {
        let answer = asked(place);
        let text = answer["cost"]["text"].as_str().unwrap();
        // Ten times 0.388, which is 0.39 in whole cents.
        assert!(text.contains("about 3.88 USD"), "{text}");
        assert_eq!(answer["warnings"], Value::Null, "{answer:#}");
    }
    std::fs::remove_file(file).unwrap();
    // A parameter holds a part of a book: the rest has no price.
    let part: String = dear()
        .lines()
        .take(12)
        .fold(String::new(), |all, line| all + line + "\n");
    let parameter =
        json!({ "Name": "/nightcap/prices", "Type": "String", "Tier": "Advanced", "Value": part });
    aws.json("ssm", "AmazonSSM.PutParameter", &parameter);
    let answer = asked("ssm:///nightcap/prices");
    let text = answer["cost"]["text"].as_str().unwrap();
    assert!(!text.contains("about 0.39 USD"), "{text}");
    assert_ne!(answer["warnings"][0]["code"], "prices", "{answer:#}");
    let answer = asked("no-such-book.csv");
    let text = answer["cost"]["text"].as_str().unwrap();
    assert!(text.contains("about 0.39 USD"), "{text}");
    assert_eq!(answer["warnings"][0]["code"], "prices");
    let why = answer["warnings"][0]["message"].as_str().unwrap();
    assert!(why.contains("no-such-book.csv"), "{why}");
}

#[test]
fn without_a_ledger_there_are_no_holds_and_the_error_says_what_to_set() {
    let (aws, _) = greenleaf();
    let mut function = scheduler(&aws, &demo_config()).start();
    for name in ["hold", "release", "holds"] {
        let text = std::fs::read_to_string(root().join(format!("events/{name}.json"))).unwrap();
        let error = function
            .invoke(&serde_json::from_str(&text).unwrap())
            .unwrap_err();
        assert_eq!(error.kind, "NoLedger");
        assert!(error.message.contains("NIGHTCAP_TABLE"), "{error}");
    }
    assert_eq!(actions(&aws, "dynamodb"), [] as [&str; 0]);
}
