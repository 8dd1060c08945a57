//! No ledger: every tick decides from what it observes alone.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Ledger, Write};

use super::LedgerStore;
use crate::error::{AwsError, Cause};

/// No ledger: every tick decides from what it observes alone.
///
/// What that costs: manual changes cannot be told from transitions that have not been
/// carried out, two ticks at once may give the same order twice (AWS takes it once),
/// standing problems are told only together with a change, and there are no holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLedger;

impl LedgerStore for NoLedger {
    fn read(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(async { Ok(Ledger::default()) })
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(async { Ok(vec![true; writes.len()]) })
    }

    fn hold<'a>(&'a self, _hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async { Err(nowhere()) })
    }

    fn release<'a>(
        &'a self,
        _holds: &'a [Hold],
        _by: &'a str,
        _reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async { Err(nowhere()) })
    }

    fn remembers(&self) -> bool {
        false
    }
}

fn nowhere() -> AwsError {
    AwsError {
        service: "dynamodb",
        operation: "TransactWriteItems",
        cause: Cause::Other,
        message: "there is no ledger: set NIGHTCAP_TABLE to the name of its table".to_owned(),
    }
}
