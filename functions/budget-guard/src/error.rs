//! Why the guard has no answer.

use nightcap_aws::config_source::ConfigSourceError;
use nightcap_aws::error::AwsError;
use thiserror::Error;

use crate::request::RequestError;

/// Why there is no answer. Each name is the error type that Lambda reports.
#[derive(Debug, Error)]
pub enum GuardError {
    /// The event is none of ours.
    #[error(transparent)]
    InvalidEvent(#[from] RequestError),
    /// The configuration is not where it should be.
    #[error(transparent)]
    MissingConfiguration(#[from] ConfigSourceError),
    /// The configuration has errors; all of them are told.
    #[error("the configuration has errors, so nothing was done:\n{0}")]
    InvalidConfiguration(String),
    /// A report for another instant, in earnest.
    #[error(
        "what tells and asks takes another instant than now only where the configuration says `drills: true`; use forecast to look"
    )]
    DrillsForbidden,
    /// There is nothing to watch.
    #[error("the configuration has no `budget`: add one, or remove the guard's schedule")]
    NoBudget,
    /// Amounts are kept in dollars.
    #[error("the budget is in {0}, but costs come in USD: give the limit in USD")]
    Currency(String),
    /// The costs could not be read.
    #[error("the costs could not be read, so nothing was told: {0}. To mend it: {remedy}", remedy = .0.remedy().en)]
    Unread(AwsError),
    /// The ledger could not be read.
    #[error("the ledger could not be reached, so nothing was told: {0}. To mend it: {remedy}", remedy = .0.remedy().en)]
    Ledger(AwsError),
    /// The time was up.
    #[error(
        "the function's time was up before AWS had answered; raise its timeout, or look at which call hangs"
    )]
    OutOfTime,
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

impl GuardError {
    /// The error type that Lambda reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvalidEvent(_) => "InvalidEvent",
            Self::MissingConfiguration(_) => "MissingConfiguration",
            Self::InvalidConfiguration(_) => "InvalidConfiguration",
            Self::DrillsForbidden => "DrillsForbidden",
            Self::NoBudget => "NoBudget",
            Self::Currency(_) => "Currency",
            Self::Unread(_) => "Unread",
            Self::Ledger(_) => "Ledger",
            Self::OutOfTime => "OutOfTime",
            Self::Answer(_) => "Answer",
        }
    }
}
