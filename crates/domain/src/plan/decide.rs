//! The decision for one resource, by nothing but what is given.

use chrono::{DateTime, Utc};

use crate::capacity::Capacity;
use crate::config::{Compiled, EnvironmentConfig, ManualChanges, nearest};
use crate::fleet::{Claim, Memory, Observed, Resource, Size, Snapshots, looks_like_production};
use crate::hold::Scope;
use crate::ledger::{Carried, Ledger, Order, Phase};
use crate::names::EnvironmentName;
use crate::time::{State, Transition};

use super::backup::Backups;
use super::environment::{Clock, desired};
use super::woken::woken_by_aws;
use super::{
    Action, BY_PROTECTION, Because, Decision, Desired, Fault, Leave, MaintenanceWindow, Standing,
    Step, Wait,
};

/// What may be done to a resource of an environment, and with what.
struct Policy<'a> {
    manual_changes: ManualChanges,
    capacity: Option<Capacity>,
    max_capacity: u32,
    snapshot: bool,
    last: Option<&'a Carried>,
    order: Option<&'a Order>,
    /// Whether AWS may still describe it as it was before what the ledger says of it.
    settling: bool,
}

/// A resource that claims an environment, before anything is decided.
pub(super) struct Candidate<'a> {
    pub(super) resource: Resource,
    /// Its place in the plan, if something may be done to it.
    pub(super) admitted: Option<Admitted<'a>>,
    /// Why not, if not.
    refused: Option<Box<Refused>>,
}

/// What may be acted on, and what it should be.
pub(super) struct Admitted<'a> {
    pub(super) name: &'a EnvironmentName,
    pub(super) environment: &'a EnvironmentConfig,
    pub(super) desired: Desired,
    /// What makes it impossible to decide.
    fault: Option<Fault>,
}

/// What may not be acted on.
struct Refused {
    environment: Option<EnvironmentName>,
    decision: Decision,
    /// Whether it is production, by its tags or its environment.
    protected: bool,
}

/// What every decision of one plan is made from.
pub(super) struct Grounds<'a> {
    pub(super) config: &'a Compiled,
    pub(super) clock: &'a Clock<'a>,
    pub(super) environments: &'a [Standing],
    pub(super) ledger: &'a Ledger,
    pub(super) now: DateTime<Utc>,
}

impl<'a> Grounds<'a> {
    /// Who the resource is to this plan.
    pub(super) fn candidate(&self, mut resource: Resource) -> Candidate<'a> {
        let Self {
            config,
            ledger,
            now,
            ..
        } = *self;
        resource.restarted_by_aws |= woken_by_aws(ledger, &resource, now);
        let (name, environment) = match admit(config, &resource) {
            Ok(admitted) => admitted,
            Err(refused) => {
                return Candidate {
                    resource,
                    admitted: None,
                    refused: Some(refused),
                };
            }
        };
        let shared = self.environments.iter().find(|one| one.name == *name);
        let arn = Some(&resource.arn);
        let desired = match shared {
            // One environment, one answer: looked up, unless a hold is about this very resource.
            Some(standing) if !held_alone(ledger, &resource) => standing.desired.clone(),
            _ => desired(self.clock, config, name, environment, ledger, arn),
        };
        let (desired, fault) = match with_maintenance(environment, &resource, desired, now) {
            Ok(desired) => (desired, None),
            Err(unreadable) => (unreadable.0, Some(unreadable.1)),
        };
        Candidate {
            resource,
            admitted: Some(Admitted {
                name,
                environment,
                desired,
                fault,
            }),
            refused: None,
        }
    }

    /// Decides for one candidate.
    pub(super) fn decided(&self, candidate: Candidate<'a>, backups: &mut Backups<'a>) -> Step {
        let Candidate {
            resource,
            admitted,
            refused,
        } = candidate;
        let Some(admitted) = admitted else {
            return self.refused(resource, refused);
        };
        let Admitted {
            name,
            environment,
            desired,
            fault,
        } = admitted;
        let policy = self.policy(&resource, Some(environment));
        let decision = match fault {
            Some(fault) => Decision::Refuse(fault),
            None => decide(&resource, &desired, &policy),
        };
        let mut notes: Vec<Fault> = tampered(&resource, &policy, &decision)
            .into_iter()
            .collect();
        notes.extend(no_backups(&resource, environment, backups));
        Step {
            environment: Some(name.clone()),
            reached: noted(&resource, &desired, &decision, policy.last),
            desired,
            decision,
            notes,
            counted: false,
            resource,
        }
    }

    fn policy(&self, resource: &Resource, environment: Option<&EnvironmentConfig>) -> Policy<'a> {
        let config = self.config.config();
        let marks = &self.ledger.marks;
        let last = self.ledger.carried.get(&resource.arn);
        Policy {
            manual_changes: environment.map_or(ManualChanges::Respect, |e| e.manual_changes),
            capacity: environment.and_then(|environment| environment.capacity),
            max_capacity: environment.map_or(config.limits.max_capacity, |environment| {
                config.max_capacity(environment)
            }),
            snapshot: environment.is_some_and(|environment| environment.snapshot_on_stop),
            last,
            order: marks
                .get(&resource.arn)
                .and_then(|mark| mark.order.as_ref()),
            settling: marks
                .get(&resource.arn)
                .zip(last)
                .is_some_and(|(mark, last)| mark.is_settling(last.phase, self.now)),
        }
    }

    /// The step of what may not be acted on: nothing, unless Nightcap itself has stopped what
    /// is production now. That is woken once, and then left alone.
    fn refused(&self, resource: Resource, refused: Option<Box<Refused>>) -> Step {
        let (environment, decision, protected) = refused.map_or_else(
            || (None, Decision::Leave(Leave::ScheduleNotBegun), false),
            |refused| (refused.environment, refused.decision, refused.protected),
        );
        let mut step = Step {
            environment,
            desired: Desired::Unmanaged(Leave::ScheduleNotBegun),
            decision,
            reached: None,
            notes: vec![],
            counted: false,
            resource,
        };
        let Some(by) = protected
            .then(|| stopped_here(self.ledger, &step.resource))
            .flatten()
        else {
            return step;
        };
        let known = step.environment.as_ref();
        let known = known.and_then(|name| self.config.environment(name.as_str()));
        let policy = self.policy(&step.resource, known.map(|(_, environment)| environment));
        let desired = Desired::State {
            by,
            because: Because::Protection,
            until: None,
        };
        let decision = decide(&step.resource, &desired, &policy);
        step.reached = noted(&step.resource, &desired, &decision, policy.last);
        step.desired = desired;
        match decision {
            Decision::Act(_) | Decision::Wait(_) => {
                let told = std::mem::replace(&mut step.decision, decision);
                if let Decision::Refuse(fault) = told {
                    step.notes.push(fault);
                }
            }
            // Why it cannot be woken.
            Decision::Refuse(fault) => step.notes.push(fault),
            Decision::Leave(_) => {}
        }
        step
    }
}

