//! What the guard remembers: the part of the ledger that is its own, as a value.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::money::alert::{Alert, AlertLedger};
use crate::money::{BillingMonth, Usd};
use crate::names::EnvironmentName;

use super::Observation;

/// The key of an entry: whoever writes it first may send the mail, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryKey(pub String);

impl std::fmt::Display for EntryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Something told or asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Entry {
    /// A level was passed, this way or that, or a month closed.
    Alert {
        /// Which.
        alert: Alert,
    },
    /// A word about the data: told once.
    Notice,
    /// A step of the ladder was taken.
    Taken {
        /// The month.
        period: BillingMonth,
        /// The rule as written.
        rule: String,
        /// How often before in this month.
        episode: u32,
        /// The ids of the holds it asked for.
        holds: Vec<String>,
        /// What it was expected to save, if that is known.
        saving: Option<Usd>,
        /// When.
        at: DateTime<Utc>,
    },
    /// It was ended before its time.
    Reverted {
        /// The month.
        period: BillingMonth,
        /// The rule as written.
        rule: String,
        /// Which time.
        episode: u32,
    },
    /// It was due, and was not taken.
    Refused {
        /// The month.
        period: BillingMonth,
        /// The rule as written.
        rule: String,
        /// For which environments.
        environments: Vec<EnvironmentName>,
    },
}

/// What the guard remembers of the months it looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuardMemory {
    /// The alerts told.
    pub alerts: AlertLedger,
    /// Every entry there is, by key.
    pub known: BTreeSet<EntryKey>,
    /// What was seen, by data date of each month.
    pub observations: BTreeMap<(BillingMonth, NaiveDate), Observation>,
    taken: BTreeMap<(BillingMonth, String), BTreeMap<u32, Step>>,
}

/// A step that was taken once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) holds: Vec<String>,
    pub(super) reverted: bool,
}

impl GuardMemory {
    /// Takes an entry in, as it stands in the ledger. The order does not matter.
    pub fn record(&mut self, key: EntryKey, entry: &Entry) {
        match entry {
            Entry::Alert { alert } => self.alerts.record(alert),
            Entry::Notice | Entry::Refused { .. } => {}
            Entry::Taken {
                period,
                rule,
                episode,
                holds,
                ..
            } => {
                holds.clone_into(&mut self.step(*period, rule, *episode).holds);
            }
            Entry::Reverted {
                period,
                rule,
                episode,
            } => self.step(*period, rule, *episode).reverted = true,
        }
        self.known.insert(key);
    }

    /// Takes an observation in.
    pub fn observe(&mut self, observation: Observation) {
        self.observations
            .insert((observation.period, observation.data_date), observation);
    }

    /// True if this was told already.
    pub fn knows(&self, key: &EntryKey) -> bool {
        self.known.contains(key)
    }

    /// The last time a step was taken in a month, and how often it was before.
    pub(super) fn last_step(&self, period: BillingMonth, rule: &str) -> Option<(u32, &Step)> {
        let steps = self.taken.get(&(period, rule.to_owned()))?;
        steps
            .iter()
            .next_back()
            .map(|(episode, step)| (*episode, step))
    }

    fn step(&mut self, period: BillingMonth, rule: &str, episode: u32) -> &mut Step {
        let steps = self.taken.entry((period, rule.to_owned())).or_default();
        steps.entry(episode).or_default()
    }
}
