//! The services that are asked: how each speaks, and where it is.

/// A service, as far as it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Application Auto Scaling.
    ApplicationAutoScaling,
    /// EC2 Auto Scaling.
    AutoScaling,
    /// AWS Budgets.
    Budgets,
    /// Cost Explorer.
    CostExplorer,
    /// `DynamoDB`.
    DynamoDb,
    /// EC2.
    Ec2,
    /// ECS.
    Ecs,
    /// EKS.
    Eks,
    /// `EventBridge`, its rules.
    Events,
    /// IAM.
    Iam,
    /// Key Management Service.
    Kms,
    /// Lambda.
    Lambda,
    /// RDS and Aurora.
    Rds,
    /// `EventBridge` Scheduler.
    Scheduler,
    /// SNS.
    Sns,
    /// SQS.
    Sqs,
    /// Security Token Service.
    Sts,
    /// Resource Groups Tagging.
    Tagging,
}

/// How a service speaks. The versions and targets are those of AWS's service models
/// (`apiVersion`, `targetPrefix` and `jsonVersion` in botocore's `service-2.json`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A form in, XML out (`query` and `ec2`).
    Query {
        /// Of the API.
        version: &'static str,
    },
    /// JSON both ways, the operation in a header.
    Json {
        /// What stands before the operation there.
        target: &'static str,
        /// Of the protocol.
        version: &'static str,
    },
    /// JSON out, the operation in method and path.
    Rest,
}

/// Where AWS keeps everything about money and identities, by partition.
const HOME: &str = "us-east-1";
const HOME_IN_CHINA: &str = "cn-northwest-1";

impl Service {
    /// How it speaks.
    pub const fn protocol(self) -> Protocol {
        const fn query(version: &'static str) -> Protocol {
            Protocol::Query { version }
        }
        const fn json(target: &'static str, version: &'static str) -> Protocol {
            Protocol::Json { target, version }
        }
        match self {
            Self::ApplicationAutoScaling => json("AnyScaleFrontendService", "1.1"),
            Self::AutoScaling => query("2011-01-01"),
            Self::Budgets => json("AWSBudgetServiceGateway", "1.1"),
            Self::CostExplorer => json("AWSInsightsIndexService", "1.1"),
            Self::DynamoDb => json("DynamoDB_20120810", "1.0"),
            Self::Ec2 => query("2016-11-15"),
            Self::Ecs => json("AmazonEC2ContainerServiceV20141113", "1.1"),
            Self::Events => json("AWSEvents", "1.1"),
            Self::Iam => query("2010-05-08"),
            Self::Kms => json("TrentService", "1.1"),
            Self::Eks | Self::Lambda | Self::Scheduler => Protocol::Rest,
            Self::Rds => query("2014-10-31"),
            Self::Sns => query("2010-03-31"),
            Self::Sqs => json("AmazonSQS", "1.0"),
            Self::Sts => query("2011-06-15"),
            Self::Tagging => json("ResourceGroupsTaggingAPI_20170126", "1.1"),
        }
    }

    /// Its prefix in IAM's actions.
    pub const fn iam(self) -> &'static str {
        match self {
            Self::Tagging => "tag",
            other => other.signed_as(),
        }
    }

    /// Its name in a signature, and in its host's.
    pub const fn signed_as(self) -> &'static str {
        match self {
            Self::ApplicationAutoScaling => "application-autoscaling",
            Self::AutoScaling => "autoscaling",
            Self::Budgets => "budgets",
            Self::CostExplorer => "ce",
            Self::DynamoDb => "dynamodb",
            Self::Ec2 => "ec2",
            Self::Ecs => "ecs",
            Self::Eks => "eks",
            Self::Events => "events",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::Lambda => "lambda",
            Self::Rds => "rds",
            Self::Scheduler => "scheduler",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Sts => "sts",
            Self::Tagging => "tagging",
        }
    }

    /// The one region in which it is asked, if it is not asked in each.
    pub(super) fn home(self, region: &str) -> Option<&'static str> {
        let china = region.starts_with("cn-");
        match self {
            Self::Budgets | Self::CostExplorer if china => Some(HOME_IN_CHINA),
            Self::Iam if china => Some("cn-north-1"),
            Self::Iam if region.starts_with("us-gov-") => Some("us-gov-west-1"),
            Self::Budgets | Self::CostExplorer | Self::Iam => Some(HOME),
            _ => None,
        }
    }

    /// Its URL, from Auto Scaling's in the same region.
    ///
    /// Budgets and IAM have a host without a region (botocore's endpoint rule sets).
    pub(super) fn host(self, autoscaling: &str, region: &str) -> String {
        let url = autoscaling.replacen("autoscaling", self.signed_as(), 1);
        match self {
            Self::Budgets => url.replacen(&format!(".{region}"), "", 1),
            Self::Iam if region == HOME => url.replacen(&format!(".{region}"), "", 1),
            Self::Iam if region == "us-gov-west-1" => {
                url.replacen(&format!(".{region}"), ".us-gov", 1)
            }
            _ => url,
        }
    }
}
