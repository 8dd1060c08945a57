//! What AWS refused, told apart by what the SDK says of it.

use std::any::Any;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightcap_domain::text::clean;
use nightcap_reconcile::error::{AwsError, Cause};

/// Errors of the SDK as the use-cases know them.
pub trait FromSdk {
    /// Tells an SDK error apart.
    fn from_sdk<E, R>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, R>,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static;
}

impl FromSdk for AwsError {
    fn from_sdk<E, R>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, R>,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let (cause, message) = match error {
            SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => {
                let text = chain(error);
                let unknown = match error {
                    SdkError::ConstructionFailure(_) => Cause::Other,
                    _ => Cause::Unreachable,
                };
                let Unsent { cause, message } = Unsent::of(&text, unknown);
                if cause == Cause::Denied {
                    // The role of a target could not be assumed: that is the call to allow.
                    return Self {
                        service: "sts",
                        operation: "AssumeRole",
                        cause,
                        message,
                    };
                }
                (cause, message)
            }
            SdkError::TimeoutError(_) => (Cause::Unreachable, chain(error)),
            _ => match error.as_service_error() {
                Some(answer) => (of_answer(answer), told(answer, status(error))),
                None => (Cause::Other, with_status(chain(error), status(error))),
            },
        };
        Self {
            service,
            operation,
            cause,
            message: clean(&message, LONGEST),
        }
    }
}

/// Characters of what AWS says that are kept: its longest are encoded authorization failures.
const LONGEST: usize = 5_000;

/// What AWS says with an `AccessDeniedException` where Cost Explorer was never opened, or is kept
/// from the members of the organization.
const NOT_ENABLED: [&str; 3] = [
    "not enabled for cost explorer",
    "is a linked account",
    "Linked account doesn't have access",
];

/// A call that never reached AWS.
///
/// The SDK tells these apart by words alone: its error types for them are private.
struct Unsent {
    cause: Cause,
    message: String,
}

impl Unsent {
    /// `unknown` is its cause if its words say nothing.
    fn of(text: &str, unknown: Cause) -> Self {
        let lower = text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let (cause, message) = if says(&["endpoint is not a valid uri"]) {
            // The SDK shows the whole request there, body and all.
            (Cause::Unreachable, "AWS_ENDPOINT_URL is no URL")
        } else if says(&["io error", "timeout", "timed out"]) {
            (Cause::Unreachable, text)
        } else if says(&[
            "missing region",
            "missing signing region",
            "region must be set",
        ]) {
            (Cause::NoRegion, "no region is set")
        } else if says(&["no identity resolver"]) {
            (Cause::Credentials, "there is no source of credentials")
        } else if says(&["assumerole", "accessdenied"]) {
            (Cause::Denied, text)
        } else if says(&["credential", "identity"]) {
            (Cause::Credentials, text)
        } else {
            (unknown, text)
        };
        Self {
            cause,
            message: message.to_owned(),
        }
    }
}

fn of_answer(answer: &impl ProvideErrorMetadata) -> Cause {
    let code = answer.code().unwrap_or_default();
    let message = answer.message().unwrap_or_default();
    // Auto Scaling has no code of its own for a group that is gone.
    if code == "ValidationError" && message.contains("name not found") {
        return Cause::Gone;
    }
    // Cost Explorer and Budgets say with the code of a missing right what no right mends.
    if code == "AccessDeniedException" && NOT_ENABLED.iter().any(|said| message.contains(said)) {
        return Cause::NotEnabled;
    }
    of_code(code)
}

fn of_code(code: &str) -> Cause {
    match code {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "KMSAccessDeniedException" => Cause::Denied,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "AuthFailure"
        | "MissingAuthenticationToken"
        | "IncompleteSignature" => Cause::Credentials,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "SlowDown" => Cause::Throttled,
        "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBClusterStateFault"
        | "InvalidDBClusterState"
        | "InvalidDBSnapshotState"
        | "InvalidDBSnapshotStateFault"
        | "ScalingActivityInProgress"
        | "ScalingActivityInProgressFault"
        | "ResourceContention"
        | "ResourceContentionFault"
        | "IncorrectInstanceState"
        | "ServiceNotActiveException"
        | "ResourceInUseException" => Cause::State,
        "InsufficientDBInstanceCapacity"
        | "InsufficientDBInstanceCapacityFault"
        | "InsufficientDBClusterCapacityFault"
        | "InsufficientStorageClusterCapacity"
        | "InsufficientStorageClusterCapacityFault"
        | "InsufficientInstanceCapacity"
        | "InsufficientHostCapacity"
        | "InsufficientCapacityOnHost"
        | "InsufficientReservedInstanceCapacity"
        | "InsufficientCapacity"
        | "InsufficientCapacityException"
        | "SpotMaxPriceTooLow" => Cause::Capacity,
        "InstanceQuotaExceeded"
        | "InstanceQuotaExceededFault"
        | "StorageQuotaExceeded"
        | "StorageQuotaExceededFault"
        | "SnapshotQuotaExceeded"
        | "SnapshotQuotaExceededFault"
        | "DBClusterQuotaExceededFault"
        | "InstanceLimitExceeded"
        | "VcpuLimitExceeded"
        | "MaxSpotInstanceCountExceeded"
        | "VolumeLimitExceeded"
        | "LimitExceeded"
        | "LimitExceededFault"
        | "LimitExceededException"
        | "ResourceLimitExceeded"
        | "ResourceLimitExceededException"
        | "ServiceQuotaExceededException" => Cause::Quota,
        code if code.contains("License") => Cause::License,
        "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBClusterNotFoundFault"
        | "DBSnapshotNotFound"
        | "DBSnapshotNotFoundFault"
        | "DBClusterNotFound"
        | "NotFound"
        | "NotFoundException"
        | "ResourceNotFoundException"
        | "ParameterNotFound"
        | "InvalidInstanceID.NotFound"
        | "ServiceNotFoundException"
        | "ClusterNotFoundException"
        | "TargetGroupNotFound"
        | "TargetGroupNotFoundException"
        | "NoSuchKey"
        | "NoSuchBucket" => Cause::Gone,
        _ => Cause::Other,
    }
}

/// The HTTP status of the answer, if there was one.
fn status<E, R: 'static>(error: &SdkError<E, R>) -> Option<u16> {
    let answer = error.raw_response()? as &dyn Any;
    let answer = answer.downcast_ref::<HttpResponse>()?;
    Some(answer.status().as_u16())
}

/// What comes from a proxy or a gateway (HTML, a redirection, nothing) has no code of AWS's: its
/// status is all there is to go by.
fn with_status(text: String, status: Option<u16>) -> String {
    match status {
        Some(status) => format!("{text} (HTTP {status})"),
        None => text,
    }
}

fn told(answer: &impl ProvideErrorMetadata, status: Option<u16>) -> String {
    match (answer.code(), answer.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, Some(message)) => with_status(message.to_owned(), status),
        (None, None) => with_status("an error without a code".to_owned(), status),
    }
}

/// An error with all its sources: the SDK keeps the interesting part innermost.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let said = inner.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
