//! What an unreadable item of the ledger is about is left alone: it may be a hold that keeps it up.

use crate::fleet::Observed;
use crate::ledger::Ledger;
use crate::names::EnvironmentName;
use crate::time::State;

use super::{Action, Decision, Leave, Step};

/// A resource that is left as it is, by which others of its environment are bound.
struct Left {
    environment: EnvironmentName,
    tier: u8,
    key: String,
    /// Whether it is up, so that what it needs must not stop; else what needs it must not start.
    up: bool,
}

/// Leaves what would be acted on, now or by a later tick, and writes nothing down about it.
///
/// What depends on it is left as well, as the order of tiers has it: no database stops under
/// machines that stay, and no machine starts without a database that stays down.
pub(super) fn leave(ledger: &Ledger, steps: &mut [Step]) {
    if ledger.unread.is_empty() {
        return;
    }
    let mut left = vec![];
    for step in steps.iter_mut() {
        let Some(environment) = step.environment.clone() else {
            continue;
        };
        let Some(unread) = ledger.unread_about(&environment, &step.resource) else {
            continue;
        };
        step.reached = None;
        if matches!(step.decision, Decision::Act(_) | Decision::Wait(_)) {
            left.push(Left {
                environment,
                tier: tier(step),
                key: unread.key.clone(),
                up: step.resource.observed != Observed::Stopped,
            });
            leave_for(step, &unread.key);
        }
    }
    for step in steps {
        let bound = left.iter().find(|left| binds(left, step));
        if let Some(left) = bound {
            leave_for(step, &left.key);
        }
    }
}

fn binds(left: &Left, step: &Step) -> bool {
    if step.environment.as_ref() != Some(&left.environment) {
        return false;
    }
    match &step.decision {
        Decision::Act(Action::Stop { .. }) => left.up && tier(step) < left.tier,
        Decision::Act(Action::Start { .. }) => !left.up && tier(step) > left.tier,
        Decision::Wait(_) => match step.desired.state() {
            Some(State::Stopped) => left.up && tier(step) < left.tier,
            Some(State::Running) => !left.up && tier(step) > left.tier,
            None => false,
        },
        _ => false,
    }
}

fn tier(step: &Step) -> u8 {
    step.resource.tier().unwrap_or(step.resource.kind.tier).0
}

fn leave_for(step: &mut Step, key: &str) {
    step.reached = None;
    step.decision = Decision::Leave(Leave::UnreadableItem {
        key: key.to_owned(),
    });
}
