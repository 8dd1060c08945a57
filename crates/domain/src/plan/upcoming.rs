//! What will happen: the transitions ahead, with the resources they will touch.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use chrono::{DateTime, Utc};

use crate::config::{Compiled, EnvironmentConfig};
use crate::fleet::Tier;
use crate::hold::{Scope, in_force};
use crate::ledger::Ledger;
use crate::names::{EnvironmentName, ScheduleName};
use crate::time::{Schedule, State, Transition};

use super::{Decision, Leave, Place, Plan, Step};

/// Transitions listed. A schedule that changes every minute has half a million in a year.
pub const MAX_UPCOMING: usize = 500;

/// Resources named with one transition.
pub const MAX_UPCOMING_RESOURCES: usize = 1_000;

/// Bytes of all names together: the answer of a function has six megabytes.
const MAX_NAME_BYTES: usize = 1_000_000;

/// One transition ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// The environment.
    pub environment: EnvironmentName,
    /// When, and to what.
    pub transition: Transition,
    /// The zone in which people there read a clock.
    pub zone: chrono_tz::Tz,
    /// The names of the resources it will touch, as far as the fleet is known now, in the order
    /// in which they wake or sleep.
    pub resources: Vec<String>,
    /// How many more it will touch.
    pub more_resources: usize,
}

/// What lies ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// The transitions, by instant.
    pub transitions: Vec<Upcoming>,
    /// Whether there are more than are listed.
    pub truncated: bool,
}

/// The transitions of all environments strictly after the plan's instant and before `until`,
/// by instant: those of the schedules, as far as no hold outranks them, and the beginnings and
/// ends of holds.
pub fn upcoming(config: &Compiled, plan: &Plan, ledger: &Ledger, until: DateTime<Utc>) -> Ahead {
    let mut environments: Vec<Outlook<'_>> = config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .filter_map(|(name, environment)| Outlook::of(config, plan, ledger, name, environment))
        .collect();
    let mut instants = Instants::of(&environments, ledger, plan.at);
    let mut ahead = Ahead::default();
    let mut bytes = 0;
    while let Some(at) = instants.next(until) {
        for outlook in &mut environments {
            outlook.schedule_runs = instants.state(outlook.schedule_name);
            for upcoming in outlook.advance(ledger, at) {
                let names: usize = upcoming.resources.iter().map(String::len).sum();
                let full = ahead.transitions.len() >= MAX_UPCOMING || bytes > MAX_NAME_BYTES;
                if full {
                    ahead.truncated = true;
                    return ahead;
                }
                bytes += names;
                ahead.transitions.push(upcoming);
            }
        }
    }
    ahead.truncated = instants.given_up;
    ahead
}

/// The instants at which something may change, in order, each schedule worked out once for all
/// environments that follow it, and no further than is asked for.
struct Instants<'a> {
    schedules: BTreeMap<&'a ScheduleName, (&'a Schedule, State)>,
    next: BinaryHeap<Reverse<(DateTime<Utc>, &'a ScheduleName)>>,
    holds: BTreeSet<DateTime<Utc>>,
    left: usize,
    given_up: bool,
}

impl<'a> Instants<'a> {
    fn of(environments: &[Outlook<'a>], ledger: &Ledger, now: DateTime<Utc>) -> Self {
        let mut schedules = BTreeMap::new();
        let mut next = BinaryHeap::new();
        for outlook in environments {
            let (name, schedule) = (outlook.schedule_name, outlook.schedule);
            if schedules
                .insert(name, (schedule, outlook.schedule_runs))
                .is_none()
            {
                next.extend(schedule.next(now).map(|change| Reverse((change.at, name))));
            }
        }
        let ends = ledger.holds.iter().flat_map(|hold| [hold.from, hold.until]);
        Self {
            schedules,
            next,
            holds: ends.filter(|at| now < *at).collect(),
            // Twice as many as are listed: holds swallow some.
            left: 2 * MAX_UPCOMING,
            given_up: false,
        }
    }

    /// The next instant before `until`; schedules that change there have their new state.
    fn next(&mut self, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let of_schedules = self.next.peek().map(|Reverse((at, _))| *at);
        let of_holds = self.holds.first().copied();
        let at = of_schedules.into_iter().chain(of_holds).min()?;
        if until <= at {
            return None;
        }
        if self.left == 0 {
            self.given_up = true;
            return None;
        }
        self.left -= 1;
        self.holds.remove(&at);
        while let Some(Reverse((change, name))) = self.next.peek().copied() {
            if change != at {
                break;
            }
            self.next.pop();
            if let Some((schedule, state)) = self.schedules.get_mut(name) {
                *state = state.opposite();
                let following = schedule.next(at);
                self.next
                    .extend(following.map(|change| Reverse((change.at, name))));
            }
        }
        Some(at)
    }

    fn state(&self, name: &ScheduleName) -> State {
        self.schedules
            .get(name)
            .map_or(State::Stopped, |(_, state)| *state)
    }
}

/// An environment as it goes through time.
struct Outlook<'a> {
    name: &'a EnvironmentName,
    schedule_name: &'a ScheduleName,
    schedule: &'a Schedule,
    schedule_runs: State,
    /// What it should be.
    state: State,
    /// Its resources that may be touched, in the order of waking.
    steps: Vec<&'a Step>,
    /// Those that a hold on one resource moves, by their index above, with what they should be.
    apart: BTreeMap<usize, State>,
}

