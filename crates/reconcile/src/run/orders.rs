//! Carrying out a plan: claim, order, write down, as far as there is time.

use chrono::TimeDelta;
use futures_util::{Stream, StreamExt, stream};
use nightcap_domain::answer::Outcome;
use nightcap_domain::ledger::{Ledger, Write};
use nightcap_domain::plan::{Action, Decision, Fault, Plan, Problem, Step};
use nightcap_domain::snapshot;
use tracing::Instrument;

use super::TickError;
use crate::error::{AwsError, Cause};
use crate::fleet::Fleet;
use crate::kind::Stop;
use crate::ledger::LedgerStore;
use crate::stale::{self, Stale};
use crate::tick::Tick;
use crate::time_left::{Closing, TimeLeft};

/// Orders given at once.
pub const ORDERS_AT_ONCE: usize = 16;

/// Orders claimed at once: one transaction of the ledger. The next portion is claimed when the
/// last order of this one has begun: a tick that ends before its work leaves few leases behind.
const PORTION: usize = 100;

/// What became of a plan.
pub(super) struct Carried {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) slept: TimeDelta,
    /// What is wrong beside the orders.
    pub(super) problems: Vec<Problem>,
}

/// A claim, with the place of its step in the plan.
type Claim = (usize, Write);

/// What this tick alone may forget, see [`stale`].
struct Leased<'a> {
    /// The place of its step in the plan.
    index: usize,
    lease: &'a Write,
    /// What is written when it is forgotten.
    seen: &'a Write,
}

impl<'a> Leased<'a> {
    fn of(stale: &'a Stale) -> Option<Self> {
        let (lease, seen) = stale.writes.as_ref()?;
        Some(Self {
            index: stale.index,
            lease,
            seen,
        })
    }
}

/// What became of a claim.
enum Turn {
    /// Its order was given, or was another tick's.
    Had(Outcome),
    /// There was no time to begin.
    Missed,
    /// There was no time to hear the answer: who knows what AWS did.
    Unheard,
}

/// Everything a plan is carried out with.
pub(super) struct Hands<'a> {
    pub(super) time: TimeLeft,
    pub(super) fleet: &'a Fleet<'a>,
    pub(super) plan: &'a Plan,
    pub(super) read: &'a Ledger,
    pub(super) ledger: &'a dyn LedgerStore,
    pub(super) tick: &'a Tick,
}

