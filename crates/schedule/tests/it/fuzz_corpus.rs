//! The kept inputs of the fuzz target for cron, replayed without a fuzzer.

use std::path::Path;

#[path = "../../../../fuzz/properties/cron.rs"]
mod cron;
#[path = "../../../../fuzz/properties/replay.rs"]
mod kept;

#[test]
fn cron() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    kept::replay(&root, "cron", cron::hold);
}
