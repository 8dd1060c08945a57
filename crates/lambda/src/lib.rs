//! What the functions share: reading what they are invoked with, JSON logs, metrics.

pub mod logs;
pub mod metrics;
pub mod payload;
