//! Batches of SQS: each message is a tick of one target.
//!
//! The form of the event is "Using Lambda with Amazon SQS" in the Lambda developer guide.

use nightcap_aws::queue::{MessageError, TargetMessage};
use serde_json::{Map, Value};

use super::{Request, RequestError, brief, unknown};

/// What a record's `eventSource` says if it comes from SQS.
const SOURCE: &str = "aws:sqs";

/// What a record's `EventSource` says if it comes from SNS, which writes its first letter large.
const SNS: &str = "aws:sns";

/// A message of the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// SQS's id of it, by which a failure is reported.
    pub id: String,
    /// What it says, or why that cannot be read.
    pub message: Result<TargetMessage, MessageError>,
}

/// Reads an event that has `Records`.
///
/// A message that cannot be read is one failure of the batch. A record without the id by
/// which that would be reported spoils the whole: nothing else would bring it back.
pub(super) fn read(event: &Map<String, Value>) -> Result<Request, RequestError> {
    let records = event.get("Records").and_then(Value::as_array);
    let of_sns = |record: &Value| record.get("EventSource").and_then(Value::as_str) == Some(SNS);
    if records.is_some_and(|all| all.iter().any(of_sns)) {
        return Err(RequestError::Sns);
    }
    let received: Option<Vec<Received>> = records.and_then(|all| all.iter().map(record).collect());
    match received {
        Some(received) if !received.is_empty() => Ok(Request::Targets { received }),
        Some(_) => Err(unknown(&Value::Object(event.clone()))),
        None => Err(RequestError::Records {
            found: brief(event.get("Records").unwrap_or(&Value::Null)),
        }),
    }
}

fn record(record: &Value) -> Option<Received> {
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    if text("eventSource") != Some(SOURCE) {
        return None;
    }
    Some(Received {
        id: text("messageId").filter(|id| !id.is_empty())?.to_owned(),
        message: TargetMessage::parse(text("body").unwrap_or_default()),
    })
}
