//! The tests of schedules, in one binary: each file is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod calendar;
mod corpora;
mod cron;
mod cron_refused;
mod croner;
mod defects;
mod fuzz_corpus;
mod properties;
mod schedule;
mod semantics;
mod support;
mod walk;
mod zones;
