//! What it saves to keep environments asleep: the plan with the holds against the plan without.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::config::Compiled;
use crate::hold::{Hold, Scope};
use crate::money::forecast::DailyPlan;
use crate::money::plan::{RunningHours, Schedules};
use crate::money::{BillingMonth, Usd};
use crate::names::EnvironmentName;
use crate::time::{Schedule, State};

use super::Inventoried;
use super::sight::schedules;

/// A stretch in which an environment is to sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which.
    pub environment: EnvironmentName,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

impl Holding {
    /// What a hold on an environment keeps asleep; holds on single resources are no part of a plan.
    pub(super) fn of(hold: &Hold) -> Option<Self> {
        match &hold.scope {
            Scope::Environment(environment) => Some(Self {
                environment: environment.clone(),
                from: hold.from,
                until: hold.until,
            }),
            Scope::Resource(_) => None,
        }
    }
}

/// What the holdings save within the month, by the price book.
pub fn saving(
    config: &Compiled,
    inventoried: &Inventoried,
    month: BillingMonth,
    holdings: &[Holding],
) -> Usd {
    let asleep = asleep(config, holdings);
    let usual = schedules(config);
    let held = with(&asleep);
    let cost = |schedules| inventoried.planner(schedules).month(month).total();
    cost(&usual) - cost(&held)
}

/// The plan day by day, with what holds will put to sleep from now on. Of the holds that have
/// ended nothing is known any more: the past is planned by the schedules alone.
pub(super) fn planned(
    config: &Compiled,
    inventoried: &Inventoried,
    holds: &[Hold],
    now: DateTime<Utc>,
    from: NaiveDate,
    to: NaiveDate,
) -> DailyPlan {
    let holdings: Vec<Holding> = holds
        .iter()
        .filter(|hold| hold.state == State::Stopped && now < hold.until)
        .filter_map(Holding::of)
        .collect();
    let asleep = asleep(config, &holdings);
    inventoried.planner(&with(&asleep)).daily(from, to)
}

fn asleep<'a>(config: &'a Compiled, holdings: &[Holding]) -> Vec<(EnvironmentName, Asleep<'a>)> {
    config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .filter_map(|(name, environment)| {
            let schedule = config.schedule_of(environment)?.1;
            let held = holdings
                .iter()
                .filter(|holding| holding.environment == *name)
                .map(|holding| (holding.from, holding.until))
                .collect();
            let held = united(held);
            Some((name.clone(), Asleep { schedule, held }))
        })
        .collect()
}

fn with<'a>(asleep: &'a [(EnvironmentName, Asleep<'a>)]) -> Schedules<'a> {
    asleep.iter().fold(Schedules::none(), |all, (name, hours)| {
        all.with(name.clone(), hours)
    })
}

/// The same stretches in order, those that overlap made one.
fn united(
    mut stretches: Vec<(DateTime<Utc>, DateTime<Utc>)>,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    stretches.sort_unstable();
    let mut all: Vec<(DateTime<Utc>, DateTime<Utc>)> = vec![];
    for (from, until) in stretches {
        match all.last_mut() {
            Some((_, end)) if from <= *end => *end = until.max(*end),
            _ => all.push((from, until)),
        }
    }
    all
}

/// A schedule with stretches in which nothing runs. They do not overlap.
struct Asleep<'a> {
    schedule: &'a Schedule,
    held: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl RunningHours for Asleep<'_> {
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let lost: TimeDelta = self
            .held
            .iter()
            .map(|(start, end)| (from.max(*start), to.min(*end)))
            .filter(|(start, end)| start < end)
            .map(|(start, end)| self.schedule.running_time(start, end))
            .sum();
        self.schedule.running_time(from, to) - lost
    }
}
