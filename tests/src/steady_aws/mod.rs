//! An AWS for measuring: every answer comes after the same time, however large the fleet is and
//! however many ask at once.
//!
//! The embedded AWS is truthful and serves one call after the other, in milliseconds that grow
//! with the fleet: with ten thousand databases that would be what is measured. This one knows
//! databases, a table and a queue, as far as ticks need them, and refuses everything else.

mod databases;
mod table;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use serde_json::{Value, json};

use crate::EmbeddedAws;
use crate::loopback::Server;
use crate::traffic::{Span, Traffic};
use databases::Databases;
use table::Table;

/// The account of calls for which no role is assumed.
const ACCOUNT: &str = "123456789012";

/// An AWS on a free port of loopback. It ends when dropped.
#[derive(Debug)]
pub struct SteadyAws {
    endpoint: String,
    hub: Arc<Hub>,
    _server: Server,
}

#[derive(Debug)]
struct Hub {
    takes: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    databases: Databases,
    table: Table,
    messages: Vec<String>,
    spans: Vec<Span>,
}

impl SteadyAws {
    /// An AWS that needs so long for every answer.
    pub fn taking(takes: Duration) -> Self {
        let hub = Arc::new(Hub {
            takes,
            state: Mutex::default(),
        });
        let shared = Arc::clone(&hub);
        let server = Server::http(move |request| {
            let hub = Arc::clone(&shared);
            async move { hub.answer(request).await }
        });
        Self {
            endpoint: server.endpoint(),
            hub,
            _server: server,
        }
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a database of preprod that runs.
    pub fn create_database(&self, account: &str, name: &str) {
        self.state().databases.create(account, name);
    }

    /// What is stopping has stopped, what is starting is available.
    pub fn pass(&self) {
        self.state().databases.pass();
    }

    /// How many databases say so of themselves.
    pub fn databases(&self, status: &str) -> usize {
        self.state().databases.count(status)
    }

    /// How many bytes a partition of the table has, as JSON, and how many items.
    pub fn kept(&self, partition: &str) -> (usize, usize) {
        self.state().table.kept(partition)
    }

    /// The events that Lambda makes of the messages sent, one each; they are gone then.
    pub fn take_events(&self) -> Vec<Value> {
        let messages = std::mem::take(&mut self.state().messages);
        let numbered = messages.into_iter().enumerate();
        numbered
            .map(|(number, body)| {
                json!({ "Records": [{
                    "messageId": format!("message-{number}"),
                    "eventSource": "aws:sqs",
                    "body": body,
                }] })
            })
            .collect()
    }

    /// The variables by which a program talks to this AWS and to no other.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = EmbeddedAws::elsewhere(&self.endpoint);
        variables.push(("AWS_ACCESS_KEY_ID", ACCOUNT.to_owned()));
        variables.push(("AWS_SECRET_ACCESS_KEY", "steady".to_owned()));
        variables
    }

    /// The calls answered since this was asked last.
    pub fn traffic(&self) -> Traffic {
        let spans = std::mem::take(&mut self.state().spans);
        Traffic::of(&spans)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.hub.state.lock().expect("no panic in it")
    }
}

impl Hub {
    async fn answer(&self, request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let arrived = Instant::now();
        let (status, text) = {
            let mut state = self.state.lock().expect("no panic in it");
            state.respond(&parts, &body)
        };
        tokio::time::sleep_until((arrived + self.takes).into()).await;
        let mut state = self.state.lock().expect("no panic in it");
        state.spans.push(Span {
            arrived,
            answered: Instant::now(),
        });
        Ok(Response::builder()
            .status(status)
            .body(Full::from(text))
            .expect("a response"))
    }
}

impl State {
    fn respond(&mut self, parts: &Parts, body: &Bytes) -> (u16, String) {
        let header = |name: &str| parts.headers.get(name)?.to_str().ok();
        if let Some(target) = header("x-amz-target") {
            let asked: Value = serde_json::from_slice(body).expect("JSON");
            return match target.rsplit('.').next().unwrap_or_default() {
                "Query" => (200, self.table.query(&asked)),
                "TransactWriteItems" => self.table.transact(&asked),
                "BatchWriteItem" => (200, self.table.batch(&asked)),
                "SendMessageBatch" => (200, self.send(&asked)),
                other => (
                    400,
                    format!("{{\"__type\":\"Unknown\",\"message\":\"{other}\"}}"),
                ),
            };
        }
        // The account is the access key: that of the function, or of the role it has assumed.
        let key = header("authorization").and_then(|text| text.split("Credential=").nth(1));
        let account = key.and_then(|key| key.split('/').next()).unwrap_or(ACCOUNT);
        self.databases
            .respond(account, &String::from_utf8_lossy(body))
    }

    fn send(&mut self, asked: &Value) -> String {
        let entries = asked["Entries"].as_array().expect("entries");
        let taken = entries.iter().map(|entry| {
            let body = entry["MessageBody"].as_str().expect("a body");
            self.messages.push(body.to_owned());
            json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": md5_is_not_checked() })
        });
        json!({ "Successful": taken.collect::<Vec<Value>>() }).to_string()
    }
}

/// The SDK does not compare it either.
fn md5_is_not_checked() -> &'static str {
    "00000000000000000000000000000000"
}
