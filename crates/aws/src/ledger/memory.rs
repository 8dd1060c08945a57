//! A ledger in memory that gives way at every call, so that ticks interleave.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{History, Ledger, Write};

use super::LedgerStore;
use crate::error::AwsError;

/// What a test decides about one call: how long it takes, and whether it is the last one.
pub(crate) type Interrupt = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A ledger with the conditions of the real one.
pub(crate) struct MemoryLedger {
    pub(crate) kept: Mutex<Ledger>,
    pub(crate) history: Mutex<Vec<History>>,
    interrupt: Interrupt,
}

impl MemoryLedger {
    pub(crate) fn new(interrupt: Interrupt) -> Self {
        Self {
            kept: Mutex::default(),
            history: Mutex::default(),
            interrupt,
        }
    }
}

impl LedgerStore for MemoryLedger {
    fn read(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(async {
            (self.interrupt)().await;
            let read = self.kept.lock().unwrap().clone();
            (self.interrupt)().await;
            Ok(read)
        })
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(async {
            (self.interrupt)().await;
            let written = {
                let mut kept = self.kept.lock().unwrap();
                writes.iter().map(|write| put(&mut kept, write)).collect()
            };
            self.history
                .lock()
                .unwrap()
                .extend(writes.iter().filter_map(|write| write.history.clone()));
            (self.interrupt)().await;
            Ok(written)
        })
    }

    fn told<'a>(
        &'a self,
        problems: &'a [(String, bool)],
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let mut kept = self.kept.lock().unwrap();
            for (key, told) in problems {
                if *told {
                    kept.told.insert(key.clone(), now);
                } else {
                    kept.told.remove(key);
                }
            }
            Ok(())
        })
    }

    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async {
            self.kept.lock().unwrap().holds.push(hold.clone());
            Ok(true)
        })
    }

    fn release<'a>(
        &'a self,
        holds: &'a [Hold],
        _by: &'a str,
        _reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let mut kept = self.kept.lock().unwrap();
            for hold in holds {
                kept.holds.retain(|known| known.id != hold.id);
                kept.holds.push(hold.clone());
            }
            Ok(())
        })
    }

    fn remembers(&self) -> bool {
        true
    }
}

fn put(kept: &mut Ledger, write: &Write) -> bool {
    let stands = kept.marks.get(&write.resource).map(|mark| mark.version);
    if stands != write.replaces {
        return false;
    }
    kept.marks
        .insert(write.resource.clone(), write.mark.clone());
    kept.carried.insert(write.resource.clone(), write.carried);
    true
}
