//! Clients, made when first needed: one that is never asked costs nothing at cold start.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};

use crate::error::AwsError;
use crate::whole::{AskAgain, WholeXml};

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

/// Where AWS keeps everything about money.
const MONEY: Region = Region::from_static("us-east-1");

/// The clients of one account and region.
#[derive(Debug)]
pub struct Clients {
    config: SdkConfig,
    pub(crate) autoscaling: OnceLock<aws_sdk_autoscaling::Client>,
    pub(crate) rds: OnceLock<aws_sdk_rds::Client>,
    pub(crate) elbv2: OnceLock<aws_sdk_elasticloadbalancingv2::Client>,
    pub(crate) sns: OnceLock<aws_sdk_sns::Client>,
    pub(crate) dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    pub(crate) budgets: OnceLock<aws_sdk_budgets::Client>,
    pub(crate) costexplorer: OnceLock<aws_sdk_costexplorer::Client>,
    pub(crate) ssm: OnceLock<aws_sdk_ssm::Client>,
    pub(crate) s3: OnceLock<aws_sdk_s3::Client>,
}

impl Clients {
    /// The clients of the environment's own account and region.
    ///
    /// `AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL` and their like mean what they mean
    /// to every AWS tool.
    pub async fn from_environment() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(3))
                    .operation_attempt_timeout(ATTEMPT)
                    .operation_timeout(CALL)
                    .build(),
            )
            .load()
            .await;
        Self::new(config)
    }

    /// Clients that share one configuration.
    pub fn new(config: SdkConfig) -> Self {
        Self {
            config,
            autoscaling: OnceLock::new(),
            rds: OnceLock::new(),
            elbv2: OnceLock::new(),
            sns: OnceLock::new(),
            dynamodb: OnceLock::new(),
            budgets: OnceLock::new(),
            costexplorer: OnceLock::new(),
            ssm: OnceLock::new(),
            s3: OnceLock::new(),
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

    /// The clients of another region and, where a role is given, another account.
    pub async fn target(&self, region: &str, role: Option<&str>) -> Self {
        let region = Region::new(region.to_owned());
        let builder = self.config.to_builder().region(region.clone());
        let Some(role) = role else {
            return Self::new(builder.build());
        };
        let provider = AssumeRoleProvider::builder(role)
            .session_name("nightcap")
            .region(region)
            .configure(&self.config)
            .build()
            .await;
        let provider = aws_credential_types::provider::SharedCredentialsProvider::new(provider);
        Self::new(builder.credentials_provider(provider).build())
    }

    /// EC2 Auto Scaling.
    pub fn autoscaling(&self) -> &aws_sdk_autoscaling::Client {
        self.autoscaling.get_or_init(|| {
            let builder = aws_sdk_autoscaling::config::Builder::from(&self.config)
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_autoscaling::Client::from_conf(builder.build())
        })
    }

    /// RDS and Aurora.
    pub fn rds(&self) -> &aws_sdk_rds::Client {
        self.rds.get_or_init(|| {
            let builder = aws_sdk_rds::config::Builder::from(&self.config)
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_rds::Client::from_conf(builder.build())
        })
    }

    /// Elastic Load Balancing: Application, Network and Gateway Load Balancers.
    pub fn elbv2(&self) -> &aws_sdk_elasticloadbalancingv2::Client {
        self.elbv2.get_or_init(|| {
            let builder = aws_sdk_elasticloadbalancingv2::config::Builder::from(&self.config)
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_elasticloadbalancingv2::Client::from_conf(builder.build())
        })
    }

    /// SNS.
    pub fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| {
            let builder = aws_sdk_sns::config::Builder::from(&self.config)
                .interceptor(WholeXml)
                .retry_classifier(AskAgain);
            aws_sdk_sns::Client::from_conf(builder.build())
        })
    }

    /// `DynamoDB`.
    pub fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| {
            let builder =
                aws_sdk_dynamodb::config::Builder::from(&self.config).retry_classifier(AskAgain);
            aws_sdk_dynamodb::Client::from_conf(builder.build())
        })
    }

    /// AWS Budgets, which lives in one region for all.
    pub fn budgets(&self) -> &aws_sdk_budgets::Client {
        self.budgets.get_or_init(|| {
            let config = self.config.to_builder().region(MONEY).build();
            aws_sdk_budgets::Client::new(&config)
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
            let config = self.config.to_builder().region(MONEY).build();
            let builder =
                aws_sdk_costexplorer::config::Builder::from(&config).timeout_config(patient);
            aws_sdk_costexplorer::Client::from_conf(builder.build())
        })
    }

    /// The account that the credentials belong to.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn account(&self) -> Result<String, AwsError> {
        aws_sdk_sts::Client::new(&self.config)
            .get_caller_identity()
            .send()
            .await
            .map(|answer| answer.account.unwrap_or_default())
            .map_err(|error| AwsError::from_sdk("sts", "GetCallerIdentity", &error))
    }

    /// Systems Manager's parameters.
    pub fn ssm(&self) -> &aws_sdk_ssm::Client {
        self.ssm
            .get_or_init(|| aws_sdk_ssm::Client::new(&self.config))
    }

    /// S3, with paths instead of host names where an endpoint is set: a bucket is no
    /// subdomain of a loopback address.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let builder = aws_sdk_s3::config::Builder::from(&self.config)
                .force_path_style(self.config.endpoint_url().is_some());
            aws_sdk_s3::Client::from_conf(builder.build())
        })
    }
}
