//! One tick: read, decide, act, record, tell. It makes no choice of its own: those are
//! [`nightcap_domain::plan`]'s.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use nightcap_domain::answer::{Answer, Circumstances, Outcome};
use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::{Ledger, Write};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{self, Action, Decision, Fault, Plan, Problem, Progress, Step};
use nightcap_domain::snapshot;
use thiserror::Error;
use tracing::Instrument;

use crate::error::{AwsError, Cause};
use crate::fleet::Fleet;
use crate::kind::Stop;
use crate::ledger::LedgerStore;
use crate::prune::{self, Pruned};
use crate::stale::{self, Stale};
use crate::target::{Reach, Target};
use crate::{readiness, refusals};

/// Orders given at once.
pub(crate) const ORDERS_AT_ONCE: usize = 16;

/// How a tick is carried out.
#[derive(Clone, Debug)]
pub struct Tick {
    /// The instant it decides for.
    pub now: DateTime<Utc>,
    /// Decide and answer, but change nothing.
    pub dry_run: bool,
    /// One id for everything that is logged and sent about it.
    pub correlation_id: String,
    /// The database that AWS says it has started by itself, if an event of that brought this tick.
    pub restarted: Option<Restarted>,
}

/// AWS has started a database by itself, after seven days of sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restarted {
    /// The database.
    pub resource: ResourceArn,
    /// When AWS did.
    pub at: DateTime<Utc>,
}

impl Restarted {
    /// Whether that is news: the ledger has seen nothing of the database since.
    ///
    /// Events come late and more than once. One about a start that has long been made good
    /// must not make a person's start tomorrow look like AWS's.
    fn is_news(&self, ledger: &Ledger) -> bool {
        ledger
            .marks
            .get(&self.resource)
            .is_none_or(|mark| mark.at < self.at)
    }
}

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
    /// Whether every target could be read.
    pub saw_everything: bool,
    /// The targets that were read, as they are written in mails.
    pub seen: Vec<String>,
    /// The target of each problem, by what the problem is about.
    pub homes: BTreeMap<String, String>,
    /// The sleep that ended or was renewed with this tick, all resources together:
    /// [`Write::slept`].
    pub slept: TimeDelta,
}

impl Report {
    /// Whether anything was changed, or failed.
    pub fn is_eventful(&self) -> bool {
        self.outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Done | Outcome::Failed(_)))
    }

    /// Whether this tick has looked for the problem with this key.
    pub fn looked_for(&self, key: &str) -> bool {
        Problem::rare(key).is_none_or(|arn| {
            let looked_at = &self.pruned.looked_at;
            looked_at.iter().any(|other| other.as_str() == arn)
        })
    }

    /// The answer for whoever asked.
    pub fn answer(&self, command: &'static str, tick: &Tick) -> Answer {
        Answer::new(
            Circumstances {
                command,
                dry_run: tick.dry_run,
                correlation_id: tick.correlation_id.clone(),
            },
            &self.plan,
            &self.outcomes,
            &self.problems,
        )
        .with_progress(&self.progress)
        .with_pruned(&self.pruned.deleted)
    }
}

