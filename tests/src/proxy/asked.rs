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
    protocol: Protocol,
}

/// How a service writes what it answers, and what it refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Protocol {
    /// `<ErrorResponse><Error>`: RDS, Auto Scaling, SNS.
    #[default]
    Query,
    /// `<Response><Errors><Error>`: EC2.
    Ec2,
    /// `__type`, on one path: `DynamoDB`, ECS, SQS.
    Json,
    /// The same with the code in a header, on many paths: EKS.
    RestJson,
}

/// The parameters of the query protocol that name a resource.
const NAMES: [&str; 5] = [
    "AutoScalingGroupName",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "Tags.member.1.ResourceId",
    "InstanceId.1",
];

/// Those of ECS.
const JSON_NAMES: [&str; 2] = ["service", "resourceArn"];

/// Calls that change nothing begin so.
const READING: [&str; 6] = ["Describe", "Get", "List", "Query", "GET ", "HEAD "];

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
        let service = service.to_owned();
        if let Some(target) = header("x-amz-target") {
            return Self {
                service,
                action: target.rsplit('.').next().unwrap_or_default().to_owned(),
                resource: named(body),
                protocol: Protocol::Json,
                ..Self::default()
            };
        }
        if service == "eks" {
            let path = parts.uri.path();
            return Self {
                service,
                action: format!("{} {path}", parts.method),
                // "/clusters/shop/node-groups/workers/update-config", "/tags/arn:aws:eks:…"
                resource: path.split('/').nth(4).unwrap_or_default().to_owned(),
                protocol: Protocol::RestJson,
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
            protocol: if service == "ec2" {
                Protocol::Ec2
            } else {
                Protocol::Query
            },
            service,
            action: field("Action")
                .unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path())),
            resource: NAMES
                .iter()
                .find_map(|name| field(name))
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whether it only reads. To die at such a call is to die at the order before it.
    pub fn reads(&self) -> bool {
        READING.iter().any(|start| self.action.starts_with(start))
    }

    /// AWS's refusal of it, as its service would write it.
    pub(super) fn refusal(&self, status: u16, code: &str) -> Response<Body> {
        const MESSAGE: &str = "struck by the proxy";
        let error = format!("<Code>{code}</Code><Message>{MESSAGE}</Message>");
        let (content_type, body) = match self.protocol {
            Protocol::Query => (
                "text/xml",
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type>{error}</Error>\
                     <RequestId>0</RequestId></ErrorResponse>"
                ),
            ),
            Protocol::Ec2 => (
                "text/xml;charset=UTF-8",
                format!(
                    "<Response><Errors><Error>{error}</Error></Errors>\
                     <RequestID>0</RequestID></Response>"
                ),
            ),
            Protocol::Json => {
                let code = format!("com.amazonaws.{}#{code}", self.service);
                let body = json!({ "__type": code, "message": MESSAGE });
                ("application/x-amz-json-1.1", body.to_string())
            }
            Protocol::RestJson => (
                "application/json",
                json!({ "message": MESSAGE }).to_string(),
            ),
        };
        let mut answer = Response::builder()
            .status(status)
            .header("content-type", content_type);
        if self.protocol == Protocol::RestJson {
            answer = answer.header("x-amzn-errortype", code);
        }
        answer
            .body(Body::whole(Bytes::from(body)))
            .expect("a response")
    }
}

/// The resource that a call in JSON is about: a name, or the end of an ARN.
fn named(body: &Bytes) -> String {
    let sent: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = JSON_NAMES.iter().find_map(|key| sent[*key].as_str());
    let name = name.unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn asked(service: &str, path: &str, target: Option<&str>, body: &str) -> Asked {
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=k/20261120/eu-west-3/{service}/aws4_request");
        let mut request = Request::post(path).header("authorization", scope);
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Asked::of(&parts, &Bytes::from(body.to_owned()))
    }

    fn about(asked: &Asked) -> (&str, &str, bool) {
        (&asked.action, &asked.resource, asked.reads())
    }

    #[test]
    fn every_protocol_tells_what_is_asked() {
        let stop = "Action=StopDBInstance&DBInstanceIdentifier=db-1";
        assert_eq!(
            about(&asked("rds", "/", None, stop)),
            ("StopDBInstance", "db-1", false)
        );
        let stop = "Action=StopInstances&InstanceId.1=i-1";
        assert_eq!(
            about(&asked("ec2", "/", None, stop)),
            ("StopInstances", "i-1", false)
        );
        let scale = r#"{"cluster": "shop", "service": "web", "desiredCount": 0}"#;
        assert_eq!(
            about(&asked(
                "ecs",
                "/",
                Some("AmazonEC2ContainerServiceV20141113.UpdateService"),
                scale
            )),
            ("UpdateService", "web", false)
        );
        let path = "/clusters/shop/node-groups/workers/update-config";
        assert_eq!(
            about(&asked("eks", path, None, "{}")),
            (format!("POST {path}").as_str(), "workers", false)
        );
        assert!(asked("dynamodb", "/", Some("DynamoDB_20120810.Query"), "{}").reads());
    }

    fn refused(service: &str, target: Option<&str>) -> String {
        let refusal = asked(service, "/", target, "").refusal(400, "Slower");
        format!("{:?}", refusal.into_body())
    }

    #[test]
    fn every_protocol_refuses_in_its_own_words() {
        assert!(
            refused("rds", None)
                .contains("<ErrorResponse><Error><Type>Sender</Type><Code>Slower</Code>")
        );
        assert!(refused("ec2", None).contains("<Response><Errors><Error><Code>Slower</Code>"));
        assert!(refused("ecs", Some("A.B")).contains("com.amazonaws.ecs#Slower"));
        let refusal = asked("eks", "/clusters", None, "").refusal(429, "Slower");
        assert_eq!(refusal.headers()["x-amzn-errortype"], "Slower");
    }
}
