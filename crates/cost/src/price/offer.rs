//! The AWS Price List API: what is asked for an item of the book.
//!
//! Products are told apart by their usage type (`EUW3-NatGateway-Hours`), which is what a bill
//! names; the filters only keep the answers short. Attributes and usage types are those of the
//! offer files: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html>.

use super::{OfferError, PriceUnit};
use nightcap_model::names::Region;

/// What to ask for one item in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferQuery {
    /// The service code: `AmazonEC2`.
    pub service: &'static str,
    /// Attributes and the values they must have.
    pub filters: Vec<(&'static str, String)>,
    /// The item, as the book calls it.
    pub item: String,
    /// The region.
    pub region: Region,
    /// The unit the book keeps it in.
    pub(super) unit: PriceUnit,
    /// The usage type without the region's prefix: `NatGateway-Hours`.
    pub(super) usage: String,
}

struct Product<'a> {
    service: &'static str,
    filters: Vec<(&'static str, &'a str)>,
    usage: String,
    unit: PriceUnit,
}

impl OfferQuery {
    /// The question for an item.
    ///
    /// # Errors
    /// When the Price List API has no such thing, or how to ask for it is not known here.
    pub fn new(item: &str, region: &Region) -> Result<Self, OfferError> {
        if item.starts_with("ec2-spot:") {
            return Err(OfferError::Spot);
        }
        let product = product(item).ok_or(OfferError::UnknownItem)?;
        // Traffic leaves a region, everything else is in one.
        let place = match product.service {
            "AWSDataTransfer" => "fromRegionCode",
            _ => "regionCode",
        };
        let filters = std::iter::once((place, region.as_str()))
            .chain(product.filters)
            .map(|(field, value)| (field, value.to_owned()))
            .collect();
        Ok(Self {
            service: product.service,
            filters,
            item: item.to_owned(),
            region: region.clone(),
            unit: product.unit,
            usage: product.usage,
        })
    }

    /// True if this is the usage type, with or without a region's prefix (`EUW3-`, `EU-`).
    pub(super) fn is_usage(&self, usage: &str) -> bool {
        match usage.strip_suffix(&self.usage) {
            Some("") => true,
            Some(prefix) => prefix.strip_suffix('-').is_some_and(|region| {
                !region.is_empty() && region.bytes().all(|b| b.is_ascii_alphanumeric())
            }),
            None => false,
        }
    }
}

fn product(item: &str) -> Option<Product<'_>> {
    let (kind, rest) = item.split_once(':').unwrap_or((item, ""));
    match kind {
        "ec2" => Some(Product {
            service: "AmazonEC2",
            filters: vec![
                ("instanceType", rest),
                ("operatingSystem", "Linux"),
                ("preInstalledSw", "NA"),
                ("tenancy", "Shared"),
                ("capacitystatus", "Used"),
            ],
            usage: format!("BoxUsage:{rest}"),
            unit: PriceUnit::Hour,
        }),
        "rds-postgresql" => database(rest),
        "elasticache" => Some(Product {
            service: "AmazonElastiCache",
            filters: vec![("instanceType", rest), ("cacheEngine", "Redis")],
            usage: format!("NodeUsage:{rest}"),
            unit: PriceUnit::Hour,
        }),
        _ => metered(item),
    }
}

fn database(rest: &str) -> Option<Product<'_>> {
    let (class, deployment) = rest.split_once(':')?;
    let (deployment, usage) = match deployment {
        "single-az" => ("Single-AZ", "InstanceUsage"),
        "multi-az" => ("Multi-AZ", "Multi-AZUsage"),
        _ => return None,
    };
    Some(Product {
        service: "AmazonRDS",
        filters: vec![
            ("instanceType", class),
            ("databaseEngine", "PostgreSQL"),
            ("deploymentOption", deployment),
        ],
        usage: format!("{usage}:{class}"),
        unit: PriceUnit::Hour,
    })
}

/// What is metered alike for everybody: service, one attribute, usage type, unit.
fn metered(item: &str) -> Option<Product<'static>> {
    use PriceUnit::{AlarmMonth, Gb, GbMonth, GbSecond, Hour, LcuHour, SecretMonth};
    let alb = ("productFamily", "Load Balancer-Application");
    let nat = ("productFamily", "NAT Gateway");
    let storage = ("productFamily", "Storage");
    let database = ("databaseEngine", "PostgreSQL");
    let (service, filter, usage, unit) = match item {
        "rds-storage:gp3:single-az" => ("AmazonRDS", Some(database), "RDS:GP3-Storage", GbMonth),
        "rds-storage:gp3:multi-az" => (
            "AmazonRDS",
            Some(database),
            "RDS:Multi-AZ-GP3-Storage",
            GbMonth,
        ),
        "rds-backup" => (
            "AmazonRDS",
            Some(database),
            "RDS:ChargedBackupUsage",
            GbMonth,
        ),
        "alb:hour" => ("AWSELB", Some(alb), "LoadBalancerUsage", Hour),
        "alb:lcu" => ("AWSELB", Some(alb), "LCUUsage", LcuHour),
        "ebs:gp3" => (
            "AmazonEC2",
            Some(("volumeApiName", "gp3")),
            "EBS:VolumeUsage.gp3",
            GbMonth,
        ),
        "nat-gateway:hour" => ("AmazonEC2", Some(nat), "NatGateway-Hours", Hour),
        "nat-gateway:data" => ("AmazonEC2", Some(nat), "NatGateway-Bytes", Gb),
        "ipv4:in-use" => ("AmazonVPC", None, "PublicIPv4:InUseAddress", Hour),
        "s3:standard" => ("AmazonS3", Some(storage), "TimedStorage-ByteHrs", GbMonth),
        "cloudwatch:logs-ingestion" => ("AmazonCloudWatch", None, "DataProcessing-Bytes", Gb),
        "cloudwatch:logs-storage" => ("AmazonCloudWatch", None, "TimedStorage-ByteHrs", GbMonth),
        "cloudwatch:alarm" => ("AmazonCloudWatch", None, "CW:AlarmMonitorUsage", AlarmMonth),
        "secrets-manager:secret" => (
            "AWSSecretsManager",
            None,
            "AWSSecretsManager-Secrets",
            SecretMonth,
        ),
        "transfer:internet-out" => (
            "AWSDataTransfer",
            Some(("transferType", "AWS Outbound")),
            "DataTransfer-Out-Bytes",
            Gb,
        ),
        "lambda-arm64:duration" => ("AWSLambda", None, "Lambda-GB-Second-ARM", GbSecond),
        _ => return None,
    };
    Some(Product {
        service,
        filters: filter.into_iter().collect(),
        usage: usage.to_owned(),
        unit,
    })
}