/// Carries out one tick.
///
/// # Errors
/// If no target could be read, or the ledger could not. Nothing has been done then.
pub async fn tick(
    config: &Compiled,
    reach: &[Reach],
    ledger: &dyn LedgerStore,
    tick: &Tick,
) -> Result<Report, TickError> {
    let (fleet, read) =
        futures_util::future::join(Fleet::read(config, reach), ledger.read(tick.now)).await;
    let read = read.map_err(|error| TickError::Ledger { error })?;
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
    let mut plan = plan::plan(config, resources, &read, tick.now);
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
        carry_out(&fleet, &plan, &read, ledger, tick).await?
    };
    refusals::leave(&fleet, &mut plan, &mut outcomes).await;
    let mut progress = readiness::progress(config, &fleet, &plan, &read).await;
    readiness::remember(ledger, &mut progress, tick).await;
    let mut pruned = prune::prune(config, &fleet, &plan, &read, tick).await;
    let mut problems: Vec<Problem> = plan.problems().collect();
    problems.append(&mut progress.problems);
    problems.append(&mut pruned.problems);
    problems.extend(unforgotten);
    problems.extend(outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Failed(problem) => Some(problem.clone()),
        _ => None,
    }));
    problems.extend(fleet.unread.iter().map(unread));
    problems.extend(conflicts(&fleet, &plan).await);
    let homes = homes(&fleet, &problems);
    Ok(Report {
        plan,
        outcomes,
        problems,
        progress,
        pruned,
        saw_everything: fleet.unread.is_empty(),
        seen: seen(reach, &fleet),
        homes,
        slept,
        ledger: read,
    })
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
    let home = |about: &str| match fleet.target(about) {
        Some(target) => target.to_string(),
        None => about.to_owned(),
    };
    let all = problems.iter().map(|problem| &problem.about);
    all.map(|about| (about.clone(), home(about))).collect()
}

/// What became of a plan.
struct Carried {
    outcomes: Vec<Outcome>,
    slept: TimeDelta,
    problems: Vec<Problem>,
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

async fn carry_out(
    fleet: &Fleet<'_>,
    plan: &Plan,
    read: &Ledger,
    ledger: &dyn LedgerStore,
    tick: &Tick,
) -> Result<Carried, TickError> {
    let (places, claims): (Vec<usize>, Vec<Write>) = plan
        .steps
        .iter()
        .enumerate()
        .filter_map(|(index, step)| {
            let claim = Write::claim(read, step, &tick.correlation_id, tick.now)?;
            Some((index, claim))
        })
        .unzip();
    let stale = stale::find(read, plan, tick);
    let leases = stale
        .iter()
        .filter_map(|stale| Some(&stale.writes.as_ref()?.0));
    let claims: Vec<Write> = claims.into_iter().chain(leases.cloned()).collect();
    let mut mine = if claims.is_empty() {
        vec![]
    } else {
        ledger
            .write(&claims)
            .await
            .map_err(|error| TickError::Ledger { error })?
    };
    let mut slept = slept(read, &claims, &mine);
    let leased = mine.split_off(places.len().min(mine.len()));
    let given: Vec<(usize, Outcome)> = stream::iter(places.iter().zip(mine))
        .map(|(&index, mine)| async move {
            let outcome = match plan.steps.get(index) {
                Some(step) if mine => order(fleet, step, tick).instrument(span_of(step)).await,
                _ => Outcome::Overtaken,
            };
            (index, outcome)
        })
        .buffer_unordered(ORDERS_AT_ONCE)
        .collect()
        .await;
    let leased = stale
        .iter()
        .filter(|stale| stale.writes.is_some())
        .zip(leased);
    let forgotten: Vec<&Stale> = leased
        .filter_map(|(stale, mine)| mine.then_some(stale))
        .collect();
    let steps = forgotten
        .iter()
        .filter_map(|stale| plan.steps.get(stale.index));
    let problems = stale::forget(fleet, steps).await;
    let mut outcomes: Vec<Outcome> = plan.steps.iter().map(unclaimed).collect();
    for (index, outcome) in given {
        if let Some(place) = outcomes.get_mut(index) {
            *place = outcome;
        }
    }
    let failed =
        places
            .iter()
            .zip(&claims)
            .filter_map(|(&index, claim)| match outcomes.get(index)? {
                Outcome::Failed(problem) => Some(claim.failed(&said(problem), tick.now)),
                _ => None,
            });
    let observed = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(index, _)| stale.iter().all(|stale| stale.index != *index))
        .filter_map(|(_, step)| Write::observation(read, step, tick.now));
    // A failure replaces the claim, and what was seen under a lease the lease: neither is in the
    // ledger as it was read.
    let seen = forgotten
        .iter()
        .filter_map(|stale| Some(stale.writes.as_ref()?.1.clone()));
    let replacing: Vec<Write> = failed.chain(seen).collect();
    let claimed = replacing.len();
    let writes: Vec<Write> = replacing.into_iter().chain(observed).collect();
    let written = record(ledger, &writes).await;
    slept += self::slept(
        read,
        writes.get(claimed..).unwrap_or_default(),
        written.get(claimed..).unwrap_or_default(),
    );
    Ok(Carried {
        outcomes,
        slept,
        problems,
    })
}

