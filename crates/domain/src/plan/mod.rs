//! Deciding: from configuration, fleet and ledger to what should be done, purely.
//!
//! [`plan`] may not touch the world and what carries a [`Plan`] out may make no choices.

mod breaker;
mod decide;
mod decision;
mod environment;
mod gate;
mod late;
mod maintenance;
mod place;
mod problem;
mod progress;
mod unread;
mod upcoming;
mod woken;

use chrono::{DateTime, Utc};

use crate::config::Compiled;
use crate::fleet::{Claim, Resource};
use crate::ledger::{Carried, Ledger, Phase};
use crate::names::EnvironmentName;
use crate::time::State;

pub use decision::{Action, Decision, Leave, Wait};
pub use environment::{Because, Desired, Standing};
pub use late::{Gate, Late};
pub use maintenance::{MaintenanceWindow, UnreadableWindow};
pub use place::Place;
pub use problem::{Fault, Problem};
pub use progress::{Arrived, Progress, Stage, progress, to_ask};
pub use upcoming::{Upcoming, upcoming};

/// What one tick decided, for every environment and every resource that claims one.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The instant it was decided for.
    pub at: DateTime<Utc>,
    /// Where each environment of the configuration stands, in the configuration's order.
    pub environments: Vec<Standing>,
    /// One step a resource, in the order in which they are carried out.
    pub steps: Vec<Step>,
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
}

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
        self.steps.iter().filter_map(|step| match &step.decision {
            Decision::Refuse(fault) => Some(Problem::of(&step.resource, fault.clone())),
            _ => None,
        })
    }
}

/// Decides for a whole fleet.
///
/// Resources that claim no environment are not in the answer: they are nobody's business here.
pub fn plan(config: &Compiled, fleet: Vec<Resource>, ledger: &Ledger, now: DateTime<Utc>) -> Plan {
    let environments: Vec<Standing> = config
        .environments()
        .map(|(name, environment)| Standing::at(config, name, environment, ledger, now))
        .collect();
    let mut steps: Vec<Step> = fleet
        .into_iter()
        .filter(|resource| resource.claim() != Claim::None)
        .map(|resource| decide::step(config, &environments, ledger, resource, now))
        .collect();
    unread::leave(ledger, &mut steps);
    gate::close(&mut steps);
    breaker::hold_back(config.limits(), ledger, &mut steps, now);
    steps.sort_by(|a, b| order(a).cmp(&order(b)));
    Plan {
        at: now,
        environments,
        steps,
    }
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
