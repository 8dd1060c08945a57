//! The tests of what functions share.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod panic;
