//! Why a resource is what it is: every fact that led to the decision, in order.

use chrono::{DateTime, Utc};
use serde::Serialize;
use thiserror::Error;

use crate::answer::{EnvironmentAnswer, ResourceAnswer};
use crate::config::{Compiled, KindName, Language, nearest};
use crate::fleet::{ENVIRONMENT_TAG, Observed, Snapshots, Tier};
use crate::ledger::{Ledger, Phase};
use crate::message::local;
use crate::names::ScheduleName;
use crate::plan::{Because, Decision, Desired, Plan, Step};
use crate::time::{Schedule, State, Transition};

/// Characters of a name that an error repeats.
const MOST_OF_A_NAME: usize = 60;
/// ARNs that an error lists.
const MOST_ARNS: usize = 20;

/// The answer to `explain`.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Always `explain`.
    pub command: &'static str,
    /// The instant it is explained for.
    pub at: DateTime<Utc>,
    /// The resource, with what a tick would decide.
    pub resource: ResourceAnswer,
    /// Its environment.
    pub environment: Option<EnvironmentAnswer>,
    /// What led there, one sentence a fact.
    pub facts: Vec<String>,
}

/// A resource that cannot be explained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExplainError {
    /// Nothing in Nightcap's care has this name or ARN.
    #[error(
        "no resource {name:?} of the kinds that were looked for ({}) carries the tag nightcap:environment{}; `nightcap plan` lists those that do{}",
        .looked_for.join(", "),
        .nearest.as_ref().map(|n| format!(" (did you mean {n:?}?)")).unwrap_or_default(),
        unlisted(.not_looked_for)
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
        /// The kinds that some environment lists.
        looked_for: Vec<&'static str>,
        /// The kinds that none lists.
        not_looked_for: Vec<&'static str>,
    },
    /// Several resources have this name.
    #[error("{name:?} names several resources; give one of these ARNs: {}", .arns.join(", "))]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// Their ARNs.
        arns: Vec<String>,
    },
}

fn unlisted(kinds: &[&str]) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    format!(
        "; {} would be looked for only if the `kinds` of an environment listed it",
        kinds.join(", ")
    )
}

/// Explains one resource of a plan, by its name or ARN.
///
/// # Errors
/// If no resource has that name, or several have.
pub fn explain(
    config: &Compiled,
    plan: &Plan,
    ledger: &Ledger,
    name: &str,
) -> Result<Explanation, ExplainError> {
    let step = find(plan, name)?;
    let standing = plan
        .environments
        .iter()
        .find(|standing| Some(&standing.name) == step.environment.as_ref());
    Ok(Explanation {
        command: "explain",
        at: plan.at,
        resource: ResourceAnswer::of(step, None),
        environment: standing.map(EnvironmentAnswer::of),
        facts: facts(config, plan, ledger, step),
    })
}

/// The step of a plan about the resource of this name or ARN.
pub(crate) fn find<'a>(plan: &'a Plan, name: &str) -> Result<&'a Step, ExplainError> {
    let found: Vec<&Step> = plan
        .steps
        .iter()
        .filter(|step| step.resource.name == name || step.resource.arn.as_str() == name)
        .collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(ExplainError::Unknown {
            name: crate::text::clean(name, MOST_OF_A_NAME),
            nearest: nearest(name, plan.steps.iter().map(|s| s.resource.name.as_str())),
            looked_for: plan.kinds.clone(),
            not_looked_for: KindName::ALL
                .into_iter()
                .map(|(kind, _)| kind)
                .filter(|kind| !plan.kinds.contains(kind))
                .collect(),
        }),
        several => Err(ExplainError::Ambiguous {
            name: crate::text::clean(name, MOST_OF_A_NAME),
            arns: several
                .iter()
                .take(MOST_ARNS)
                .map(|s| s.resource.arn.to_string())
                .collect(),
        }),
    }
}

