//! One tick: read, decide, act, record, tell. It makes no choice of its own: those are
//! [`nightcap_domain::plan`]'s.

mod company;
mod orders;
mod unseen;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use nightcap_domain::answer::{Answer, Circumstances, Outcome};
use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::ledger::{Ledger, Unread};
use nightcap_domain::message::NothingRead;
use nightcap_domain::names::Region;
use nightcap_domain::plan::{self, Action, Decision, Fault, Obstacle, Plan, Problem, Progress};
use thiserror::Error;

use crate::error::AwsError;
use crate::fleet::Fleet;
use crate::ledger::LedgerStore;
use crate::prune::{self, Pruned};
use crate::reach::Reach;
use crate::target::Target;
use crate::tick::{Bounds, Tick};
use crate::time_left::TimeLeft;
use crate::{readiness, refusals};

pub use orders::ORDERS_AT_ONCE;
use orders::{Carried, Hands};

/// A tick that could do nothing at all.
#[derive(Debug, Error)]
pub enum TickError {
    /// No target could be read.
    #[error(
        "the fleet of {target} could not be read, so nothing was done: {error}. To mend it: {}",
        .error.remedy().en
    )]
    Unread {
        /// The first of the targets.
        target: Box<Target>,
        /// What AWS said.
        error: AwsError,
    },
    /// The ledger could not be read.
    #[error("the ledger could not be reached, so nothing was done: {error}. To mend it: {}", .error.remedy().en)]
    Ledger {
        /// What AWS said.
        error: AwsError,
    },
}

impl TickError {
    /// What could not be read.
    pub fn unread(&self) -> NothingRead {
        match self {
            Self::Unread { .. } => NothingRead::Fleet,
            Self::Ledger { .. } => NothingRead::Ledger,
        }
    }

    /// What could not be read, in a word or two.
    pub fn about(&self) -> String {
        match self {
            Self::Unread { target, .. } => target.to_string(),
            Self::Ledger { .. } => "ledger".to_owned(),
        }
    }
}

/// What a tick decided, did and found.
#[derive(Debug)]
pub struct Report {
    /// What it decided.
    pub plan: Plan,
    /// What became of each step of the plan.
    pub outcomes: Vec<Outcome>,
    /// Every problem a person should know about.
    pub problems: Vec<Problem>,
    /// How far each environment has come.
    pub progress: Progress,
    /// What became of old snapshots.
    pub pruned: Pruned,
    /// The ledger as it was read.
    pub ledger: Ledger,
    /// Whether every target could be read, and everything in it.
    pub saw_everything: bool,
    /// The regions of the targets in which a kind could not be read.
    pub blind: BTreeSet<Region>,
    /// The targets that were read, as they are written in mails.
    pub seen: Vec<String>,
    /// The target of each problem, by what the problem is about.
    pub homes: BTreeMap<String, String>,
    /// The sleep that ended or was renewed with this tick, all resources together:
    /// [`Write::slept`].
    pub slept: TimeDelta,
    /// The targets for whose orders there was not enough time.
    pub postponed: Vec<Target>,
}

impl Report {
    /// Whether AWS has taken an order.
    pub fn has_ordered(&self) -> bool {
        self.outcomes.contains(&Outcome::Done)
    }

    /// Whether anything was changed, or failed.
    pub fn is_eventful(&self) -> bool {
        self.outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Done | Outcome::Failed(_)))
    }

    /// Whether this tick has looked for the problem with this key.
    pub fn looked_for(&self, key: &str) -> bool {
        let rare = Problem::rare(key).is_none_or(|arn| {
            let looked_at = &self.pruned.looked_at;
            looked_at.iter().any(|other| other.as_str() == arn)
        });
        rare && self.saw(key.rsplit(' ').next().unwrap_or_default())
    }

    /// Whether this tick would have seen the resource of this ARN, were it still there: where a
    /// kind could not be read, what was not found may be of that kind.
    fn saw(&self, arn: &str) -> bool {
        let is_arn = arn.starts_with("arn:");
        let found = || {
            let mut steps = self.plan.steps.iter();
            steps.any(|step| step.resource.arn.as_str() == arn)
        };
        !is_arn || !self.blind.contains(&nightcap_model::arn::region(arn)) || found()
    }

    /// The answer for whoever asked.
    pub fn answer(&self, command: &'static str, tick: &Tick) -> Answer {
        self.answer_in(command, tick, Language::En)
    }

    /// The same for a reader of any language; what answers carry is English.
    pub fn answer_in(&self, command: &'static str, tick: &Tick, language: Language) -> Answer {
        Answer::told(
            Circumstances {
                command,
                dry_run: tick.dry_run,
                correlation_id: tick.correlation_id.clone(),
            },
            &self.plan,
            &self.outcomes,
            &self.problems,
            language,
        )
        .with_progress(&self.progress)
        .with_pruned(&self.pruned.deleted)
    }
}

