//! What AWS refused, told so that the reader knows what to do next.

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
    pub fn no_capacity(service: &'static str, operation: &'static str, name: &str) -> Self {
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

    /// Whether it may be the fault of the one resource that was asked about, so that another may
    /// fare better: not where nobody answers, nor where nobody may ask.
    pub fn is_about_one(&self) -> bool {
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
