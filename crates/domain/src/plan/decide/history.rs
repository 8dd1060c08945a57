//! What the ledger knows of a resource, and what it should know from now on.

use chrono::DateTime;

use crate::fleet::{Observed, Resource};
use crate::hold::Scope;
use crate::ledger::{Carried, Ledger, Phase};
use crate::time::{State, Transition};

use super::{BY_PROTECTION, Decision, Desired, Leave};

pub(super) fn held_alone(ledger: &Ledger, resource: &Resource) -> bool {
    ledger
        .holds
        .iter()
        .any(|hold| matches!(&hold.scope, Scope::Resource(arn) if *arn == resource.arn))
}

/// The start that is due to what Nightcap has stopped and has not woken again, as far as the
/// ledger knows, or its own tag where that knows nothing.
pub(super) fn stopped_here(ledger: &Ledger, resource: &Resource) -> Option<Transition> {
    let to = State::Running;
    let Some(last) = ledger.carried.get(&resource.arn) else {
        let asleep = matches!(resource.observed, Observed::Stopped | Observed::Stopping);
        return (asleep && resource.remembers()).then_some(Transition {
            at: DateTime::UNIX_EPOCH,
            to,
        });
    };
    let order = ledger.marks.get(&resource.arn)?.order.as_ref()?;
    let due = match (last.to, last.phase) {
        (State::Stopped, Phase::Changed) => false,
        (State::Stopped, _) => order.action == "stop",
        (State::Running, Phase::Ordered) => order.by == BY_PROTECTION,
        (State::Running, _) => false,
    };
    due.then_some(Transition {
        at: last.transition,
        to,
    })
}

/// What the ledger should say from now on, where what is observed is news to it.
pub(super) fn noted(
    resource: &Resource,
    desired: &Desired,
    decision: &Decision,
    last: Option<&Carried>,
) -> Option<Carried> {
    let by = desired.since()?;
    let known = last.filter(|last| last.is(by)).map(|last| last.phase);
    let phase = observed_phase(resource, by, decision, known)?;
    (known != Some(phase)).then_some(Carried {
        transition: by.at,
        to: by.to,
        phase,
    })
}

fn observed_phase(
    resource: &Resource,
    by: Transition,
    decision: &Decision,
    known: Option<Phase>,
) -> Option<Phase> {
    let completed = matches!(known, Some(Phase::Reached | Phase::Changed | Phase::Woken));
    if resource.restarted_by_aws && by.to == State::Stopped && completed {
        // Until it is put to sleep again, even while AWS still describes it as stopped.
        return Some(Phase::Woken);
    }
    if matches!(decision, Decision::Leave(Leave::ManualChange { .. })) {
        return Some(Phase::Changed);
    }
    if !matches!(decision, Decision::Leave(_)) {
        // Something is still to be done, be it to give back the rest of its capacity.
        return None;
    }
    let arrived = match by.to {
        State::Running => matches!(
            resource.observed,
            Observed::Running | Observed::Busy { serving: true, .. }
        ),
        State::Stopped => resource.observed == Observed::Stopped,
    };
    arrived.then_some(Phase::Reached)
}
