//! A recording of `nightcap doctor --record`, served as the AWS that it was taken from.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use serde_json::{Map, Value, json};

use crate::EmbeddedAws;
use crate::loopback::Server;

/// Serves a recording on loopback until it is dropped.
#[derive(Debug)]
pub struct Replay {
    server: Server,
    unanswered: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug, Default)]
struct Recorded {
    exchanges: Vec<Value>,
    /// How often each was given: what was asked twice is answered in the order of the recording.
    given: Mutex<BTreeMap<String, usize>>,
}

impl Replay {
    /// Reads a folder that `nightcap doctor --record` wrote.
    pub fn of(folder: &Path) -> Self {
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("a recording")
            .map(|file| file.expect("a file").path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.as_bytes().first().is_some_and(u8::is_ascii_digit)
            })
            .collect();
        files.sort();
        let read = |path| serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
        let recorded = Arc::new(Recorded {
            exchanges: files.iter().map(read).collect(),
            ..Recorded::default()
        });
        let unanswered: Arc<Mutex<Vec<String>>> = Arc::default();
        let missed = Arc::clone(&unanswered);
        let server = Server::http(move |request: Request<Incoming>| {
            let (recorded, missed) = (Arc::clone(&recorded), Arc::clone(&missed));
            async move { Ok::<_, Infallible>(answer(&recorded, &missed, request).await) }
        });
        Self { server, unanswered }
    }

    /// The variables by which a program talks to it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = EmbeddedAws::elsewhere(&self.server.endpoint());
        variables.push(("AWS_ACCESS_KEY_ID", "replay".to_owned()));
        variables.push(("AWS_SECRET_ACCESS_KEY", "replay".to_owned()));
        variables
    }

    /// What was asked that the recording does not have.
    pub fn unanswered(&self) -> Vec<String> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn answer(
    recorded: &Recorded,
    missed: &Mutex<Vec<String>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let scope = header("authorization");
    let scope = scope.split_once("Credential=").map_or("", |(_, rest)| rest);
    let scope: Vec<&str> = scope.split([',', '/']).collect();
    let (key, region, service) = (
        scope[0],
        scope.get(2).copied().unwrap_or(""),
        scope.get(3).copied().unwrap_or(""),
    );
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let (operation, parameters) =
        if let Some((_, operation)) = header("x-amz-target").rsplit_once('.') {
            (
                operation.to_owned(),
                serde_json::from_str(&body).unwrap_or_default(),
            )
        } else if body.contains("Action=") {
            let mut form = pairs(&body);
            form.remove("Version");
            let action = form.remove("Action").unwrap_or_default();
            (
                action.as_str().unwrap_or_default().to_owned(),
                Value::Object(form),
            )
        } else {
            let query = head.uri.query().unwrap_or_default();
            (
                format!("{} {}", head.method, decoded(head.uri.path())),
                Value::Object(pairs(query)),
            )
        };
    if operation == "AssumeRole" {
        let role = parameters["RoleArn"].as_str().unwrap_or_default();
        return assumed(role.split(':').nth(4).unwrap_or_default());
    }
    let account = key.strip_prefix("replay-").unwrap_or_default();
    let asked = format!("{service} {region} {account} {operation} {parameters}");
    let fits = |exchange: &&Value| {
        exchange["service"] == service
            && exchange["region"] == region
            && exchange["account"] == account
            && exchange["operation"] == operation
            && exchange["parameters"] == parameters
    };
    let found: Vec<&Value> = recorded.exchanges.iter().filter(fits).collect();
    let place = {
        let mut given = recorded
            .given
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = given.entry(asked.clone()).or_default();
        let place = *count;
        *count += 1;
        place
    };
    let Some(exchange) = found.get(place.min(found.len().saturating_sub(1))) else {
        missed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(asked);
        let unknown = json!({ "__type": "NotRecorded", "message": "not recorded" });
        return respond(400, "application/json", unknown.to_string());
    };
    let status = exchange["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(500);
    if exchange["protocol"] == "query" {
        respond(status, "text/xml", xml(&exchange["answer"]))
    } else {
        let mut response = respond(
            status,
            "application/x-amz-json-1.1",
            exchange["answer"].to_string(),
        );
        if let Ok(code) = exchange["error"].as_str().unwrap_or_default().parse()
            && status >= 400
        {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response
    }
}

/// Credentials that say whose they are.
fn assumed(account: &str) -> Response<Full<Bytes>> {
    let answer = json!({ "AssumeRoleResponse": { "AssumeRoleResult": { "Credentials": {
        "AccessKeyId": format!("replay-{account}"),
        "SecretAccessKey": "replay",
        "SessionToken": "replay",
        "Expiration": "2099-01-01T00:00:00Z",
    } } } });
    respond(200, "text/xml", xml(&answer))
}

fn respond(status: u16, kind: &str, body: String) -> Response<Full<Bytes>> {
    let response = Response::builder()
        .status(status)
        .header("content-type", kind);
    // AWS's clock is right here: the recording says how far it was off.
    let now = httpdate();
    response
        .header("date", now)
        .body(Full::new(Bytes::from(body)))
        .expect("a response")
}

/// Now, as HTTP writes it.
#[allow(
    clippy::disallowed_methods,
    reason = "a server's own clock: what is tested reads it from the answer"
)]
fn httpdate() -> String {
    httpdate::fmt_http_date(std::time::SystemTime::now())
}

/// A tree as XML: what is there more than once stands there more than once.
fn xml(tree: &Value) -> String {
    match tree {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| element(name, value))
            .collect(),
        Value::String(text) => text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn element(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| element(name, item)).collect(),
        one => format!("<{name}>{}</{name}>", xml(one)),
    }
}

fn pairs(form: &str) -> Map<String, Value> {
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), Value::String(decoded(value)))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = text.bytes();
    let mut plain = vec![];
    while let Some(byte) = bytes.next() {
        let hexadecimal = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        if byte == b'%'
            && let (Some(high), Some(low)) = (hexadecimal(bytes.next()), hexadecimal(bytes.next()))
        {
            plain.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
        } else {
            plain.push(byte);
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
