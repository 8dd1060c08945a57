//! The decision for one resource, by nothing but what is given.

mod admission;
mod capacity;
mod history;
mod settling;
mod windows;

use chrono::{DateTime, Utc};

use crate::capacity::Capacity;
use crate::config::{Compiled, EnvironmentConfig, ManualChanges};
use crate::fleet::{Observed, Resource, Snapshots};
use crate::ledger::{Carried, Ledger, Order};
use crate::names::EnvironmentName;
use crate::time::{State, Transition};

use super::backup::Backups;
use super::environment::{Clock, desired};
use super::woken::woken_by_aws;
use super::{
    Action, BY_PROTECTION, Because, Decision, Desired, Fault, Leave, MaintenanceWindow, Standing,
    Step, Wait,
};
use admission::{Refused, admit};
use capacity::{capacity_to_restore, tampered, to_remember};
use history::{held_alone, noted, stopped_here};
use windows::{no_backups, with_maintenance};

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
