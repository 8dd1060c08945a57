//! What a schedule costs: to compile, to decide, to lay out a year.
//!
//! `cargo bench -p nightcap-schedule --bench schedule`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nightcap_schedule::{Calendar, Country, CronExpression, Schedule, State, Window, parse_zone};

const RESOURCES: usize = 10_000;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Office hours in Paris, a Saturday morning, and the French holidays.
fn compile() -> Schedule {
    let window = |start, stop| Window {
        start: CronExpression::parse(start).unwrap(),
        stop: CronExpression::parse(stop).unwrap(),
    };
    let windows = vec![
        window("0 9 * * MON-FRI", "0 19 * * MON-FRI"),
        window("0 10 * * SAT", "0 13 * * SAT"),
    ];
    let calendar = Calendar {
        holidays: Some(Country::parse("FR").unwrap()),
        ..Calendar::default()
    };
    Schedule::compile(parse_zone("Europe/Paris").unwrap(), windows, Some(calendar)).unwrap()
}

/// Instants spread over the year, so that no branch is learnt.
fn instants(from: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    (0..1_024)
        .map(|step| from + TimeDelta::seconds((step * 7_919_773) % (365 * 86_400)))
        .collect()
}

fn schedule(criterion: &mut Criterion) {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let schedule = compile();
    let timeline = schedule.over(from, to);
    let asked = instants(from);

    criterion.bench_function("compile a schedule", |bench| bench.iter(compile));
    criterion.bench_function("a year's transitions", |bench| {
        bench.iter(|| black_box(&schedule).transitions(black_box(from), to));
    });
    criterion.bench_function("a year's timeline", |bench| {
        bench.iter(|| black_box(&schedule).over(black_box(from), to));
    });
    criterion.bench_function("one decision, straight", |bench| {
        let mut turn = asked.iter().cycle();
        bench.iter(|| black_box(&schedule).state_at(*turn.next().unwrap()));
    });
    criterion.bench_function("one decision, looked up", |bench| {
        let mut turn = asked.iter().cycle();
        bench.iter(|| black_box(&timeline).state_at(*turn.next().unwrap()));
    });
    criterion.bench_function("one decision with its neighbours, looked up", |bench| {
        let mut turn = asked.iter().cycle();
        bench.iter(|| black_box(&timeline).around(*turn.next().unwrap()));
    });
    criterion.bench_function("next transition, straight", |bench| {
        let mut turn = asked.iter().cycle();
        bench.iter(|| black_box(&schedule).next(*turn.next().unwrap()));
    });
}

/// A fleet of 10,000 resources on 20 schedules at one instant: lay out the tick's day once for
/// each schedule, then look up every resource.
fn fleet(criterion: &mut Criterion) {
    let schedules: Vec<Schedule> = (0..20).map(|_| compile()).collect();
    let now = at("2026-03-29T12:00:00Z");
    let mut group = criterion.benchmark_group("fleet");
    group.throughput(Throughput::Elements(RESOURCES as u64));
    group.bench_function("decide 10,000 resources on 20 schedules", |bench| {
        bench.iter(|| {
            let timelines: Vec<_> = schedules
                .iter()
                .map(|schedule| schedule.over(black_box(now), now + TimeDelta::minutes(15)))
                .collect();
            let running = (0..RESOURCES).filter(|resource| {
                timelines[resource % timelines.len()].state_at(now) == Some(State::Running)
            });
            running.count()
        });
    });
    group.finish();
}

criterion_group!(benches, schedule, fleet);
criterion_main!(benches);
