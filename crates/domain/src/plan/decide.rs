//! The decision for one resource, by nothing but what is given.

use chrono::{DateTime, Utc};

use crate::capacity::Capacity;
use crate::config::{Compiled, EnvironmentConfig, ManualChanges, nearest};
use crate::fleet::{Claim, Memory, Observed, Resource, Size, Snapshots, protected_name};
use crate::hold::Scope;
use crate::ledger::{Carried, Ledger, Phase};
use crate::names::EnvironmentName;
use crate::time::{State, Transition};

use super::environment::desired;
use super::woken::woken_by_aws;
use super::{
    Action, Because, Decision, Desired, Fault, Leave, MaintenanceWindow, Standing, Step, Wait,
};

/// What may be done to a resource of an environment, and with what.
struct Policy<'a> {
    manual_changes: ManualChanges,
    capacity: Option<Capacity>,
    snapshot: bool,
    last: Option<&'a Carried>,
}

/// Decides for one resource that claims an environment.
pub(super) fn step(
    config: &Compiled,
    environments: &[Standing],
    ledger: &Ledger,
    mut resource: Resource,
    now: DateTime<Utc>,
) -> Step {
    resource.restarted_by_aws |= woken_by_aws(ledger, &resource, now);
    let (name, environment) = match admit(config, &resource) {
        Ok(admitted) => admitted,
        Err((name, decision)) => {
            let desired = Desired::Unmanaged(Leave::ScheduleNotBegun);
            return Step {
                environment: name,
                desired,
                decision,
                reached: None,
                resource,
            };
        }
    };
    let shared = environments.iter().find(|standing| standing.name == *name);
    let desired = match shared {
        // One environment, one answer: looked up, unless a hold is about this very resource.
        Some(standing) if !held_alone(ledger, &resource) => standing.desired.clone(),
        _ => desired(config, name, environment, ledger, Some(&resource.arn), now),
    };
    let policy = Policy {
        manual_changes: environment.manual_changes,
        capacity: environment.capacity,
        snapshot: environment.snapshot_on_stop,
        last: ledger.carried.get(&resource.arn),
    };
    let (desired, decision) = match with_maintenance(environment, &resource, desired, now) {
        Ok(desired) => {
            let decision = decide(&resource, &desired, &policy);
            (desired, decision)
        }
        Err(unreadable) => {
            let (desired, fault) = *unreadable;
            (desired, Decision::Refuse(fault))
        }
    };
    Step {
        environment: Some(name.clone()),
        reached: noted(&resource, &desired, &decision, policy.last),
        desired,
        decision,
        resource,
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
) -> Result<(&'a EnvironmentName, &'a EnvironmentConfig), (Option<EnvironmentName>, Decision)> {
    let claimed = match resource.claim() {
        Claim::Environment(name) => name,
        Claim::Overlapping(values) => {
            let values = values.into_iter().map(str::to_owned).collect();
            return Err((None, Decision::Refuse(Fault::OverlappingTags(values))));
        }
        Claim::None => "",
    };
    let known = config.environment(claimed);
    if let Some(tag) = resource.protected_by() {
        let name = known.map(|(name, _)| name.clone());
        let decision = if protected_name(claimed) || known.is_some_and(|(_, e)| e.protected) {
            Decision::Leave(Leave::ProtectedTag(tag))
        } else {
            Decision::Refuse(Fault::ProductionInDisguise {
                claimed: claimed.to_owned(),
                key: tag.key,
                value: tag.value,
            })
        };
        return Err((name, decision));
    }
    let Some((name, environment)) = known else {
        let fault = Fault::UnknownEnvironment {
            name: claimed.to_owned(),
            nearest: nearest(
                claimed,
                config.environments().map(|(name, _)| name.as_str()),
            ),
        };
        return Err((None, Decision::Refuse(fault)));
    };
    if environment.protected {
        let decision = Decision::Leave(Leave::ProtectedEnvironment);
        return Err((Some(name.clone()), decision));
    }
    let kind = resource.kind.name;
    if !environment.kinds.include(kind) {
        let decision = Decision::Leave(Leave::KindNotNamed { kind });
        return Err((Some(name.clone()), decision));
    }
    if let Err(text) = resource.tier() {
        let decision = Decision::Refuse(Fault::UnreadableTier(text));
        return Err((Some(name.clone()), decision));
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
    match (&resource.observed, by.to) {
        (Observed::Fixed(text), _) => Decision::Leave(Leave::Fixed(text.clone())),
        (Observed::Unread, _) => Decision::Wait(Wait::Unread),
        (Observed::Faulty { status, remedy }, _) => Decision::Refuse(Fault::Broken {
            status: status.clone(),
            remedy: remedy.clone(),
        }),
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

fn busy(resource: &Resource) -> Decision {
    Decision::Wait(Wait::Busy {
        status: resource.observed.word().to_owned(),
    })
}

fn stop(resource: &Resource, by: Transition, policy: &Policy<'_>) -> Decision {
    // Once a sleep: what wakes in the middle of it, by a hand or by an autoscaler, has not the
    // capacity that was put to bed.
    let asleep_before = policy.last.is_some_and(|last| last.completed(by));
    let size = resource
        .size
        .as_ref()
        .filter(|size| !(asleep_before && remembers(size)));
    Decision::Act(Action::Stop {
        remember: size.map(|size| size.now),
        snapshot: policy.snapshot && resource.facts.snapshots != Snapshots::None,
    })
}

fn remembers(size: &Size) -> bool {
    matches!(size.memory, Memory::Of(_))
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
    match capacity_to_restore(size, policy.capacity) {
        Ok(capacity) => Decision::Act(Action::Start {
            capacity: Some(capacity),
        }),
        Err(fault) => Decision::Refuse(fault),
    }
}

/// What the group remembers, else what its environment is configured for; where somebody
/// edited a sleeping group, the edit stands.
fn capacity_to_restore(size: &Size, configured: Option<Capacity>) -> Result<Capacity, Fault> {
    let known = match (&size.memory, configured) {
        (Memory::Of(capacity), _) => *capacity,
        (_, Some(capacity)) => capacity,
        (Memory::Unreadable(text), None) => return Err(Fault::UnreadableMemory(text.clone())),
        (Memory::None, None) => return Err(Fault::NoCapacity),
    };
    Ok(edited_while_asleep(size.now, known))
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
    let arrived = match by.to {
        State::Running => matches!(
            resource.observed,
            Observed::Running | Observed::Busy { serving: true, .. }
        ),
        State::Stopped => resource.observed == Observed::Stopped,
    };
    arrived.then_some(Phase::Reached)
}
