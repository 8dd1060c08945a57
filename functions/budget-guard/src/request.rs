//! Events: what the guard accepts, and what it says of anything else.

use chrono::{DateTime, Datelike, Utc};
use nightcap_domain::config::nearest;
use nightcap_domain::time::{FIRST_YEAR, LAST_YEAR};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::notification::Notification;

/// Every accepted form, for error messages.
const ACCEPTED: &str = "a direct command {\"command\": \"report\" | \"forecast\"}, which is also what \
    EventBridge Scheduler sends, EventBridge's own \"Scheduled Event\", or records of SNS";
const COMMANDS: [&str; 2] = ["report", "forecast"];
const KEYS: [&str; 4] = ["command", "at", "dry_run", "scheduled_time"];

/// What is asked of the guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Look, tell what is due, ask for what is authorised.
    Report {
        /// Another instant than now; only where the configuration permits drills.
        at: Option<DateTime<Utc>>,
        /// Decide and answer, but send and write nothing.
        dry_run: bool,
    },
    /// Look and answer; nothing is ever sent or written.
    Forecast {
        /// Another instant than now.
        at: Option<DateTime<Utc>>,
    },
    /// Messages of a topic.
    Notified {
        /// When SNS took the last of them. In drills, and only there, that is the instant of
        /// the look.
        at: Option<DateTime<Utc>>,
        /// Those that are about budgets, the others left out.
        messages: Vec<Notification>,
    },
}

/// An event that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No JSON, or nested too deeply.
    #[error("this event is no JSON that can be read: {error}. Expected {ACCEPTED}")]
    NoJson {
        /// Where and why.
        error: String,
    },
    /// No known form.
    #[error("this event is not known here: {found}. Expected {ACCEPTED}")]
    Unknown {
        /// What it looks like.
        found: String,
    },
    /// A command that does not exist.
    #[error("unknown command {command:?}{}; expected one of {}", hint(.nearest.as_deref()), COMMANDS.join(", "))]
    Command {
        /// The command.
        command: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A key that no command knows.
    #[error("{command}: unknown key {key:?}{}; it knows {}", hint(.nearest.as_deref()), KEYS.join(", "))]
    Key {
        /// The command.
        command: String,
        /// The key.
        key: String,
        /// The nearest that exists.
        nearest: Option<String>,
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

fn hint(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!(" (did you mean {name:?}?)"))
        .unwrap_or_default()
}

impl Request {
    /// The command's name.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Report { .. } => "report",
            Self::Forecast { .. } => "forecast",
            Self::Notified { .. } => "notified",
        }
    }

    /// Whether this is a look after which something may be told.
    pub fn looks(&self) -> bool {
        matches!(
            self,
            Self::Report { dry_run: false, .. } | Self::Notified { .. }
        )
    }

    /// The other instant than now that a rehearsal names.
    pub(crate) fn rehearsed(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Report { at, .. } | Self::Forecast { at } => *at,
            Self::Notified { .. } => None,
        }
    }

    /// Reads an event.
    ///
    /// ```
    /// use budget_guard::request::Request;
    ///
    /// let event = serde_json::json!({"command": "report", "dry_run": true});
    /// assert_eq!(Request::parse(&event)?, Request::Report { at: None, dry_run: true });
    /// # Ok::<(), budget_guard::request::RequestError>(())
    /// ```
    ///
    /// # Errors
    /// If the event has another form; the error says which forms there are.
    pub fn parse(event: &Value) -> Result<Self, RequestError> {
        let Value::Object(keys) = event else {
            return Err(unknown(event));
        };
        if let Some(command) = keys.get("command") {
            return read(command, keys);
        }
        if let Some(Value::Array(records)) = keys.get("Records") {
            return notified(records).ok_or_else(|| unknown(event));
        }
        let told = |key: &str| keys.get(key).and_then(Value::as_str);
        match (told("source"), told("detail-type")) {
            (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => Ok(Self::Report {
                at: None,
                dry_run: false,
            }),
            _ => Err(unknown(event)),
        }
    }
}