/// The start that is due to what Nightcap has stopped and has not woken again, as far as the
/// ledger knows, or its own tag where that knows nothing.
fn stopped_here(ledger: &Ledger, resource: &Resource) -> Option<Transition> {
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

/// What a backup window is worth that lies within every sleep. Where a snapshot is taken with
/// every stop, there is something to restore.
fn no_backups<'a>(
    resource: &Resource,
    environment: &'a EnvironmentConfig,
    backups: &mut Backups<'a>,
) -> Option<Fault> {
    let window = resource.facts.backup_window.as_ref()?;
    let snapshots = environment.snapshot_on_stop && resource.facts.snapshots != Snapshots::None;
    if snapshots || matches!(resource.observed, Observed::Fixed(_)) {
        return None;
    }
    let schedule = environment.schedule.as_ref()?;
    let lost = backups.are_lost(schedule, window);
    lost.then(|| Fault::NoBackups {
        window: window.clone(),
    })
}

/// A tag that says something else than Nightcap has written, told while it would count.
fn tampered(resource: &Resource, policy: &Policy<'_>, decision: &Decision) -> Option<Fault> {
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
    fn written(&self) -> Option<Capacity> {
        let asleep = self.last.is_some_and(|last| last.to == State::Stopped);
        self.order.filter(|_| asleep).and_then(Order::remembered)
    }

    /// Whether the ledger says that this has been woken since it last slept: its tag is then what
    /// a deletion that failed has left.
    fn has_woken(&self) -> bool {
        self.last.is_some_and(|last| {
            last.to == State::Running && matches!(last.phase, Phase::Reached | Phase::Changed)
        })
    }

    /// The capacity to give back: what the ledger has written at the stop (whoever can write
    /// tags cannot write that), else what the tag says.
    fn remembered(&self, size: &Size) -> Option<Capacity> {
        self.written().or(match size.memory {
            Memory::Of(tag) if !self.has_woken() => Some(tag),
            _ => None,
        })
    }

    /// Whether this decision would be made from what AWS describes although that may be older than
    /// what the ledger says was ordered, or was seen to have arrived, a moment ago.
    ///
    /// What AWS itself has started may be put to sleep again at once; and the order that is still
    /// to arrive is given again once its lease has run out, for the tick that claimed it may have
    /// died.
    fn is_behind(&self, resource: &Resource, by: Transition, decision: &Decision) -> bool {
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

    /// Whether it runs at less than what it had before it was put to sleep: somebody has woken
    /// it by hand, and the transition that wakes it gives it the rest.
    fn is_short(&self, resource: &Resource, by: Transition) -> bool {
        let completed = self.last.is_some_and(|last| last.completed(by));
        !completed
            && resource.size.as_ref().is_some_and(|size| {
                let remembered = self.remembered(size);
                remembered.is_some_and(|capacity| !size.now.covers(capacity))
            })
    }
}

fn held_alone(ledger: &Ledger, resource: &Resource) -> bool {
    ledger
        .holds
        .iter()
        .any(|hold| matches!(&hold.scope, Scope::Resource(arn) if *arn == resource.arn))
}

/// The environment a resource belongs to, or why nothing may be done to it.
///
/// This is where production is protected in code: whatever the rest of the program
/// decides, a resource that is refused here is never acted on.
fn admit<'a>(
    config: &'a Compiled,
    resource: &Resource,
) -> Result<(&'a EnvironmentName, &'a EnvironmentConfig), Box<Refused>> {
    let refused = |environment, decision, protected| {
        Box::new(Refused {
            environment,
            decision,
            protected,
        })
    };
    let claimed = match resource.claim() {
        Claim::Environment(name) => name,
        Claim::Overlapping(values) => {
            let values = values.into_iter().map(str::to_owned).collect();
            let decision = Decision::Refuse(Fault::OverlappingTags(values));
            return Err(refused(None, decision, false));
        }
        Claim::None => "",
    };
    let known = config.environment(claimed);
    if let Some(tag) = config.config().protected_by(&resource.tags) {
        let name = known.map(|(name, _)| name.clone());
        let production = match known {
            Some((_, environment)) => environment.protected,
            None => looks_like_production(claimed),
        };
        let decision = if production {
            Decision::Leave(Leave::ProtectedTag(tag))
        } else {
            Decision::Refuse(Fault::ProductionInDisguise {
                claimed: claimed.to_owned(),
                key: tag.key,
                value: tag.value,
            })
        };
        return Err(refused(name, decision, true));
    }
    let Some((name, environment)) = known else {
        let fault = Fault::UnknownEnvironment {
            name: claimed.to_owned(),
            nearest: nearest(
                claimed,
                config.environments().map(|(name, _)| name.as_str()),
            ),
        };
        return Err(refused(None, Decision::Refuse(fault), false));
    };
    if environment.protected {
        let decision = Decision::Leave(Leave::ProtectedEnvironment);
        return Err(refused(Some(name.clone()), decision, true));
    }
    let kind = resource.kind.name;
    if !environment.kinds.include(kind) {
        let decision = Decision::Leave(Leave::KindNotNamed { kind });
        return Err(refused(Some(name.clone()), decision, false));
    }
    if let Err(text) = resource.tier() {
        let decision = Decision::Refuse(Fault::UnreadableTier(text));
        return Err(refused(Some(name.clone()), decision, false));
    }
    Ok((name, environment))
}

