//! What Nightcap knows and decides.
//!
//! Nothing here reaches the network, the clock or the environment: `now` is always a
//! parameter, the fleet is always given, and the answer is always a value.

pub mod answer;
pub mod capacity;
pub mod config;
pub mod explain;
pub mod fleet;
pub mod guard;
pub mod hold;
pub mod ledger;
pub mod message;
pub mod money;
pub mod plan;
pub mod report;
pub mod snapshot;

pub use nightcap_model::{names, text};
pub use nightcap_schedule as time;
