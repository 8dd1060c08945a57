//! The ledger as the use-cases need it, and where it is kept.
//!
//! Why work is done once however ticks overlap, die or repeat: `docs/decisions/ledger.md`.

#[cfg(test)]
mod memory;
mod none;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Ledger, Notice, Outgoing, Write};
use nightcap_domain::names::Region;

use crate::error::AwsError;

#[cfg(test)]
pub(crate) use memory::{Interrupt, Kept, MemoryLedger};
pub use none::NoLedger;

/// A region, of one account where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The region.
    pub region: Region,
    /// The account's number.
    pub account: Option<String>,
}

/// Where the ledger is kept.
pub trait LedgerStore: Send + Sync {
    /// Everything a tick needs to know, in as few calls as there are pages.
    fn read(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>>;

    /// The same for a tick of one place: of what was carried out, only what was there.
    fn read_in<'a>(
        &'a self,
        now: DateTime<Utc>,
        home: &'a Home,
    ) -> BoxFuture<'a, Result<Ledger, AwsError>> {
        let _ = home;
        self.read(now)
    }

    /// Writes entries, each only where the ledger still has what the tick read. The answer
    /// tells, one by one, which have been written: where another tick was first, nothing is.
    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>>;

    /// Claims what is to be told and puts its mail into the outbox: all of it, or nothing. The
    /// answer tells, one by one, which are not another's; only if none is, all was written.
    ///
    /// What keeps nothing has nobody to share with.
    fn post<'a>(
        &'a self,
        notices: &'a [Notice],
        mail: Option<&'a Outgoing>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        let _ = (mail, now);
        Box::pin(async { Ok(vec![true; notices.len()]) })
    }

    /// Takes over a mail of the outbox until `lease`: `false` if another process was first.
    fn take_over<'a>(
        &'a self,
        mail: &'a Outgoing,
        lease: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<bool, AwsError>> {
        let _ = (mail, lease);
        Box::pin(async { Ok(false) })
    }

    /// Takes a mail that was sent out of the outbox.
    fn sent<'a>(&'a self, mail: &'a Outgoing) -> BoxFuture<'a, Result<(), AwsError>> {
        let _ = mail;
        Box::pin(async { Ok(()) })
    }

    /// Writes a hold, and into the history that it was made. A hold of this id that has not
    /// ended stays as it is: then the answer is `false`.
    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>>;

    /// Ends holds, and writes into the history who did it and why. Each already has its new end.
    fn release<'a>(
        &'a self,
        holds: &'a [Hold],
        by: &'a str,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Whether anything is kept at all.
    fn remembers(&self) -> bool;
}
