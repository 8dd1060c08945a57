//! A ledger in memory that gives way at every call, so that ticks interleave.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{History, Ledger, Notice, Outgoing, Write};

use super::LedgerStore;
use crate::error::AwsError;

/// What a test decides about one call: how long it takes, and whether it is the last one.
pub(crate) type Interrupt = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What several ticks share.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) ledger: Ledger,
    pub(crate) history: Vec<History>,
}

/// A ledger with the conditions of the real one, as one tick sees it.
pub(crate) struct MemoryLedger {
    kept: Arc<Mutex<Kept>>,
    interrupt: Interrupt,
}

impl MemoryLedger {
    pub(crate) fn new(kept: Arc<Mutex<Kept>>, interrupt: Interrupt) -> Self {
        Self { kept, interrupt }
    }

    /// Does something to what is kept, at some instant of the call.
    async fn call<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> Result<T, AwsError> {
        (self.interrupt)().await;
        let done = work(&mut self.kept.lock().unwrap());
        (self.interrupt)().await;
        Ok(done)
    }
}

impl LedgerStore for MemoryLedger {
    fn read(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(self.call(|kept| kept.ledger.clone()))
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(self.call(|kept| writes.iter().map(|write| put(kept, write)).collect()))
    }

    fn post<'a>(
        &'a self,
        notices: &'a [Notice],
        mail: Option<&'a Outgoing>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(self.call(move |kept| {
            let told = &mut kept.ledger.told;
            let mine: Vec<bool> = notices
                .iter()
                .map(|notice| told.get(&notice.key).copied() == notice.seen)
                .collect();
            if mine.contains(&false) {
                return mine;
            }
            for notice in notices {
                if notice.begins {
                    told.insert(notice.key.clone(), now);
                } else {
                    told.remove(&notice.key);
                }
            }
            kept.ledger.outbox.extend(mail.cloned());
            mine
        }))
    }

    fn take_over<'a>(
        &'a self,
        mail: &'a Outgoing,
        lease: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(self.call(move |kept| {
            let mut outbox = kept.ledger.outbox.iter_mut();
            let found = outbox.find(|other| other.id == mail.id && other.lease == mail.lease);
            found.map(|found| found.lease = lease).is_some()
        }))
    }

    fn sent<'a>(&'a self, mail: &'a Outgoing) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.call(|kept| kept.ledger.outbox.retain(|other| other.id != mail.id)))
    }

    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(self.call(|kept| {
            kept.ledger.holds.push(hold.clone());
            true
        }))
    }

    fn release<'a>(
        &'a self,
        holds: &'a [Hold],
        _by: &'a str,
        _reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.call(move |kept| {
            for hold in holds {
                kept.ledger.holds.retain(|known| known.id != hold.id);
                kept.ledger.holds.push(hold.clone());
            }
        }))
    }

    fn remembers(&self) -> bool {
        true
    }
}

fn put(kept: &mut Kept, write: &Write) -> bool {
    let Write {
        resource,
        carried,
        mark,
        ..
    } = write;
    let stands = kept.ledger.marks.get(resource).map(|mark| mark.version);
    if stands != write.replaces {
        return false;
    }
    kept.ledger.marks.insert(resource.clone(), mark.clone());
    kept.ledger.carried.insert(resource.clone(), *carried);
    kept.history.extend(write.history.clone());
    true
}
