//! Why a resource is what it is: every fact that led to the decision, in order.

mod fact;

use chrono::{DateTime, Utc};
use serde::Serialize;
use thiserror::Error;

use crate::answer::{EnvironmentAnswer, ResourceAnswer};
use crate::config::{Compiled, KindName, Language, nearest};
use crate::fleet::{ENVIRONMENT_TAG, Observed, Snapshots, Tier};
use crate::ledger::Ledger;
use crate::names::ScheduleName;
use crate::plan::{Because, Decision, Desired, Plan, Step};
use crate::time::{Schedule, State};

pub use fact::{Fact, decision_in, observed_in};

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
    /// What led there, one sentence a fact, in English.
    pub facts: Vec<String>,
    /// The same as facts, for a reader of any language.
    #[serde(skip)]
    pub told: Vec<Fact>,
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

impl ExplainError {
    /// What is wrong, for a reader of any language.
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (_, Language::En) => self.to_string(),
            (
                Self::Unknown {
                    name,
                    nearest,
                    looked_for,
                    not_looked_for,
                },
                Language::Fr,
            ) => {
                let nearest = nearest
                    .as_ref()
                    .map(|nearest| format!(" (vouliez-vous dire {nearest:?} ?)"))
                    .unwrap_or_default();
                let unlisted = if not_looked_for.is_empty() {
                    String::new()
                } else {
                    format!(
                        " ; {} ne sont cherchés que si `kinds` d'un environnement les nomme",
                        not_looked_for.join(", ")
                    )
                };
                format!(
                    "aucune ressource {name:?} des types cherchés ({}) ne porte l'étiquette nightcap:environment{nearest} ; `nightcap plan` liste celles qui la portent{unlisted}",
                    looked_for.join(", ")
                )
            }
            (Self::Ambiguous { name, arns }, Language::Fr) => format!(
                "{name:?} désigne plusieurs ressources ; donnez l'un de ces ARN : {}",
                arns.join(", ")
            ),
        }
    }
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
    let told = facts(config, plan, ledger, step);
    Ok(Explanation {
        command: "explain",
        at: plan.at,
        resource: ResourceAnswer::of(step, None),
        environment: standing.map(EnvironmentAnswer::of),
        facts: told.iter().map(|fact| fact.text(Language::En)).collect(),
        told,
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

fn facts(config: &Compiled, plan: &Plan, ledger: &Ledger, step: &Step) -> Vec<Fact> {
    let resource = &step.resource;
    let mut facts = vec![];
    if let Some(value) = resource.tags.get(ENVIRONMENT_TAG) {
        facts.push(Fact::Tag(value.to_owned()));
    }
    if let Some(tag) = config.config().protected_by(&resource.tags) {
        facts.push(Fact::ProductionTag {
            key: tag.key,
            value: tag.value,
        });
    }
    if let Some((name, environment)) = step
        .environment
        .as_ref()
        .and_then(|name| config.environment(name.as_str()))
    {
        if environment.looks_like_production {
            facts.push(Fact::LooksLikeProduction(name.clone()));
        } else if environment.protected {
            facts.push(Fact::Protected(name.clone()));
        }
        let schedule = config
            .schedule_of(environment)
            .filter(|_| !environment.protected);
        if let Some((schedule_name, schedule)) = schedule {
            facts.push(Fact::Follows {
                environment: name.clone(),
                schedule: schedule_name.clone(),
                zone: schedule.zone(),
            });
            facts.extend(by_the_clock(schedule_name, schedule, plan.at));
        }
        facts.extend(override_of(step, config, plan.at));
        let database = resource.kind.tier == Tier::DATABASE;
        if environment.snapshot_on_stop
            && database
            && resource.facts.snapshots == Snapshots::None
            && !matches!(resource.observed, Observed::Fixed(_))
        {
            facts.push(Fact::NoSnapshots(name.clone()));
        }
    }
    facts.push(Fact::Observed(resource.observed.word().to_owned()));
    if let Some(size) = &resource.size {
        facts.push(Fact::Capacity {
            now: size.now,
            machines: size.machines,
        });
    }
    facts.extend(carried(step, ledger));
    let reason = |language| ResourceAnswer::told(step, None, language).reason;
    facts.push(Fact::Decided {
        decision: ResourceAnswer::of(step, None).decision,
        en: reason(Language::En),
        fr: reason(Language::Fr),
    });
    if let Decision::Refuse(fault) = &step.decision {
        facts.push(Fact::ToMendIt(fault.clone()));
    }
    for fault in &step.notes {
        facts.push(Fact::Besides(fault.clone()));
        facts.push(Fact::ToMendThat(fault.clone()));
    }
    facts
}

fn by_the_clock(name: &ScheduleName, schedule: &Schedule, at: DateTime<Utc>) -> Vec<Fact> {
    let zone = schedule.zone();
    let mut facts = vec![match (schedule.last(at), schedule.next(at)) {
        (None, None) => Fact::NeverChanges(name.clone()),
        (None, Some(next)) => Fact::Begins {
            schedule: name.clone(),
            at: next.at,
            zone,
        },
        (Some(last), next) => Fact::ByTheClock {
            schedule: name.clone(),
            state: last.to,
            since: last.at,
            until: next.map(|next| next.at),
            zone,
        },
    }];
    facts.extend(lost_starts(schedule, at));
    let day = at.with_timezone(&zone).date_naive();
    if let Some(reason) = schedule.calendar().and_then(|c| c.is_closed(day)) {
        facts.push(Fact::ClosedDay { day, reason });
    }
    facts
}

/// The starts that closed days have cost since the last stop, and will before the next start.
fn lost_starts(schedule: &Schedule, at: DateTime<Utc>) -> Option<Fact> {
    const NAMED: usize = 5;
    let (last, next) = (schedule.last(at)?, schedule.next(at)?);
    if last.to != State::Stopped {
        return None;
    }
    let mut named = schedule.lost_starts(last.at, next.at);
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    (!named.is_empty()).then_some(Fact::LostStarts { named, more })
}

/// What overrides the schedule, if something does.
fn override_of(step: &Step, config: &Compiled, at: DateTime<Utc>) -> Option<Fact> {
    let Desired::State { by, because, .. } = &step.desired else {
        return None;
    };
    let zone = step
        .environment
        .as_ref()
        .and_then(|name| config.environment(name.as_str()))
        .and_then(|(_, environment)| config.schedule_of(environment))
        .map_or(config.config().timezone, |(_, schedule)| schedule.zone());
    let state = by.to;
    match because {
        Because::Schedule(_) => None,
        Because::Hold(hold) => Some(Fact::Held {
            hold: hold.clone(),
            state,
            zone,
        }),
        Because::Needed { by, hold } => Some(Fact::NeededBy {
            by: by.clone(),
            hold: hold.clone(),
            state,
            zone,
        }),
        Because::Protection => Some(Fact::WokenOnce),
        Because::Maintenance => Some(Fact::Maintenance { state, at, zone }),
    }
}

fn carried(step: &Step, ledger: &Ledger) -> Option<Fact> {
    let entry = ledger.carried.get(&step.resource.arn)?;
    Some(Fact::Carried {
        to: entry.to,
        at: entry.transition,
        phase: entry.phase,
    })
}
