//! The capacity that a group is put to sleep with, and the one that it is given back.

use crate::capacity::Capacity;
use crate::fleet::{Memory, Resource, Size};
use crate::ledger::{Order, Phase};
use crate::time::{State, Transition};

use super::{Action, Decision, Fault, Policy};

/// A tag that says something else than Nightcap has written, told while it would count.
pub(super) fn tampered(
    resource: &Resource,
    policy: &Policy<'_>,
    decision: &Decision,
) -> Option<Fault> {
    let starts = matches!(
        decision,
        Decision::Act(Action::Start { .. })
            | Decision::Refuse(Fault::CapacityAboveLimit { waking: true, .. })
    );
    let written = policy.written()?;
    match resource.size.as_ref()?.memory {
        Memory::Of(tag) if starts && tag != written => Some(Fault::MemoryDiffers { tag, written }),
        _ => None,
    }
}

impl Policy<'_> {
    /// The capacity that Nightcap has written on what it put to sleep and has not woken since.
    pub(super) fn written(&self) -> Option<Capacity> {
        let asleep = self.last.is_some_and(|last| last.to == State::Stopped);
        self.order.filter(|_| asleep).and_then(Order::remembered)
    }

    /// Whether the ledger says that this has been woken since it last slept: its tag is then what
    /// a deletion that failed has left.
    pub(super) fn has_woken(&self) -> bool {
        self.last.is_some_and(|last| {
            last.to == State::Running && matches!(last.phase, Phase::Reached | Phase::Changed)
        })
    }

    /// The capacity to give back: what the ledger has written at the stop (whoever can write
    /// tags cannot write that), else what the tag says.
    pub(super) fn remembered(&self, size: &Size) -> Option<Capacity> {
        self.written().or(match size.memory {
            Memory::Of(tag) if !self.has_woken() => Some(tag),
            _ => None,
        })
    }

    /// Whether it runs at less than what it had before it was put to sleep: somebody has woken
    /// it by hand, and the transition that wakes it gives it the rest.
    pub(super) fn is_short(&self, resource: &Resource, by: Transition) -> bool {
        let completed = self.last.is_some_and(|last| last.completed(by));
        !completed
            && resource.size.as_ref().is_some_and(|size| {
                let remembered = self.remembered(size);
                remembered.is_some_and(|capacity| !size.now.covers(capacity))
            })
    }
}

/// What to write on a group before it is put to sleep; nothing where what is written there stays.
///
/// Once a sleep: what wakes in the middle of it, by a hand or by an autoscaler, has not the
/// capacity that was put to bed. As long as that has not been given back it is not overwritten by
/// less, whatever asks for the next stop (a hold, a schedule that was changed).
pub(super) fn to_remember(size: &Size, by: Transition, policy: &Policy<'_>) -> Option<Capacity> {
    let Memory::Of(tag) = size.memory else {
        return Some(size.now);
    };
    if policy.last.is_some_and(|last| last.completed(by)) {
        return None;
    }
    if policy.has_woken() {
        return Some(size.now);
    }
    let known = policy.written().unwrap_or(tag);
    // Only an autoscaler leaves the minimum at zero and the maximum as it was.
    let by_itself = size.now.min() == 0 && size.now.max() <= known.max();
    Some(if by_itself {
        known
    } else {
        size.now.raised_to(known)
    })
}

/// What the group remembers, and what somebody has raised meanwhile; else what its environment is
/// configured for, where an edit of a sleeping group stands.
pub(super) fn capacity_to_restore(size: &Size, policy: &Policy<'_>) -> Result<Capacity, Fault> {
    if let Some(remembered) = policy.remembered(size) {
        return Ok(remembered.raised_to(size.now));
    }
    match (&size.memory, policy.capacity) {
        (Memory::Of(left), None) => Ok(left.raised_to(size.now)),
        (_, Some(configured)) => Ok(edited_while_asleep(size.now, configured)),
        (Memory::Unreadable(text), None) => Err(Fault::UnreadableMemory(text.clone())),
        (Memory::None, None) => Err(Fault::NoCapacity),
    }
}

fn edited_while_asleep(now: Capacity, known: Capacity) -> Capacity {
    let max = if now.max() == 0 {
        known.max()
    } else {
        now.max()
    };
    let min = if now.min() == 0 {
        known.min()
    } else {
        now.min()
    }
    .min(max);
    let desired = known.desired().clamp(min, max);
    Capacity::new(min, desired, max).unwrap_or(known)
}
