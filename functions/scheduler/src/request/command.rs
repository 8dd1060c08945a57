//! Direct commands: `{"command": "tick", …}`.

use chrono::{DateTime, Utc};
use nightcap_domain::config::nearest;
use nightcap_domain::hold::{About, Asked, End, Released};
use nightcap_domain::time::State;
use serde_json::{Map, Value};

use super::{Releasing, Request, RequestError, brief, repeated};

/// Bytes of a text: an ARN has at most 2,048 (IAM's reference, "IAM and AWS STS quotas").
const LONGEST_TEXT: usize = 2_048;

/// Every command.
pub(super) const COMMANDS: [&str; 6] = ["tick", "plan", "explain", "hold", "release", "holds"];

/// A direct command, with its keys still to be read.
pub(super) struct Command<'a> {
    name: &'a str,
    keys: &'a Map<String, Value>,
}

impl<'a> Command<'a> {
    pub(super) fn of(keys: &'a Map<String, Value>) -> Result<Self, RequestError> {
        match keys.get("command") {
            Some(Value::String(name)) => Ok(Self { name, keys }),
            other => Err(RequestError::Command {
                command: other.map(brief).unwrap_or_default(),
                nearest: None,
            }),
        }
    }

    pub(super) fn read(&self) -> Result<Request, RequestError> {
        match self.name {
            "hold" => self.hold(),
            "release" => self.release(),
            "holds" => {
                self.knows(&["command", "at", "dry_run"])?;
                self.flag("dry_run")?;
                Ok(Request::Holds {
                    at: self.instant("at")?,
                })
            }
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
                command: repeated(other),
                nearest: nearest(&repeated(other), COMMANDS),
            }),
        }
    }

    fn knows(&self, known: &[&str]) -> Result<(), RequestError> {
        match self.keys.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(RequestError::Key {
                command: self.name.to_owned(),
                key: repeated(key),
                nearest: nearest(&repeated(key), known.iter().copied()),
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

    fn hold(&self) -> Result<Request, RequestError> {
        self.knows(&[
            "command",
            "environment",
            "resource",
            "state",
            "until",
            "for",
            "by",
            "reason",
            "at",
            "dry_run",
        ])?;
        let asked = Asked {
            about: self.about("the name of an environment; or give resource, a name or ARN")?,
            state: self.state()?,
            end: self.end()?,
            by: self.text("by", "who asks, for the audit")?,
            reason: self.text("reason", "why, for everyone who wonders")?,
        };
        Ok(Request::Hold {
            asked,
            at: self.instant("at")?,
            dry_run: self.flag("dry_run")?,
        })
    }

    fn release(&self) -> Result<Request, RequestError> {
        self.knows(&[
            "command",
            "hold",
            "environment",
            "resource",
            "by",
            "reason",
            "at",
            "dry_run",
        ])?;
        let which = if self.given("hold") {
            if let Some(key) = ["environment", "resource"]
                .into_iter()
                .find(|k| self.given(k))
            {
                return Err(self.value(key, "nothing, where hold says which"));
            }
            Released::Id(self.text("hold", "the id of a hold")?)
        } else {
            Released::About(self.about("an environment; or give resource, or hold, an id")?)
        };
        let reason = if self.given("reason") {
            self.text("reason", "why, or nothing")?
        } else {
            String::new()
        };
        Ok(Request::Release {
            releasing: Releasing {
                which,
                by: self.text("by", "who asks, for the audit")?,
                reason,
            },
            at: self.instant("at")?,
            dry_run: self.flag("dry_run")?,
        })
    }

    /// One of `environment` and `resource`.
    fn about(&self, expected: &'static str) -> Result<About, RequestError> {
        if !self.given("resource") {
            return self.text("environment", expected).map(About::Environment);
        }
        if self.given("environment") {
            return Err(self.value("resource", "nothing, where environment is given"));
        }
        self.resource().map(About::Resource)
    }

    fn state(&self) -> Result<State, RequestError> {
        match self.keys.get("state").and_then(Value::as_str) {
            Some("running") => Ok(State::Running),
            Some("stopped") => Ok(State::Stopped),
            _ => Err(self.value("state", "\"running\" or \"stopped\"")),
        }
    }

    /// One of `until` and `for`.
    fn end(&self) -> Result<End, RequestError> {
        const LENGTH: &str = "a length such as \"4h\", \"90m\" or \"1d12h\"";
        if !self.given("for") {
            let expected = "a time such as \"23:00\" or \"2026-11-21T08:00:00Z\"; or give for, a length such as \"4h\"";
            return self.text("until", expected).map(End::Until);
        }
        if self.given("until") {
            return Err(self.value("for", "nothing, where until is given"));
        }
        let text = self.text("for", LENGTH)?;
        text.parse()
            .map(End::For)
            .map_err(|_| self.value("for", LENGTH))
    }

    fn given(&self, key: &str) -> bool {
        !matches!(self.keys.get(key), None | Some(Value::Null))
    }

    fn resource(&self) -> Result<String, RequestError> {
        self.text("resource", "the name or ARN of a resource")
    }

    fn text(&self, key: &'static str, expected: &'static str) -> Result<String, RequestError> {
        match self.keys.get(key) {
            Some(Value::String(text)) if !text.trim().is_empty() && text.len() <= LONGEST_TEXT => {
                Ok(text.trim().to_owned())
            }
            _ => Err(self.value(key, expected)),
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
