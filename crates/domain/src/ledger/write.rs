//! What a tick writes about one resource: a new entry in place of the one it read.

use chrono::{DateTime, TimeDelta, Utc};

use super::history::result_of;
use super::{Carried, History, LEASE, Ledger, Mark, Order, Phase};
use crate::fleet::{Memory, Part};
use crate::names::ResourceArn;
use crate::plan::{Action, BY_PROTECTION, Because, Decision, Desired, Step, ordered};
use crate::time::State;

/// A new entry for a resource, and the row of history that comes with it.
///
/// It may be written only where the ledger still has what the tick read. That is all there
/// is to doing work once: of any number of ticks that have read the same, one may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The resource.
    pub resource: ResourceArn,
    /// What the ledger will say of it.
    pub carried: Carried,
    /// How that came to be.
    pub mark: Mark,
    /// The version that must still be there; `None`: there must be no entry.
    pub replaces: Option<u64>,
    /// What must still be there in the place of a version, if it is none.
    pub replaces_odd: Option<String>,
    /// What goes into the history with it.
    pub history: Option<History>,
}

impl Write {
    /// The claim of the order that a step asks for; `None` if it asks for none, or another
    /// tick is at work on that order.
    pub fn claim(ledger: &Ledger, step: &Step, tick: &str, now: DateTime<Utc>) -> Option<Self> {
        let (Decision::Act(action), Some(carried)) = (&step.decision, ordered(step)) else {
            return None;
        };
        let arn = &step.resource.arn;
        let known = ledger.marks.get(arn);
        let last = ledger.carried.get(arn);
        // The same order by another transition (a hold made while the schedule's stop is being
        // given) is the same order to AWS.
        let at_work = last
            .is_some_and(|last| last.phase == Phase::Ordered && last.to == carried.to)
            && known.is_some_and(|mark| mark.is_leased(now));
        // A start restores a capacity and then deletes the tag that remembered it. A stop in
        // between would write the tag, and lose it to the start.
        let forgets = last.is_some_and(|last| last.to == State::Running)
            && carried.to == State::Stopped
            && step.resource.size.is_some()
            && known.is_some_and(|mark| mark.is_leased(now));
        if at_work || forgets {
            return None;
        }
        let (by, why, hold) = grounds(&step.desired);
        // The same order, given again: AWS refused it, or the tick that gave it died.
        let again = known
            .and_then(|mark| mark.order.as_ref())
            .filter(|_| last.is_some_and(|last| *last == carried));
        let unfinished = last.is_some_and(|last| {
            last.phase == Phase::Ordered
                && (last.transition, last.to) != (carried.transition, carried.to)
        });
        Some(Self {
            resource: arn.clone(),
            carried,
            mark: Mark {
                version: next(known),
                odd_version: None,
                at: now,
                lease: Some(now + LEASE),
                order: Some(Order {
                    at: now,
                    first: again.map(Order::since),
                    tick: tick.to_owned(),
                    action: action.word().to_owned(),
                    by,
                    why,
                    hold,
                    ran_on: ran_on(action, step, known),
                    remembered: remembered(action, step, known),
                    counted: step.counted,
                }),
            },
            replaces: known.map(|mark| mark.version),
            replaces_odd: known.and_then(|mark| mark.odd_version.clone()),
            history: unfinished
                .then(|| History::of_order(arn, known, "superseded", now))
                .flatten(),
        })
    }

    /// What was observed, where that is news to the ledger.
    pub fn observation(ledger: &Ledger, step: &Step, now: DateTime<Utc>) -> Option<Self> {
        // What is acted on is claimed; the claim replaces the same entry.
        if matches!(step.decision, Decision::Act(_)) {
            return None;
        }
        let carried = step.reached?;
        let arn = &step.resource.arn;
        let known = ledger.marks.get(arn);
        let last = ledger.carried.get(arn);
        let of_the_order =
            last.is_some_and(|last| (last.transition, last.to) == (carried.transition, carried.to));
        // Another order may be given at this very moment, by a tick that decided before a hold
        // was made: what it is about to change has not been reached.
        if !of_the_order && known.is_some_and(|mark| mark.is_leased(now)) {
            return None;
        }
        let result = if of_the_order {
            result_of(carried.phase)
        } else {
            "superseded"
        };
        let news = of_the_order || last.is_some_and(|last| last.phase == Phase::Ordered);
        Some(Self {
            resource: arn.clone(),
            carried,
            mark: Mark {
                version: next(known),
                odd_version: None,
                at: now,
                // The start that brought it up may not have ended: see `claim`.
                lease: known
                    .filter(|mark| step.resource.size.is_some() && mark.is_leased(now))
                    .and_then(|mark| mark.lease),
                order: known
                    .and_then(|mark| mark.order.clone())
                    .filter(|_| of_the_order),
            },
            replaces: known.map(|mark| mark.version),
            replaces_odd: known.and_then(|mark| mark.odd_version.clone()),
            history: news
                .then(|| History::of_order(arn, known, result, now))
                .flatten(),
        })
    }

