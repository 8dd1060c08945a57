//! The function among faults: the real binary, with a proxy between it and the embedded AWS.
//!
//! What was run in earnest, how often, and what it found: `docs/reliability.md`. How often
//! chance is tried follows `NIGHTCAP_FAULT_RUNS`, from which seed on `NIGHTCAP_FAULT_SEED`.

mod events;
mod fanout;
mod last_call;
mod poisoned;
mod spoilt;
mod stage;
mod told;
mod weather;
