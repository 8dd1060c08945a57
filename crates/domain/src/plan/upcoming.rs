//! What will happen: the transitions ahead, with the resources they will touch.

use chrono::{DateTime, Utc};

use crate::config::Compiled;
use crate::names::EnvironmentName;
use crate::time::Transition;

use super::{Decision, Leave, Plan};

/// One transition ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// The environment.
    pub environment: EnvironmentName,
    /// When, and to what.
    pub transition: Transition,
    /// The zone in which people there read a clock.
    pub zone: chrono_tz::Tz,
    /// The names of the resources it will touch, as far as the fleet is known now.
    pub resources: Vec<String>,
}

/// The transitions of all environments strictly after the plan's instant and before `until`,
/// by instant. Holds are not looked ahead for: they are told with the environment they hold.
pub fn upcoming(config: &Compiled, plan: &Plan, until: DateTime<Utc>) -> Vec<Upcoming> {
    let mut ahead: Vec<Upcoming> = config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .filter_map(|(name, environment)| Some((name, config.schedule_of(environment)?.1)))
        .flat_map(|(name, schedule)| {
            let resources = touched(plan, name);
            schedule
                .transitions(plan.at, until)
                .into_iter()
                .map(move |transition| Upcoming {
                    environment: name.clone(),
                    transition,
                    zone: schedule.zone(),
                    resources: resources.clone(),
                })
        })
        .collect();
    ahead.sort_by(|a, b| (a.transition.at, &a.environment).cmp(&(b.transition.at, &b.environment)));
    ahead
}

fn touched(plan: &Plan, environment: &EnvironmentName) -> Vec<String> {
    plan.steps
        .iter()
        .filter(|step| step.environment.as_ref() == Some(environment))
        .filter(|step| {
            !matches!(
                step.decision,
                Decision::Leave(
                    Leave::Fixed(_)
                        | Leave::KindNotNamed { .. }
                        | Leave::ProtectedTag(_)
                        | Leave::ProtectedEnvironment
                ) | Decision::Refuse(_)
            )
        })
        .map(|step| step.resource.name.clone())
        .collect()
}
