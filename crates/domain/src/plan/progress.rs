//! How far each environment has come: waking, awake, falling asleep, asleep; and what is late.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Deadlines;
use crate::fleet::{Health, Observed, Text};
use crate::ledger::{Carried, GUARD_SILENT, Ledger, Mark, Order, Phase};
use crate::names::{EnvironmentName, ResourceArn};
use crate::time::{State, Transition};

use super::place::{Place, places};
use super::{Decision, Desired, Fault, Gate, Late, Leave, Plan, Problem, Step, Wait};

/// Without a ledger nobody knows whether an environment has been awake already: so long after
/// a transition it is taken to be.
const JUST_WOKEN: TimeDelta = TimeDelta::hours(1);

/// How far an environment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It should run, and something of it does not yet.
    Waking,
    /// It should run and does: databases are available, groups have their machines in
    /// service, and their load balancers find these healthy.
    Awake,
    /// It should sleep, and something of it is still up.
    FallingAsleep,
    /// It should sleep and does.
    Asleep,
}

impl Stage {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waking => "waking",
            Self::Awake => "awake",
            Self::FallingAsleep => "falling asleep",
            Self::Asleep => "asleep",
        }
    }
}

/// An environment at its stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The environment.
    pub environment: EnvironmentName,
    /// How far it has come.
    pub stage: Stage,
    /// Since when it is awake, where Nightcap has seen it wake.
    pub awake_since: Option<DateTime<Utc>>,
    /// Whether that is news: nobody has been told.
    pub news: bool,
}

/// How far everything has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Each managed environment, by name.
    pub environments: Vec<Arrived>,
    /// The keys to remember in [`Ledger::told`]: who has been found awake just now.
    pub awake: Vec<String>,
    /// What has not come through a gate in time.
    pub problems: Vec<Problem>,
}

impl Ledger {
    /// Since when a place is known to be awake by a transition.
    fn awake(&self, place: &Place, by: Transition) -> Option<DateTime<Utc>> {
        let told = self.told.get(&awake_key(place)).copied();
        told.filter(|told| *told >= by.at)
    }

    /// The keys of the problems that have been told, with the instant of that mail.
    pub fn problems_told(&self) -> impl Iterator<Item = &String> {
        self.told
            .keys()
            .filter(|key| !key.starts_with(AWAKE) && *key != GUARD_SILENT)
    }

    /// The last order on a resource by this transition.
    fn order(&self, arn: &ResourceArn, by: Transition) -> Option<(&Carried, &Mark, &Order)> {
        let carried = self.carried.get(arn).filter(|carried| carried.is(by))?;
        let mark = self.marks.get(arn)?;
        Some((carried, mark, mark.order.as_ref()?))
    }
}

const AWAKE: &str = "awake ";

fn awake_key(place: &Place) -> String {
    format!("{AWAKE}{place}")
}

/// The groups whose load balancers must be asked now: everything else of their environment is
/// up, and it has not been found awake since the transition that wakes it.
pub fn to_ask<'a>(plan: &'a Plan, ledger: &Ledger) -> Vec<&'a Step> {
    let mut ask = vec![];
    for (place, members) in places(&plan.steps) {
        let Some(View { steps, by, .. }) = View::of(plan, &place, &members) else {
            continue;
        };
        let known = by.to != State::Running || ledger.awake(&place, by).is_some();
        if known || !is_waking(&steps, ledger, by, plan.at) || steps.iter().any(|s| is_short(s)) {
            continue;
        }
        ask.extend(steps.into_iter().filter(|step| has_traffic(step)));
    }
    ask
}