/// Carries out one tick, however long it takes.
///
/// # Errors
/// If no target could be read, or the ledger could not. Nothing has been done then.
pub async fn tick(
    config: &Compiled,
    reach: &[Reach],
    ledger: &dyn LedgerStore,
    tick: &Tick,
) -> Result<Report, TickError> {
    tick_within(&Bounds::default(), config, reach, ledger, tick).await
}

/// Carries out as much of one tick as there is time for. What is left is told as postponed, and
/// is the next tick's.
///
/// # Errors
/// As of [`tick`].
pub async fn tick_within(
    bounds: &Bounds,
    config: &Compiled,
    reach: &[Reach],
    ledger: &dyn LedgerStore,
    tick: &Tick,
) -> Result<Report, TickError> {
    let time = bounds.time;
    let reading = time.cut(match &bounds.home {
        Some(home) => ledger.read_in(tick.now, home),
        None => ledger.read(tick.now),
    });
    let (fleet, read) = futures_util::future::join(Fleet::read(config, reach, time), reading).await;
    let read = read
        .unwrap_or_else(|| Err(AwsError::out_of_time("dynamodb", "Query")))
        .map_err(|error| TickError::Ledger { error })?;
    if fleet.unread.len() == reach.len()
        && let Some((target, error)) = fleet.unread.first().cloned()
    {
        let target = Box::new(target);
        return Err(TickError::Unread { target, error });
    }
    let mut resources = fleet.resources.clone();
    if let Some(restarted) = tick.restarted.as_ref().filter(|r| r.is_news(&read)) {
        for resource in &mut resources {
            resource.restarted_by_aws |= resource.arn == restarted.resource;
        }
    }
    let unread = fleet.unread_beside();
    let mut plan = plan::plan_beside(config, resources, &unread, &read, tick.now);
    let unknown = company::protect(config, &fleet, &mut plan).await;
    let Carried {
        mut outcomes,
        slept,
        problems: unforgotten,
    } = if tick.dry_run {
        Carried {
            outcomes: planned(&plan),
            slept: TimeDelta::zero(),
            problems: vec![],
        }
    } else {
        let hands = Hands {
            time,
            fleet: &fleet,
            plan: &plan,
            read: &read,
            ledger,
            tick,
        };
        hands.carry_out().await?
    };
    // What is only looked for must not outlive the time of the tick.
    if let Some(reasons) = time.cut(refusals::reasons(&fleet, &plan, &outcomes)).await {
        refusals::leave(&reasons, &mut plan, &mut outcomes);
    }
    undone(&plan, &mut outcomes);
    let mut progress = readiness::progress(config, &fleet, &plan, &read, time).await;
    let pruning = prune::prune(config, &fleet, &plan, &read, tick);
    let mut pruned = time.cut(pruning).await.unwrap_or_default();
    let mut problems: Vec<Problem> = plan.problems().collect();
    problems.extend(read.unread.iter().map(Unread::problem));
    problems.append(&mut progress.problems);
    problems.append(&mut pruned.problems);
    problems.extend(unforgotten);
    problems.extend(outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Failed(problem) => Some(problem.clone()),
        _ => None,
    }));
    problems.extend(unseen::problems(&fleet));
    problems.extend(unknown);
    problems.extend(conflicts(&fleet, &plan, time).await);
    let homes = homes(&fleet, &problems);
    let postponed = postponed(&fleet, &plan, &outcomes);
    Ok(Report {
        postponed,
        plan,
        outcomes,
        problems,
        progress,
        pruned,
        saw_everything: fleet.saw_everything(),
        blind: fleet
            .unread_kinds
            .iter()
            .map(|unread| unread.target.region.clone())
            .collect(),
        seen: seen(reach, &fleet),
        homes,
        slept,
        ledger: read,
    })
}

