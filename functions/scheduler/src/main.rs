//! The scheduler function.
fn main() {}
