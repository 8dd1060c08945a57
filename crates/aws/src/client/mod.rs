//! Clients, made when first needed: one that is never asked costs nothing at cold start.

mod calls;
pub(crate) mod environment;
pub(crate) mod pages;
pub(crate) mod plain_call;
pub mod rate;
pub(crate) mod role;
pub(crate) mod sdk_error;
pub(crate) mod whole;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder as HttpBuilder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use self::rate::{Family, Rates};
use self::role::{Assumed, Role, SESSION};
use self::whole::{AskAgain, WholeXml};
use crate::ec2::Ec2;
use crate::error::{AwsError, FromSdk};
use nightcap_model::arn::Arn;
use nightcap_reconcile::calls::Calls;
use nightcap_reconcile::settings::setting;

pub(crate) use self::calls::CountCalls;
use crate::reconcile::ORDERS_AT_ONCE;

/// Attempts for one call, the first included: enough for throttling at the start of a
/// busy hour, few enough that an endpoint that is down is told within seconds.
const ATTEMPTS: u32 = 4;

/// How long one attempt may take: AWS answers its longest page within a second or two. What
/// stalls is asked again while there is time.
const ATTEMPT: Duration = Duration::from_secs(6);

/// How long one call may take with all its attempts. Lambda ends the function after a
/// minute, and a tick has a few calls one after another: a resource whose calls stall must
/// fail early enough for the others to be carried out, recorded and told.
const CALL: Duration = Duration::from_secs(20);

/// Where AWS keeps everything about money: one region in each of its partitions, the
/// `implicitGlobalRegion` of botocore's `partitions.json`.
fn money_region(region: Option<&str>) -> Region {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "cn-northwest-1"),
        ("us-gov-", "us-gov-west-1"),
        ("us-iso-", "us-iso-east-1"),
        ("us-isob-", "us-isob-east-1"),
        ("us-isof-", "us-isof-south-1"),
        ("eu-isoe-", "eu-isoe-west-1"),
        ("eusc-", "eusc-de-east-1"),
    ];
    let region = region.unwrap_or_default();
    let found = PARTITIONS
        .iter()
        .find(|(before, _)| region.starts_with(before));
    Region::from_static(found.map_or("us-east-1", |(_, home)| home))
}

/// The clients of one account and region.
#[derive(Debug)]
pub struct Clients {
    config: SdkConfig,
    pub(crate) applicationautoscaling: OnceLock<aws_sdk_applicationautoscaling::Client>,
    /// How fast AWS is asked, shared with the clients of every target.
    rates: Arc<Rates>,
    /// The account that the calls count for; empty for the credentials' own.
    account: String,
    calls: Arc<Calls>,
    pub(crate) autoscaling: OnceLock<aws_sdk_autoscaling::Client>,
    pub(crate) ec2: OnceLock<Ec2>,
    pub(crate) ecs: OnceLock<aws_sdk_ecs::Client>,
    pub(crate) eks: OnceLock<aws_sdk_eks::Client>,
    pub(crate) rds: OnceLock<aws_sdk_rds::Client>,
    pub(crate) elbv2: OnceLock<aws_sdk_elasticloadbalancingv2::Client>,
    pub(crate) sns: OnceLock<aws_sdk_sns::Client>,
    pub(crate) dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    pub(crate) budgets: OnceLock<aws_sdk_budgets::Client>,
    pub(crate) costexplorer: OnceLock<aws_sdk_costexplorer::Client>,
    pub(crate) tagging: OnceLock<aws_sdk_resourcegroupstagging::Client>,
    pub(crate) sqs: OnceLock<aws_sdk_sqs::Client>,
}

