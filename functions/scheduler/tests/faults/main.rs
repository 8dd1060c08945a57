//! The function among faults: the real binary, with a proxy between it and the embedded AWS.
//!
//! What was run in earnest, how often, and what it found: `docs/reliability.md`. How often
//! chance is tried follows `NIGHTCAP_FAULT_RUNS`, from which seed on `NIGHTCAP_FAULT_SEED`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod events;
#[path = "../e2e/every_kind.rs"]
#[allow(dead_code, reason = "the end-to-end tests need more of it")]
mod every_kind;
mod fanout;
mod last_call;
mod poisoned;
mod spoilt;
mod stage;
mod told;
mod weather;
#[path = "../e2e/world.rs"]
#[allow(dead_code, reason = "the end-to-end tests need more of it")]
mod world;
