//! How a tick grows with its fleet, where AWS needs 50 ms for every answer.
//!
//! `NIGHTCAP_RATE_LIMITS=off cargo bench -p scheduler --bench fleet [-- RESOURCES… [over TARGETS]]`
//!
//! The real function, as Lambda runs it, over databases of an AWS that needs the same 50 ms for
//! every answer: a first look, a quiet tick, what stops all from Friday 19:00 on, the tick that
//! sees them asleep, and the same on Monday at 9:00. With `over TARGETS` the fleet is spread over
//! so many accounts, each worked as the message that it gets in the queue, one after another.
//! `FLEET_TIMEOUT` is Lambda's time limit in seconds (900).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::iter::Sum;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{Function, Running, SteadyAws};
use serde_json::{Value, json};

const ANSWER: Duration = Duration::from_millis(50);
const BEFORE: &str = "2026-11-20T17:45:00Z";
const QUIET: &str = "2026-11-20T17:55:00Z";
const FRIDAY: &str = "2026-11-20T18:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";
/// Ticks for one transition at most: what one cannot finish, the next goes on with.
const TICKS: u32 = 20;
/// What the seeded databases belong to where there is one target.
const ACCOUNT: &str = "123456789012";

fn main() {
    // Cargo passes flags of its own.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let over = words.iter().position(|word| word == "over");
    let (sizes, targets) = words.split_at(over.unwrap_or(words.len()));
    let mut sizes: Vec<usize> = sizes.iter().map(|word| word.parse().unwrap()).collect();
    if sizes.is_empty() {
        sizes = vec![1, 100, 1_000, 10_000];
    }
    let timeout = setting("FLEET_TIMEOUT").map_or(900, |seconds| seconds.parse().unwrap());
    let stage = Stage {
        targets: targets.get(1).map(|word| word.parse().unwrap()),
        timeout: Duration::from_secs(timeout),
    };
    println!(
        "timeout {timeout} s, rate limits {}",
        setting("NIGHTCAP_RATE_LIMITS").unwrap_or("on".to_owned())
    );
    println!(
        "| databases | tick | invocations | wall time | CPU | calls | in a row | log | peak memory | slowest answer late by |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for size in sizes {
        stage.weekend(size);
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How it is deployed.
struct Stage {
    /// So many accounts, worked by the queue; nothing: one account, worked where it is asked.
    targets: Option<usize>,
    timeout: Duration,
}

/// The function at work.
struct Play {
    aws: SteadyAws,
    function: Running,
}

impl Stage {
    /// One fleet of this size over one weekend.
    fn weekend(&self, size: usize) {
        let aws = SteadyAws::taking(ANSWER);
        let accounts: Vec<String> = match self.targets {
            None => vec![ACCOUNT.to_owned()],
            Some(count) => (1..=count).map(|number| format!("{number:012}")).collect(),
        };
        for number in 0..size {
            let account = &accounts[number % accounts.len()];
            aws.create_database(account, &format!("db-{number:05}"));
        }
        let function = Function::at(env!("CARGO_BIN_EXE_scheduler"))
            .timed_by(&aws)
            .within(self.timeout)
            .with(
                "NIGHTCAP_CONFIG",
                config(self.targets.map(|_| &accounts[..])),
            )
            .with("NIGHTCAP_TABLE", "nightcap")
            .with("NIGHTCAP_QUEUE_URL", format!("{}/targets", aws.endpoint()))
            // `off` for this bench; AWS's own limits are respected otherwise.
            .with(
                "NIGHTCAP_RATE_LIMITS",
                setting("NIGHTCAP_RATE_LIMITS").unwrap_or_default(),
            )
            .start();
        let mut play = Play { aws, function };
        let row = |what: &str, told: &Told, function: &Running| {
            println!(
                "| {size} | {what} | {} | {:.2} s | {:.3} s | {} | {} | {} B | {} MB | {} ms |",
                told.invocations,
                told.wall.as_secs_f64(),
                told.cpu.as_secs_f64(),
                told.calls,
                told.in_a_row,
                told.log,
                function.peak_memory().div_ceil(1_000_000),
                told.late.as_millis(),
            );
        };
        row("first look", &play.tick(BEFORE), &play.function);
        row("quiet", &play.tick(QUIET), &play.function);
        for (what, seen, from) in [
            ("stop", "seen asleep", FRIDAY),
            ("start", "seen awake", MONDAY),
        ] {
            let mut ticks = play.settle(from);
            // The last but one is the first that finds everything arrived.
            ticks.pop();
            let last = ticks.pop().unwrap();
            ticks.retain(|told| told.ordered);
            row(what, &ticks.into_iter().sum(), &play.function);
            row(seen, &last, &play.function);
        }
        row("quiet", &play.tick("2026-11-23T10:00:00Z"), &play.function);
    }
}

/// What invocations took.
#[derive(Default)]
struct Told {
    invocations: u32,
    wall: Duration,
    late: Duration,
    cpu: Duration,
    calls: usize,
    in_a_row: usize,
    log: usize,
    ordered: bool,
    waiting: bool,
}

impl Sum for Told {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            invocations: sum.invocations + one.invocations,
            wall: sum.wall + one.wall,
            late: sum.late.max(one.late),
            cpu: sum.cpu + one.cpu,
            calls: sum.calls + one.calls,
            in_a_row: sum.in_a_row + one.in_a_row,
            log: sum.log + one.log,
            ordered: sum.ordered || one.ordered,
            waiting: sum.waiting || one.waiting,
        })
    }
}

