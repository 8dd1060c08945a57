#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
//! The kept inputs of the fuzz targets, replayed without a fuzzer.
//!
//! What a fuzzer once found must stay fixed on machines that have none.

use std::path::Path;

#[path = "../../../fuzz/properties/config.rs"]
mod config;
#[path = "../../../fuzz/properties/cron.rs"]
mod cron;

/// Fewer inputs than this mean that the corpus was lost, not that it was tidied.
const FEWEST: usize = 10;

fn replay(target: &str, hold: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut inputs: Vec<_> = std::fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    inputs.sort();
    assert!(
        inputs.len() >= FEWEST,
        "only {} inputs in {}",
        inputs.len(),
        corpus.display()
    );
    for input in inputs {
        let bytes = std::fs::read(&input).unwrap();
        let outcome = std::panic::catch_unwind(|| hold(&bytes));
        assert!(outcome.is_ok(), "{} fails", input.display());
    }
}

#[test]
fn cron() {
    replay("cron", cron::hold);
}

#[test]
fn config() {
    replay("config", config::hold);
}
