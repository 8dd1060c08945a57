//! What was asked of the embedded AWS, and what it then did by itself.

use serde::Deserialize;
use serde_json::Value;

/// A call to AWS, as it arrived.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Call {
    /// Its place among all calls and changes.
    pub sequence: u64,
    /// When, on the virtual clock.
    pub at: String,
    /// The service's signing name: `rds`.
    pub service: String,
    /// The action: `StopDBInstance`; of S3, method and path.
    pub action: String,
    /// The region it was signed for.
    pub region: String,
    /// What was sent.
    pub parameters: Value,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The code of the error that was answered.
    pub error: Option<String>,
}

impl Call {
    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        ["Describe", "Get", "List", "Query", "GET ", "HEAD "]
            .iter()
            .any(|start| self.action.starts_with(start))
    }

    /// The resource that an order is about.
    pub fn resource(&self) -> &str {
        [
            "AutoScalingGroupName",
            "DBInstanceIdentifier",
            "DBClusterIdentifier",
        ]
        .iter()
        .find_map(|key| self.parameters[*key].as_str())
        .or_else(|| self.parameters["Tags"][0]["ResourceId"].as_str())
        .or_else(|| self.parameters["Tags.member.1.ResourceId"].as_str())
        .unwrap_or_default()
    }
}

/// What AWS did by itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Change {
    /// Its place among all calls and changes.
    pub sequence: u64,
    /// When, on the virtual clock.
    pub at: String,
    /// `db-instance`, `db-cluster`, `auto-scaling-instance`.
    pub kind: String,
    /// The resource.
    pub resource: String,
    /// The status before.
    pub from: String,
    /// The status after.
    pub to: String,
}
