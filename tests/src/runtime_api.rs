//! AWS Lambda's Runtime API, as the function sees it: the next invocation, its answer, its error.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Instant;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc as async_mpsc};

use crate::loopback::Server;

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

/// One invocation, on its way to the function.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// Its id, which the function uses as the correlation id.
    pub(crate) id: String,
    /// The event.
    pub(crate) event: String,
    /// When it must be over, in milliseconds since 1970.
    pub(crate) deadline_ms: u128,
}

/// What the function said.
#[derive(Debug)]
pub(crate) enum Said {
    /// The answer to an invocation.
    Answer { id: String, body: Value },
    /// The error of an invocation, or of the start.
    Error { body: Value },
}

/// The server. It ends when dropped.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    invocations: async_mpsc::UnboundedSender<Invocation>,
    said: mpsc::Receiver<Said>,
    firsts: Arc<Firsts>,
    _server: Server,
}

/// When something was seen for the first time.
#[derive(Debug, Default)]
struct Firsts {
    next: OnceLock<Instant>,
    answer: OnceLock<Instant>,
}

struct Hub {
    firsts: Arc<Firsts>,
    invocations: Mutex<async_mpsc::UnboundedReceiver<Invocation>>,
    said: mpsc::Sender<Said>,
}

impl RuntimeApi {
    pub(crate) fn start() -> Self {
        let (invocations, received) = async_mpsc::unbounded_channel();
        let (sender, said) = mpsc::channel();
        let firsts = Arc::new(Firsts::default());
        let hub = Arc::new(Hub {
            firsts: Arc::clone(&firsts),
            invocations: Mutex::new(received),
            said: sender,
        });
        let server = Server::http(move |request| {
            let hub = Arc::clone(&hub);
            async move { hub.answer(request).await }
        });
        Self {
            address: server.address(),
            invocations,
            said,
            firsts,
            _server: server,
        }
    }

    pub(crate) fn send(&self, invocation: Invocation) {
        self.invocations.send(invocation).expect("the server lives");
    }

    /// When the function first asked for an invocation, and when it first answered.
    pub(crate) fn firsts(&self) -> Option<(Instant, Instant)> {
        Some((*self.firsts.next.get()?, *self.firsts.answer.get()?))
    }

    pub(crate) fn said(&self) -> Option<Said> {
        self.said.try_recv().ok()
    }
}

impl Hub {
    async fn answer(&self, request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        if path == INIT_ERROR {
            let body = read(request).await?;
            self.tell(Said::Error { body });
            return Ok(status(StatusCode::ACCEPTED));
        }
        match path
            .strip_prefix(INVOCATION)
            .map(|rest| rest.split_once('/'))
        {
            Some(None) => {
                self.firsts.next.get_or_init(Instant::now);
                Ok(self.next().await)
            }
            Some(Some((id, what))) => {
                let (id, body) = (id.to_owned(), read(request).await?);
                self.tell(match what {
                    "response" => Said::Answer { id, body },
                    _ => Said::Error { body },
                });
                Ok(status(StatusCode::ACCEPTED))
            }
            None => Ok(status(StatusCode::NOT_FOUND)),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let Some(invocation) = self.invocations.lock().await.recv().await else {
            return status(StatusCode::GONE);
        };
        Response::builder()
            .header("Lambda-Runtime-Aws-Request-Id", invocation.id)
            .header(
                "Lambda-Runtime-Deadline-Ms",
                invocation.deadline_ms.to_string(),
            )
            .header(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:eu-west-3:123456789012:function:scheduler",
            )
            .header("Content-Type", "application/json")
            .body(Full::from(invocation.event))
            .expect("a response")
    }

    fn tell(&self, said: Said) {
        self.firsts.answer.get_or_init(Instant::now);
        // Nobody listens any more where the test is over.
        let _ = self.said.send(said);
    }
}

async fn read(request: Request<Incoming>) -> hyper::Result<Value> {
    let bytes = request.into_body().collect().await?.to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from("{}"));
    *answer.status_mut() = status;
    answer
}
