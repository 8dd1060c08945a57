//! From what somebody asks for to a hold, or to the reason why not.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use super::{Author, End, Hold, Length, Scope, UnreadableEnd};
use crate::config::{Compiled, EnvironmentConfig, Language, nearest};
use crate::explain::{self, ExplainError};
use crate::fleet::Observed;
use crate::message::local;
use crate::names::EnvironmentName;
use crate::plan::{Decision, Leave, Plan, Step};
use crate::time::State;

/// Longer texts than this are no reason and no name.
const LONGEST_TEXT: usize = 200;

/// What a hold is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An environment, by its name.
    Environment(String),
    /// One resource, by its name or ARN.
    Resource(String),
}

/// A hold as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// For what.
    pub about: About,
    /// The state to hold.
    pub state: State,
    /// Until when.
    pub end: End,
    /// Who asks.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Why there is no hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HoldError {
    /// No environment has that name.
    #[error(
        "there is no environment {name:?}{}; the configuration has {known}",
        .nearest.as_ref().map(|n| format!(" (did you mean {n:?}?)")).unwrap_or_default()
    )]
    UnknownEnvironment {
        /// The name asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
        /// Every environment there is.
        known: String,
    },
    /// The resource is not known, or several are.
    #[error(transparent)]
    Resource(#[from] ExplainError),
    /// Nothing may ever stop or start it, so there is nothing to hold.
    #[error("{name} is protected: nothing here stops or starts it, so there is nothing to hold")]
    Protected {
        /// The environment or resource.
        name: String,
    },
    /// Nothing can be done to the resource.
    #[error("{name} cannot be held: {why}")]
    OutOfReach {
        /// The resource.
        name: String,
        /// Why.
        why: String,
    },
    /// The end is no time.
    #[error(transparent)]
    UnreadableEnd(#[from] UnreadableEnd),
    /// The end is not to come.
    #[error("it would end at {until}, which is past; give a later end")]
    Past {
        /// When it would end, on the clocks there.
        until: String,
    },
    /// It is longer than the configuration allows.
    #[error(
        "a hold may last {most} (limits.max_hold), so until {latest} at the latest; make it shorter and renew it, or raise limits.max_hold"
    )]
    TooLong {
        /// The longest allowed.
        most: Length,
        /// The latest end, on the clocks there.
        latest: String,
    },
    /// Who or why is missing.
    #[error("a hold needs {what}, of 1 to {LONGEST_TEXT} characters on one line")]
    Unsaid {
        /// `an author` or `a reason`.
        what: &'static str,
    },
}

/// Makes the hold that a person asks for.
///
/// `plan` is what a tick would decide at `now`: it knows the resources and where they stand.
///
/// # Errors
/// If it is about nothing that can be held, ends in the past or too late, or says not by
/// whom or why.
pub fn make(
    config: &Compiled,
    plan: &Plan,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Hold, HoldError> {
    let by = said(&asked.by, "an author")?;
    let reason = said(&asked.reason, "a reason")?;
    let (scope, label, environment) = scope(config, plan, &asked.about)?;
    let zone = zone(config, environment);
    let until = asked.end.at(now, zone)?;
    if until <= now {
        return Err(HoldError::Past {
            until: local(until, zone, Language::En),
        });
    }
    let most = config.limits().max_hold;
    if until - now > most.time() {
        return Err(HoldError::TooLong {
            most,
            latest: local(now + most.time(), zone, Language::En),
        });
    }
    let mut hold = Hold {
        id: String::new(),
        scope,
        state: asked.state,
        from: now,
        until,
        author: Author::Person,
        by,
        reason,
        made_at: now,
    };
    hold.id = id(&label, &hold);
    Ok(hold)
}

/// The zone on whose clocks an environment lives.
pub(super) fn zone(config: &Compiled, environment: &EnvironmentConfig) -> Tz {
    config
        .schedule_of(environment)
        .map_or(config.config().timezone, |(_, schedule)| schedule.zone())
}

/// What is held, the name to make its id of, and the environment it belongs to.
fn scope<'a>(
    config: &'a Compiled,
    plan: &Plan,
    about: &About,
) -> Result<(Scope, String, &'a EnvironmentConfig), HoldError> {
    match about {
        About::Environment(name) => {
            let (name, environment) = environment(config, name)?;
            let scope = Scope::Environment(name.clone());
            Ok((scope, name.to_string(), environment))
        }
        About::Resource(name) => {
            let step = explain::find(plan, name)?;
            reachable(config, step)?;
            let name = step
                .environment
                .as_ref()
                .map_or("", EnvironmentName::as_str);
            let (_, environment) = environment(config, name)?;
            let scope = Scope::Resource(step.resource.arn.clone());
            Ok((scope, step.resource.name.clone(), environment))
        }
    }
}

fn environment<'a>(
    config: &'a Compiled,
    name: &str,
) -> Result<(&'a EnvironmentName, &'a EnvironmentConfig), HoldError> {
    match config.environment(name.trim()) {
        Some((name, environment)) if environment.protected => Err(HoldError::Protected {
            name: name.to_string(),
        }),
        Some(found) => Ok(found),
        None => {
            let names: Vec<&str> = config.environments().map(|(n, _)| n.as_str()).collect();
            Err(HoldError::UnknownEnvironment {
                name: name.to_owned(),
                nearest: nearest(name, names.iter().copied()),
                known: names.join(", "),
            })
        }
    }
}

/// A hold on what is never acted on would be a promise that nobody keeps.
fn reachable(config: &Compiled, step: &Step) -> Result<(), HoldError> {
    let name = step.resource.name.clone();
    match &step.decision {
        Decision::Leave(Leave::ProtectedEnvironment | Leave::ProtectedTag(_)) => {
            Err(HoldError::Protected { name })
        }
        Decision::Leave(leave @ Leave::KindNotNamed { .. }) => Err(HoldError::OutOfReach {
            name,
            why: leave.text(Language::En),
        }),
        Decision::Refuse(fault) if step.environment.is_none() => Err(HoldError::OutOfReach {
            name,
            why: fault.message(Language::En),
        }),
        _ if config.config().protected_by(&step.resource.tags).is_some() => {
            Err(HoldError::Protected { name })
        }
        _ => match &step.resource.observed {
            Observed::Fixed(text) => Err(HoldError::OutOfReach {
                name,
                why: text.to(Language::En).to_owned(),
            }),
            _ => Ok(()),
        },
    }
}

fn said(text: &str, what: &'static str) -> Result<String, HoldError> {
    let text = text.trim();
    let fits =
        (1..=LONGEST_TEXT).contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(HoldError::Unsaid { what })
}

/// A name to release it by: the same hold asked for twice, as when an event is delivered
/// twice, has the same name.
fn id(label: &str, hold: &Hold) -> String {
    let content = format!(
        "{}\n{}\n{}\n{}\n{}",
        hold.scope,
        hold.state,
        hold.until.timestamp(),
        hold.by,
        hold.reason
    );
    let label: String = label
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(48)
        .collect();
    format!("{label}-{:08x}", fnv(content.as_bytes()))
}

/// FNV-1a: short, and the same in every version of this program.
fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