/// How far everything has come, by what load balancers say of the groups of [`to_ask`].
pub fn progress(
    deadlines: &Deadlines,
    plan: &Plan,
    ledger: &Ledger,
    health: &BTreeMap<ResourceArn, Health>,
) -> Progress {
    let mut found: BTreeMap<&EnvironmentName, Arrived> = plan
        .environments
        .iter()
        .filter_map(|standing| {
            let stage = match standing.desired.state()? {
                State::Running => Stage::Awake,
                State::Stopped => Stage::Asleep,
            };
            let arrived = Arrived {
                environment: standing.name.clone(),
                stage,
                awake_since: None,
                news: false,
            };
            Some((&standing.name, arrived))
        })
        .collect();
    let mut progress = Progress::default();
    for (place, members) in places(&plan.steps) {
        let (Some(view), Some(arrived)) = (
            View::of(plan, &place, &members),
            found.get_mut(&place.environment),
        ) else {
            continue;
        };
        let known = ledger.awake(&place, view.by);
        let stage = view.stage(known.is_some(), health);
        arrived.stage = arrived.stage.min(stage);
        arrived.awake_since = arrived.awake_since.max(known);
        let woken_here = view.steps.iter().any(|s| was_ordered(s, ledger, view.by));
        if stage == Stage::Awake && known.is_none() && woken_here {
            progress.awake.push(awake_key(&place));
            arrived.awake_since = Some(plan.at);
            arrived.news = true;
        }
        let late = Lateness {
            deadlines,
            ledger,
            health,
            now: plan.at,
            awake: known.is_some(),
        };
        let members = members.iter().filter_map(|&index| plan.steps.get(index));
        progress
            .problems
            .extend(members.filter_map(|step| late.of(step)));
    }
    progress.environments = found.into_values().map(settled).collect();
    progress
}

/// What is true of an environment only once all its places are.
fn settled(mut arrived: Arrived) -> Arrived {
    if arrived.stage != Stage::Awake {
        arrived.awake_since = None;
        arrived.news = false;
    }
    arrived
}

/// The part of an environment in one place: what should be as the environment should.
struct View<'a> {
    steps: Vec<&'a Step>,
    by: Transition,
}

impl<'a> View<'a> {
    fn of(plan: &'a Plan, place: &Place, members: &[usize]) -> Option<Self> {
        let standing = plan
            .environments
            .iter()
            .find(|standing| standing.name == place.environment)?;
        let by = standing.desired.since()?;
        let steps = members
            .iter()
            .filter_map(|&index| plan.steps.get(index))
            // A hold on one resource, a maintenance window: the environment goes its way.
            .filter(|step| step.desired.state() == Some(by.to));
        Some(Self {
            steps: steps.collect(),
            by,
        })
    }

    fn stage(&self, was_awake: bool, health: &BTreeMap<ResourceArn, Health>) -> Stage {
        let arrived = self.steps.iter().all(|step| !is_pending(step));
        match (self.by.to, arrived) {
            (State::Stopped, true) => Stage::Asleep,
            (State::Stopped, false) => Stage::FallingAsleep,
            (State::Running, false) => Stage::Waking,
            // Once awake, its own scaling may ask for another machine: it is still awake.
            (State::Running, true) if was_awake => Stage::Awake,
            (State::Running, true) => {
                let ready = |step: &&Step| {
                    let health = health.get(&step.resource.arn);
                    !step.resource.facts.lacking
                        && health.is_none_or(|health| *health == Health::Healthy)
                };
                if self.steps.iter().all(ready) {
                    Stage::Awake
                } else {
                    Stage::Waking
                }
            }
        }
    }
}

/// Whether it is not yet where it should be, and will or ought to be.
fn is_pending(step: &Step) -> bool {
    match &step.decision {
        Decision::Act(_) | Decision::Wait(_) => true,
        Decision::Leave(_) => false,
        Decision::Refuse(_) => match step.desired.state() {
            Some(State::Running) => !matches!(
                step.resource.observed,
                Observed::Running | Observed::Busy { serving: true, .. }
            ),
            Some(State::Stopped) => step.resource.observed != Observed::Stopped,
            None => false,
        },
    }
}

fn is_short(step: &Step) -> bool {
    is_pending(step) || step.resource.facts.lacking
}

/// Whether load balancers decide when it is of use.
fn has_traffic(step: &Step) -> bool {
    let facts = &step.resource.facts;
    facts.in_service > 0
        && !facts.target_groups.is_empty()
        && matches!(step.decision, Decision::Leave(Leave::AsDesired))
}

