//! Events: what the function accepts, and what it says of anything else.

mod command;
mod rds_event;
mod sqs;

use chrono::{DateTime, Utc};
use nightcap_aws::reconcile::Restarted;
use nightcap_domain::hold::{Asked, Released};
use nightcap_domain::text::clean;
use serde_json::Value;
use thiserror::Error;

use command::{COMMANDS, Command};
pub use rds_event::Place;
pub use sqs::Received;

/// Characters of an event that an error repeats, three dots counted in.
const MOST_REPEATED: usize = 63;

/// Every accepted form but the commands' names, for error messages.
const ACCEPTED: &str = "which is also what EventBridge Scheduler sends, EventBridge's own \
    \"Scheduled Event\", an event of aws.rds, or a batch of SQS";

/// What is asked of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reconcile.
    Tick {
        /// Another instant than now; only where the configuration permits drills.
        at: Option<DateTime<Utc>>,
        /// Decide and answer, but change nothing.
        dry_run: bool,
    },
    /// A database has started or stopped: reconcile, for others may wait for it.
    Database {
        /// When, by AWS's clock. In drills, and only there, that is the instant of the tick.
        at: Option<DateTime<Utc>>,
        /// Where: only there is anything new. Unknown, it may be anywhere.
        place: Option<Place>,
        /// The database that AWS has started by itself, if that is what the event says.
        restarted: Option<Restarted>,
    },
    /// Reconcile these targets: messages of the queue.
    Targets {
        /// The messages of the batch, at least one.
        received: Vec<Received>,
    },
    /// An event of a service we listen to, about something that is nobody's business here.
    Ignored {
        /// AWS's name for it: `RDS-EVENT-0042`.
        event: String,
    },
    /// Make a hold.
    Hold {
        /// What is asked for.
        asked: Asked,
        /// Another instant than now; only where the configuration permits drills.
        at: Option<DateTime<Utc>>,
        /// Decide and answer, but change nothing.
        dry_run: bool,
    },
    /// End holds before their time.
    Release {
        /// Which, by whom, why.
        releasing: Releasing,
        /// Another instant than now; only where the configuration permits drills.
        at: Option<DateTime<Utc>>,
        /// Decide and answer, but change nothing.
        dry_run: bool,
    },
    /// List the holds.
    Holds {
        /// Another instant than now.
        at: Option<DateTime<Utc>>,
    },
    /// Say what a tick would do, and which transitions lie ahead.
    Plan {
        /// Another instant than now.
        at: Option<DateTime<Utc>>,
        /// How many days to look ahead.
        days: u16,
    },
    /// Say why a resource is what it is.
    Explain {
        /// Its name or ARN.
        resource: String,
        /// Another instant than now.
        at: Option<DateTime<Utc>>,
    },
}

/// Which holds to end, by whom, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releasing {
    /// Which.
    pub which: Released,
    /// Who asks.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

/// An event that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No JSON, or nested too deeply.
    #[error(
        "this event is no JSON that can be read: {error}. Expected a direct command {{\"command\": {}}}, {ACCEPTED}",
        commands()
    )]
    NoJson {
        /// Where and why.
        error: String,
    },
    /// Records of SNS.
    #[error(
        "Records come from SNS, and nothing here listens to a topic. Events of RDS must come by EventBridge (source aws.rds), not by an RDS event subscription: infra/modules/nightcap makes that rule. Otherwise expected: a batch of SQS, or a direct command {{\"command\": {}}}",
        commands()
    )]
    Sns,
    /// No known form.
    #[error(
        "this event is not known here: {found}. Expected a direct command {{\"command\": {}}}, {ACCEPTED}",
        commands()
    )]
    Unknown {
        /// What it looks like.
        found: String,
    },
    /// Records that SQS has not sent.
    #[error(
        "Records is {found}; expected a batch of SQS: a list of messages with eventSource \"aws:sqs\" and a messageId each"
    )]
    Records {
        /// What stands there.
        found: String,
    },
    /// A command that does not exist.
    #[error(
        "unknown command {command:?}{}; expected one of {}",
        did_you_mean(nearest.as_deref()),
        COMMANDS.join(", ")
    )]
    Command {
        /// The command.
        command: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A key that the command does not know.
    #[error(
        "{command}: unknown key {key:?}{}; it knows {known}",
        did_you_mean(nearest.as_deref())
    )]
    Key {
        /// The command.
        command: String,
        /// The key.
        key: String,
        /// The nearest that exists.
        nearest: Option<String>,
        /// Every key it knows.
        known: String,
    },
    /// A key whose value cannot be read.
    #[error("{command}: {key} is {found}; expected {expected}")]
    Value {
        /// The command.
        command: String,
        /// The key.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
}

