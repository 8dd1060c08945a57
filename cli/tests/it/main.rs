//! The tests of this crate from outside, in one binary: each module is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod cli;
mod cost_report;
mod doctor;
mod doctor_targets;
mod extremes;
mod holds;
mod mail_commands;
mod money;
mod prices;
mod report;
mod uninstall;
mod unwritten;
