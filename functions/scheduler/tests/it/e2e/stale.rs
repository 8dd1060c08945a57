//! AWS describes things as they were before a change, for seconds and sometimes minutes: what a
//! tick then sees is not what is.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::Call;
use serde_json::{Value, json};

use crate::e2e::by_hand::{FRIDAY, Fleet, MONDAY, NAMES, TABLE, WEEK};
use crate::e2e::world::{decided, problems};

/// The kinds without the databases, which are stopped after them.
const COMPUTE: [&str; 4] = ["app", "dev-box", "shop/web", "shop/workers"];

/// Every order that is given to AWS about the fleet.
fn orders(fleet: &Fleet) -> Vec<Call> {
    let orders = fleet.aws.orders().into_iter();
    let orders = orders.filter(|call| !["dynamodb", "sts", "sns"].contains(&call.service.as_str()));
    orders.collect()
}

/// What became of every order, as the ledger's history has it.
fn results(fleet: &Fleet) -> Vec<String> {
    let all = json!({ "TableName": TABLE });
    let told = fleet.aws.json("dynamodb", "DynamoDB_20120810.Scan", &all);
    let items = told["Items"].as_array().unwrap().iter();
    let history = items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("history#"));
    let mut results: Vec<String> = history
        .map(|row| ["action", "result"].map(|key| row[key]["S"].as_str().unwrap()))
        .map(|words| words.join(" "))
        .collect();
    results.sort();
    results
}

fn codes(answer: &Value) -> Vec<&str> {
    let resources = answer["resources"].as_array().unwrap().iter();
    resources.map(|one| one["code"].as_str().unwrap()).collect()
}

/// Ticks every five minutes until nothing is left to do, each followed by others that come with
/// events and see what was before it.
fn settle_among_events(fleet: &mut Fleet, from: &str) {
    let mut at: DateTime<Utc> = from.parse().unwrap();
    for _ in 0..12 {
        let answer = fleet.tick(&at.to_rfc3339());
        assert_eq!(problems(&answer), [""; 0]);
        for seconds in [5, 40] {
            let soon = (at + TimeDelta::seconds(seconds)).to_rfc3339();
            fleet.aws.move_to(&soon);
            fleet.aws.forget_calls();
            let answer = fleet.tick(&soon);
            let given = orders(fleet);
            assert!(given.is_empty(), "ordered again at {soon}: {given:#?}");
            assert_eq!(problems(&answer), [""; 0]);
            assert!(!codes(&answer).contains(&"manual-change"), "{answer:#}");
        }
        let left = ["started", "stopped", "waiting"].map(|count| &answer["summary"][count]);
        if left.iter().all(|count| **count == 0) {
            return;
        }
        at += TimeDelta::minutes(5);
    }
    panic!("still not quiet");
}

/// Ticks by themselves until nothing is left to do.
fn quieten(fleet: &mut Fleet, from: &str) {
    fleet.aws.lag(&json!({ "seconds": 0 }));
    fleet.settle(from);
}

fn a_weekend_behind(manual_changes: &str) {
    let mut fleet = Fleet::open(WEEK, manual_changes);
    fleet.aws.lag(&json!({ "seconds": 60 }));
    settle_among_events(&mut fleet, FRIDAY);
    assert_eq!(fleet.down(), [true; 6]);
    settle_among_events(&mut fleet, MONDAY);
    assert_eq!(fleet.up(), [true; 6]);
    let once = |action: &str| vec![format!("{action} reached"); NAMES.len()];
    assert_eq!(results(&fleet), [once("start"), once("stop")].concat());
}

#[test]
fn a_tick_that_sees_what_was_before_its_own_order_gives_it_once_and_loses_nothing() {
    a_weekend_behind("respect");
}

#[test]
fn a_tick_that_sees_what_was_before_its_own_order_reverts_nothing() {
    a_weekend_behind("revert");
}

