//! The tests of this crate from outside, in one binary: each module is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout, // how much was tried, with --nocapture
    unreachable_pub
)]

mod e2e;
mod faults;
mod fuzz_corpus;
mod large;
mod running_cost;
