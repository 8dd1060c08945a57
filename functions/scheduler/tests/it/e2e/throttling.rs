//! AWS's own buckets of tokens, emptied by everybody in the account: a burst is refused, and a
//! tick gets on as fast as they are refilled, or leaves the rest to the next.

use std::time::{Duration, Instant};

use nightcap_tests::{Call, EmbeddedAws};
use serde_json::{Value, json};

use crate::e2e::every_kind::{create_instance, instance};
use crate::e2e::world::{FRIDAY, MONDAY, problems, scheduler, tick};

const TABLE: &str = "nightcap";
const MACHINES: usize = 8;
/// As infra/ deploys it.
const TIMEOUT: Duration = Duration::from_mins(1);

const CONFIG: &str = "
drills: true
timezone: UTC
schedules:
  office-hours: { windows: [{ start: '0 8 * * MON-FRI', stop: '0 18 * * MON-FRI' }] }
environments:
  preprod: { schedule: office-hours, kinds: [ec2-instance, rds-instance] }
  prod: { protected: true }
";

/// Eight machines of preprod asleep, one of production up.
fn asleep() -> (EmbeddedAws, Vec<String>) {
    let aws = EmbeddedAws::start("2026-11-20T17:50:00Z");
    aws.create_ledger(TABLE);
    create_instance(&aws, "prod", "prod-box");
    let names: Vec<String> = (0..MACHINES)
        .map(|index| create_instance(&aws, "preprod", &format!("box-{index}")))
        .collect();
    for id in &names {
        aws.query("ec2", "StopInstances", &[("InstanceId.1", id)]);
    }
    aws.move_to(FRIDAY);
    (aws, names)
}

fn starts(aws: &EmbeddedAws) -> Vec<Call> {
    let calls = aws.calls().into_iter();
    calls
        .filter(|call| call.action == "StartInstances")
        .collect()
}

fn refused(aws: &EmbeddedAws) -> usize {
    let starts = starts(aws);
    let refused = starts
        .iter()
        .filter(|call| call.error.as_deref() == Some("RequestLimitExceeded"));
    refused.count()
}

fn count(answer: &Value, key: &str) -> usize {
    usize::try_from(answer["summary"][key].as_u64().unwrap()).unwrap()
}

#[test]
fn a_burst_that_aws_throttles_is_carried_out_with_backoff_in_one_tick() {
    let (aws, names) = asleep();
    let mut function = scheduler(&aws, CONFIG)
        .with("NIGHTCAP_TABLE", TABLE)
        .within(TIMEOUT)
        .start();
    aws.move_to(MONDAY);
    aws.forget_calls();
    // A fifth of the bucket of StartInstances is left to us: one, and two a second as for all.
    aws.throttle(&json!({ "size": 0.2 }));
    let begun = Instant::now();
    let answer = function.invoke(&tick(MONDAY)).unwrap();
    assert!(begun.elapsed() < TIMEOUT);
    assert_eq!(problems(&answer), [""; 0]);
    assert_eq!(
        count(&answer, "started"),
        MACHINES,
        "{:#}",
        answer["summary"]
    );
    assert!(
        refused(&aws) > 0,
        "nothing was throttled: {:#?}",
        starts(&aws)
    );
    aws.move_to("2026-11-23T08:05:00Z");
    for id in &names {
        assert_eq!(instance(&aws, id), "running");
    }
    let figures = function.figures();
    let retries = figures.last().unwrap()["AwsRetries"].as_u64().unwrap();
    assert_eq!(usize::try_from(retries).unwrap(), refused(&aws));
}

#[test]
fn a_bucket_that_others_keep_empty_costs_its_orders_alone_and_the_next_tick_gives_them() {
    let (aws, names) = asleep();
    let mut function = scheduler(&aws, CONFIG)
        .with("NIGHTCAP_TABLE", TABLE)
        .within(TIMEOUT)
        .start();
    aws.move_to(MONDAY);
    aws.throttle(&json!({ "size": 0.2, "refill": 0.01 }));
    let begun = Instant::now();
    let answer = function.invoke(&tick(MONDAY)).unwrap();
    assert!(begun.elapsed() < TIMEOUT, "{:?}", begun.elapsed());
    let first = count(&answer, "started");
    assert!((1..MACHINES).contains(&first), "{:#}", answer["summary"]);
    for told in problems(&answer) {
        assert!(told.contains("RequestLimitExceeded"), "{told}");
    }
    // The others are done.
    aws.throttle(&Value::Null);
    aws.forget_calls();
    let soon = "2026-11-23T08:05:00Z";
    aws.move_to(soon);
    let answer = function.invoke(&tick(soon)).unwrap();
    assert_eq!(problems(&answer), [""; 0]);
    assert_eq!(starts(&aws).len(), MACHINES - first, "each once");
    aws.move_to("2026-11-23T08:10:00Z");
    for id in &names {
        assert_eq!(instance(&aws, id), "running");
    }
}

/// Of the services that publish no figures: the codes are theirs, the sizes EC2's.
#[test]
fn a_listing_that_is_throttled_for_a_moment_is_read_all_the_same() {
    let (aws, _) = asleep();
    let mut function = scheduler(&aws, CONFIG)
        .with("NIGHTCAP_TABLE", TABLE)
        .within(TIMEOUT)
        .start();
    aws.throttle(&json!({ "size": 0.01, "refill": 0.05 }));
    let look = json!({ "command": "tick", "at": FRIDAY, "dry_run": true });
    function.invoke(&look).unwrap();
    aws.forget_calls();
    let answer = function.invoke(&look).unwrap();
    let throttled = aws.calls().into_iter().filter_map(|call| call.error);
    let throttled: Vec<String> = throttled.collect();
    assert!(
        throttled.contains(&"Throttling".to_owned()),
        "{throttled:?}"
    );
    assert_eq!(problems(&answer), [""; 0]);
}
