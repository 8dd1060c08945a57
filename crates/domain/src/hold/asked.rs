//! From what somebody asks for to a hold, or to the reason why not.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Author, End, Hold, Length, Scope, UnreadableEnd};
use crate::config::{Compiled, EnvironmentConfig, Language, nearest};
use crate::explain::{self, ExplainError};
use crate::fleet::Observed;
use crate::message::local;
use crate::names::EnvironmentName;
use crate::plan::{Decision, Leave, Plan, Step};
use crate::text::{self, Unfit};
use crate::time::State;

/// Longer texts than this are no reason and no name.
const LONGEST_TEXT: usize = 200;
/// Characters of a name that an error repeats.
pub(super) const MOST_OF_A_NAME: usize = 60;
/// Names that an error lists.
const MOST_NAMES: usize = 20;

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
    #[error(transparent)]
    Unsaid(#[from] Unsaid),
}

/// Who or why is missing, or cannot be kept as it was said.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "a {command} needs {what}, of 1 to {LONGEST_TEXT} characters on one line{}",
    .hidden.map(|hidden| format!("; it has the character U+{:04X}, which nobody sees", u32::from(hidden))).unwrap_or_default()
)]
pub struct Unsaid {
    command: &'static str,
    what: &'static str,
    hidden: Option<char>,
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
    let by = said(&asked.by, "hold", "an author")?;
    let reason = said(&asked.reason, "hold", "a reason")?;
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
                name: text::clean(name, MOST_OF_A_NAME),
                nearest: nearest(name, names.iter().copied()),
                known: listed(names.iter().map(|name| (*name).to_owned())),
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

/// A text as it may be kept, by this command.
pub(super) fn said(
    text: &str,
    command: &'static str,
    what: &'static str,
) -> Result<String, Unsaid> {
    text::fit(text, LONGEST_TEXT)
        .map(str::to_owned)
        .map_err(|unfit| Unsaid {
            command,
            what,
            hidden: match unfit {
                Unfit::Hidden(hidden) => Some(hidden),
                Unfit::Empty | Unfit::TooLong => None,
            },
        })
}

/// Names in an error, as many as anybody reads; the others are counted.
pub(super) fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut names: Vec<String> = names
        .take(MOST_NAMES)
        .map(|name| text::clean(&name, MOST_OF_A_NAME * 3))
        .collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// A name to release it by: the same hold asked for twice, as when an event is delivered
/// twice, has the same name.
///
/// 128 bits of SHA-256: nobody can make another hold that would be answered with this one.
/// Holds of version 0.1.0 have 32 bits of FNV-1a and keep them.
fn id(name: &str, hold: &Hold) -> String {
    let content = format!(
        "{}\n{}\n{}\n{}\n{}",
        hold.scope,
        hold.state,
        hold.until.timestamp(),
        hold.by,
        hold.reason
    );
    let digest = Sha256::digest(content.as_bytes());
    let digits: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}-{digits}", label(name))
}

/// What an id begins with: the letters of the name of what is held.
pub(crate) fn label(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(48)
        .collect()
}
