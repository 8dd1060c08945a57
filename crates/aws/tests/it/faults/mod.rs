//! The reconciler among faults: thousands of schedules of chance, each from a printed seed.
//!
//! The real tick runs against an AWS in memory, whose clock is tokio's paused one. Every call
//! of it may be slow, refused, carried out although its answer is lost, carried out twice,
//! or the last one of its process. What must hold afterwards, and at every instant: `run.rs`
//! and `world.rs`.

mod by_night;
mod every_call;
mod kinds;
mod ledger;
mod long_sleep;
mod once;
mod random;
mod run;
mod wire;
mod world;
