//! More work than there is time for, as Lambda tells it with every invocation.

use std::time::{Duration, Instant};

use nightcap_tests::{EmbeddedAws, Queue, REGION};
use serde_json::json;

use crate::e2e::world::{FRIDAY, create_database, demo_config, scheduler, tick};

const TABLE: &str = "nightcap";
const DATABASES: usize = 60;

/// Sixty databases, of which each order takes a second: ten seconds of Lambda's time are enough
/// for about a third of them.
fn fleet() -> EmbeddedAws {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    for index in 0..DATABASES {
        let tags = [("nightcap:environment", "preprod")];
        create_database(&aws, REGION, &format!("db-{index:03}"), &tags);
    }
    aws.move_to(FRIDAY);
    aws.fail(&json!({ "action": "StopDBInstance", "delay_ms": 2_000 }));
    aws
}

fn stops(aws: &EmbeddedAws) -> Vec<String> {
    let calls = aws.calls().into_iter();
    let stops = calls.filter(|call| call.action == "StopDBInstance");
    let mut names: Vec<String> = stops.map(|call| call.resource().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_tick_answers_before_its_time_is_up_and_the_next_one_goes_on() {
    let aws = fleet();
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TABLE", TABLE)
        .within(Duration::from_secs(10))
        .start();
    let begun = Instant::now();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10));
    let count = |key: &str| usize::try_from(answer["summary"][key].as_u64().unwrap()).unwrap();
    let first = count("stopped");
    assert!((1..DATABASES).contains(&first), "{:#}", answer["summary"]);
    assert_eq!(first + count("waiting"), DATABASES);
    assert_eq!(answer["problems"], json!([]));
    let results = answer["resources"].as_array().unwrap().iter();
    let postponed = results.filter(|resource| resource["result"] == "postponed");
    assert_eq!(postponed.count(), DATABASES - first);
    // Whoever watches the schedule sees that it lives.
    let figures = function.figures();
    assert_eq!(figures.last().unwrap()["Heartbeat"], 1);
    assert!(function.log().contains("a later tick goes on"));

    aws.heal();
    function.invoke(&tick("2026-11-20T18:00:01Z")).unwrap();
    let all: Vec<String> = (0..DATABASES)
        .map(|index| format!("db-{index:03}"))
        .collect();
    assert_eq!(stops(&aws), all, "each once");
}

#[test]
fn with_a_queue_what_is_left_goes_on_at_once() {
    let aws = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TABLE", TABLE)
        .with("NIGHTCAP_QUEUE_URL", queue.url())
        .within(Duration::from_secs(10))
        .start();
    function.invoke(&tick(FRIDAY)).unwrap();
    assert!(stops(&aws).len() < DATABASES);
    let mut rounds = 0;
    while let Some(answer) = queue.deliver(&mut function) {
        let answer = answer.unwrap();
        assert_eq!(answer["targets"][0]["result"], "done", "{answer:#}");
        rounds += 1;
    }
    assert!((1..10).contains(&rounds), "{rounds}");
    assert_eq!(
        stops(&aws).len(),
        DATABASES,
        "each once, in {rounds} rounds"
    );
}

#[test]
fn what_never_gets_on_does_not_call_itself_for_ever() {
    let aws = fleet();
    // No order is answered before the time is up.
    aws.heal();
    aws.fail(&json!({ "action": "StopDBInstance", "delay_ms": 9_000 }));
    let queue = Queue::create(&aws, "targets");
    let mut function = scheduler(&aws, &demo_config())
        .with("NIGHTCAP_TABLE", TABLE)
        .with("NIGHTCAP_QUEUE_URL", queue.url())
        .within(Duration::from_secs(10))
        .start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(answer["summary"]["stopped"], 0);
    assert_eq!(queue.take(10), [] as [serde_json::Value; 0]);
}
