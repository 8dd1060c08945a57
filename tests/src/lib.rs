//! What end-to-end tests share: an AWS on loopback, a Lambda Runtime API around the real
//! binary, and a mailbox. Nothing here reaches a real account or another machine.
//!
//! The tests themselves stand with the binary they run, in `functions/*/tests` and
//! `cli/tests`: only there does cargo build that binary first and say where it is.
//!
//! ```no_run
//! use nightcap_tests::{EmbeddedAws, Function};
//! use serde_json::json;
//!
//! let aws = EmbeddedAws::start("2026-11-20T17:55:00Z");
//! let greenleaf = aws.seed();
//! let mut scheduler = Function::at("target/debug/scheduler")
//!     .using(&aws)
//!     .with("NIGHTCAP_CONFIG", "timezone: Europe/Paris\n…")
//!     .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
//!     .start();
//! let answer = scheduler.invoke(&json!({"command": "tick"})).unwrap();
//! assert_eq!(answer["summary"]["problems"], 0);
//! assert_eq!(greenleaf.mails(&aws).len(), 1);
//! ```
//!
//! Everything ends when it goes out of scope, and by itself should the test be killed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness that cannot go on fails the test that uses it"
)]

mod aws_call;
mod chance;
mod deployment;
mod embedded_aws;
mod function;
mod greenleaf;
mod journal;
mod loopback;
mod metrics;
mod patience;
mod prefork;
mod program;
mod proxy;
mod queue;
mod replay;
mod runtime_api;
mod steady_aws;
mod tls;
mod traffic;

pub use aws_call::AwsAnswer;
pub use chance::{Chance, first_seed, runs};
pub use deployment::deploy;
pub use embedded_aws::{EmbeddedAws, REGION};
pub use function::{ColdStart, Function, FunctionError, Running};
pub use greenleaf::{GreenLeaf, Mail};
pub use journal::{Call, Change};
pub use metrics::embedded_metrics;
pub use program::{environment, root};
pub use proxy::{Asked, Fault, Proxy, throttling, weather};
pub use queue::Queue;
pub use replay::Replay;
pub use steady_aws::SteadyAws;
pub use tls::Tls;
pub use traffic::Traffic;