    /// This observation in two writes, between which its tick alone may order anything: a lease,
    /// and what was observed.
    #[must_use]
    pub fn under_lease(self, now: DateTime<Utc>) -> (Self, Self) {
        let version = self.mark.version;
        let lease = Self {
            carried: Carried {
                phase: Phase::Ordered,
                ..self.carried
            },
            mark: Mark {
                lease: Some(now + LEASE),
                ..self.mark.clone()
            },
            history: None,
            ..self.clone()
        };
        let observed = Self {
            replaces: Some(version),
            replaces_odd: None,
            mark: Mark {
                version: version.saturating_add(1),
                lease: None,
                ..self.mark
            },
            ..self
        };
        (lease, observed)
    }

    /// The sleep that this write ends or renews: how long ago the entry that it replaces said
    /// that its resource sleeps as told. Zero where that entry says something else.
    ///
    /// Every stretch of a sleep is in one entry, from the tick that saw the resource asleep to
    /// the one that replaces the entry, and each entry is replaced once: added up over all
    /// writes that were accepted, no minute of sleep is missing or counted twice.
    pub fn slept(&self, ledger: &Ledger) -> TimeDelta {
        let asleep = ledger
            .carried
            .get(&self.resource)
            .is_some_and(|last| last.phase == Phase::Reached && last.to == State::Stopped);
        match ledger.marks.get(&self.resource) {
            Some(mark) if asleep => (self.mark.at - mark.at).max(TimeDelta::zero()),
            _ => TimeDelta::zero(),
        }
    }

    /// What follows where the order of this claim failed: the next tick may try at once.
    #[must_use]
    pub fn failed(&self, error: &str, now: DateTime<Utc>) -> Self {
        let free = self.given_back(now);
        let result = format!("failed: {error}");
        Self {
            history: History::of_order(&self.resource, Some(&free.mark), result, now),
            ..free
        }
    }

    /// What follows where the order of this claim was not given: the next tick may at once.
    #[must_use]
    pub fn given_back(&self, now: DateTime<Utc>) -> Self {
        Self {
            resource: self.resource.clone(),
            carried: self.carried,
            mark: Mark {
                version: self.mark.version.saturating_add(1),
                odd_version: None,
                at: now,
                lease: None,
                order: self.mark.order.clone(),
            },
            replaces: Some(self.mark.version),
            replaces_odd: None,
            history: None,
        }
    }
}

/// What a group runs on that is put to sleep; where it is on its way already, what an earlier
/// order to sleep has seen.
fn ran_on(action: &Action, step: &Step, known: Option<&Mark>) -> Vec<Part> {
    if matches!(action, Action::Start { .. }) || step.resource.size.is_none() {
        return vec![];
    }
    let before = known
        .and_then(|mark| mark.order.as_ref())
        .filter(|order| order.action == action.word() && !order.ran_on.is_empty());
    before.map_or_else(
        || step.resource.facts.runs_on.clone(),
        |order| order.ran_on.clone(),
    )
}

/// The capacity that an order to sleep writes on its resource; where that has it already, what an
/// earlier order to sleep has written.
fn remembered(action: &Action, step: &Step, known: Option<&Mark>) -> Option<String> {
    let Action::Stop { remember, .. } = action else {
        return None;
    };
    let earlier = || known?.order.as_ref()?.remembered();
    let on_it = || match step.resource.size.as_ref()?.memory {
        Memory::Of(capacity) => Some(capacity),
        Memory::None | Memory::Unreadable(_) => None,
    };
    let capacity = remember.or_else(earlier).or_else(on_it)?;
    Some(capacity.to_string())
}

fn next(known: Option<&Mark>) -> u64 {
    known.map_or(1, |mark| mark.version.saturating_add(1))
}

/// By whom, why, and by which hold.
fn grounds(desired: &Desired) -> (String, String, Option<String>) {
    let why = desired.reason(crate::config::Language::En);
    match desired {
        Desired::State {
            because: Because::Hold(hold) | Because::Needed { hold, .. },
            ..
        } => (hold.by.clone(), why, Some(hold.id.clone())),
        Desired::State {
            because: Because::Schedule(name),
            ..
        } => (format!("schedule {name}"), why, None),
        Desired::State {
            because: Because::Maintenance,
            ..
        } => ("maintenance window".to_owned(), why, None),
        Desired::State {
            because: Because::Protection,
            ..
        } => (BY_PROTECTION.to_owned(), why, None),
        Desired::Unmanaged(_) => (String::new(), why, None),
    }
}
