//! What a call asks, read without the SDK.

use hyper::Response;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::answer::Body;

/// A call on its way to AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The service's signing name: `rds`.
    pub service: String,
    /// The action: `StopDBInstance`.
    pub action: String,
    /// The resource it is about; empty for a listing.
    pub resource: String,
    /// How many calls of this action and resource came before.
    pub nth: u32,
    /// How many calls of any sort came before.
    pub place: usize,
    speaks_json: bool,
}

/// The parameters of the query protocol that name a resource.
const NAMES: [&str; 4] = [
    "AutoScalingGroupName",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "Tags.member.1.ResourceId",
];

impl Asked {
    pub(super) fn of(parts: &Parts, body: &Bytes) -> Self {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let scope = header("authorization").and_then(|text| text.split("Credential=").nth(1));
        let service = scope
            .and_then(|scope| scope.split('/').nth(3))
            .unwrap_or_default();
        if let Some(target) = header("x-amz-target") {
            return Self {
                service: service.to_owned(),
                action: target.rsplit('.').next().unwrap_or_default().to_owned(),
                speaks_json: true,
                ..Self::default()
            };
        }
        let text = String::from_utf8_lossy(body);
        let field = |name: &str| {
            let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .into_iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        Self {
            service: service.to_owned(),
            action: field("Action")
                .unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path())),
            resource: NAMES
                .iter()
                .find_map(|name| field(name))
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// AWS's refusal of it, as its service would write it.
    pub(super) fn refusal(&self, status: u16, code: &str) -> Response<Body> {
        let body = if self.speaks_json {
            let code = format!("com.amazonaws.{}#{code}", self.service);
            json_text(&json!({ "__type": code, "message": "struck by the proxy" }))
        } else {
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>struck by the proxy\
                 </Message></Error><RequestId>0</RequestId></ErrorResponse>"
            )
        };
        let content_type = if self.speaks_json {
            "application/x-amz-json-1.0"
        } else {
            "text/xml"
        };
        Response::builder()
            .status(status)
            .header("content-type", content_type)
            .body(Body::whole(Bytes::from(body)))
            .expect("a response")
    }
}

fn json_text(value: &Value) -> String {
    value.to_string()
}
