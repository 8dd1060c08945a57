//! Whether the scheduler is alive, by what it leaves in the ledger anyway: at every transition it
//! writes down what became of each resource, so that a transition after which nothing at all was
//! written was carried out by nobody. It costs the scheduler no call.

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Compiled;
use crate::fleet::protected_name;
use crate::ledger::Ledger;
use crate::names::EnvironmentName;
use crate::time::{State, Transition};

/// So long after a transition something must have been written: two dozen ticks.
const GRACE: TimeDelta = TimeDelta::hours(2);

/// A transition that nobody has carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The last entry that the scheduler has written.
    pub last: DateTime<Utc>,
    /// Whose transition was due, in order.
    pub environments: Vec<EnvironmentName>,
    /// When.
    pub due: DateTime<Utc>,
    /// The state it leads to.
    pub to: State,
}

/// The first transition that should have left something in the ledger and has not.
///
/// Only an environment counts whose transition before that one was carried out: one without
/// resources, or one that was held at either instant, tells nothing of the scheduler.
pub fn overdue(config: &Compiled, ledger: &Ledger, now: DateTime<Utc>) -> Option<Overdue> {
    let last = ledger.marks.values().map(|mark| mark.at).max()?;
    let due: Vec<(&EnvironmentName, Transition)> = config
        .environments()
        .filter(|(name, environment)| !environment.protected && !protected_name(name.as_str()))
        .filter_map(|(name, environment)| {
            let schedule = config.schedule_of(environment)?.1;
            let done = schedule.last(last)?;
            let is_worked = ledger.carried.values().any(|carried| carried.is(done));
            let due = schedule.next(last)?;
            let mut holds = ledger.holds.iter();
            let is_held = holds.any(|hold| hold.covers(due.at) && hold.is_about(name, None));
            (is_worked && !is_held && due.at + GRACE < now).then_some((name, due))
        })
        .collect();
    let first = due.iter().map(|(_, due)| *due).min_by_key(|due| due.at)?;
    let mut environments: Vec<EnvironmentName> = due
        .into_iter()
        .filter(|(_, due)| *due == first)
        .map(|(name, _)| name.clone())
        .collect();
    environments.sort_unstable();
    Some(Overdue {
        last,
        environments,
        due: first.at,
        to: first.to,
    })
}