/// Whether this place is on its way up by a transition that Nightcap carries out.
fn is_waking(steps: &[&Step], ledger: &Ledger, by: Transition, now: DateTime<Utc>) -> bool {
    let remembers_nothing = ledger.marks.is_empty();
    steps.iter().any(|step| was_ordered(step, ledger, by))
        || (remembers_nothing && now - by.at <= JUST_WOKEN)
}

fn was_ordered(step: &Step, ledger: &Ledger, by: Transition) -> bool {
    ledger.order(&step.resource.arn, by).is_some()
}

/// What is needed to say that something is late.
struct Lateness<'a> {
    deadlines: &'a Deadlines,
    ledger: &'a Ledger,
    health: &'a BTreeMap<ResourceArn, Health>,
    now: DateTime<Utc>,
    /// Whether its place has been awake since the transition.
    awake: bool,
}

impl Lateness<'_> {
    fn of(&self, step: &Step) -> Option<Problem> {
        let Desired::State { by, .. } = step.desired else {
            return None;
        };
        let (gate, since, seen) = self.waited_for(step, by)?;
        let late = Late::at(gate, self.deadlines, since, self.now, seen)?;
        Some(Problem::of(&step.resource, Fault::Late(late)))
    }

    /// What is waited for, since when, and what is seen instead.
    fn waited_for(&self, step: &Step, by: Transition) -> Option<(Gate, DateTime<Utc>, Text)> {
        let resource = &step.resource;
        let gate = Gate::of(resource.kind, by.to);
        let order = self.ledger.order(&resource.arn, by);
        match &step.decision {
            // Ordered before, and to be ordered again: AWS refused, or undid it.
            Decision::Act(_) => Some((gate, self.underway(step, by)?, seen(step))),
            Decision::Wait(Wait::Arriving { .. } | Wait::Busy { .. }) => {
                // Without an order, AWS has kept it busy ever since.
                let since = self.underway(step, by).or_else(|| self.kept_from(step, by));
                Some((gate, since?, seen(step)))
            }
            Decision::Leave(Leave::AsDesired) if by.to == State::Running && !self.awake => {
                if resource.facts.lacking {
                    let (.., order) = order?;
                    return Some((gate, order.since(), seen(step)));
                }
                let Some(Health::Waiting(missing)) = self.health.get(&resource.arn) else {
                    return None;
                };
                Some((Gate::Healthy, self.up_since(step, by)?, missing.clone()))
            }
            _ => None,
        }
    }

    /// Since when it has been ordered without arriving. What has arrived once is not late
    /// when it reboots.
    fn underway(&self, step: &Step, by: Transition) -> Option<DateTime<Utc>> {
        let (carried, _, order) = self.ledger.order(&step.resource.arn, by)?;
        (carried.phase == Phase::Ordered).then(|| order.since())
    }

    /// Since when it has been seen up; not before a tick has written that down.
    fn up_since(&self, step: &Step, by: Transition) -> Option<DateTime<Utc>> {
        let arn = &step.resource.arn;
        let carried = self
            .ledger
            .carried
            .get(arn)
            .filter(|carried| carried.is(by))?;
        let mark = self.ledger.marks.get(arn)?;
        (carried.phase == Phase::Reached).then_some(mark.at)
    }

    /// Since when it should have been ordered and could not be. Of what the ledger has not
    /// seen before this transition nobody knows.
    fn kept_from(&self, step: &Step, by: Transition) -> Option<DateTime<Utc>> {
        let before = self.ledger.carried.get(&step.resource.arn)?;
        (!before.is(by)).then_some(by.at)
    }
}

fn seen(step: &Step) -> Text {
    let word = step.resource.observed.word();
    match &step.resource.size {
        Some(size) => {
            let (in_service, machines) = (step.resource.facts.in_service, size.machines);
            Text::made(
                format!(
                    "{word}, machines in service: {in_service} of {machines}, set to {}",
                    size.now
                ),
                format!(
                    "{word}, machines en service : {in_service} sur {machines}, réglé sur {}",
                    size.now
                ),
            )
        }
        None => Text::made(format!("AWS says {word}"), format!("AWS indique {word}")),
    }
}
