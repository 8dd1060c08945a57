//! What a hold costs, as far as hours go.

use chrono::TimeDelta;
use serde::Serialize;

use super::{Hold, Scope};
use crate::config::Compiled;
use crate::fleet::Observed;
use crate::names::EnvironmentName;
use crate::plan::{Decision, Leave, Plan, Step};
use crate::time::State;

/// What a hold changes, against the schedule alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The names of the resources it holds.
    pub resources: Vec<String>,
    /// Minutes of the hold in which the schedule would have it otherwise.
    pub minutes_beyond_schedule: i64,
    /// Both as a sentence: `keeps 2 resources up 4 h beyond the schedule`.
    pub text: String,
}

impl Cost {
    /// What a hold costs from its start to its end.
    pub fn of(config: &Compiled, plan: &Plan, hold: &Hold) -> Self {
        let steps: Vec<&Step> = plan
            .steps
            .iter()
            .filter(|step| is_held(step, hold))
            .collect();
        let environment = match &hold.scope {
            Scope::Environment(name) => Some(name),
            Scope::Resource(_) => steps.first().and_then(|step| step.environment.as_ref()),
        };
        let beyond = environment.map_or_else(TimeDelta::zero, |name| beyond(config, name, hold));
        let mut resources: Vec<String> = steps.iter().map(|s| s.resource.name.clone()).collect();
        resources.sort();
        Self {
            text: text(steps.len(), beyond, hold.state),
            resources,
            minutes_beyond_schedule: beyond.num_minutes(),
        }
    }
}

/// Whether a hold moves this resource: not what nothing here may or can move.
fn is_held(step: &Step, hold: &Hold) -> bool {
    let out_of_reach = matches!(
        step.decision,
        Decision::Leave(
            Leave::ProtectedEnvironment
                | Leave::ProtectedTag(_)
                | Leave::KindNotNamed { .. }
                | Leave::Fixed(_)
        )
    ) || matches!(step.resource.observed, Observed::Fixed(_));
    !out_of_reach
        && step
            .environment
            .as_ref()
            .is_some_and(|name| hold.is_about(name, Some(&step.resource.arn)))
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

fn text(count: usize, beyond: TimeDelta, state: State) -> String {
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
    format!(
        "keeps {resources} {way} {} beyond the schedule",
        hours(beyond)
    )
}

/// `4 h`, `3 h 30`, `45 min`.
fn hours(time: TimeDelta) -> String {
    match (time.num_hours(), time.num_minutes() % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}
