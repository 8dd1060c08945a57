//! What AWS refused, told so that the reader knows what to do next.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightcap_domain::fleet::Text;
use thiserror::Error;

/// A call to AWS that failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{service} {operation}: {message}")]
pub struct AwsError {
    /// The service (`rds`), as IAM names it.
    pub service: &'static str,
    /// The operation (`StopDBInstance`), as IAM names it.
    pub operation: &'static str,
    /// What sort of failure it is.
    pub cause: Cause,
    /// What AWS said, or why it could not be asked.
    pub message: String,
}

/// What sort of failure it is: each has its own remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody answered.
    Unreachable,
    /// There are no credentials, or AWS does not know them.
    Credentials,
    /// No region is set, so that there is nobody to ask.
    NoRegion,
    /// The credentials may not do this.
    Denied,
    /// Too many calls; retries did not help.
    Throttled,
    /// The resource is not in a state in which it takes this order.
    State,
    /// The resource is gone.
    Gone,
    /// The function's time was up before there was an answer.
    OutOfTime,
    /// Anything else.
    Other,
}

impl AwsError {
    /// An order to wake that was not given, because nobody knows to what size.
    pub(crate) fn no_capacity(service: &'static str, operation: &'static str, name: &str) -> Self {
        Self {
            service,
            operation,
            cause: Cause::Other,
            message: format!("no capacity to wake {name} to"),
        }
    }

    /// A call, or several, for which there was not enough time.
    pub fn out_of_time(service: &'static str, operation: &'static str) -> Self {
        Self {
            service,
            operation,
            cause: Cause::OutOfTime,
            message: "the function's time was up before there was an answer".to_owned(),
        }
    }

    /// Tells an SDK error apart.
    pub fn from_sdk<E, R>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, R>,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
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
                Some(answer) => (Cause::of_answer(answer), told(answer)),
                None => (Cause::Other, chain(error)),
            },
        };
        Self {
            service,
            operation,
            cause,
            message,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Text {
        let action = format!("{}:{}", self.service, self.operation);
        match self.cause {
            Cause::Unreachable => Text::fixed(
                "check the network and AWS_ENDPOINT_URL; the next tick tries again",
                "vérifiez le réseau et AWS_ENDPOINT_URL ; le prochain passage réessaiera",
            ),
            Cause::Credentials => Text::fixed(
                "give the function a role; at a terminal, set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                "donnez un rôle à la fonction ; dans un terminal, indiquez AWS_PROFILE ou AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY",
            ),
            Cause::NoRegion => Text::fixed(
                "set AWS_REGION, or `regions` of the environment",
                "indiquez AWS_REGION, ou `regions` de l'environnement",
            ),
            Cause::Denied => Text::made(
                format!(
                    "allow {action} to the role that runs Nightcap (infra/modules/nightcap does)"
                ),
                format!(
                    "autorisez {action} au rôle qui exécute Nightcap (infra/modules/nightcap le fait)"
                ),
            ),
            Cause::Throttled => Text::fixed(
                "nothing: the next tick goes on where this one ended",
                "rien : le prochain passage reprendra où celui-ci s'est arrêté",
            ),
            Cause::State => Text::fixed(
                "nothing: the next tick looks again",
                "rien : le prochain passage regardera de nouveau",
            ),
            Cause::OutOfTime => Text::fixed(
                "raise `timeout` in infra/modules/nightcap (900 s at most), or spread the fleet over more accounts and regions",
                "augmentez `timeout` dans infra/modules/nightcap (900 s au plus), ou répartissez le parc sur plus de comptes et de régions",
            ),
            Cause::Gone => Text::fixed(
                "nothing, if it was deleted on purpose",
                "rien, si la suppression était voulue",
            ),
            Cause::Other => Text::made(
                format!("read what AWS says about {action}; the next tick tries again"),
                format!("lisez ce qu'AWS dit de {action} ; le prochain passage réessaiera"),
            ),
        }
    }
}

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

impl Cause {
    fn of_answer(answer: &impl ProvideErrorMetadata) -> Self {
        let code = answer.code().unwrap_or_default();
        let message = answer.message().unwrap_or_default();
        // Auto Scaling has no code of its own for a group that is gone.
        if code == "ValidationError" && message.contains("name not found") {
            return Self::Gone;
        }
        Self::of_code(code)
    }

    fn of_code(code: &str) -> Self {
        match code {
            "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "KMSAccessDeniedException" => Self::Denied,
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "SignatureDoesNotMatch"
            | "AuthFailure"
            | "MissingAuthenticationToken"
            | "IncompleteSignature" => Self::Credentials,
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "ProvisionedThroughputExceededException"
            | "SlowDown" => Self::Throttled,
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
            | "ResourceInUseException" => Self::State,
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
            | "NoSuchKey"
            | "NoSuchBucket" => Self::Gone,
            _ => Self::Other,
        }
    }
}

fn told(answer: &impl ProvideErrorMetadata) -> String {
    match (answer.code(), answer.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, Some(message)) => message.to_owned(),
        (None, None) => "an error without a code".to_owned(),
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
