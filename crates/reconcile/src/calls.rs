//! How many calls were made, to which services.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts calls; one count for all clients that share it.
#[derive(Debug, Default)]
pub struct Calls(Mutex<CallCount>);

/// How often AWS was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCount {
    /// Requests sent, the repeated ones included: what AWS sees and limits.
    pub calls: u64,
    /// How many of them repeated an earlier one.
    pub retries: u64,
    /// The same requests by service, as the SDK names it (`RDS`, `Auto Scaling`).
    pub by_service: BTreeMap<String, u64>,
}

impl Calls {
    /// What was counted since this was asked last.
    pub fn take(&self) -> CallCount {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One more.
    pub fn add(&self, service: &str, is_retry: bool) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.calls += 1;
        count.retries += u64::from(is_retry);
        match count.by_service.get_mut(service) {
            Some(known) => *known += 1,
            None => {
                count.by_service.insert(service.to_owned(), 1);
            }
        }
    }
}
