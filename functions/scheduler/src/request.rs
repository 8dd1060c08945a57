//! Events: what the function accepts, and what it says of anything else.

use chrono::{DateTime, Utc};
use nightcap_domain::config::nearest;
use serde_json::{Map, Value};
use thiserror::Error;

/// Every accepted form, for error messages.
const ACCEPTED: &str = "a direct command {\"command\": \"tick\" | \"plan\" | \"explain\"}, \
    which is also what EventBridge Scheduler sends, or EventBridge's own \"Scheduled Event\"";
const COMMANDS: [&str; 3] = ["tick", "plan", "explain"];

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

/// An event that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No known form.
    #[error("this event is not known here: {found}. Expected {ACCEPTED}")]
    Unknown {
        /// What it looks like.
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

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!(" (did you mean {name:?}?)"))
        .unwrap_or_default()
}

impl Request {
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
        let detail_type = event.get("detail-type").and_then(Value::as_str);
        match (event.get("source").and_then(Value::as_str), detail_type) {
            (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => Ok(Self::Tick {
                at: None,
                dry_run: false,
            }),
            _ => Err(unknown(&Value::Object(event.clone()))),
        }
    }
}

/// A direct command, with its keys still to be read.
struct Command<'a> {
    name: &'a str,
    keys: &'a Map<String, Value>,
}

impl<'a> Command<'a> {
    fn of(keys: &'a Map<String, Value>) -> Result<Self, RequestError> {
        match keys.get("command") {
            Some(Value::String(name)) => Ok(Self { name, keys }),
            other => Err(RequestError::Command {
                command: other.map(brief).unwrap_or_default(),
                nearest: None,
            }),
        }
    }

    fn read(&self) -> Result<Request, RequestError> {
        match self.name {
            "tick" => {
                // `scheduled_time` is for the log's reader: the state is read, never the message.
                self.knows(&["command", "at", "dry_run", "scheduled_time"])?;
                Ok(Request::Tick {
                    at: self.instant("at")?,
                    dry_run: self.flag("dry_run")?,
                })
            }
            "plan" => {
                self.knows(&["command", "at", "days", "dry_run"])?;
                self.flag("dry_run")?;
                Ok(Request::Plan {
                    at: self.instant("at")?,
                    days: self.days()?,
                })
            }
            "explain" => {
                self.knows(&["command", "at", "resource", "dry_run"])?;
                self.flag("dry_run")?;
                Ok(Request::Explain {
                    resource: self.resource()?,
                    at: self.instant("at")?,
                })
            }
            other => Err(RequestError::Command {
                command: other.to_owned(),
                nearest: nearest(other, COMMANDS),
            }),
        }
    }

    fn knows(&self, known: &[&str]) -> Result<(), RequestError> {
        match self.keys.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(RequestError::Key {
                command: self.name.to_owned(),
                key: key.clone(),
                nearest: nearest(key, known.iter().copied()),
                known: known.join(", "),
            }),
        }
    }

    fn instant(&self, key: &'static str) -> Result<Option<DateTime<Utc>>, RequestError> {
        let expected = "an instant such as \"2026-11-20T18:00:00Z\", between 1970 and 2100";
        match self.keys.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
                Ok(at) if in_range(at.to_utc()) => Ok(Some(at.to_utc())),
                _ => Err(self.value(key, expected)),
            },
            Some(_) => Err(self.value(key, expected)),
        }
    }

    fn flag(&self, key: &'static str) -> Result<bool, RequestError> {
        match self.keys.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.value(key, "true or false")),
        }
    }

    fn days(&self) -> Result<u16, RequestError> {
        match self.keys.get("days") {
            None | Some(Value::Null) => Ok(14),
            Some(value) => value
                .as_u64()
                .and_then(|days| u16::try_from(days).ok())
                .filter(|days| (1..=366).contains(days))
                .ok_or_else(|| self.value("days", "a whole number from 1 to 366")),
        }
    }

    fn resource(&self) -> Result<String, RequestError> {
        match self.keys.get("resource") {
            Some(Value::String(name)) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
            _ => Err(self.value("resource", "the name or ARN of a resource")),
        }
    }

    fn value(&self, key: &'static str, expected: &'static str) -> RequestError {
        RequestError::Value {
            command: self.name.to_owned(),
            key,
            found: self
                .keys
                .get(key)
                .map_or_else(|| "missing".to_owned(), brief),
            expected,
        }
    }
}

fn in_range(at: DateTime<Utc>) -> bool {
    use chrono::Datelike;
    (nightcap_domain::time::FIRST_YEAR..=nightcap_domain::time::LAST_YEAR).contains(&at.year())
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