impl<'a> Outlook<'a> {
    fn of(
        config: &'a Compiled,
        plan: &'a Plan,
        ledger: &Ledger,
        name: &'a EnvironmentName,
        environment: &'a EnvironmentConfig,
    ) -> Option<Self> {
        let (schedule_name, schedule) = config.schedule_of(environment)?;
        let mut steps: Vec<&Step> = plan
            .steps
            .iter()
            .filter(|step| step.environment.as_ref() == Some(name) && is_touched(step))
            .collect();
        steps.sort_by_key(|step| (tier(step), step.resource.kind.name, &step.resource.name));
        let mut outlook = Self {
            name,
            schedule_name,
            schedule,
            schedule_runs: schedule.state_at(plan.at),
            state: State::Stopped,
            apart: apart(&steps, ledger, plan.at),
            steps,
        };
        outlook.state = outlook.environment_at(ledger, plan.at);
        let indices: Vec<usize> = outlook.apart.keys().copied().collect();
        for index in indices {
            let state = outlook.resource_at(ledger, index, plan.at);
            outlook.apart.insert(index, state);
        }
        Some(outlook)
    }

    /// What changes at an instant: the environment, and what a hold has set apart.
    fn advance(&mut self, ledger: &Ledger, at: DateTime<Utc>) -> Vec<Upcoming> {
        let state = self.environment_at(ledger, at);
        let turns = state != self.state;
        self.state = state;
        let mut touched: BTreeMap<bool, Vec<usize>> = BTreeMap::new();
        let mut moved = BTreeMap::new();
        for index in 0..self.steps.len() {
            match self.apart.get(&index) {
                Some(before) => {
                    let now = self.resource_at(ledger, index, at);
                    if now != *before {
                        moved.insert(index, now);
                        touched
                            .entry(now == State::Running)
                            .or_default()
                            .push(index);
                    }
                }
                None if turns => touched
                    .entry(state == State::Running)
                    .or_default()
                    .push(index),
                None => {}
            }
        }
        self.apart.append(&mut moved);
        if turns {
            touched.entry(state == State::Running).or_default();
        }
        touched
            .into_iter()
            .map(|(up, indices)| self.entry(at, up, &indices))
            .collect()
    }

    fn entry(&self, at: DateTime<Utc>, up: bool, indices: &[usize]) -> Upcoming {
        let mut steps: Vec<&Step> = indices
            .iter()
            .filter_map(|index| self.steps.get(*index).copied())
            .collect();
        if !up {
            // What wakes first sleeps last; names stay in their order.
            steps.sort_by_key(|step| Reverse(tier(step)));
        }
        let names = steps.iter().take(MAX_UPCOMING_RESOURCES);
        Upcoming {
            environment: self.name.clone(),
            transition: Transition {
                at,
                to: if up { State::Running } else { State::Stopped },
            },
            zone: self.schedule.zone(),
            resources: names.map(|step| step.resource.name.clone()).collect(),
            more_resources: steps.len().saturating_sub(MAX_UPCOMING_RESOURCES),
        }
    }

    fn environment_at(&self, ledger: &Ledger, at: DateTime<Utc>) -> State {
        in_force(&ledger.holds, self.name, None, at).map_or(self.schedule_runs, |hold| hold.state)
    }

    /// What a resource should be that is held, or needed by what is.
    fn resource_at(&self, ledger: &Ledger, index: usize, at: DateTime<Utc>) -> State {
        let Some(step) = self.steps.get(index) else {
            return self.state;
        };
        let hold = |step: &Step| {
            in_force(&ledger.holds, self.name, Some(&step.resource.arn), at)
                .map(|hold| (hold.state, matches!(hold.scope, Scope::Resource(_))))
        };
        let (state, itself) = hold(step).unwrap_or((self.schedule_runs, false));
        if itself || state == State::Running {
            return state;
        }
        let place = Place::of(self.name, &step.resource);
        let needed = self.apart.keys().filter_map(|index| self.steps.get(*index));
        let mut needed = needed.filter(|other| {
            tier(step) < tier(other) && Place::of(self.name, &other.resource) == place
        });
        if needed.any(|other| hold(other) == Some((State::Running, true))) {
            State::Running
        } else {
            state
        }
    }
}

fn tier(step: &Step) -> Tier {
    step.resource.tier().unwrap_or(step.resource.kind.tier)
}

/// What a hold on one resource moves: that, and what stands below it where it is.
fn apart(steps: &[&Step], ledger: &Ledger, now: DateTime<Utc>) -> BTreeMap<usize, State> {
    let holds = ledger.holds.iter().filter(|hold| !hold.has_ended(now));
    let held: BTreeSet<&str> = holds
        .filter_map(|hold| match &hold.scope {
            Scope::Resource(arn) => Some(arn.as_str()),
            Scope::Environment(_) => None,
        })
        .collect();
    let is_held = |step: &Step| held.contains(step.resource.arn.as_str());
    let place = |step: &Step| {
        let environment = step.environment.as_ref()?;
        Some(Place::of(environment, &step.resource))
    };
    let mut tops: BTreeMap<Option<Place>, Tier> = BTreeMap::new();
    for step in steps.iter().filter(|step| is_held(step)) {
        let top = tops.entry(place(step)).or_insert_with(|| tier(step));
        *top = (*top).max(tier(step));
    }
    if tops.is_empty() {
        return BTreeMap::new();
    }
    let moves =
        |step: &Step| is_held(step) || tops.get(&place(step)).is_some_and(|top| tier(step) < *top);
    steps
        .iter()
        .enumerate()
        .filter(|(_, step)| moves(step))
        .map(|(index, _)| (index, State::Stopped))
        .collect()
}

fn is_touched(step: &Step) -> bool {
    !matches!(
        step.decision,
        Decision::Leave(
            Leave::Fixed(_)
                | Leave::KindNotNamed { .. }
                | Leave::ProtectedTag(_)
                | Leave::ProtectedEnvironment
        ) | Decision::Refuse(_)
    )
}
