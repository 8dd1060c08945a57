//! Where the configuration and the prices are read from.

pub mod config;
pub(crate) mod parameter;
pub mod prices;
pub(crate) mod s3_object;
