//! What the functions share: reading what they are invoked with, what an answer may weigh, JSON
//! logs, metrics.

pub mod answer_size;
pub mod logs;
pub mod metrics;
pub mod payload;
