//! The tests of this crate from outside, in one binary: each module is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod e2e;
mod events;
mod race;
mod rights;
mod signals;
