//! The kept inputs of the fuzz target for configurations, replayed without a fuzzer.

use std::path::Path;

#[path = "../../../../fuzz/properties/config.rs"]
mod config;
#[path = "../../../../fuzz/properties/replay.rs"]
mod kept;

#[test]
fn config() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    kept::replay(&root, "config", config::hold);
}
