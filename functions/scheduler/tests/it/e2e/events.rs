//! Every file in `events/` is sent to the function, and its answer is pinned: the answers'
//! shape is a contract.

use std::collections::BTreeSet;
use std::fs;

use nightcap_tests::{EmbeddedAws, GreenLeaf, root};
use serde_json::Value;

use crate::e2e::world::{demo_config, for_good, greenleaf, scheduler};

/// In which world an event is sent.
enum World {
    /// The demo's configuration: the event brings its own instant.
    Drill,
    /// Preprod is awake for good: the event is about the present, whenever that is.
    Awake,
    /// Preprod is asleep for good.
    Asleep,
    /// Preprod is awake for good, and there is a ledger.
    Kept,
}

use World::{Asleep, Awake, Drill, Kept};

/// Each file, in the order in which they are sent: those that change nothing first.
const EVENTS: [(&str, World); 25] = [
    ("rds-ignored.json", Awake),
    ("rds-instance-stopped.json", Awake),
    ("rds-instance-started.json", Awake),
    ("rds-instance-started-by-aws.json", Awake),
    ("rds-cluster-stopped.json", Awake),
    ("rds-cluster-started.json", Awake),
    ("rds-cluster-stop-failed.json", Awake),
    ("rds-cluster-started-by-aws.json", Awake),
    ("sqs-stale.json", Awake),
    ("sqs-batch.json", Awake),
    ("sqs-target.json", Awake),
    ("explain.json", Awake),
    ("explain-friday-evening.json", Drill),
    ("plan.json", Awake),
    ("plan-friday-evening.json", Drill),
    ("tick-dry-run.json", Asleep),
    ("tick.json", Awake),
    ("tick-eventbridge-scheduler.json", Awake),
    ("tick-scheduled-event.json", Awake),
    ("tick-friday-evening.json", Drill),
    ("tick-monday-morning.json", Drill),
    ("hold.json", Kept),
    ("hold-resource.json", Kept),
    ("holds.json", Kept),
    ("release.json", Kept),
];
/// How many of them change nothing, on this fleet.
const QUIET: usize = 19;

#[test]
fn every_file_in_events_is_sent_by_a_test() {
    let there = fs::read_dir(root().join("events")).unwrap();
    let there: BTreeSet<String> = there
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // Those of the other function are sent by its own tests.
        .filter(|file| !file.starts_with("guard-"))
        .collect();
    let sent = EVENTS.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(there, sent, "add the file to EVENTS, above");
}

#[test]
fn every_event_gets_its_documented_answer() {
    let (aws, greenleaf, _) = greenleaf();
    aws.create_ledger(LEDGER);
    aws.forget_calls();
    for (index, (file, world)) in EVENTS.iter().enumerate() {
        let mut answer = answer(&aws, &greenleaf, file, world);
        // Which of two holds ends first depends on the hour at which this runs.
        if let Some(holds) = answer.get_mut("holds").and_then(Value::as_array_mut) {
            holds.sort_by_key(|hold| hold["on"].to_string());
        }
        pin(file, &answer);
        if index < QUIET {
            assert_eq!(aws.orders(), [], "{file} changes nothing");
        }
    }
    assert_ne!(aws.orders(), [], "a tick in earnest does");
}

fn answer(aws: &EmbeddedAws, greenleaf: &GreenLeaf, file: &str, world: &World) -> Value {
    let event = fs::read_to_string(root().join("events").join(file)).unwrap();
    let event: Value = serde_json::from_str(&event).unwrap();
    let config = match world {
        Drill => demo_config(),
        Awake | Kept => for_good("awake"),
        Asleep => for_good("asleep"),
    };
    let mut function = scheduler(aws, &config).with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn);
    if matches!(world, Kept) {
        function = function.with("NIGHTCAP_TABLE", LEDGER);
    }
    function.start().invoke(&event).unwrap()
}

const LEDGER: &str = "nightcap";

fn pin(file: &str, answer: &Value) {
    let name = file.trim_end_matches(".json");
    let mut settings = insta::Settings::clone_current();
    // What differs from run to run: the present, and the id that AWS makes up for a group.
    if !name.contains("friday") && !name.contains("monday") {
        settings.add_redaction(".at", "[now]");
    }
    // A hold is made now; what it ends with, costs and is called follows from that.
    if name.contains("hold") || name == "release" {
        for key in [
            "at",
            "from",
            "until",
            "until_local",
            "since",
            "id",
            "minutes_beyond_schedule",
            "usd",
            "text",
        ] {
            settings.add_redaction(&format!(".**.{key}"), format!("[{key}]"));
        }
    }
    for arn in [".resource.arn", ".resources[].arn", ".tick.resources[].arn"] {
        settings.add_dynamic_redaction(arn, |arn, _| match arn.as_str() {
            Some(arn) => without_group_id(arn).into(),
            None => arn,
        });
    }
    settings.bind(|| insta::assert_json_snapshot!(name, answer));
}

/// `arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:ID:autoScalingGroupName/NAME`.
fn without_group_id(arn: &str) -> String {
    let parts = arn.split(':').enumerate();
    let kept = parts.map(|(place, part)| {
        if place == 6 && part.len() == 36 {
            "[id]"
        } else {
            part
        }
    });
    kept.collect::<Vec<_>>().join(":")
}