fn read(command: &Value, keys: &Map<String, Value>) -> Result<Request, RequestError> {
    let name = command.as_str().unwrap_or_default();
    if !COMMANDS.contains(&name) {
        return Err(RequestError::Command {
            command: command
                .as_str()
                .map_or_else(|| brief(command), |name| name.chars().take(60).collect()),
            nearest: nearest(name, COMMANDS),
        });
    }
    if let Some(key) = keys.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(RequestError::Key {
            command: name.to_owned(),
            key: key.chars().take(60).collect(),
            nearest: nearest(key, KEYS),
        });
    }
    let dry_run = flag(name, keys)?;
    let at = instant(name, keys)?;
    Ok(match name {
        "forecast" => Request::Forecast { at },
        _ => Request::Report { at, dry_run },
    })
}

fn flag(command: &str, keys: &Map<String, Value>) -> Result<bool, RequestError> {
    match keys.get("dry_run") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(RequestError::Value {
            command: command.to_owned(),
            key: "dry_run",
            found: brief(other),
            expected: "true or false",
        }),
    }
}

fn instant(
    command: &str,
    keys: &Map<String, Value>,
) -> Result<Option<DateTime<Utc>>, RequestError> {
    let Some(value) = keys.get("at").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    match value.as_str().and_then(in_range) {
        Some(at) => Ok(Some(at)),
        None => Err(RequestError::Value {
            command: command.to_owned(),
            key: "at",
            found: brief(value),
            expected: "an instant such as \"2026-11-20T10:00:00Z\", between 1970 and 2100",
        }),
    }
}

fn in_range(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (FIRST_YEAR..=LAST_YEAR).contains(&at.year()).then_some(at)
}

/// Whether Nightcap itself published what a record holds: its mails bear the attribute
/// `nightcap`. The subscription cannot leave them out, see `infra/modules/nightcap/events.tf`.
fn ours(record: &Value) -> bool {
    let attributes = record
        .get("Sns")
        .and_then(|sns| sns.get("MessageAttributes"));
    attributes.is_some_and(|attributes| attributes.get("nightcap").is_some())
}

/// The records of a topic, if that is what they are. Alarms and Nightcap's own mails come by
/// the same topic: they are nobody's error, and not answered.
fn notified(records: &[Value]) -> Option<Request> {
    // SNS delivers our own mails as well, where nothing on the subscription leaves them out.
    let records: Vec<&Value> = records.iter().collect();
    let is_sns = |record: &&Value| record.get("Sns").is_some();
    if records.is_empty() || !records.iter().all(is_sns) {
        return None;
    }
    let records: Vec<&Value> = records.into_iter().filter(|one| !is_own(one)).collect();
    let messages: Option<Vec<&str>> = records
        .iter()
        .map(|record| record.get("Sns")?.get("Message")?.as_str())
        .collect();
    let messages = messages?;
    let taken = |record: &&Value| {
        record
            .get("Sns")?
            .get("Timestamp")?
            .as_str()
            .map(in_range)?
    };
    Some(Request::Notified {
        at: records.iter().filter_map(taken).max(),
        messages: messages
            .into_iter()
            .zip(records)
            .filter(|(_, record)| !ours(record))
            .filter_map(|(message, _)| Notification::read(message))
            .collect(),
    })
}

/// Whether a record is a mail of Nightcap itself, by the attribute that marks it.
fn is_own(record: &Value) -> bool {
    let mark = || record.get("Sns")?.get("MessageAttributes")?.get("nightcap");
    mark().is_some()
}

fn unknown(event: &Value) -> RequestError {
    let found = match event {
        Value::Object(keys) if keys.is_empty() => "an empty object".to_owned(),
        Value::Object(keys) => {
            let names: Vec<&str> = keys.keys().take(5).map(String::as_str).collect();
            let names: String = names.join(", ").chars().take(120).collect();
            format!("an object with the keys {names}")
        }
        other => brief(other),
    };
    RequestError::Unknown { found }
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
