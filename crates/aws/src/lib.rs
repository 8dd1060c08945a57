//! Adapters between the use-cases and AWS.
//!
//! | folder | what |
//! |---|---|
//! | [`kinds`] | one file a kind of resource: implements [`kind::ResourceKind`], with one line in `kinds/mod.rs` |
//! | [`client`] | clients, credentials, rates, what becomes of errors |
//! | [`store`] | the ledger's table in DynamoDB |
//! | [`billing`] | budgets, costs, prices |
//! | [`notify`] | channels by which people are notified |
//! | [`source`] | where the configuration and the prices are read from |

pub mod billing;
pub mod client;
pub mod kinds;
#[cfg(test)]
mod mocks;
pub mod notify;
#[cfg(feature = "probe")]
pub mod probe;
pub mod queue;
mod reach;
pub mod source;
pub mod store;

use client::{pages, plain_call, role, sdk_error, whole};
use kinds::{ec2, found, rds, rds_snapshots, rds_status, tagged};
use nightcap_model::arn;
use source::{parameter, s3_object};

// The paths by which what has moved was known.
#[cfg(feature = "pricing")]
pub use billing::pricing;
pub use billing::{budgets, cost_explorer};
pub use client::{self as clients, rate};
pub use kinds::{
    self as registry, aurora_clusters, autoscaling_groups, capacity_tag, ec2_instances,
    ecs_services, eks_node_groups, rds_instances,
};
pub use nightcap_reconcile::{announce, clock, fleet, kind, look, prune, settings, time_left};
pub use notify::sns;
pub use source::{config as config_source, prices as price_source};

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
    pub use nightcap_reconcile::reach::*;
    pub use nightcap_reconcile::target::*;

    pub use crate::reach::{clients, reach, reach_as};
}