/// A sleeping database is up during its maintenance window, if its environment says so.
fn with_maintenance(
    environment: &EnvironmentConfig,
    resource: &Resource,
    desired: Desired,
    now: DateTime<Utc>,
) -> Result<Desired, Box<(Desired, Fault)>> {
    let by_schedule = matches!(
        &desired,
        Desired::State {
            because: Because::Schedule(_),
            by: Transition {
                to: State::Stopped,
                ..
            },
            ..
        }
    );
    let Some(text) = resource.maintenance.as_deref() else {
        return Ok(desired);
    };
    if !environment.wake_for_maintenance || !by_schedule {
        return Ok(desired);
    }
    match MaintenanceWindow::parse(text) {
        Err(_) => {
            let fault = Fault::UnreadableMaintenance(text.to_owned());
            Err(Box::new((desired, fault)))
        }
        Ok(window) => Ok(match window.around(now) {
            None => desired,
            Some((from, until)) => Desired::State {
                by: Transition {
                    at: from,
                    to: State::Running,
                },
                because: Because::Maintenance,
                until: Some(Transition {
                    at: until,
                    to: State::Stopped,
                }),
            },
        }),
    }
}

fn decide(resource: &Resource, desired: &Desired, policy: &Policy<'_>) -> Decision {
    let by = match desired {
        Desired::Unmanaged(leave) => return Decision::Leave(leave.clone()),
        Desired::State { by, .. } => *by,
    };
    let decision = as_described(resource, by, policy);
    if policy.is_behind(resource, by, &decision) {
        return Decision::Wait(Wait::Settling {
            status: resource.observed.word().to_owned(),
        });
    }
    decision
}

