//! The order: what must be up before something wakes, and down before something sleeps.

use crate::fleet::Tier;
use crate::hold::Scope;
use crate::time::State;

use super::place::places;
use super::{Action, Because, Decision, Desired, Fault, Leave, Step, Unread, Wait};

/// Names told in a reason; more are counted.
const NAMED: usize = 3;

/// Turns actions whose turn has not come into waits.
///
/// An environment is ordered within one account and region: that is as far as one
/// invocation sees. What is broken or never acted on holds nobody up. What stays up although its
/// environment sleeps (a change by hand, a capacity that may not be remembered) keeps up what it
/// needs; only a hold on that very resource stops it nevertheless, and its answer warns. A kind
/// that could not be read holds up whatever waits for its tier, for nobody knows what state it is
/// in.
pub(super) fn close(steps: &mut [Step], unread: &[Unread]) {
    for (place, members) in &places(steps) {
        let of = |find: fn(&Step) -> Option<Pending>| -> Vec<Pending> {
            let steps = members.iter().filter_map(|&index| steps.get(index));
            steps.filter_map(find).collect()
        };
        let (mut pending, staying) = (of(Pending::of), of(Pending::staying));
        let unseen = unread.iter().filter(|unread| unread.is_in(place));
        pending.extend(unseen.flat_map(Pending::unseen));
        for &index in members {
            if let Some(step) = steps.get_mut(index) {
                close_one(step, &pending);
                if !is_held_itself(step) {
                    keep_up(step, &staying);
                }
            }
        }
    }
}

/// Whether a hold on this very resource decides.
fn is_held_itself(step: &Step) -> bool {
    matches!(
        &step.desired,
        Desired::State { because: Because::Hold(hold), .. } if matches!(hold.scope, Scope::Resource(_))
    )
}

/// A resource that is not yet where it should be.
struct Pending {
    tier: Tier,
    name: String,
    direction: Direction,
}

#[derive(PartialEq)]
enum Direction {
    Up,
    Down,
}

impl Pending {
    /// In both directions: neither can be told.
    fn unseen(unread: &Unread) -> [Self; 2] {
        [Direction::Up, Direction::Down].map(|direction| Self {
            tier: unread.kind.tier,
            name: unread.kind.name.to_owned(),
            direction,
        })
    }

    fn of(step: &Step) -> Option<Self> {
        if !matches!(step.decision, Decision::Act(_) | Decision::Wait(_)) {
            return None;
        }
        Some(Self {
            tier: step.resource.tier().ok()?,
            name: step.resource.name.clone(),
            direction: match step.desired.state()? {
                State::Running => Direction::Up,
                State::Stopped => Direction::Down,
            },
        })
    }

    /// What is up, is to stay up for now, and needs what is below it.
    fn staying(step: &Step) -> Option<Self> {
        let stays = match &step.decision {
            Decision::Leave(Leave::ManualChange { .. }) => {
                step.desired.state() == Some(State::Stopped)
            }
            Decision::Refuse(Fault::CapacityAboveLimit { waking, .. }) => !waking,
            _ => false,
        };
        (stays && !step.resource.has_drained()).then_some(())?;
        Some(Self {
            tier: step.resource.tier().ok()?,
            name: step.resource.name.clone(),
            direction: Direction::Down,
        })
    }
}

/// Keeps up what is needed by what stays up.
fn keep_up(step: &mut Step, staying: &[Pending]) {
    let (Decision::Act(Action::Stop { .. }), Ok(tier)) = (&step.decision, step.resource.tier())
    else {
        return;
    };
    let above = staying.iter().filter(|other| other.tier > tier);
    let names: Vec<&str> = above.map(|other| other.name.as_str()).collect();
    if !names.is_empty() {
        step.decision = Decision::Wait(Wait::KeptUpFor(some_of(&names)));
    }
}

fn close_one(step: &mut Step, pending: &[Pending]) {
    let (Decision::Act(action), Ok(tier)) = (&step.decision, step.resource.tier()) else {
        return;
    };
    let waking = matches!(action, Action::Start { .. });
    let before: Vec<&str> = pending
        .iter()
        .filter(|other| {
            if waking {
                other.direction == Direction::Up && other.tier < tier
            } else {
                other.direction == Direction::Down && other.tier > tier
            }
        })
        .map(|other| other.name.as_str())
        .collect();
    if before.is_empty() {
        return;
    }
    let names = some_of(&before);
    step.decision = Decision::Wait(if waking {
        Wait::NeedsUp(names)
    } else {
        Wait::StillUsedBy(names)
    });
}

fn some_of(names: &[&str]) -> Vec<String> {
    let mut told: Vec<String> = names.iter().take(NAMED).map(|&n| n.to_owned()).collect();
    if names.len() > NAMED {
        told.push(format!("+{}", names.len() - NAMED));
    }
    told
}