impl Clients {
    /// The clients of the account and region of whoever is signed in.
    ///
    /// `AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL` and their like mean what they mean
    /// to every AWS tool.
    pub async fn from_environment() -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https());
        Self::asking_as_we_do(loader.load().await)
    }

    /// The same, with everything that goes to AWS and comes back shown to an observer.
    #[cfg(feature = "probe")]
    pub async fn from_environment_observed(observer: &crate::probe::Observer) -> Self {
        let client = crate::probe::observed(https(), observer);
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
        Self::asking_as_we_do(loader.load().await)
    }

    /// The clients of a person's choice: a profile, after credentials in variables, and a region
    /// before the profile's own.
    pub async fn signed_in(profile: Option<&str>, region: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https());
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        Self::asking_as_we_do(loader.load().await)
    }

    /// The clients of a function's own account and region, which Lambda puts into variables:
    /// no profile is read and no network asked for credentials.
    pub async fn of_a_function() -> Self {
        Self::asking_as_we_do(environment::config().await)
    }

    /// With our own patience, and the rates of the environment.
    fn asking_as_we_do(config: SdkConfig) -> Self {
        let limits = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(CALL);
        let config = config
            .into_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(limits.build());
        let rates = Rates::from_setting(setting("NIGHTCAP_RATE_LIMITS").as_deref());
        Self {
            rates: Arc::new(rates),
            ..Self::new(config.build())
        }
    }

    /// Clients that share one configuration; where it names no HTTP client, with ours.
    pub fn new(config: SdkConfig) -> Self {
        let config = match config.http_client() {
            Some(_) => config,
            None => config.to_builder().http_client(https()).build(),
        };
        Self {
            config,
            applicationautoscaling: OnceLock::new(),
            rates: Arc::default(),
            account: String::new(),
            calls: Arc::default(),
            autoscaling: OnceLock::new(),
            ec2: OnceLock::new(),
            ecs: OnceLock::new(),
            eks: OnceLock::new(),
            rds: OnceLock::new(),
            elbv2: OnceLock::new(),
            sns: OnceLock::new(),
            dynamodb: OnceLock::new(),
            budgets: OnceLock::new(),
            costexplorer: OnceLock::new(),
            tagging: OnceLock::new(),
            sqs: OnceLock::new(),
        }
    }

    /// The region that calls go to, if one is known.
    pub fn region(&self) -> Option<&str> {
        let region = self.config.region().map(Region::as_ref);
        // `AWS_REGION=` in a shell unsets it for people, not for the SDK.
        region.filter(|region| !region.is_empty())
    }

    /// The endpoint that replaces AWS's own, if one is set.
    pub fn endpoint(&self) -> Option<&str> {
        self.config.endpoint_url()
    }

    /// What all clients share.
    pub(crate) const fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The clients of another region and, where a role is given, another account.
    #[must_use]
    pub fn target(&self, region: &str, role: Option<&str>) -> Self {
        let role = role.map(|role| Assumed {
            role,
            external_id: None,
            session: SESSION,
        });
        self.target_as(region, role)
    }

    /// The same by a role that is assumed with more than its name.
    #[must_use]
    pub(crate) fn target_as(&self, region: &str, role: Option<Assumed<'_>>) -> Self {
        let region = Region::new(region.to_owned());
        let builder = self.config.to_builder().region(region.clone());
        let Some(role) = role else {
            return self.sharing(builder.build(), String::new());
        };
        let asking = self.config.to_builder().region(region).build();
        let account = account_of(role.role);
        let provider = Role::new(role, &asking, self.counting());
        let provider = SharedCredentialsProvider::new(provider);
        let config = builder.credentials_provider(provider).build();
        self.sharing(config, account)
    }

    /// Clients of another configuration that ask no faster together than these alone, and are
    /// counted together with them.
    fn sharing(&self, config: SdkConfig, account: String) -> Self {
        Self {
            calls: Arc::clone(&self.calls),
            rates: Arc::clone(&self.rates),
            account,
            ..Self::new(config)
        }
    }

    /// An HTTP client that respects the rates of this family.
    fn limited(&self, family: Family) -> SharedHttpClient {
        let client = self.config.http_client().unwrap_or_else(https);
        let region = self.region().unwrap_or_default();
        self.rates.limit(client, family, &self.account, region)
    }

    /// The time limits of a call, with room for waiting until its turn comes.
    fn patient(&self, family: Family) -> TimeoutConfig {
        let wait = family.longest_wait(ORDERS_AT_ONCE.try_into().unwrap_or(u16::MAX));
        let limits = self.config.timeout_config().cloned();
        let limits = limits.unwrap_or_else(TimeoutConfig::disabled);
        let (attempt, call) = (
            limits.operation_attempt_timeout(),
            limits.operation_timeout(),
        );
        let mut patient = limits.to_builder();
        patient.set_operation_attempt_timeout(attempt.map(|limit| limit + wait));
        patient.set_operation_timeout(call.map(|limit| limit + wait));
        patient.build()
    }

    /// The same with these rates.
    #[cfg(test)]
    pub(crate) fn with_rates(self, rates: Rates) -> Self {
        Self {
            rates: Arc::new(rates),
            ..self
        }
    }

    /// The bucket from which orders of this family take their tokens.
    #[cfg(test)]
    pub(crate) fn bucket(&self, family: Family) -> Arc<leaky_bucket::RateLimiter> {
        let region = self.region().unwrap_or_default();
        self.rates.bucket(family, &self.account, region, false)
    }

    /// What [`Self::target`] makes, but for the credentials.
    #[cfg(test)]
    pub(crate) fn target_in(&self, region: &'static str, role: &str) -> Self {
        let region = Region::from_static(region);
        let config = self.config.to_builder().region(region).build();
        self.sharing(config, account_of(role))
    }

    /// What these clients, and those of all their targets, ask of AWS.
    pub fn calls(&self) -> Arc<Calls> {
        Arc::clone(&self.calls)
    }

    pub(crate) fn counting(&self) -> CountCalls {
        CountCalls(Arc::clone(&self.calls))
    }

    /// EC2 Auto Scaling.
    pub fn autoscaling(&self) -> &aws_sdk_autoscaling::Client {
        self.autoscaling.get_or_init(|| {
            let builder = aws_sdk_autoscaling::config::Builder::from(&self.config)
                .http_client(self.limited(Family::AutoScaling))
                .timeout_config(self.patient(Family::AutoScaling))
                .interceptor(self.counting())
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_autoscaling::Client::from_conf(builder.build())
        })
    }

    /// Application Auto Scaling, which scales the services of ECS.
    pub fn applicationautoscaling(&self) -> &aws_sdk_applicationautoscaling::Client {
        self.applicationautoscaling.get_or_init(|| {
            let builder = aws_sdk_applicationautoscaling::config::Builder::from(&self.config)
                .interceptor(self.counting())
                .retry_classifier(AskAgain);
            aws_sdk_applicationautoscaling::Client::from_conf(builder.build())
        })
    }

    /// EC2, as far as its instances are concerned.
    pub(crate) fn ec2(&self) -> &Ec2 {
        self.ec2.get_or_init(|| {
            let builder = self.config.to_builder();
            let config = builder
                .http_client(self.limited(Family::Ec2))
                .timeout_config(self.patient(Family::Ec2));
            Ec2::new(config.build()).counted_by(self.counting())
        })
    }

    /// ECS.
    pub fn ecs(&self) -> &aws_sdk_ecs::Client {
        self.ecs.get_or_init(|| {
            let builder = aws_sdk_ecs::config::Builder::from(&self.config)
                .http_client(self.limited(Family::Ecs))
                .timeout_config(self.patient(Family::Ecs))
                .interceptor(self.counting())
                .retry_classifier(AskAgain);
            aws_sdk_ecs::Client::from_conf(builder.build())
        })
    }

    /// EKS.
    pub fn eks(&self) -> &aws_sdk_eks::Client {
        self.eks.get_or_init(|| {
            let builder = aws_sdk_eks::config::Builder::from(&self.config)
                .http_client(self.limited(Family::Eks))
                .timeout_config(self.patient(Family::Eks))
                .interceptor(self.counting())
                .retry_classifier(AskAgain);
            aws_sdk_eks::Client::from_conf(builder.build())
        })
    }

    /// Resource Groups Tagging, which knows what is tagged.
    pub fn tagging(&self) -> &aws_sdk_resourcegroupstagging::Client {
        self.tagging.get_or_init(|| {
            let builder = aws_sdk_resourcegroupstagging::config::Builder::from(&self.config)
                .interceptor(self.counting())
                .retry_classifier(AskAgain);
            aws_sdk_resourcegroupstagging::Client::from_conf(builder.build())
        })
    }

    /// RDS and Aurora.
    pub fn rds(&self) -> &aws_sdk_rds::Client {
        self.rds.get_or_init(|| {
            let builder = aws_sdk_rds::config::Builder::from(&self.config)
                .http_client(self.limited(Family::Rds))
                .timeout_config(self.patient(Family::Rds))
                .interceptor(self.counting())
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_rds::Client::from_conf(builder.build())
        })
    }

    /// Elastic Load Balancing: Application, Network and Gateway Load Balancers.
    pub fn elbv2(&self) -> &aws_sdk_elasticloadbalancingv2::Client {
        self.elbv2.get_or_init(|| {
            let builder = aws_sdk_elasticloadbalancingv2::config::Builder::from(&self.config)
                .interceptor(self.counting())
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_elasticloadbalancingv2::Client::from_conf(builder.build())
        })
    }

    /// SNS.
    pub fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| {
            let builder = aws_sdk_sns::config::Builder::from(&self.config)
                .interceptor(self.counting())
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_sns::Client::from_conf(builder.build())
        })
    }

    /// `DynamoDB`.
    pub fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| {
            let builder = aws_sdk_dynamodb::config::Builder::from(&self.config)
                .interceptor(self.counting())
                .retry_classifier(AskAgain);
            aws_sdk_dynamodb::Client::from_conf(builder.build())
        })
    }

    /// AWS Budgets, which lives in one region for all.
    pub fn budgets(&self) -> &aws_sdk_budgets::Client {
        self.budgets.get_or_init(|| {
            let home = money_region(self.region());
            let config = self.config.to_builder().region(home).build();
            let builder =
                aws_sdk_budgets::config::Builder::from(&config).interceptor(self.counting());
            aws_sdk_budgets::Client::from_conf(builder.build())
        })
    }

    /// Cost Explorer, which lives in one region for all.
    pub fn costexplorer(&self) -> &aws_sdk_costexplorer::Client {
        self.costexplorer.get_or_init(|| {
            // It adds up a month of rows before it answers, and nothing else waits for it.
            let patient = TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT * 2)
                .operation_timeout(CALL * 2)
                .build();
            let home = money_region(self.region());
            let config = self.config.to_builder().region(home).build();
            let builder = aws_sdk_costexplorer::config::Builder::from(&config)
                .interceptor(self.counting())
                .timeout_config(patient);
            aws_sdk_costexplorer::Client::from_conf(builder.build())
        })
    }

    /// The account that the credentials belong to.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn account(&self) -> Result<String, AwsError> {
        let builder = aws_sdk_sts::config::Builder::from(&self.config).interceptor(self.counting());
        aws_sdk_sts::Client::from_conf(builder.build())
            .get_caller_identity()
            .send()
            .await
            .map(|answer| answer.account.unwrap_or_default())
            .map_err(|error| AwsError::from_sdk("sts", "GetCallerIdentity", &error))
    }

    /// SQS.
    pub fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| {
            let builder =
                aws_sdk_sqs::config::Builder::from(&self.config).interceptor(self.counting());
            aws_sdk_sqs::Client::from_conf(builder.build())
        })
    }
}

/// HTTPS for every client, with ring's cryptography: docs/decisions/tls.md says why, and
/// what it costs. A proxy is honoured where the environment names one (`HTTPS_PROXY`).
pub(crate) fn https() -> SharedHttpClient {
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// The account of a role, as its ARN has it.
fn account_of(role: &str) -> String {
    Arn::parse(role).map_or_else(String::new, |arn| arn.account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_lives_in_one_region_of_each_partition() {
        for (region, home) in [
            ("eu-west-3", "us-east-1"),
            ("us-east-2", "us-east-1"),
            ("us-isob-east-1", "us-isob-east-1"),
            ("us-iso-west-1", "us-iso-east-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("cn-north-1", "cn-northwest-1"),
            ("eusc-de-east-1", "eusc-de-east-1"),
        ] {
            let config = SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(region));
            let clients = Clients::new(config.build());
            let of = |region: Option<&Region>| region.map(|region| region.as_ref().to_owned());
            let (ce, budgets) = (clients.costexplorer(), clients.budgets());
            assert_eq!(of(ce.config().region()).as_deref(), Some(home), "{region}");
            assert_eq!(
                of(budgets.config().region()).as_deref(),
                Some(home),
                "{region}"
            );
        }
    }
}
