//! Deciding: from configuration, fleet and ledger to what should be done, purely.
//!
//! [`plan`] may not touch the world and what carries a [`Plan`] out may make no choices.

mod backup;
mod breaker;
mod decide;
mod decision;
mod environment;
mod gate;
mod late;
mod maintenance;
mod members;
mod needs;
mod obstacle;
mod place;
mod problem;
mod progress;
mod unread;
mod unreadable;
mod upcoming;
mod woken;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::config::{Compiled, KindName};
use crate::fleet::{Claim, Resource};
use crate::ledger::{Carried, Ledger, Phase};
use crate::names::EnvironmentName;
use crate::time::State;

use backup::Backups;
use decide::{Candidate, Grounds};
use environment::Clock;

pub use decision::{Action, Decision, Leave, Wait};
pub use environment::{Because, Desired, Standing};
pub use late::{Gate, Late};
pub use maintenance::{MaintenanceWindow, UnreadableWindow};
pub use members::Company;
pub use obstacle::Obstacle;
pub use place::Place;
pub use problem::{Fault, Problem};
pub use progress::{Arrived, Progress, Stage, progress, to_ask};
pub use unread::Unread;
pub use upcoming::{Ahead, MAX_UPCOMING, MAX_UPCOMING_RESOURCES, Upcoming, upcoming};

/// What one tick decided, for every environment and every resource that claims one.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The instant it was decided for.
    pub at: DateTime<Utc>,
    /// Where each environment of the configuration stands, in the configuration's order.
    pub environments: Vec<Standing>,
    /// One step a resource, in the order in which they are carried out.
    pub steps: Vec<Step>,
    /// What is wrong with environments as a whole.
    pub of_environments: Vec<Problem>,
    /// The kinds of resource that were looked for: those that an environment lists.
    pub kinds: Vec<&'static str>,
}

/// What was decided for one resource.
#[derive(Clone, Debug)]
pub struct Step {
    /// The resource as it was observed.
    pub resource: Resource,
    /// The environment it belongs to, if that is sure.
    pub environment: Option<EnvironmentName>,
    /// What it should be, and why.
    pub desired: Desired,
    /// What to do about it.
    pub decision: Decision,
    /// What the ledger should say of it from now on, where that follows from what was
    /// observed alone.
    pub reached: Option<Carried>,
    /// What is wrong with it besides, whatever is done about it now.
    pub notes: Vec<Fault>,
    /// Whether the breaker counts this stop.
    pub counted: bool,
}

/// By whom an order is, in the ledger, that wakes once what has become protected in its sleep.
pub(crate) const BY_PROTECTION: &str = "protection";

impl Plan {
    /// The steps that change something.
    pub fn actions(&self) -> impl Iterator<Item = (&Step, &Action)> {
        self.steps.iter().filter_map(|step| match &step.decision {
            Decision::Act(action) => Some((step, action)),
            _ => None,
        })
    }

    /// The problems found while deciding.
    pub fn problems(&self) -> impl Iterator<Item = Problem> + '_ {
        let of_steps = self.steps.iter().flat_map(|step| {
            let refused = match &step.decision {
                Decision::Refuse(fault) => Some(fault),
                _ => None,
            };
            let faults = refused.into_iter().chain(&step.notes);
            faults.map(|fault| Problem::of(&step.resource, fault.clone()))
        });
        self.of_environments.iter().cloned().chain(of_steps)
    }
}

/// Decides for a whole fleet.
///
/// Resources that claim no environment are not in the answer: they are nobody's business here.
pub fn plan(config: &Compiled, fleet: Vec<Resource>, ledger: &Ledger, now: DateTime<Utc>) -> Plan {
    plan_beside(config, fleet, &[], ledger, now)
}

/// The same beside kinds that could not be read: what must wait for them waits.
pub fn plan_beside(
    config: &Compiled,
    fleet: Vec<Resource>,
    unread: &[Unread],
    ledger: &Ledger,
    now: DateTime<Utc>,
) -> Plan {
    let clock = Clock::at(config, now);
    let environments: Vec<Standing> = config
        .environments()
        .map(|(name, environment)| Standing::by(&clock, config, name, environment, ledger))
        .collect();
    let grounds = Grounds {
        config,
        clock: &clock,
        environments: &environments,
        ledger,
        now,
    };
    let mut candidates: Vec<Candidate<'_>> = fleet
        .into_iter()
        .filter(|resource| resource.claim() != Claim::None)
        .map(|resource| grounds.candidate(resource))
        .collect();
    needs::keep(config, &mut candidates);
    let mut backups = Backups::from(config, now);
    let mut steps: Vec<Step> = candidates
        .into_iter()
        .map(|candidate| grounds.decided(candidate, &mut backups))
        .collect();
    unreadable::leave(ledger, &mut steps);
    gate::close(&mut steps, unread);
    breaker::hold_back(config.limits(), ledger, &mut steps, now);
    steps.sort_by(|a, b| order(a).cmp(&order(b)));
    Plan {
        at: now,
        environments,
        steps,
        of_environments: of_environments(config),
        kinds: kinds(config),
    }
}

fn kinds(config: &Compiled) -> Vec<&'static str> {
    let looked_at = config
        .environments()
        .filter(|(_, environment)| environment.is_looked_at());
    let listed: BTreeSet<KindName> = looked_at
        .flat_map(|(_, environment)| environment.kinds.iter())
        .collect();
    listed.into_iter().map(KindName::as_str).collect()
}

/// Environments whose schedules are not carried out, although the file has them.
fn of_environments(config: &Compiled) -> Vec<Problem> {
    config
        .environments()
        .filter(|(_, environment)| environment.looks_like_production)
        .map(|(name, _)| {
            let fault = Fault::LooksLikeProduction {
                name: name.to_string(),
            };
            Problem::of_environment(name, fault)
        })
        .collect()
}

/// By environment, then in the order of acting, then by name.
fn order(step: &Step) -> (Option<&EnvironmentName>, i16, &str, &str) {
    let tier = step.resource.tier().unwrap_or(step.resource.kind.tier).0;
    let place = match step.desired.state() {
        Some(State::Stopped) => -i16::from(tier),
        _ => i16::from(tier),
    };
    (
        step.environment.as_ref(),
        place,
        step.resource.kind.name,
        &step.resource.name,
    )
}

/// What the ledger will say once AWS has taken the order for this step.
pub fn ordered(step: &Step) -> Option<Carried> {
    let transition = step.desired.since()?;
    Some(Carried {
        transition: transition.at,
        to: transition.to,
        phase: Phase::Ordered,
    })
}
