//! What a plan costs where the configuration is as large as it may be.
//!
//! `cargo bench -p nightcap-domain --bench plan`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::Ledger;
use nightcap_domain::plan::plan;

/// The worst that a configuration may ask for: a hundred windows without a pause, shared by
/// twenty environments.
fn overlapping(criterion: &mut Criterion) {
    let windows: String = (0..100)
        .map(|n| {
            let (hour, minute) = (n / 60, n % 60);
            let stop = (minute + 59) % 60;
            format!("      - {{ start: '{minute} {hour} * * *', stop: '{stop} {hour} * * *' }}\n")
        })
        .collect();
    let environments: String = (0..20)
        .map(|n| format!("  env-{n}: {{ schedule: always }}\n"))
        .collect();
    let text = format!(
        "timezone: UTC\nschedules:\n  always:\n    windows:\n{windows}environments:\n{environments}"
    );
    let config = Compiled::parse(&text).unwrap();
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    criterion.bench_function(
        "plan 20 environments on 100 windows without a pause",
        |bench| {
            bench.iter(|| plan(black_box(&config), vec![], &Ledger::default(), now));
        },
    );
}

criterion_group!(benches, overlapping);
criterion_main!(benches);
