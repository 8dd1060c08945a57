//! Events lost, delivered twice, at once, late and out of order.

use nightcap_tests::{Chance, Change, first_seed, runs};
use serde_json::{Value, json};

use crate::e2e::world::tick;
use crate::faults::stage::{BEAT, Stage, Turn};

/// Days by chance, unless `NIGHTCAP_FAULT_RUNS` says otherwise.
const RUNS: u64 = 3;

#[test]
fn events_may_be_lost_repeated_and_reordered() {
    days(Stage::open(2), runs(RUNS));
}

#[test]
fn events_may_be_lost_repeated_and_reordered_for_every_kind() {
    days(Stage::of_every_kind(2), runs(1));
}

fn days(mut stage: Stage, runs: u64) {
    let first = first_seed();
    let (mut delivered, mut lost, mut twice) = (0, 0, 0);
    for seed in first..first + runs {
        println!("NIGHTCAP_FAULT_SEED={seed} NIGHTCAP_FAULT_RUNS=1");
        let mut chance = Chance::new(seed);
        for turn in [Turn::Evening, Turn::Morning] {
            stage.go_to(turn);
            let mut seen = 0;
            // What has happened and is still on its way.
            let mut waiting: Vec<Value> = vec![];
            for _ in 0..5 {
                let due = due(&mut chance, &mut waiting, &stage);
                match due.len() {
                    0 => lost += 1,
                    count => twice += usize::from(due[0] == due[count - 1] && count > 1),
                }
                delivered += due.len();
                for said in stage.deliver(&due) {
                    said.unwrap().unwrap();
                }
                stage.pass(BEAT);
                let changes = stage.aws.changes();
                waiting.extend(changes[seen..].iter().filter_map(event));
                seen = changes.len();
            }
            stage.settle();
            stage.verify(turn);
        }
    }
    stage.verify_untouchables();
    println!(
        "{runs} days: {delivered} events delivered ({twice} twice at once), {lost} beats without one"
    );
    assert!(twice > 0 || lost > 0, "nothing happened to the events");
}

/// Nothing, one event, or two at once: the schedule's tick, or what a database did, in any
/// order and at any later beat.
fn due(chance: &mut Chance, waiting: &mut Vec<Value>, stage: &Stage) -> Vec<Value> {
    let beat = tick(&stage.now.to_rfc3339());
    match chance.below(6) {
        0 => vec![],
        1 | 2 => vec![beat.clone(), beat],
        _ if waiting.is_empty() => vec![beat],
        _ => {
            let place = usize::try_from(chance.below(waiting.len() as u64)).unwrap();
            let mut late = if chance.percent(30) {
                waiting[place].clone()
            } else {
                waiting.swap_remove(place)
            };
            // Drills take an event's own instant for the present.
            late["time"] = json!(stage.now.to_rfc3339());
            if chance.percent(50) {
                vec![late.clone(), late]
            } else {
                vec![late, beat]
            }
        }
    }
}

/// AWS's event about a change of a database.
fn event(change: &Change) -> Option<Value> {
    let (kind, id) = match (change.kind.as_str(), change.to.as_str()) {
        ("db-instance", "stopped") => ("db", "RDS-EVENT-0087"),
        ("db-instance", "available") => ("db", "RDS-EVENT-0088"),
        ("db-cluster", "stopped") => ("cluster", "RDS-EVENT-0150"),
        ("db-cluster", "available") => ("cluster", "RDS-EVENT-0151"),
        _ => return None,
    };
    let arn = format!(
        "arn:aws:rds:eu-west-3:123456789012:{kind}:{}",
        change.resource
    );
    Some(json!({
        "source": "aws.rds",
        "detail-type": "RDS DB Instance Event",
        "resources": [arn],
        "detail": { "EventID": id, "SourceArn": arn },
    }))
}
