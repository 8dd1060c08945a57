//! Amazon SQS: where the targets of a large fleet wait to be worked, one message each.
//!
//! The same function sends them and consumes them: `docs/decisions/scale.md`.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use nightcap_domain::names::{Region, RoleArn};
use nightcap_domain::time::{FIRST_YEAR, LAST_YEAR};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::target::Target;

/// The most that one call takes.
const BATCH: usize = 10;

/// Calls at once: a thousand targets are a hundred calls.
const CALLS_AT_ONCE: usize = 8;

/// Attempts at what SQS left over of a batch. What fails as a whole, the SDK asks again.
const ATTEMPTS: usize = 3;

/// How long to wait before what was left over is sent again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a message is worth working: a later tick has sent another by then. The retention
/// of the queue must be longer, so that what fails is seen in the dead-letter queue.
pub const FRESH: TimeDelta = TimeDelta::minutes(15);

/// The form of the messages; another one is not understood.
const VERSION: u32 = 1;

/// One target to be ticked, as it stands in a message. It holds no secrets, and is believed
/// only where the configuration has the same target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetMessage {
    version: u32,
    /// The role to assume; without one, the function's own account.
    pub role: Option<RoleArn>,
    /// The region.
    pub region: Region,
    /// When it was sent.
    pub sent: DateTime<Utc>,
    /// From when on it is not worth working any more.
    pub expires: DateTime<Utc>,
    /// In drills, the instant to decide for; otherwise that of working it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// The correlation id of the tick that sent it.
    pub correlation_id: String,
    /// How many ticks one after the other had too little time for this target.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub round: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(round: &u8) -> bool {
    *round == 0
}

/// A message that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    /// It is not of the form.
    #[error("this is no message of a target: {0}")]
    Malformed(String),
    /// A later version of Nightcap has sent it, or an earlier one.
    #[error("this message has version {0}; this function reads version {VERSION}")]
    Version(u32),
}

impl TargetMessage {
    /// The message about a target, for `correlation_id`'s tick at `now`.
    pub fn about(
        target: &Target,
        at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        correlation_id: &str,
    ) -> Self {
        Self {
            version: VERSION,
            role: target.role.clone(),
            region: target.region.clone(),
            sent: now,
            expires: now + FRESH,
            at,
            correlation_id: correlation_id.to_owned(),
            round: 0,
        }
    }

    /// The same in another round.
    #[must_use]
    pub fn in_round(self, round: u8) -> Self {
        Self { round, ..self }
    }

    /// Reads the body of a message.
    ///
    /// # Errors
    /// If it is none of ours; the error says what is wrong.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let message: Self = serde_json::from_str(body)
            .map_err(|error| MessageError::Malformed(error.to_string()))?;
        let in_range = |at: DateTime<Utc>| (FIRST_YEAR..=LAST_YEAR).contains(&at.year());
        match message.version {
            VERSION if message.at.is_none_or(in_range) => Ok(message),
            VERSION => Err(MessageError::Malformed(
                "at lies outside of 1970 to 2100".to_owned(),
            )),
            other => Err(MessageError::Version(other)),
        }
    }

    /// Whether a later tick has replaced it.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires
    }

    /// Whether it is about this target.
    pub fn is_about(&self, target: &Target) -> bool {
        self.role == target.role && self.region == target.region
    }
}

/// The queue of targets.
#[derive(Debug)]
pub struct TargetQueue {
    clients: Arc<Clients>,
    url: String,
}

impl TargetQueue {
    /// The queue at this URL.
    pub fn new(clients: Arc<Clients>, url: impl Into<String>) -> Self {
        Self {
            clients,
            url: url.into(),
        }
    }

    /// Sends messages, ten a call. The answer tells, one by one, what became of them: what
    /// could not be sent costs none of the others.
    pub async fn send(&self, messages: &[TargetMessage]) -> Vec<Result<(), AwsError>> {
        let batches: Vec<_> = messages
            .chunks(BATCH)
            .map(|batch| self.send_batch(batch))
            .collect();
        let sent: Vec<Vec<_>> = stream::iter(batches)
            .buffered(CALLS_AT_ONCE)
            .collect()
            .await;
        sent.into_iter().flatten().collect()
    }

    async fn send_batch(&self, messages: &[TargetMessage]) -> Vec<Result<(), AwsError>> {
        let mut results: Vec<Result<(), AwsError>> =
            messages.iter().map(|_| Err(left_over())).collect();
        let mut pending: Vec<usize> = (0..messages.len()).collect();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            match self.call(messages, &pending).await {
                Ok(taken) => {
                    for (index, result) in taken {
                        if let Some(place) = results.get_mut(index) {
                            *place = result;
                        }
                    }
                }
                Err(error) => {
                    for index in pending {
                        if let Some(place) = results.get_mut(index) {
                            *place = Err(error.clone());
                        }
                    }
                    return results;
                }
            }
            pending.retain(|&index| {
                matches!(results.get(index), Some(Err(error)) if error.cause == Cause::Throttled)
            });
            if pending.is_empty() {
                break;
            }
        }
        results
    }

    /// One call for these of the messages; the answer has what became of each.
    async fn call(
        &self,
        messages: &[TargetMessage],
        pending: &[usize],
    ) -> Result<Vec<(usize, Result<(), AwsError>)>, AwsError> {
        let entries = pending
            .iter()
            .filter_map(|&index| Some((index, messages.get(index)?)))
            .map(|(index, message)| entry(index, message))
            .collect::<Result<Vec<_>, _>>()?;
        let answer = self
            .clients
            .sqs()
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            // IAM's name for it.
            .map_err(|error| AwsError::from_sdk("sqs", "SendMessage", &error))?;
        let sent = answer.successful().iter().map(|taken| (taken.id(), Ok(())));
        let failed = answer.failed().iter().map(|failed| {
            // What is the sender's fault fails again; what is SQS's is worth another attempt.
            let cause = if failed.sender_fault() {
                Cause::Other
            } else {
                Cause::Throttled
            };
            let message = failed.message().unwrap_or("no reason was given");
            (
                failed.id(),
                Err(refused(cause, format!("{}: {message}", failed.code()))),
            )
        });
        Ok(sent
            .chain(failed)
            .filter_map(|(id, result)| Some((id.parse().ok()?, result)))
            .collect())
    }
}

fn entry(index: usize, message: &TargetMessage) -> Result<SendMessageBatchRequestEntry, AwsError> {
    let body =
        serde_json::to_string(message).map_err(|error| refused(Cause::Other, error.to_string()))?;
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(body)
        .build()
        .map_err(|error| refused(Cause::Other, error.to_string()))
}

/// SQS has said nothing about it.
fn left_over() -> AwsError {
    refused(Cause::Throttled, "it was left over".to_owned())
}

fn refused(cause: Cause, message: String) -> AwsError {
    AwsError {
        service: "sqs",
        operation: "SendMessage",
        cause,
        message,
    }
}

#[cfg(test)]
mod tests;
