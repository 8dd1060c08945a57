//! The ledger's table in DynamoDB.

pub mod alerts;
mod beat;
mod dynamodb;
mod item;
mod transaction;

use std::sync::Arc;

use nightcap_reconcile::ledger::{LedgerStore, NoLedger};

use crate::clients::Clients;

pub use dynamodb::DynamoDbLedger;

/// The ledger in the table of this name, or none where there is no name.
pub fn open(clients: &Arc<Clients>, table: Option<String>) -> Box<dyn LedgerStore> {
    match table {
        Some(table) => Box::new(DynamoDbLedger::new(Arc::clone(clients), table)),
        None => Box::new(NoLedger),
    }
}

#[cfg(test)]
mod tests;
