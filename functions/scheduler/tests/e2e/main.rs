//! The function from end to end: the real binary, invoked through a Lambda Runtime API,
//! against the embedded AWS over HTTP.
//!
//! One binary for all of them, because linking costs more than running; nextest still runs
//! each test in a process of its own, with an AWS of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod bar;
mod blast_radius;
mod by_hand;
mod config_source;
mod deadline;
mod events;
mod every_kind;
mod fanout;
mod faults;
mod fleet;
mod kinds;
mod ledger;
mod licenses;
mod notifications;
mod predictive;
mod readiness;
mod refusals;
mod signals;
mod stale;
mod tag_case;
mod throttling;
mod tls;
mod upgrade;
mod weekend;
mod world;
