//! What an environment should be at an instant, and why.

use std::collections::BTreeMap;

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
    /// A hold on another resource, which needs this one.
    Needed {
        /// The name of the resource that is held.
        by: String,
        /// The hold on it.
        hold: Box<Hold>,
    },
    /// Nightcap itself stopped it before it became protected: it is woken once.
    Protection,
}

/// Where each schedule stands at one instant: looked up for every environment and resource,
/// worked out once.
pub(super) struct Clock<'a> {
    now: DateTime<Utc>,
    by_schedule: BTreeMap<&'a ScheduleName, Around>,
}

#[derive(Clone, Copy)]
struct Around {
    led_here: Option<Transition>,
    next: Option<Transition>,
}

impl<'a> Clock<'a> {
    /// Of every schedule that an environment follows.
    pub(super) fn at(config: &'a Compiled, now: DateTime<Utc>) -> Self {
        let mut by_schedule = BTreeMap::new();
        let followed = config
            .environments()
            .filter(|(_, environment)| !environment.protected)
            .filter_map(|(_, environment)| config.schedule_of(environment));
        for (name, schedule) in followed {
            by_schedule.entry(name).or_insert_with(|| Around {
                led_here: led_here(schedule, now),
                next: schedule.next(now),
            });
        }
        Self { now, by_schedule }
    }

    fn around(&self, name: &ScheduleName, schedule: &Schedule) -> Around {
        self.by_schedule
            .get(name)
            .copied()
            .unwrap_or_else(|| Around {
                led_here: led_here(schedule, self.now),
                next: schedule.next(self.now),
            })
    }
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
        Self::by(&Clock::at(config, now), config, name, environment, ledger)
    }

    pub(super) fn by(
        clock: &Clock<'_>,
        config: &Compiled,
        name: &EnvironmentName,
        environment: &EnvironmentConfig,
        ledger: &Ledger,
    ) -> Self {
        Self {
            name: name.clone(),
            desired: desired(clock, config, name, environment, ledger, None),
        }
    }
}

/// What an environment, or one resource of it, should be at `now`.
pub(super) fn desired(
    clock: &Clock<'_>,
    config: &Compiled,
    name: &EnvironmentName,
    environment: &EnvironmentConfig,
    ledger: &Ledger,
    resource: Option<&ResourceArn>,
) -> Desired {
    let now = clock.now;
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
    let around = clock.around(schedule_name, schedule);
    match around.led_here {
        Some(by) => Desired::State {
            by,
            because: Because::Schedule(schedule_name.clone()),
            until: around.next,
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
pub(super) fn after(schedule: &Schedule, hold: &Hold) -> Option<Transition> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::looks;

    fn config(environments: usize) -> Compiled {
        let windows: String = (0..100)
            .map(|n| {
                format!(
                    "      - {{ start: '{} {} * * *', stop: '{} {} * * *' }}\n",
                    n % 60,
                    n / 60,
                    (n + 59) % 60,
                    n / 60
                )
            })
            .collect();
        let environments: String = (0..environments)
            .map(|n| format!("  env-{n}: {{ schedule: always }}\n"))
            .collect();
        let text = format!(
            "timezone: UTC\nschedules:\n  always:\n    windows:\n{windows}environments:\n{environments}"
        );
        Compiled::parse(&text).unwrap()
    }

    #[test]
    fn a_schedule_shared_by_environments_is_worked_out_once() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let taken = |environments| {
            let config = config(environments);
            looks::reset();
            let plan = crate::plan::plan(&config, vec![], &Ledger::default(), now);
            assert_eq!(plan.environments.len(), environments);
            looks::taken()
        };
        let one = taken(1);
        assert!(one < 10_000, "{one}");
        assert_eq!(taken(20), one);
    }
}
