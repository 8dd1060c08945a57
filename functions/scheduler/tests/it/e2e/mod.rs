//! The function from end to end: the real binary, invoked through a Lambda Runtime API,
//! against the embedded AWS over HTTP.
//!
//! nextest runs each test in a process of its own, with an AWS of its own.

mod bar;
mod blast_radius;
mod by_hand;
mod config_source;
mod deadline;
mod events;
pub(crate) mod every_kind;
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
pub(crate) mod world;
