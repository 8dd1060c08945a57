//! The kept inputs of a fuzz target, replayed without a fuzzer.
//!
//! What a fuzzer once found must stay fixed on machines that have none.

use std::path::Path;

/// Fewer inputs than this mean that the corpus was lost, not that it was tidied.
const FEWEST: usize = 10;

/// Gives every kept input of a target to its properties. `root` is the repository.
pub(crate) fn replay(root: &Path, target: &str, hold: fn(&[u8])) {
    let corpus = root.join("fuzz/corpus").join(target);
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