/// Where there are orders for which there was not enough time.
fn postponed(fleet: &Fleet<'_>, plan: &Plan, outcomes: &[Outcome]) -> Vec<Target> {
    let mut targets: Vec<Target> = vec![];
    let steps = plan.steps.iter().zip(outcomes);
    let left = steps.filter(|(_, outcome)| **outcome == Outcome::Postponed);
    for target in left.filter_map(|(step, _)| fleet.target(step.resource.arn.as_str())) {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    targets
}

/// The targets that could be read.
fn seen(reach: &[Reach], fleet: &Fleet<'_>) -> Vec<String> {
    let unread = |target: &Target| fleet.unread.iter().any(|(other, _)| other == target);
    let read = reach.iter().map(|reach| &reach.target);
    read.filter(|target| !unread(target))
        .map(ToString::to_string)
        .collect()
}

/// Where each problem is at home; a target that could not be read, in itself.
fn homes(fleet: &Fleet<'_>, problems: &[Problem]) -> BTreeMap<String, String> {
    let kinds = |about: &str| {
        let mut unread = fleet.unread_kinds.iter();
        unread.find(|unread| unread.about() == about)
    };
    let home = |about: &str| match (fleet.target(about), kinds(about)) {
        (Some(target), _) => target.to_string(),
        (None, Some(unread)) => unread.target.to_string(),
        (None, None) => about.to_owned(),
    };
    let all = problems.iter().map(|problem| &problem.about);
    all.map(|about| (about.clone(), home(about))).collect()
}

fn planned(plan: &Plan) -> Vec<Outcome> {
    plan.steps
        .iter()
        .map(|step| match step.decision {
            Decision::Act(_) => Outcome::Planned,
            _ => Outcome::None,
        })
        .collect()
}

/// Tells that the last order to start a resource came to nothing. It has been given again, and
/// is told as failed until the resource stays up.
fn undone(plan: &Plan, outcomes: &mut [Outcome]) {
    for (step, outcome) in plan.steps.iter().zip(outcomes) {
        let starts = matches!(step.decision, Decision::Act(Action::Start { .. }));
        if let (true, Outcome::Done, Some((why, said))) =
            (starts, &outcome, &step.resource.facts.start_failure)
        {
            let undone = Obstacle::StartUndone {
                why: *why,
                said: said.clone(),
            };
            *outcome = Outcome::Failed(Problem::of(&step.resource, Fault::from(undone)));
        }
    }
}

/// What else will wake or stop the resources that this tick acts on.
async fn conflicts(fleet: &Fleet<'_>, plan: &Plan, time: TimeLeft) -> Vec<Problem> {
    let acted = plan.actions().map(|(step, _)| &step.resource);
    let pools = plan.stops().filter(|group| group.facts.warm_pool > 0);
    let mut problems: Vec<Problem> = pools
        .map(|group| {
            let machines = group.facts.warm_pool;
            Problem::of(group, Fault::from(Obstacle::WarmPool { machines }))
        })
        .collect();
    for (means, resources) in fleet.by_means(acted) {
        match time.cut(means.conflicts(&resources)).await {
            Some(Ok(found)) => problems.extend(found.into_iter().filter_map(|(name, what)| {
                let resource = resources.iter().find(|resource| resource.name == name)?;
                Some(Problem::of(resource, Fault::Conflict(what)))
            })),
            // Not being able to look is no reason to fail a tick that has done its work: told
            // once for all of them.
            Some(Err(error)) => {
                tracing::warn!(%error, "conflicts could not be looked for");
                problems.extend(resources.first().map(|resource| {
                    let unread = Obstacle::ConflictsUnread {
                        error: error.to_string(),
                        remedy: error.remedy(),
                    };
                    Problem::of(resource, Fault::from(unread))
                }));
            }
            None => tracing::warn!("there was no time to look for conflicts"),
        }
    }
    problems
}

#[cfg(test)]
mod tests;
