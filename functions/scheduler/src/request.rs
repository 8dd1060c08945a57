//! Events: what the function accepts, and what it says of anything else.

mod command;
mod rds_event;
mod sqs;

use chrono::{DateTime, Utc};
use nightcap_aws::reconcile::Restarted;
use nightcap_domain::hold::{Asked, Released};
use serde_json::Value;
use thiserror::Error;

use command::{COMMANDS, Command};
pub use rds_event::Place;
pub use sqs::Received;

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
                    .map(|text| format!("{key} {:?}", text.chars().take(60).collect::<String>()))
            };
            let known: Vec<String> = ["source", "detail-type"]
                .into_iter()
                .filter_map(told)
                .collect();
            if known.is_empty() {
                let names: Vec<&str> = keys.keys().take(5).map(String::as_str).collect();
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
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    format!("{}...", text.chars().take(60).collect::<String>())
}

#[cfg(test)]
mod tests;