/// The decision, if things are as AWS describes them.
fn as_described(resource: &Resource, by: Transition, policy: &Policy<'_>) -> Decision {
    match (&resource.observed, by.to) {
        (Observed::Fixed(text), _) => Decision::Leave(Leave::Fixed(text.clone())),
        (Observed::Unread, _) => Decision::Wait(Wait::Unread),
        (Observed::Faulty { status, remedy }, _) => Decision::Refuse(Fault::Broken {
            status: status.clone(),
            remedy: remedy.clone(),
        }),
        (Observed::Running | Observed::Starting, State::Running)
            if policy.is_short(resource, by) =>
        {
            start(resource, policy)
        }
        (Observed::Running, State::Running) => Decision::Leave(as_desired(resource)),
        (Observed::Stopped, State::Stopped) => Decision::Leave(Leave::AsDesired),
        (Observed::Starting, State::Running) | (Observed::Stopping, State::Stopped) => {
            Decision::Wait(Wait::Arriving {
                status: resource.observed.word().to_owned(),
            })
        }
        (
            Observed::Busy {
                status,
                serving: true,
            },
            State::Running,
        ) => Decision::Leave(Leave::Serving {
            status: status.clone(),
        }),
        (Observed::Busy { .. }, _) => busy(resource),
        (Observed::Stopping, State::Running) | (Observed::Starting, State::Stopped)
            if !resource.takes_orders_in_motion() =>
        {
            busy(resource)
        }
        (Observed::Stopped | Observed::Stopping, State::Running) => {
            respecting_people(resource, by, policy, || start(resource, policy))
        }
        (Observed::Running | Observed::Starting, State::Stopped) => {
            respecting_people(resource, by, policy, || stop(resource, by, policy))
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

fn busy(resource: &Resource) -> Decision {
    Decision::Wait(Wait::Busy {
        status: resource.observed.word().to_owned(),
    })
}

fn stop(resource: &Resource, by: Transition, policy: &Policy<'_>) -> Decision {
    let remember = resource
        .size
        .as_ref()
        .and_then(|size| to_remember(size, by, policy));
    let limit = policy.max_capacity;
    if let Some(capacity) = remember.filter(|capacity| capacity.max() > limit) {
        // It could not be woken to what it has.
        return Decision::Refuse(Fault::CapacityAboveLimit {
            capacity,
            limit,
            waking: false,
        });
    }
    Decision::Act(Action::Stop {
        remember,
        snapshot: policy.snapshot && resource.facts.snapshots != Snapshots::None,
    })
}

/// What to write on a group before it is put to sleep; nothing where what is written there stays.
///
/// Once a sleep: what wakes in the middle of it, by a hand or by an autoscaler, has not the
/// capacity that was put to bed. As long as that has not been given back it is not overwritten by
/// less, whatever asks for the next stop (a hold, a schedule that was changed).
fn to_remember(size: &Size, by: Transition, policy: &Policy<'_>) -> Option<Capacity> {
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

fn as_desired(resource: &Resource) -> Leave {
    match &resource.size {
        Some(size) if size.now.desired() == 0 => Leave::ScaledToZeroByItself,
        _ => Leave::AsDesired,
    }
}

/// A transition once completed is not carried out again: what differs later is a person's
/// doing, unless AWS itself woke a database after seven days.
fn respecting_people(
    resource: &Resource,
    by: Transition,
    policy: &Policy<'_>,
    otherwise: impl FnOnce() -> Decision,
) -> Decision {
    let completed = policy.last.is_some_and(|last| last.completed(by));
    let respect = policy.manual_changes == ManualChanges::Respect;
    if completed && respect && !resource.restarted_by_aws {
        return Decision::Leave(Leave::ManualChange { since: by.at });
    }
    otherwise()
}

fn start(resource: &Resource, policy: &Policy<'_>) -> Decision {
    let Some(size) = &resource.size else {
        return Decision::Act(Action::Start { capacity: None });
    };
    let limit = policy.max_capacity;
    match capacity_to_restore(size, policy) {
        Ok(capacity) if capacity.max() > limit => Decision::Refuse(Fault::CapacityAboveLimit {
            capacity,
            limit,
            waking: true,
        }),
        Ok(capacity) => Decision::Act(Action::Start {
            capacity: Some(capacity),
        }),
        Err(fault) => Decision::Refuse(fault),
    }
}

/// What the group remembers, and what somebody has raised meanwhile; else what its environment is
/// configured for, where an edit of a sleeping group stands.
fn capacity_to_restore(size: &Size, policy: &Policy<'_>) -> Result<Capacity, Fault> {
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

/// What the ledger should say from now on, where what is observed is news to it.
fn noted(
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