impl RequestError {
    /// What is no JSON, by serde's words.
    pub(crate) fn no_json(error: &str) -> Self {
        Self::NoJson {
            error: clean(error, MOST_REPEATED),
        }
    }
}

/// `"tick" | "plan" | …`.
fn commands() -> String {
    COMMANDS.map(|name| format!("\"{name}\"")).join(" | ")
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!(" (did you mean {name:?}?)"))
        .unwrap_or_default()
}

impl Request {
    /// The command's name; what events ask for is a tick.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Tick { .. }
            | Self::Targets { .. }
            | Self::Database { .. }
            | Self::Ignored { .. } => "tick",
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Holds { .. } => "holds",
            Self::Plan { .. } => "plan",
            Self::Explain { .. } => "explain",
        }
    }

    /// Whether this is a tick that changes things, and nothing else.
    pub fn ticks(&self) -> bool {
        matches!(
            self,
            Self::Tick { dry_run: false, .. } | Self::Targets { .. } | Self::Database { .. }
        )
    }

    /// Reads an event.
    ///
    /// ```
    /// use scheduler::request::Request;
    ///
    /// let event = serde_json::json!({"command": "tick", "dry_run": true});
    /// assert_eq!(Request::parse(&event)?, Request::Tick { at: None, dry_run: true });
    /// # Ok::<(), scheduler::request::RequestError>(())
    /// ```
    ///
    /// # Errors
    /// If the event has another form; the error says which forms there are.
    pub fn parse(event: &Value) -> Result<Self, RequestError> {
        let Value::Object(event) = event else {
            return Err(unknown(event));
        };
        if event.contains_key("command") {
            return Command::of(event)?.read();
        }
        if event.contains_key("Records") {
            return sqs::read(event);
        }
        let detail_type = event.get("detail-type").and_then(Value::as_str);
        match (event.get("source").and_then(Value::as_str), detail_type) {
            (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => Ok(Self::Tick {
                at: None,
                dry_run: false,
            }),
            (Some("aws.rds"), Some(_)) => Ok(rds_event::read(event)),
            _ => Err(unknown(&Value::Object(event.clone()))),
        }
    }
}

fn unknown(event: &Value) -> RequestError {
    let found = match event {
        Value::Object(keys) if keys.is_empty() => "an empty object".to_owned(),
        Value::Object(keys) => {
            let told = |key: &str| {
                keys.get(key)
                    .and_then(Value::as_str)
                    .map(|text| format!("{key} {:?}", repeated(text)))
            };
            let known: Vec<String> = ["source", "detail-type"]
                .into_iter()
                .filter_map(told)
                .collect();
            if known.is_empty() {
                let names: Vec<String> = keys.keys().take(5).map(|key| repeated(key)).collect();
                format!("an object with the keys {}", names.join(", "))
            } else {
                known.join(", ")
            }
        }
        other => brief(other),
    };
    RequestError::Unknown { found }
}

fn brief(value: &Value) -> String {
    match value {
        // Written out whole, a large one would be written for nothing.
        Value::String(text) => format!("\"{}\"", repeated(text)),
        Value::Array(list) if list.len() > MOST_REPEATED => {
            format!("a list of {} things", list.len())
        }
        other => repeated(&other.to_string()),
    }
}

/// As much of a text as an error repeats.
fn repeated(text: &str) -> String {
    clean(text, MOST_REPEATED)
}

#[cfg(test)]
mod tests;
