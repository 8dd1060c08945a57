//! Adapters between the use-cases and AWS, one file a service.
//!
//! A new kind of resource is one new file that implements [`kind::ResourceKind`] and one
//! line in [`registry`].

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
mod found;
pub mod logs;
pub mod metrics;
#[cfg(test)]
mod mocks;
mod pages;
pub mod payload;
pub mod price_source;
#[cfg(feature = "pricing")]
pub mod pricing;
#[cfg(feature = "probe")]
pub mod probe;
pub mod queue;
pub mod rate;
mod rds;
pub mod rds_instances;
mod rds_snapshots;
mod rds_status;
mod reach;
pub mod registry;
mod role;
mod s3_object;
mod sdk_error;
pub mod settings;
pub mod sns;
pub mod store;
mod tagged;
mod whole;

use nightcap_model::arn;

// The paths by which what moved to nightcap-reconcile was known.
pub use nightcap_reconcile::{announce, fleet, kind, look, prune, time_left};

/// Errors, and how those of the SDK become ours.
pub mod error {
    pub use nightcap_reconcile::error::*;

    pub use crate::sdk_error::FromSdk;
}

/// The ledger, and where it is kept.
pub mod ledger {
    pub use nightcap_reconcile::ledger::*;

    pub use crate::store::{DynamoDbLedger, open};
}

/// The guard's part of the ledger's table, and where it is kept.
pub mod alert_ledger {
    pub use nightcap_reconcile::alert_ledger::*;

    pub use crate::store::alerts::DynamoDbAlerts;
}

/// One tick.
pub mod reconcile {
    pub use nightcap_reconcile::run::*;
    pub use nightcap_reconcile::tick::*;
}

/// Targets, and the means to read and change them.
pub mod target {
    pub use nightcap_reconcile::target::*;

    pub use crate::reach::{clients, reach, reach_as};
}
