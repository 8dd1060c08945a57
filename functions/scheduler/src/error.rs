//! Why there is no answer.

use nightcap_aws::config_source::ConfigSourceError;
use nightcap_aws::error::AwsError;
use nightcap_aws::reconcile::TickError;
use nightcap_domain::explain::ExplainError;
use nightcap_domain::hold::{HoldError, ReleaseError};
use thiserror::Error;

use crate::request::RequestError;

/// Why there is no answer. Each name is the error type that Lambda reports.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// The event is none of ours.
    #[error(transparent)]
    InvalidEvent(#[from] RequestError),
    /// The configuration is not where it should be.
    #[error(transparent)]
    MissingConfiguration(#[from] ConfigSourceError),
    /// The configuration has errors; all of them are told.
    #[error("the configuration has errors, so nothing was done:\n{0}")]
    InvalidConfiguration(String),
    /// `tick` with an instant, in earnest.
    #[error(
        "what acts takes another instant than now only where the configuration says `drills: true`; use plan to look ahead"
    )]
    DrillsForbidden,
    /// Nobody said in which region this runs.
    #[error("no region is known: set AWS_REGION, or `regions` for every environment")]
    MissingRegion,
    /// The tick could do nothing.
    #[error(transparent)]
    NothingDone(#[from] TickError),
    /// The resource cannot be explained.
    #[error(transparent)]
    Unexplained(#[from] ExplainError),
    /// There is nowhere to keep a hold.
    #[error(
        "holds are kept in the ledger, and there is none: set NIGHTCAP_TABLE to the name of its table"
    )]
    NoLedger,
    /// The hold cannot be made.
    #[error(transparent)]
    NoHold(#[from] HoldError),
    /// Nothing is there to release.
    #[error(transparent)]
    NothingReleased(#[from] ReleaseError),
    /// The ledger could not be read or written.
    #[error("the ledger could not be reached: {}. To mend it: {}", .0, .0.remedy().en)]
    Ledger(#[from] AwsError),
    /// No target could be sent to the queue.
    #[error(
        "no target could be sent to the queue, so nothing was done: {}. To mend it: {}; or raise limits.max_targets",
        .0,
        .0.remedy().en
    )]
    Unsent(#[source] AwsError),
    /// The time was up.
    #[error(
        "the function's time was up before AWS had answered; raise its timeout, or look at which call hangs"
    )]
    OutOfTime,
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

impl HandlerError {
    /// The error type that Lambda reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvalidEvent(_) => "InvalidEvent",
            Self::MissingConfiguration(_) => "MissingConfiguration",
            Self::InvalidConfiguration(_) => "InvalidConfiguration",
            Self::DrillsForbidden => "DrillsForbidden",
            Self::MissingRegion => "MissingRegion",
            Self::NothingDone(_) => "NothingDone",
            Self::Unexplained(_) => "Unexplained",
            Self::NoLedger => "NoLedger",
            Self::NoHold(_) => "NoHold",
            Self::NothingReleased(_) => "NothingReleased",
            Self::Ledger(_) => "Ledger",
            Self::Unsent(_) => "Unsent",
            Self::OutOfTime => "OutOfTime",
            Self::Answer(_) => "Answer",
        }
    }
}