/// The sleep that ended or was renewed with the writes that were accepted.
fn slept(read: &Ledger, writes: &[Write], accepted: &[bool]) -> TimeDelta {
    let accepted = writes.iter().zip(accepted).filter(|(_, mine)| **mine);
    accepted
        .map(|(write, _)| write.slept(read))
        .fold(TimeDelta::zero(), |sum, one| sum + one)
}

/// The outcome of a step for which this tick claims nothing: another is at work on it, or
/// there is nothing to do.
fn unclaimed(step: &Step) -> Outcome {
    match step.decision {
        Decision::Act(_) => Outcome::Overtaken,
        _ => Outcome::None,
    }
}

/// What was observed, and what failed, is written down; if that cannot be, the next tick
/// observes the same, and takes over what failed when the lease has run out.
async fn record(ledger: &dyn LedgerStore, writes: &[Write]) -> Vec<bool> {
    if writes.is_empty() {
        return vec![];
    }
    ledger.write(writes).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the ledger was not written; the next tick will");
        vec![]
    })
}

fn said(problem: &Problem) -> String {
    match &problem.fault {
        Fault::Failed { error, .. } => error.clone(),
        other => other.code().to_owned(),
    }
}

/// What is logged about a step stands in this.
fn span_of(step: &Step) -> tracing::Span {
    let action = match &step.decision {
        Decision::Act(action) => Some(action.word()),
        _ => None,
    };
    tracing::error_span!("order", resource = %step.resource.arn, action)
}

async fn order(fleet: &Fleet<'_>, step: &Step, tick: &Tick) -> Outcome {
    let (Decision::Act(action), Some(means)) = (&step.decision, fleet.means(&step.resource.arn))
    else {
        return Outcome::None;
    };
    let resource = &step.resource;
    let result = match action {
        Action::Start { capacity } => means.start(resource, *capacity).await,
        Action::Stop { remember, snapshot } => {
            let how = Stop {
                remember: *remember,
                snapshot: snapshot.then(|| snapshot::name(&resource.name, tick.now)),
            };
            means.stop(resource, how).await
        }
    };
    match result {
        Ok(()) => {
            tracing::info!("ordered");
            Outcome::Done
        }
        // It changed between the look and the order: the next tick looks again.
        Err(error) if matches!(error.cause, Cause::State | Cause::Gone) => {
            tracing::info!(%error, "overtaken");
            Outcome::Overtaken
        }
        Err(error) => {
            tracing::error!(%error, "failed");
            Outcome::Failed(Problem::of(
                resource,
                Fault::Failed {
                    action: action.word(),
                    error: error.to_string(),
                    remedy: error.remedy(),
                },
            ))
        }
    }
}

fn unread((target, error): &(Target, AwsError)) -> Problem {
    Problem {
        about: target.to_string(),
        name: target.to_string(),
        fault: Fault::Failed {
            action: "read",
            error: error.to_string(),
            remedy: error.remedy(),
        },
    }
}

/// What else will wake or stop the resources that this tick acts on.
async fn conflicts(fleet: &Fleet<'_>, plan: &Plan) -> Vec<Problem> {
    let acted = plan.actions().map(|(step, _)| &step.resource);
    let mut problems = vec![];
    for (means, resources) in fleet.by_means(acted) {
        match means.conflicts(&resources).await {
            Ok(found) => problems.extend(found.into_iter().filter_map(|(name, what)| {
                let resource = resources.iter().find(|resource| resource.name == name)?;
                Some(Problem::of(resource, Fault::Conflict(what)))
            })),
            // Not being able to look is no reason to fail a tick that has done its work.
            Err(error) => tracing::warn!(%error, "conflicts could not be looked for"),
        }
    }
    problems
}

#[cfg(test)]
mod tests;
