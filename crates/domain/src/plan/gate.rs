//! The order: what must be up before something wakes, and down before something sleeps.

use crate::fleet::Tier;

use super::place::places;
use super::{Action, Decision, Step, Unread, Wait};

/// Names told in a reason; more are counted.
const NAMED: usize = 3;

/// Turns actions whose turn has not come into waits.
///
/// An environment is ordered within one account and region: that is as far as one
/// invocation sees. What is left alone or broken holds nobody up; a kind that could not be read
/// holds up whatever waits for its tier, for nobody knows what state it is in.
pub(super) fn close(steps: &mut [Step], unread: &[Unread]) {
    for (place, members) in &places(steps) {
        let unseen = unread.iter().filter(|unread| unread.is_in(place));
        let pending: Vec<Pending> = members
            .iter()
            .filter_map(|&index| steps.get(index).and_then(Pending::of))
            .chain(unseen.flat_map(Pending::unseen))
            .collect();
        for &index in members {
            if let Some(step) = steps.get_mut(index) {
                close_one(step, &pending);
            }
        }
    }
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
                crate::time::State::Running => Direction::Up,
                crate::time::State::Stopped => Direction::Down,
            },
        })
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
