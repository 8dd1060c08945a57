//! Adapters between the use-cases and AWS, one file a service.
//!
//! A new kind of resource is one new file that implements [`kind::ResourceKind`] and one
//! line in [`registry`].

pub mod alert_ledger;
pub mod announce;
mod arn;
pub mod aurora_clusters;
pub mod autoscaling_groups;
pub mod budgets;
pub mod clients;
pub mod clock;
pub mod config_source;
pub mod cost_explorer;
pub mod error;
pub mod fleet;
pub mod kind;
pub mod ledger;
pub mod logs;
#[cfg(test)]
mod mocks;
pub mod prune;
mod rds;
pub mod rds_instances;
mod rds_snapshots;
mod rds_status;
mod readiness;
pub mod reconcile;
mod refusals;
pub mod registry;
pub mod settings;
pub mod sns;
mod stale;
pub mod target;
mod whole;
