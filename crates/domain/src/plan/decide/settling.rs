//! What AWS describes may be older than what the ledger says of a resource.

use crate::fleet::{Observed, Resource};
use crate::ledger::Phase;
use crate::time::{State, Transition};

use super::{Decision, Fault, Leave, Policy};

impl Policy<'_> {
    /// Whether this decision would be made from what AWS describes although that may be older than
    /// what the ledger says was ordered, or was seen to have arrived, a moment ago.
    ///
    /// What AWS itself has started may be put to sleep again at once; and the order that is still
    /// to arrive is given again once its lease has run out, for the tick that claimed it may have
    /// died.
    pub(super) fn is_behind(
        &self,
        resource: &Resource,
        by: Transition,
        decision: &Decision,
    ) -> bool {
        let Some(last) = self.last.filter(|_| self.settling) else {
            return false;
        };
        if seen(&resource.observed).is_none_or(|seen| seen == last.to) || resource.restarted_by_aws
        {
            return false;
        }
        match decision {
            // It would look like a person's doing, or be undone like one.
            Decision::Act(_) | Decision::Leave(Leave::ManualChange { .. }) => {
                last.phase == Phase::Reached
            }
            // It would be taken for carried out, and what was ordered before for a person's doing.
            Decision::Leave(_) => true,
            // Its memory may be gone because it has woken already.
            Decision::Refuse(Fault::NoCapacity | Fault::UnreadableMemory(_)) => by.to == last.to,
            Decision::Wait(_) | Decision::Refuse(_) => false,
        }
    }
}

/// The state that AWS describes, or that it describes as coming.
fn seen(observed: &Observed) -> Option<State> {
    match observed {
        Observed::Running | Observed::Starting | Observed::Busy { serving: true, .. } => {
            Some(State::Running)
        }
        Observed::Stopped | Observed::Stopping => Some(State::Stopped),
        Observed::Busy { .. } | Observed::Fixed(_) | Observed::Unread | Observed::Faulty { .. } => {
            None
        }
    }
}