fn facts(config: &Compiled, plan: &Plan, ledger: &Ledger, step: &Step) -> Vec<String> {
    let resource = &step.resource;
    let mut facts = vec![];
    if let Some(value) = resource.tags.get(ENVIRONMENT_TAG) {
        facts.push(format!("its tag {ENVIRONMENT_TAG} says {value}"));
    }
    if let Some(tag) = config.config().protected_by(&resource.tags) {
        facts.push(format!("its tag {}={} says production", tag.key, tag.value));
    }
    if let Some((name, environment)) = step
        .environment
        .as_ref()
        .and_then(|name| config.environment(name.as_str()))
    {
        if environment.looks_like_production {
            facts.push(format!(
                "{name} looks like production: protected, and its schedule is not carried out"
            ));
        } else if environment.protected {
            facts.push(format!("{name} is protected in the configuration"));
        }
        let schedule = config
            .schedule_of(environment)
            .filter(|_| !environment.protected);
        if let Some((schedule_name, schedule)) = schedule {
            facts.push(format!(
                "{name} follows the schedule {schedule_name} on the clocks of {}",
                schedule.zone()
            ));
            facts.extend(by_the_clock(schedule_name, schedule, plan.at));
        }
        facts.extend(override_of(step, config, plan.at));
        let database = resource.kind.tier == Tier::DATABASE;
        if environment.snapshot_on_stop
            && database
            && resource.facts.snapshots == Snapshots::None
            && !matches!(resource.observed, Observed::Fixed(_))
        {
            facts.push(format!(
                "{name} takes snapshots at stop, but AWS takes none of this kind there; Aurora backs its storage up continuously"
            ));
        }
    }
    facts.push(format!("AWS says: {}", resource.observed.word()));
    if let Some(size) = &resource.size {
        facts.push(format!(
            "its capacity is {} with {} machines",
            size.now, size.machines
        ));
    }
    facts.extend(carried(step, ledger));
    let answer = ResourceAnswer::of(step, None);
    facts.push(format!("so: {} ({})", answer.decision, answer.reason));
    if let Decision::Refuse(fault) = &step.decision {
        facts.push(format!("to mend it: {}", fault.remedy(Language::En)));
    }
    for fault in &step.notes {
        facts.push(format!("besides: {}", fault.message(Language::En)));
        facts.push(format!("to mend that: {}", fault.remedy(Language::En)));
    }
    facts
}

fn by_the_clock(name: &ScheduleName, schedule: &Schedule, at: DateTime<Utc>) -> Vec<String> {
    let zone = schedule.zone();
    let when = |transition: Transition| local(transition.at, zone, Language::En);
    let mut facts = vec![];
    match (schedule.last(at), schedule.next(at)) {
        (None, None) => facts.push(format!("{name} never changes anything")),
        (None, Some(next)) => facts.push(format!("{name} begins {}", when(next))),
        (Some(last), next) => {
            let until = next.map_or_else(
                || "for good".to_owned(),
                |next| format!("until {}", when(next)),
            );
            facts.push(format!(
                "by {name} it is {} since {} {until}",
                last.to,
                when(last)
            ));
        }
    }
    facts.extend(lost_starts(schedule, at));
    let today = at.with_timezone(&zone).date_naive();
    if let Some(reason) = schedule.calendar().and_then(|c| c.is_closed(today)) {
        facts.push(format!(
            "{today} is a closed day ({reason}): nothing starts"
        ));
    }
    facts
}

/// The starts that closed days have cost since the last stop, and will before the next start.
fn lost_starts(schedule: &Schedule, at: DateTime<Utc>) -> Option<String> {
    const NAMED: usize = 5;
    let (last, next) = (schedule.last(at)?, schedule.next(at)?);
    if last.to != State::Stopped {
        return None;
    }
    let lost = schedule.lost_starts(last.at, next.at);
    let named: Vec<String> = lost
        .iter()
        .take(NAMED)
        .map(|(date, reason)| format!("{date} ({reason})"))
        .collect();
    let more = match lost.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "without closed days it would have started on {}{more}",
            named.join(", ")
        )
    })
}

/// What overrides the schedule, if something does.
fn override_of(step: &Step, config: &Compiled, at: DateTime<Utc>) -> Option<String> {
    let Desired::State { by, because, .. } = &step.desired else {
        return None;
    };
    let zone = step
        .environment
        .as_ref()
        .and_then(|name| config.environment(name.as_str()))
        .and_then(|(_, environment)| config.schedule_of(environment))
        .map_or(config.config().timezone, |(_, schedule)| schedule.zone());
    let word = match by.to {
        State::Running => "up",
        State::Stopped => "down",
    };
    match because {
        Because::Schedule(_) => None,
        Because::Hold(hold) => Some(format!(
            "{} holds it {word} until {}: {}",
            hold.by,
            local(hold.until, zone, Language::En),
            hold.reason
        )),
        Because::Needed { by, hold } => Some(format!(
            "{by} needs it, which {} holds {word} until {}: {}",
            hold.by,
            local(hold.until, zone, Language::En),
            hold.reason
        )),
        Because::Protection => Some(
            "Nightcap stopped it before it was protected: it is woken once, then left alone"
                .to_owned(),
        ),
        Because::Maintenance => Some(format!(
            "it is {word} for its maintenance window around {}",
            local(at, zone, Language::En)
        )),
    }
}

fn carried(step: &Step, ledger: &Ledger) -> Option<String> {
    let entry = ledger.carried.get(&step.resource.arn)?;
    let phase = match entry.phase {
        Phase::Ordered => "ordered",
        Phase::Reached => "completed",
        Phase::Changed => "completed, then changed by hand",
        Phase::Woken => "completed, then AWS started it by itself",
    };
    Some(format!(
        "the ledger says: {} of {} {phase}",
        match entry.to {
            State::Running => "the start",
            State::Stopped => "the stop",
        },
        entry.transition.format("%Y-%m-%dT%H:%M:%SZ")
    ))
}
