//! Channels by which people are notified, one file each.

pub mod sns;