impl Hands<'_> {
    /// Carries out the plan.
    ///
    /// # Errors
    /// If the ledger takes no claim: nothing has been ordered then.
    pub(super) async fn carry_out(&self) -> Result<Carried, TickError> {
        let claims = self.claims();
        let mut outcomes: Vec<Outcome> = self.plan.steps.iter().map(unclaimed).collect();
        for (index, _) in &claims {
            set(&mut outcomes, *index, Outcome::Postponed);
        }
        let stale = stale::find(self.read, self.plan, self.tick);
        let (first, rest) = claims.split_at(PORTION.min(claims.len()));
        let begun = self.begin(first, &stale).await;
        let (first, leased) = begun.map_err(|error| TickError::Ledger { error })?;
        let turns: Vec<_> = stream::iter(first)
            .chain(self.claim_all(rest))
            .map(|(claim, mine)| async move { (claim, mine, self.turn(claim, mine).await) })
            .buffer_unordered(ORDERS_AT_ONCE)
            .collect()
            .await;
        let mut slept = TimeDelta::zero();
        let mut writes = vec![];
        for ((index, claim), mine, turn) in turns {
            if mine {
                slept += claim.slept(self.read);
            }
            writes.extend(self.aftermath(claim, &turn));
            set(&mut outcomes, *index, turn.outcome());
        }
        tell(&outcomes);
        for Leased { lease, .. } in &leased {
            slept += lease.slept(self.read);
        }
        let (problems, seen) = self.forget(&leased).await;
        writes.extend(seen);
        slept += self.write_down(writes, &stale).await;
        Ok(Carried {
            outcomes,
            slept,
            problems,
        })
    }

    /// The claim of every order that the plan asks for and nobody is at work on.
    fn claims(&self) -> Vec<Claim> {
        let id = &self.tick.correlation_id;
        let steps = self.plan.steps.iter().enumerate();
        steps
            .filter_map(|(index, step)| {
                Some((index, Write::claim(self.read, step, id, self.tick.now)?))
            })
            .collect()
    }

    /// Claims the first portion, and leases what is to forget its memory, in one go.
    async fn begin<'c>(
        &self,
        claims: &'c [Claim],
        stale: &'c [Stale],
    ) -> Result<(Vec<(&'c Claim, bool)>, Vec<Leased<'c>>), AwsError> {
        let leases: Vec<Leased<'_>> = stale.iter().filter_map(Leased::of).collect();
        let claimed = claims.iter().map(|(_, claim)| claim.clone());
        let writes: Vec<Write> = claimed
            .chain(leases.iter().map(|leased| leased.lease.clone()))
            .collect();
        let mut mine = self.write(&writes).await?;
        let leased = mine.split_off(claims.len().min(mine.len()));
        let leased = leases.into_iter().zip(leased);
        Ok((
            claims.iter().zip(mine).collect(),
            leased
                .filter_map(|(one, mine)| mine.then_some(one))
                .collect(),
        ))
    }

    /// Forgets what is under a lease: what could not be forgotten, and what is to be written in
    /// the place of the leases. Without time for it, a later tick does it.
    async fn forget(&self, leased: &[Leased<'_>]) -> (Vec<Problem>, Vec<Write>) {
        if !self.time.for_orders() {
            return (vec![], vec![]);
        }
        let steps = leased
            .iter()
            .filter_map(|one| self.plan.steps.get(one.index));
        let forgotten = self.time.cut(stale::forget(self.fleet, steps)).await;
        let seen = leased.iter().map(|one| one.seen.clone());
        forgotten.map_or_else(Default::default, |problems| (problems, seen.collect()))
    }

    /// Claims one portion after the other, as their turn comes and while there is time.
    fn claim_all<'c>(&'c self, claims: &'c [Claim]) -> impl Stream<Item = (&'c Claim, bool)> {
        stream::unfold(claims, async |rest| {
            if rest.is_empty() || !self.time.for_orders() {
                return None;
            }
            let (portion, rest) = rest.split_at(PORTION.min(rest.len()));
            match self.claim(portion).await {
                Ok(claimed) => Some((stream::iter(claimed), rest)),
                Err(error) => {
                    tracing::warn!(%error, "no more orders could be claimed; the next tick goes on");
                    None
                }
            }
        })
        .flatten()
    }

    /// Claims these orders, and tells which of them are ours.
    async fn claim<'c>(&self, claims: &'c [Claim]) -> Result<Vec<(&'c Claim, bool)>, AwsError> {
        let writes: Vec<Write> = claims.iter().map(|(_, claim)| claim.clone()).collect();
        Ok(claims.iter().zip(self.write(&writes).await?).collect())
    }

    /// Writes, and tells which of the writes were accepted.
    async fn write(&self, writes: &[Write]) -> Result<Vec<bool>, AwsError> {
        if writes.is_empty() {
            return Ok(vec![]);
        }
        let written = self.time.cut(self.ledger.write(writes)).await;
        written.unwrap_or_else(|| Err(AwsError::out_of_time("dynamodb", "TransactWriteItems")))
    }

    async fn turn(&self, (index, _): &Claim, mine: bool) -> Turn {
        match self.plan.steps.get(*index) {
            Some(step) if mine => self.order(step).instrument(span_of(step)).await,
            _ => Turn::Had(Outcome::Overtaken),
        }
    }

    async fn order(&self, step: &Step) -> Turn {
        if !self.time.for_orders() {
            return Turn::Missed;
        }
        let answered = self.time.cut(order(self.fleet, step, self.tick)).await;
        if answered.is_none() {
            tracing::warn!("the function's time was up before AWS answered");
        }
        answered.map_or(Turn::Unheard, Turn::Had)
    }

    /// What the ledger is told after a turn: an order that failed, or was not given, is free for
    /// the next tick. What AWS did not answer in time keeps its lease.
    fn aftermath(&self, claim: &Write, turn: &Turn) -> Option<Write> {
        match turn {
            Turn::Had(Outcome::Failed(problem)) => {
                Some(claim.failed(&said(problem), self.tick.now))
            }
            Turn::Missed => Some(claim.given_back(self.tick.now)),
            Turn::Had(_) | Turn::Unheard => None,
        }
    }

    /// Writes this down, and what was observed; the sleep that ended with what was observed.
    ///
    /// If it cannot be written, the next tick observes the same, and takes over what failed when
    /// the lease has run out.
    async fn write_down(&self, aftermath: Vec<Write>, stale: &[Stale]) -> TimeDelta {
        // An aftermath replaces a claim or a lease, which is not in the ledger as it was read.
        let of_claims = aftermath.len();
        let steps = self.plan.steps.iter().enumerate();
        let observed = steps
            .filter(|(index, _)| stale.iter().all(|stale| stale.index != *index))
            .filter_map(|(_, step)| Write::observation(self.read, step, self.tick.now));
        let writes: Vec<Write> = aftermath.into_iter().chain(observed).collect();
        if writes.is_empty() {
            return TimeDelta::zero();
        }
        let writing = self.ledger.write(&writes);
        let written = self.time.cut_closing(Closing::WritingDown, writing).await;
        let written = written.unwrap_or_else(|| {
            let operation = "TransactWriteItems";
            Err(AwsError::out_of_time("dynamodb", operation))
        });
        let written = written.unwrap_or_else(|error| {
            tracing::warn!(%error, "the ledger was not written; the next tick will");
            vec![]
        });
        let accepted = writes.iter().zip(written).skip(of_claims);
        accepted
            .filter(|(_, mine)| *mine)
            .map(|(write, _)| write.slept(self.read))
            .fold(TimeDelta::zero(), |sum, one| sum + one)
    }
}

impl Turn {
    fn outcome(self) -> Outcome {
        match self {
            Self::Had(outcome) => outcome,
            Self::Missed | Self::Unheard => Outcome::Postponed,
        }
    }
}

fn set(outcomes: &mut [Outcome], index: usize, outcome: Outcome) {
    if let Some(place) = outcomes.get_mut(index) {
        *place = outcome;
    }
}

/// Says that the time was up, if it was.
fn tell(outcomes: &[Outcome]) {
    let postponed = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Postponed)
        .count();
    if postponed > 0 {
        tracing::warn!(
            postponed,
            "not everything was ordered; a later tick goes on"
        );
    }
}

/// The outcome of a step for which this tick claims nothing: another is at work on it, or
/// there is nothing to do.
fn unclaimed(step: &Step) -> Outcome {
    match step.decision {
        Decision::Act(_) => Outcome::Overtaken,
        _ => Outcome::None,
    }
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
