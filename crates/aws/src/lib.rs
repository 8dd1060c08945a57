//! Adapters between the use-cases and AWS, one file a service.
//!
//! A new kind of resource is one new file that implements [`kind::ResourceKind`] and one
//! line in [`registry`].

pub mod alert_ledger;
pub mod announce;
pub mod answer_size;
mod arn;
pub mod aurora_clusters;
pub mod autoscaling_groups;
pub mod budgets;
pub mod capacity_tag;
pub mod clients;
pub mod clock;
pub mod config_source;
pub mod cost_explorer;
mod ec2;
pub mod ec2_instances;
pub mod ecs_services;
pub mod eks_node_groups;
mod environment;
pub mod error;
pub mod fleet;
mod found;
pub mod kind;
pub mod ledger;
pub mod logs;
pub mod look;
pub mod metrics;
#[cfg(test)]
mod mocks;
mod pages;
mod parameter;
pub mod payload;
mod plain_call;
pub mod price_source;
#[cfg(feature = "pricing")]
pub mod pricing;
#[cfg(feature = "probe")]
pub mod probe;
pub mod prune;
pub mod queue;
pub mod rate;
mod rds;
pub mod rds_instances;
mod rds_snapshots;
mod rds_status;
mod readiness;
pub mod reconcile;
mod refusals;
pub mod registry;
mod role;
mod s3_object;
pub mod settings;
pub mod sns;
mod stale;
mod tagged;
pub mod target;
pub mod time_left;
mod whole;