/// Replicas answer in turn: one that is behind hides again what another has shown.
#[test]
fn what_was_seen_to_arrive_and_is_described_as_before_is_no_change_by_hand() {
    for manual_changes in ["respect", "revert"] {
        let mut fleet = Fleet::open(WEEK, manual_changes);
        let fresh = json!({ "seconds": 1200, "service": "none" });
        let behind = json!({ "seconds": 1200 });
        fleet.aws.lag(&fresh);
        fleet.tick(FRIDAY);
        fleet.tick("2026-11-20T18:04:00Z");
        fleet.aws.lag(&behind);
        fleet.aws.forget_calls();
        let answer = fleet.tick("2026-11-20T18:04:10Z");
        assert_eq!(orders(&fleet), []);
        for name in COMPUTE {
            assert_eq!(decided(&answer, name), "wait/settling/none", "{name}");
        }
        // Nor of the databases, once they have arrived.
        fleet.aws.lag(&fresh);
        fleet.tick("2026-11-20T18:12:00Z");
        assert_eq!(fleet.down(), [true; 6]);
        fleet.aws.lag(&json!({ "seconds": 1200, "service": "rds" }));
        fleet.aws.forget_calls();
        let answer = fleet.tick("2026-11-20T18:12:10Z");
        assert_eq!(orders(&fleet), []);
        for name in &NAMES[..2] {
            assert_eq!(decided(&answer, name), "wait/settling/none", "{name}");
        }
        quieten(&mut fleet, "2026-11-20T18:20:00Z");
        assert_eq!(results(&fleet), vec!["stop reached"; NAMES.len()]);
        quieten(&mut fleet, MONDAY);
        assert_eq!(fleet.up(), [true; 6]);
    }
}

fn hold(at: &str) -> Value {
    json!({
        "command": "hold", "environment": "preprod", "state": "running", "until": "23:00",
        "by": "on-call", "reason": "release 4.2", "at": at,
    })
}

#[test]
fn a_hold_that_finds_everything_described_as_still_up_wakes_what_was_just_put_to_sleep() {
    let mut fleet = Fleet::open(WEEK, "respect");
    fleet.aws.lag(&json!({ "seconds": 280 }));
    fleet.tick(FRIDAY);
    // The orders' leases have run out; what they did is still not described.
    let at = "2026-11-20T18:02:30Z";
    fleet.aws.move_to(at);
    let answer = fleet.function.invoke(&hold(at)).unwrap();
    for name in COMPUTE {
        assert_eq!(
            decided(&answer["tick"], name),
            "wait/settling/none",
            "{name}"
        );
    }
    quieten(&mut fleet, "2026-11-20T18:10:00Z");
    assert_eq!(fleet.up(), [true; 6]);
}

#[test]
fn the_end_of_a_hold_that_finds_everything_described_as_still_asleep_puts_it_to_sleep() {
    let mut fleet = Fleet::open(WEEK, "respect");
    fleet.settle(FRIDAY);
    let at = "2026-11-20T19:00:00Z";
    fleet.aws.move_to(at);
    fleet.function.invoke(&hold(at)).unwrap();
    // The databases are up, and the machines are ordered now.
    fleet.aws.move_to("2026-11-20T19:14:00Z");
    fleet.aws.lag(&json!({ "seconds": 280 }));
    let answer = fleet.tick("2026-11-20T19:14:00Z");
    assert_eq!(decided(&answer, "app"), "start/transition/done");
    let at = "2026-11-20T19:16:30Z";
    fleet.aws.move_to(at);
    let release = json!({
        "command": "release", "environment": "preprod", "by": "on-call",
        "reason": "release done", "at": at,
    });
    let answer = &fleet.function.invoke(&release).unwrap()["tick"];
    for name in COMPUTE {
        assert_eq!(decided(answer, name), "wait/settling/none", "{name}");
    }
    // What uses the databases is coming up.
    for name in &NAMES[..2] {
        assert_eq!(decided(answer, name), "wait/still-used-by/none", "{name}");
    }
    quieten(&mut fleet, "2026-11-20T19:25:00Z");
    assert_eq!(fleet.down(), [true; 6]);
    quieten(&mut fleet, MONDAY);
    assert_eq!(fleet.up(), [true; 6]);
}