impl Play {
    /// Ticks five minutes apart until two in a row find nothing to do.
    fn settle(&mut self, from: &str) -> Vec<Told> {
        let mut at: DateTime<Utc> = from.parse().unwrap();
        let mut all = vec![];
        let mut quiet = 0;
        for _ in 0..TICKS {
            let told = self.tick(&at.to_rfc3339());
            quiet = if told.ordered || told.waiting {
                0
            } else {
                quiet + 1
            };
            all.push(told);
            self.aws.pass();
            if quiet == 2 {
                return all;
            }
            at += TimeDelta::minutes(5);
        }
        panic!("not quiet after {TICKS} ticks");
    }

    /// One tick, and whatever it sends to the queue.
    fn tick(&mut self, at: &str) -> Told {
        let mut told = vec![self.invoke(&json!({ "command": "tick", "at": at }))];
        loop {
            let events = self.aws.take_events();
            if events.is_empty() {
                return told.into_iter().sum();
            }
            told.extend(events.iter().map(|event| self.invoke(event)));
        }
    }

    fn invoke(&mut self, event: &Value) -> Told {
        let _ = self.aws.traffic();
        let (cpu, log) = (self.function.cpu_time(), self.function.log().len());
        let begun = Instant::now();
        let answer = self.function.invoke_unless(event, || false);
        let wall = begun.elapsed();
        let answer = answer.expect("an answer within Lambda's time");
        let answer = answer.unwrap_or_else(|error| panic!("{error}"));
        let summaries: Vec<&Value> = match answer["targets"].as_array() {
            Some(targets) => targets.iter().map(|target| &target["summary"]).collect(),
            None => vec![&answer["summary"]],
        };
        let count = |key: &str| -> u64 {
            summaries
                .iter()
                .filter_map(|summary| summary[key].as_u64())
                .sum()
        };
        assert_eq!(count("problems"), 0, "{:#}", answer["problems"]);
        let traffic = self.aws.traffic();
        Told {
            invocations: 1,
            wall,
            late: traffic.late(ANSWER),
            cpu: self.function.cpu_time().saturating_sub(cpu),
            calls: traffic.calls(),
            in_a_row: traffic.in_a_row(),
            log: self.function.log().len() - log,
            ordered: count("started") + count("stopped") > 0,
            waiting: count("waiting") > 0,
        }
    }
}

fn config(accounts: Option<&[String]>) -> String {
    let roles = accounts.map(|accounts| {
        let role = |account: &String| format!("arn:aws:iam::{account}:role/nightcap");
        let roles: Vec<String> = accounts.iter().map(role).collect();
        format!(", roles: [{}]", roles.join(", "))
    });
    format!(
        "timezone: Europe/Paris
drills: true
schedules:
  office-hours:
    windows: [{{ start: 0 9 * * MON-FRI, stop: 0 19 * * MON-FRI }}]
environments:
  preprod: {{ schedule: office-hours{} }}
limits: {{ max_stops: 100000 }}
",
        roles.unwrap_or_default()
    )
}
