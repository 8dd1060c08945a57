//! The ledger at the end of a wire: conditional writes, a few at a time, so that one may be
//! written and the next one not.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_aws::error::AwsError;
use nightcap_aws::ledger::LedgerStore;
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Ledger, Write};

use crate::faults::wire::Wire;
use crate::faults::world::World;

/// As small as a transaction can be and still hold two: the real one holds a hundred.
const CHUNK: usize = 2;

pub struct WiredLedger(pub Arc<Wire>);

impl LedgerStore for WiredLedger {
    fn read(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(self.0.call("Query", |world, _| Ok(world.ledger.clone())))
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(async move {
            let mut written = vec![];
            for chunk in writes.chunks(CHUNK) {
                let transaction = self.0.call("TransactWriteItems", |world, _| {
                    Ok(chunk
                        .iter()
                        .map(|write| put(world, write))
                        .collect::<Vec<_>>())
                });
                written.extend(transaction.await?);
            }
            Ok(written)
        })
    }

    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(self.0.call("TransactWriteItems", |world, _| {
            world.ledger.holds.push(hold.clone());
            Ok(true)
        }))
    }

    fn release<'a>(
        &'a self,
        _holds: &'a [Hold],
        _by: &'a str,
        _reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async { Ok(()) })
    }

    fn remembers(&self) -> bool {
        true
    }
}

fn put(world: &mut World, write: &Write) -> bool {
    let stands = world.ledger.marks.get(&write.resource);
    // The same write, sent again with the same token: it has been written already.
    if stands == Some(&write.mark) {
        return true;
    }
    if stands.map(|mark| mark.version) != write.replaces {
        return false;
    }
    let ledger = &mut world.ledger;
    ledger
        .marks
        .insert(write.resource.clone(), write.mark.clone());
    ledger.carried.insert(write.resource.clone(), write.carried);
    true
}
