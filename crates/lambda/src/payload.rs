//! What a function is invoked with, before anybody knows whether it is an event.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The payload of an invocation: JSON, or why it is none.
///
/// The runtime refuses what it cannot read before any of our code runs: with an error type of
/// its own, without a log line and without a metric. So nothing is unreadable to it.
#[derive(Debug)]
pub struct Payload(pub Result<Value, String>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Value::deserialize(deserializer);
        Ok(Self(read.map_err(|error| error.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the runtime reads it: without asking whether anything is left over.
    fn read(text: &str) -> Result<Value, String> {
        let mut reader = serde_json::Deserializer::from_slice(text.as_bytes());
        Payload::deserialize(&mut reader).unwrap().0
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_an_answer_and_no_error_of_the_runtime() {
        assert_eq!(read("{\"command\":\"tick\"}").unwrap()["command"], "tick");
        for text in ["", "tick", "{", "{\"a\":}", "\u{feff}{}"] {
            assert!(read(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(read(&deep).unwrap_err().contains("recursion"));
    }
}
