//! The tests of this crate from outside, in one binary: each module is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout, // how much was tried, with --nocapture
    unreachable_pub
)]

mod alert_ledger_wire;
mod endless;
mod fanout;
mod faults;
mod ledger;
