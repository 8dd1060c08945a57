//! Answers about many targets. Their shape is a contract: `docs/answers.md`.

use chrono::{DateTime, Utc};
use nightcap_aws::error::AwsError;
use nightcap_aws::queue::FRESH;
use nightcap_aws::reconcile::Tick;
use nightcap_aws::target::Target;
use nightcap_domain::answer::{ProblemAnswer, Summary};
use nightcap_domain::names::{Region, RoleArn};
use serde::Serialize;

use crate::handler::Scene;
use crate::request::Received;

/// The answer of a tick that has sent its targets to the queue.
#[derive(Debug, Serialize)]
pub(super) struct Spread {
    command: &'static str,
    at: DateTime<Utc>,
    dry_run: bool,
    correlation_id: String,
    /// The targets that are in the queue now.
    sent: Vec<TargetAnswer>,
    /// Those that are not.
    problems: Vec<ProblemAnswer>,
    summary: SpreadSummary,
}

#[derive(Debug, Serialize)]
struct SpreadSummary {
    sent: usize,
    unsent: usize,
    /// After so many seconds, a message is not worked any more.
    fresh_seconds: i64,
}

/// A target in an answer.
#[derive(Debug, Serialize)]
struct TargetAnswer {
    region: Region,
    role: Option<RoleArn>,
}

impl Spread {
    pub(super) fn new(tick: &Tick, results: &[(&Target, Result<(), AwsError>)]) -> Self {
        let sent: Vec<TargetAnswer> = results
            .iter()
            .filter(|(_, result)| result.is_ok())
            .map(|(target, _)| TargetAnswer {
                region: target.region.clone(),
                role: target.role.clone(),
            })
            .collect();
        let problems: Vec<ProblemAnswer> = results
            .iter()
            .filter_map(|(target, result)| Some((target, result.as_ref().err()?)))
            .map(|(target, error)| ProblemAnswer {
                resource: target.to_string(),
                code: "not-sent",
                message: format!("{target}: {error}"),
                remedy: error.remedy().en.into_owned(),
            })
            .collect();
        Self {
            command: "tick",
            at: tick.now,
            dry_run: false,
            correlation_id: tick.correlation_id.clone(),
            summary: SpreadSummary {
                sent: sent.len(),
                unsent: problems.len(),
                fresh_seconds: FRESH.num_seconds(),
            },
            sent,
            problems,
        }
    }

    /// How many are in the queue.
    pub(super) fn sent(&self) -> usize {
        self.sent.len()
    }

    /// How many are not.
    pub(super) fn unsent(&self) -> usize {
        self.problems.len()
    }
}

/// What became of a message.
#[derive(Debug)]
pub(super) enum Became {
    /// Its target was ticked.
    Done(Summary),
    /// Nothing could be done in its target.
    Failed(String),
    /// It cannot be read.
    Malformed(String),
    /// A later tick has replaced it.
    Stale,
    /// The configuration has no such target, or no longer.
    NotConfigured,
    /// The same batch has asked for the same target before.
    Repeated,
}

impl Became {
    /// Its stable word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Malformed(_) => "malformed",
            Self::Stale => "stale",
            Self::NotConfigured => "not-configured",
            Self::Repeated => "repeated",
        }
    }

    /// Whether SQS should deliver it again, and in the end put it with the dead letters.
    fn comes_again(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Malformed(_))
    }

    fn reason(&self) -> Option<String> {
        match self {
            Self::Done(_) => None,
            Self::Failed(reason) | Self::Malformed(reason) => Some(reason.clone()),
            Self::Stale => Some("it has expired; a later tick has sent another".to_owned()),
            Self::NotConfigured => Some("no environment has this role and region".to_owned()),
            Self::Repeated => Some("another message of this batch has the same target".to_owned()),
        }
    }
}

/// A message and what became of it.
#[derive(Debug)]
pub(super) struct Worked {
    id: String,
    target: Option<TargetAnswer>,
    correlation_id: Option<String>,
    became: Became,
}

impl Worked {
    pub(super) fn new(received: &Received, became: Became) -> Self {
        let message = received.message.as_ref().ok();
        Self {
            id: received.id.clone(),
            target: message.map(|message| TargetAnswer {
                region: message.region.clone(),
                role: message.role.clone(),
            }),
            correlation_id: message.map(|message| message.correlation_id.clone()),
            became,
        }
    }
}

/// The answer to a batch of messages; Lambda reads `batchItemFailures` of it.
#[derive(Debug, Serialize)]
pub(super) struct Batch {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failure>,
    command: &'static str,
    at: DateTime<Utc>,
    correlation_id: String,
    targets: Vec<MessageAnswer>,
    summary: BatchSummary,
}

#[derive(Debug, Serialize)]
struct Failure {
    #[serde(rename = "itemIdentifier")]
    item: String,
}

#[derive(Debug, Serialize)]
struct MessageAnswer {
    message: String,
    #[serde(flatten)]
    target: Option<TargetAnswer>,
    /// The tick that sent it, in every log line and mail about this target.
    correlation_id: Option<String>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

#[derive(Debug, Default, Serialize)]
struct BatchSummary {
    done: usize,
    failed: usize,
    malformed: usize,
    stale: usize,
    not_configured: usize,
    repeated: usize,
}

/// The answer to a batch.
pub(super) fn batch(scene: &Scene<'_>, worked: Vec<Worked>) -> Batch {
    let mut summary = BatchSummary::default();
    for worked in &worked {
        let count = match worked.became {
            Became::Done(_) => &mut summary.done,
            Became::Failed(_) => &mut summary.failed,
            Became::Malformed(_) => &mut summary.malformed,
            Became::Stale => &mut summary.stale,
            Became::NotConfigured => &mut summary.not_configured,
            Became::Repeated => &mut summary.repeated,
        };
        *count += 1;
    }
    let again = worked.iter().filter(|worked| worked.became.comes_again());
    Batch {
        failures: again
            .map(|worked| Failure {
                item: worked.id.clone(),
            })
            .collect(),
        command: "tick",
        at: scene.now,
        correlation_id: scene.correlation_id.to_owned(),
        targets: worked.into_iter().map(MessageAnswer::from).collect(),
        summary,
    }
}

impl From<Worked> for MessageAnswer {
    fn from(worked: Worked) -> Self {
        Self {
            message: worked.id,
            target: worked.target,
            correlation_id: worked.correlation_id,
            result: worked.became.word(),
            reason: worked.became.reason(),
            summary: match worked.became {
                Became::Done(summary) => Some(summary),
                _ => None,
            },
        }
    }
}
