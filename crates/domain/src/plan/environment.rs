//! What an environment should be at an instant, and why.

use chrono::{DateTime, Utc};

use crate::config::{Compiled, EnvironmentConfig};
use crate::hold::{self, Hold};
use crate::ledger::Ledger;
use crate::names::{EnvironmentName, ResourceArn, ScheduleName};
use crate::time::{Schedule, State, Transition};

use super::Leave;

/// What a resource or an environment should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// In this state, by this transition.
    State {
        /// The transition that led here.
        by: Transition,
        /// What made that transition.
        because: Because,
        /// The next transition that is known, if there is one.
        until: Option<Transition>,
    },
    /// In no particular state: nothing is done to it.
    Unmanaged(Leave),
}

/// What a desired state rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// A schedule.
    Schedule(ScheduleName),
    /// A hold.
    Hold(Box<Hold>),
    /// The resource's own maintenance window.
    Maintenance,
}

/// Where an environment stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub name: EnvironmentName,
    /// What it should be.
    pub desired: Desired,
}

impl Desired {
    /// The state, if it is managed.
    pub fn state(&self) -> Option<State> {
        self.since().map(|transition| transition.to)
    }

    /// The transition that led to the state, if it is managed.
    pub fn since(&self) -> Option<Transition> {
        match self {
            Self::State { by, .. } => Some(*by),
            Self::Unmanaged(_) => None,
        }
    }
}

impl Standing {
    /// Where an environment stands at `now`, by its schedule and the holds on it.
    pub fn at(
        config: &Compiled,
        name: &EnvironmentName,
        environment: &EnvironmentConfig,
        ledger: &Ledger,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            name: name.clone(),
            desired: desired(config, name, environment, ledger, None, now),
        }
    }
}

/// What an environment, or one resource of it, should be at `now`.
pub(super) fn desired(
    config: &Compiled,
    name: &EnvironmentName,
    environment: &EnvironmentConfig,
    ledger: &Ledger,
    resource: Option<&ResourceArn>,
    now: DateTime<Utc>,
) -> Desired {
    if environment.protected {
        return Desired::Unmanaged(Leave::ProtectedEnvironment);
    }
    if let Some(hold) = hold::in_force(&ledger.holds, name, resource, now) {
        let next = config
            .schedule_of(environment)
            .and_then(|(_, schedule)| after(schedule, hold));
        return held(hold, next);
    }
    let Some((schedule_name, schedule)) = config.schedule_of(environment) else {
        return Desired::Unmanaged(Leave::ScheduleNotBegun);
    };
    match led_here(schedule, now) {
        Some(by) => Desired::State {
            by,
            because: Because::Schedule(schedule_name.clone()),
            until: schedule.next(now),
        },
        None => Desired::Unmanaged(Leave::ScheduleNotBegun),
    }
}

/// The transition that led to the present state.
///
/// Windows that cover everything never had one: they have been running from the start of time.
fn led_here(schedule: &Schedule, now: DateTime<Utc>) -> Option<Transition> {
    let always = (schedule.state_at(now) == State::Running).then_some(Transition {
        at: DateTime::UNIX_EPOCH,
        to: State::Running,
    });
    schedule.last(now).or(always)
}

/// The next transition once the schedule has its say again.
fn after(schedule: &Schedule, hold: &Hold) -> Option<Transition> {
    match schedule.state_at(hold.until) {
        same if same == hold.state => schedule.next(hold.until),
        other => Some(Transition {
            at: hold.until,
            to: other,
        }),
    }
}

fn held(hold: &Hold, until: Option<Transition>) -> Desired {
    Desired::State {
        by: Transition {
            at: hold.from,
            to: hold.state,
        },
        until,
        because: Because::Hold(Box::new(hold.clone())),
    }
}
