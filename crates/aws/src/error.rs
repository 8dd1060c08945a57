//! What AWS refused, told so that the reader knows what to do next.

use std::any::Any;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightcap_domain::fleet::Text;
use nightcap_domain::text::clean;
use thiserror::Error;

/// Characters of what AWS says that are kept: its longest are encoded authorization failures.
const LONGEST: usize = 5_000;

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
    /// Cost Explorer or Budgets was never enabled, or not for a member of the organization.
    NotEnabled,
    /// Too many calls; retries did not help.
    Throttled,
    /// The resource is not in a state in which it takes this order.
    State,
    /// AWS has no such machine free now.
    Capacity,
    /// The account may have no more of these.
    Quota,
    /// No license is free, or none may be used.
    License,
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
                Some(answer) => (Cause::of_answer(answer), told(answer, status(error))),
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

    /// Whether it may be the fault of the one resource that was asked about, so that another may
    /// fare better: not where nobody answers, nor where nobody may ask.
    pub(crate) fn is_about_one(&self) -> bool {
        let server = SERVER_FAULTS
            .iter()
            .any(|code| self.message.starts_with(code));
        match self.cause {
            Cause::Denied => self.service != "sts",
            Cause::Gone | Cause::State | Cause::Other => !server,
            _ => false,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Text {
        let action = self.right();
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
            Cause::Denied if action == "ec2:StartInstances" => Text::fixed(
                "allow ec2:StartInstances to the role that runs Nightcap (infra/modules/nightcap does); where License Manager governs its license, on that license configuration too",
                "autorisez ec2:StartInstances au rôle qui exécute Nightcap (infra/modules/nightcap le fait) ; si License Manager gère sa licence, aussi sur cette configuration de licence",
            ),
            // S3 says so of an object that is not there, too, to who may not list its bucket.
            Cause::Denied if self.service == "s3" => Text::made(
                format!(
                    "allow {action} on it to the role that runs Nightcap, or create it: without s3:ListBucket, AWS does not tell that an object is missing"
                ),
                format!(
                    "autorisez {action} dessus au rôle qui exécute Nightcap, ou créez-le : sans s3:ListBucket, AWS ne dit pas qu'un objet manque"
                ),
            ),
            Cause::Denied => Text::made(
                format!(
                    "allow {action} to the role that runs Nightcap (infra/modules/nightcap does)"
                ),
                format!(
                    "autorisez {action} au rôle qui exécute Nightcap (infra/modules/nightcap le fait)"
                ),
            ),
            Cause::NotEnabled => Text::fixed(
                "open Cost Explorer once in the Billing console of the management account and, for a member account, allow linked accounts there (Cost Management preferences); figures come within 24 hours. No right of the role is missing",
                "ouvrez une fois Cost Explorer dans la console de facturation du compte de gestion et, pour un compte membre, autorisez-y les comptes liés (préférences de Cost Management) ; les chiffres arrivent sous 24 heures. Il ne manque aucun droit au rôle",
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
            Cause::Capacity => Text::fixed(
                "wait: every tick tries again until AWS has room; another class or type of machine, or another zone, helps at once",
                "attendez : chaque passage réessaie jusqu'à ce qu'AWS ait de la place ; une autre classe ou un autre type de machine, ou une autre zone, aide aussitôt",
            ),
            Cause::Quota => Text::made(
                format!(
                    "raise the quota that AWS names in Service Quotas ({}), or remove what nobody uses; every tick tries again",
                    self.service
                ),
                format!(
                    "augmentez dans Service Quotas ({}) le quota qu'AWS nomme, ou supprimez ce qui ne sert plus ; chaque passage réessaie",
                    self.service
                ),
            ),
            Cause::License => Text::fixed(
                "free a license or raise its count in License Manager; every tick tries again",
                "libérez une licence ou augmentez leur nombre dans License Manager ; chaque passage réessaie",
            ),
            Cause::Gone if self.service == "dynamodb" => Text::fixed(
                "make the ledger's table again (infra/modules/nightcap does), or correct NIGHTCAP_TABLE and the region",
                "recréez la table du registre (infra/modules/nightcap le fait), ou corrigez NIGHTCAP_TABLE et la région",
            ),
            Cause::Gone if self.service == "sns" => Text::fixed(
                "make the topic again (infra/modules/nightcap does), or correct NIGHTCAP_TOPIC_ARN: until then nobody is told anything",
                "recréez le sujet SNS (infra/modules/nightcap le fait), ou corrigez NIGHTCAP_TOPIC_ARN : d'ici là, personne n'est prévenu",
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

/// What AWS says with an `AccessDeniedException` where Cost Explorer was never opened, or is kept
/// from the members of the organization.
const NOT_ENABLED: [&str; 3] = [
    "not enabled for cost explorer",
    "is a linked account",
    "Linked account doesn't have access",
];

/// What services answer when the fault is their own.
const SERVER_FAULTS: [&str; 5] = [
    "ServerException",
    "InternalFailure",
    "InternalServer",
    "ServiceUnavailable",
    "InternalError",
];

impl AwsError {
    /// The right that the call needs, as IAM names it: not every operation is an action
    /// ("Actions, resources, and condition keys for Amazon DynamoDB", Service Authorization
    /// Reference: a transaction needs the rights of what it is made of).
    fn right(&self) -> String {
        match (self.service, self.operation) {
            ("dynamodb", "TransactWriteItems") => {
                "dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem and dynamodb:ConditionCheckItem".to_owned()
            }
            ("dynamodb", "TransactGetItems") => "dynamodb:GetItem".to_owned(),
            (service, operation) => format!("{service}:{operation}"),
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
        // Cost Explorer and Budgets say with the code of a missing right what no right mends.
        if code == "AccessDeniedException" && NOT_ENABLED.iter().any(|said| message.contains(said))
        {
            return Self::NotEnabled;
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
            | "SpotMaxPriceTooLow" => Self::Capacity,
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
            | "ServiceQuotaExceededException" => Self::Quota,
            code if code.contains("License") => Self::License,
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
            | "NoSuchBucket" => Self::Gone,
            _ => Self::Other,
        }
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
