//! The tests of money, in one binary: each file is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod actuals;
mod alert;
#[cfg(feature = "backtest")]
mod backtest;
mod common;
mod forecast;
mod gate;
mod plan;
mod prices;
