//! What a forecast and a backtest cost in time, on a year of a real bill.
//!
//! `cargo bench -p nightcap-cost --features backtest --bench forecast`
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nightcap_cost::actuals::read_costs;
use nightcap_cost::backtest::{BacktestOptions, backtest};
use nightcap_cost::forecast::{ForecastInput, forecast};
use nightcap_cost::{DailyCosts, Usd};

fn bill() -> DailyCosts {
    read_costs(include_str!("../data/daily_cloud_cost_2018.csv").as_bytes())
        .unwrap()
        .charges
}

fn benches(c: &mut Criterion) {
    let costs = bill();
    let month_of_history: DailyCosts = costs
        .iter()
        .filter(|(day, _)| *day >= "2018-11-01".parse().unwrap())
        .collect();
    let ask = |costs: &DailyCosts| {
        let as_of = "2018-12-10".parse().unwrap();
        forecast(&ForecastInput {
            costs,
            as_of,
            budget: Usd::from_cents(350_000),
            plan: None,
            provisional_days: 0,
        })
    };
    c.bench_function("forecast, a year of history", |b| {
        b.iter(|| ask(black_box(&costs)).unwrap());
    });
    c.bench_function("forecast, a month of history", |b| {
        b.iter(|| ask(black_box(&month_of_history)).unwrap());
    });
    let mut slow = c.benchmark_group("backtest");
    slow.sample_size(10);
    slow.bench_function("eleven months, nine methods", |b| {
        b.iter(|| backtest(black_box(&costs), &BacktestOptions::default()).unwrap());
    });
    slow.finish();
}

criterion_group!(forecast_benches, benches);
criterion_main!(forecast_benches);
