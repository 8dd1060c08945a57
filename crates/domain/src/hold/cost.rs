//! What a hold costs: hours beyond the schedule, and money where there are prices.

use std::cmp::Reverse;

use chrono::TimeDelta;
use serde::Serialize;

use super::bill::Bill;
use super::neighbours::needed;
use super::{Hold, Scope, Unpriced};
use crate::config::Compiled;
use crate::fleet::Observed;
use crate::ledger::Ledger;
use crate::money::Usd;
use crate::money::price::PriceBook;
use crate::names::EnvironmentName;
use crate::plan::{Decision, Leave, Plan, Step};
use crate::time::State;

/// Makes and names told one by one; more are counted.
const NAMED: usize = 6;

/// What a hold changes, against the schedule alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The names of the resources it holds, and of what these need.
    pub resources: Vec<String>,
    /// Minutes of the hold in which the schedule would have it otherwise.
    pub minutes_beyond_schedule: i64,
    /// What those minutes cost on demand, or save where it holds down, without what has no
    /// price; absent if nothing has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<Usd>,
    /// The resources without a price, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unpriced: Vec<Unpriced>,
    /// All of it as a sentence: `keeps 2 x t3.small and db.t3.medium up 4 h beyond the
    /// schedule: about 0.52 USD`.
    pub text: String,
}

impl Cost {
    /// What a hold costs from its start to its end, by this price book.
    pub fn of(
        config: &Compiled,
        plan: &Plan,
        ledger: &Ledger,
        hold: &Hold,
        book: &PriceBook,
    ) -> Self {
        let mut steps: Vec<&Step> = plan
            .steps
            .iter()
            .filter(|step| is_held(step, hold))
            .collect();
        let environment = match &hold.scope {
            Scope::Environment(name) => Some(name),
            Scope::Resource(_) => steps.first().and_then(|step| step.environment.as_ref()),
        };
        steps.extend(needed(plan, ledger, hold));
        let beyond = environment.map_or_else(TimeDelta::zero, |name| beyond(config, name, hold));
        let mut resources: Vec<String> = steps.iter().map(|s| s.resource.name.clone()).collect();
        resources.sort();
        let bill = Bill::of(config, plan, ledger, &steps, book);
        Self {
            text: text(steps.len(), &bill, beyond, hold.state),
            resources,
            minutes_beyond_schedule: beyond.num_minutes(),
            usd: bill.over(beyond),
            unpriced: bill.unpriced,
        }
    }
}

/// Whether a hold moves this resource: not what nothing here may or can move.
fn is_held(step: &Step, hold: &Hold) -> bool {
    !is_out_of_reach(step)
        && step
            .environment
            .as_ref()
            .is_some_and(|name| hold.is_about(name, Some(&step.resource.arn)))
}

pub(super) fn is_out_of_reach(step: &Step) -> bool {
    matches!(
        step.decision,
        Decision::Leave(
            Leave::ProtectedEnvironment
                | Leave::ProtectedTag(_)
                | Leave::KindNotNamed { .. }
                | Leave::Fixed(_)
        )
    ) || matches!(step.resource.observed, Observed::Fixed(_))
}

fn beyond(config: &Compiled, name: &EnvironmentName, hold: &Hold) -> TimeDelta {
    let schedule = config
        .environment(name.as_str())
        .and_then(|(_, environment)| config.schedule_of(environment));
    let Some((_, schedule)) = schedule else {
        return TimeDelta::zero();
    };
    let running = schedule.running_time(hold.from, hold.until);
    match hold.state {
        State::Running => (hold.until - hold.from) - running,
        State::Stopped => running,
    }
}

fn text(count: usize, bill: &Bill, beyond: TimeDelta, state: State) -> String {
    let resources = match count {
        0 => return "holds no resource that there is now".to_owned(),
        1 => "1 resource".to_owned(),
        n => format!("{n} resources"),
    };
    let way = match state {
        State::Running => "up",
        State::Stopped => "down",
    };
    if beyond < TimeDelta::minutes(1) {
        return format!("keeps {resources} {way}, as the schedule does");
    }
    let what = what(bill).unwrap_or(resources);
    let hours = hours(beyond);
    let money = money(bill, beyond, state);
    format!("keeps {what} {way} {hours} beyond the schedule: {money}")
}

/// `2 x t3.small, db.t3.medium and search`: makes, and the names of what has no price.
fn what(bill: &Bill) -> Option<String> {
    let mut makes: Vec<_> = bill.makes.iter().collect();
    makes.sort_by_key(|(make, count)| (Reverse(**count), *make));
    let makes = makes.into_iter().map(|(make, count)| match count {
        1 => make.clone(),
        count => format!("{count} x {make}"),
    });
    let names = bill.unpriced.iter().map(|one| one.resource.clone());
    let all: Vec<String> = makes.chain(names).collect();
    (1..=NAMED).contains(&all.len()).then(|| listed(&all))
}

fn money(bill: &Bill, beyond: TimeDelta, state: State) -> String {
    let Some(usd) = bill.over(beyond) else {
        return "no price is known".to_owned();
    };
    let saves = match state {
        State::Running => "",
        State::Stopped => "saves ",
    };
    let without = match bill.unpriced.as_slice() {
        [] => String::new(),
        [one] => format!(", without {}, which has no price", one.resource),
        several => format!(", without {} resources that have no price", several.len()),
    };
    format!("{saves}about {usd} USD{without}")
}

/// `a, b and c`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `4 h`, `3 h 30`, `45 min`.
fn hours(time: TimeDelta) -> String {
    match (time.num_hours(), time.num_minutes() % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}
