//! The sign of life that the budget guard leaves for the scheduler.

use chrono::{DateTime, TimeDelta, Utc};

use super::Ledger;
use crate::config::Compiled;

/// The guard looks once a day: after two days without a look one has been missed for certain,
/// whatever the clocks did.
const SILENT_AFTER: TimeDelta = TimeDelta::days(2);

/// What the ledger says a problem was told by, while the guard is silent.
pub const GUARD_SILENT: &str = "silent budget-guard";

/// When the guard last looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardBeat {
    /// The last look that came to an answer; before the first one, the first that came to none.
    pub at: DateTime<Utc>,
    /// Whether any look has come to an answer.
    pub looked: bool,
    /// Why the looks since then came to none, if there were any.
    pub error: Option<String>,
}

impl GuardBeat {
    /// Whether the guard has been silent for too long.
    pub fn is_silent(&self, now: DateTime<Utc>) -> bool {
        self.at + SILENT_AFTER < now
    }
}

impl Ledger {
    /// The guard's last sign of life, if it is to watch a budget and has been silent for too long.
    pub fn silent_guard(&self, config: &Compiled, now: DateTime<Utc>) -> Option<&GuardBeat> {
        config.config().budget.as_ref()?;
        self.guard.as_ref().filter(|beat| beat.is_silent(now))
    }
}
