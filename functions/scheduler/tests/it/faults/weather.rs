//! Faults by chance on every call, over HTTP: throttling, errors, drops, truncated pages,
//! malformed answers, stalls.

use std::collections::BTreeMap;

use nightcap_tests::{Asked, Chance, Fault, first_seed, runs, throttling, weather};

use crate::faults::stage::{Stage, Turn};

type Judge = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

/// What strikes how many calls in a hundred, and for how many days by default.
const WEATHERS: [(&str, u64, u64); 6] = [
    ("faults", 1, 3),
    ("faults", 10, 2),
    ("faults", 50, 1),
    ("throttling", 1, 2),
    ("throttling", 10, 1),
    ("throttling", 50, 1),
];

/// Side by side, each with an AWS of its own: a retry waits most of its time.
#[test]
fn however_often_calls_fail_the_fleet_ends_as_desired() {
    side_by_side(&WEATHERS, || Stage::open(2));
}

/// The same with instances, services and node groups, whose protocols are others.
const WEATHERS_OF_EVERY_KIND: [(&str, u64, u64); 3] =
    [("faults", 10, 1), ("faults", 50, 1), ("throttling", 50, 1)];

#[test]
fn however_often_calls_fail_a_fleet_of_every_kind_ends_as_desired() {
    side_by_side(&WEATHERS_OF_EVERY_KIND, || Stage::of_every_kind(2));
}

fn side_by_side(weathers: &[(&str, u64, u64)], stage: impl Fn() -> Stage + Copy + Send) {
    std::thread::scope(|scope| {
        for &(what, percent, otherwise) in weathers {
            scope.spawn(move || {
                let judge = |seed| -> Judge {
                    match what {
                        "throttling" => Box::new(throttling(seed, percent)),
                        _ => Box::new(weather(seed, percent)),
                    }
                };
                days(stage(), (what, percent, otherwise), judge);
            });
        }
    });
}

/// So many days, each with its seed: a foul evening, a foul morning, and the verdict on both.
fn days(
    mut stage: Stage,
    (what, percent, otherwise): (&str, u64, u64),
    judge: impl Fn(u64) -> Judge,
) {
    let (first, runs) = (first_seed(), runs(otherwise));
    // A tick of which every second call fails takes half a minute.
    let beats = if percent < 50 { 3 } else { 2 };
    let mut struck: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut ticks, mut unanswered, mut calls) = (0, 0, 0);
    for seed in first..first + runs {
        println!("{what} {percent} %, NIGHTCAP_FAULT_SEED={seed} NIGHTCAP_FAULT_RUNS=1");
        let mut chance = Chance::new(seed);
        for turn in [Turn::Evening, Turn::Morning] {
            stage.go_to(turn);
            for process in &stage.processes {
                process.proxy.strike(judge(chance.draw()));
            }
            for _ in 0..beats {
                let at_once = if chance.percent(30) { 2 } else { 1 };
                let said = stage.tick(at_once);
                ticks += said.len();
                unanswered += said
                    .iter()
                    .filter(|said| !matches!(said, Some(Ok(_))))
                    .count();
            }
            for process in &stage.processes {
                calls += process.proxy.seen().len();
                for (fault, times) in process.proxy.tally() {
                    *struck.entry(fault).or_default() += times;
                }
            }
            stage.settle();
            stage.verify(turn);
        }
    }
    stage.verify_untouchables();
    println!(
        "{what} {percent} %: {runs} days, {ticks} ticks ({unanswered} without an answer), {calls} calls, struck: {struck:?}"
    );
    assert!(
        calls > 0 && (percent == 1 || !struck.is_empty()),
        "nothing was struck"
    );
}
