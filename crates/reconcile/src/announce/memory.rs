//! What a warm process remembers of what it told: all there is where no ledger can be asked.
//!
//! Which rules follow from that: `docs/decisions/notifications.md`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::Ledger;
use nightcap_domain::plan::plan;

/// The tick that a transition's own schedule brings comes within its minute, and may start cold.
const OF_A_TRANSITION: TimeDelta = TimeDelta::seconds(90);

/// Keys remembered; beyond that nothing new is told without a ledger.
const MOST_KEYS: usize = 10_000;

/// What this process has told, and what it found when it began.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Whether a tick of this process has had an answer: what comes after that is a change.
    has_seen: bool,
    /// What stands; `true` where people were told by this process.
    standing: BTreeMap<String, bool>,
}

impl Memory {
    /// Those of `keys` that this process may tell: new to it, at an edge that it knows of.
    ///
    /// A process that has seen nothing yet cannot tell news from what others have told. It tells
    /// what it finds only in the tick that a transition brings, of which there is one.
    pub(super) fn begun(
        &self,
        keys: &[String],
        config: &Compiled,
        now: DateTime<Utc>,
    ) -> Vec<String> {
        let mut kept = self.kept();
        let knows = kept.has_seen || is_of_a_transition(config, now);
        let mut begun = vec![];
        for key in keys {
            if kept.standing.contains_key(key) || kept.standing.len() >= MOST_KEYS {
                continue;
            }
            kept.standing.insert(key.clone(), knows);
            if knows {
                begun.push(key.clone());
            }
        }
        begun
    }

    /// A mail about these was not sent: the next tick tries again.
    pub(super) fn untold(&self, keys: &[String]) {
        let mut kept = self.kept();
        for key in keys {
            kept.standing.remove(key);
        }
    }

    /// A tick had an answer, in which of what `speaks_for` knows about only these stand. Those
    /// that were told by this process and are over.
    pub(super) fn over(
        &self,
        standing: impl Fn(&str) -> bool,
        speaks_for: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut kept = self.kept();
        kept.has_seen = true;
        let mut over = vec![];
        kept.standing.retain(|key, told| {
            let stays = standing(key) || !speaks_for(key);
            if !stays && *told {
                over.push(key.clone());
            }
            stays
        });
        over
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an instant lies right behind a transition of any environment.
fn is_of_a_transition(config: &Compiled, now: DateTime<Utc>) -> bool {
    let plan = plan(config, vec![], &Ledger::default(), now);
    let mut since = plan
        .environments
        .iter()
        .filter_map(|standing| standing.desired.since());
    since.any(|transition| now - transition.at < OF_A_TRANSITION)
}
