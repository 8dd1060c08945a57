//! The kept inputs of the fuzz target `event`, and every event file, replayed without a fuzzer.
//!
//! What a fuzzer once found must stay fixed on machines that have none.

use std::path::{Path, PathBuf};

#[path = "../../../../fuzz/properties/event.rs"]
mod event;

/// Fewer inputs than this mean that the corpus was lost, not that it was tidied.
const FEWEST: usize = 10;

fn inputs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(folder);
    let mut inputs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    inputs.sort();
    assert!(
        inputs.len() >= FEWEST,
        "only {} inputs in {}",
        inputs.len(),
        folder.display()
    );
    inputs
}

fn replay(folder: &str) {
    for input in inputs(folder) {
        let bytes = std::fs::read(&input).unwrap();
        let outcome = std::panic::catch_unwind(|| event::hold(&bytes));
        assert!(outcome.is_ok(), "{} fails", input.display());
    }
}

#[test]
fn kept_inputs() {
    replay("fuzz/corpus/event");
}

#[test]
fn event_files() {
    replay("events");
}
