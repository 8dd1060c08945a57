//! How a tick grows with its fleet, with every call to AWS taking 50 ms longer.
//!
//! `NIGHTCAP_RATE_LIMITS=off cargo bench -p scheduler --bench fleet [-- RESOURCES...]`
//!
//! The real function, as Lambda runs it, over databases of the embedded AWS: a quiet tick, the
//! ticks from Friday 19:00 until all sleep, the ticks from Monday 09:00 until all are up. What
//! moto itself needs for an answer comes on top of the 50 ms, and grows with the fleet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{EmbeddedAws, Fault, Function, Proxy, REGION, Running};
use serde_json::json;

const TABLE: &str = "nightcap";
const DELAY: Duration = Duration::from_millis(50);
const BEFORE: &str = "2026-11-20T17:55:00Z";
const FRIDAY: &str = "2026-11-20T18:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";
/// Ticks for one transition at most: what one cannot finish, the next goes on with.
const TICKS: u32 = 20;

const CONFIG: &str = "
timezone: Europe/Paris
drills: true
schedules:
  office-hours:
    windows: [{ start: 0 9 * * MON-FRI, stop: 0 19 * * MON-FRI }]
environments:
  preprod: { schedule: office-hours }
limits: { max_stops: 100000 }
";

fn main() {
    // Cargo passes flags of its own.
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        vec![1, 100, 1_000, 10_000]
    } else {
        asked
    };
    println!("| databases | tick | ticks | wall time | calls to AWS | peak memory |");
    println!("|---|---|---|---|---|---|");
    for size in sizes {
        weekend(size);
    }
}

/// `NIGHTCAP_RATE_LIMITS` as it is set for this bench: AWS's own limits are respected unless it
/// says `off`.
fn limits() -> String {
    std::env::var("NIGHTCAP_RATE_LIMITS").unwrap_or_default()
}

/// One fleet of this size over one weekend.
fn weekend(size: usize) {
    let aws = EmbeddedAws::start(BEFORE);
    aws.create_ledger(TABLE);
    for number in 0..size {
        create_database(&aws, &format!("db-{number:05}"));
    }
    let proxy = Proxy::before(&aws);
    let mut function = Function::at(env!("CARGO_BIN_EXE_scheduler"))
        .using(&aws)
        .through(&proxy)
        .with("NIGHTCAP_CONFIG", CONFIG)
        .with("NIGHTCAP_TABLE", TABLE)
        .with("NIGHTCAP_RATE_LIMITS", limits())
        .start();
    // The first meets the fleet and writes down what it sees.
    settle(&aws, &proxy, &mut function, BEFORE);
    let row = |what: &str, told: &Told, function: &Running| {
        println!(
            "| {size} | {what} | {} | {:.2} s | {} | {} MB |",
            told.ticks,
            told.wall.as_secs_f64(),
            told.calls,
            function.peak_memory().div_ceil(1_000_000),
        );
    };
    let quiet = one(&proxy, &mut function, "2026-11-20T17:59:00Z").unwrap();
    row("quiet", &quiet, &function);
    let stop = settle(&aws, &proxy, &mut function, FRIDAY);
    row("stop, until quiet", &stop, &function);
    let start = settle(&aws, &proxy, &mut function, MONDAY);
    row("start, until quiet", &start, &function);
}

/// What one or more ticks took.
#[derive(Default)]
struct Told {
    ticks: u32,
    wall: Duration,
    calls: usize,
    quiet: bool,
}

/// Ticks five minutes apart until nothing is ordered and nothing waits.
fn settle(aws: &EmbeddedAws, proxy: &Proxy, function: &mut Running, from: &str) -> Told {
    let mut at: DateTime<Utc> = from.parse().unwrap();
    let mut told = Told::default();
    for _ in 0..TICKS {
        aws.move_to(&at.to_rfc3339());
        let one = one(proxy, function, &at.to_rfc3339())
            .unwrap_or_else(|| panic!("no answer within Lambda's minute at {at}"));
        told.ticks += 1;
        told.wall += one.wall;
        told.calls += one.calls;
        if one.quiet {
            return told;
        }
        at += TimeDelta::minutes(5);
    }
    panic!("not quiet after {TICKS} ticks");
}

/// One tick; nothing if its minute was not enough.
fn one(proxy: &Proxy, function: &mut Running, at: &str) -> Option<Told> {
    proxy.strike(|_| Some(Fault::Slow(DELAY)));
    let begun = Instant::now();
    let answer = function.invoke_unless(&json!({ "command": "tick", "at": at }), || false)?;
    let wall = begun.elapsed();
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    let count = |key: &str| answer["summary"][key].as_u64().unwrap();
    assert_eq!(count("problems"), 0, "{:#}", answer["problems"]);
    Some(Told {
        ticks: 1,
        wall,
        calls: proxy.seen().len(),
        quiet: ["started", "stopped", "waiting"].map(count) == [0; 3],
    })
}

fn create_database(aws: &EmbeddedAws, name: &str) {
    let sent = [
        ("DBInstanceIdentifier", name),
        ("DBInstanceClass", "db.t3.micro"),
        ("Engine", "postgres"),
        ("AllocatedStorage", "20"),
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
        ("Tags.Tag.1.Key", "nightcap:environment"),
        ("Tags.Tag.1.Value", "preprod"),
    ];
    aws.query_in(REGION, "rds", "CreateDBInstance", &sent);
}
