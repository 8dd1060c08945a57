//! The `nightcap` command.
fn main() {}
