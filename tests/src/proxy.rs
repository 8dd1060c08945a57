//! A proxy between a function and the embedded AWS, where faults strike.
//!
//! What strikes a call depends on its action, its resource, and how many of those came
//! before: not on the order in which concurrent calls happen to arrive. So a seed shows the
//! same faults again.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::{Request, Response};

use crate::EmbeddedAws;
use crate::loopback::Server;

mod answer;
mod asked;
mod fault;
mod upstream;

pub use asked::Asked;
pub use fault::{Fault, throttling, weather};

use answer::Body;

/// Decides what strikes a call, if anything does.
type Judge = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

/// A proxy on a free port of loopback. It ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    endpoint: String,
    hub: Arc<Hub>,
    _server: Server,
}

#[derive(Default)]
struct State {
    judge: Option<Judge>,
    seen: Vec<Asked>,
    struck: Vec<(Asked, Fault)>,
    occurrences: HashMap<(String, String), u32>,
}

struct Hub {
    aws: SocketAddr,
    state: Mutex<State>,
    /// Whether the process at the other end is to die: nothing of it is passed on any more.
    last: AtomicBool,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("aws", &self.aws)
            .finish_non_exhaustive()
    }
}

impl Proxy {
    /// A proxy before this AWS, which passes everything on for now.
    pub fn before(aws: &EmbeddedAws) -> Self {
        let address = aws.endpoint().trim_start_matches("http://");
        let hub = Arc::new(Hub {
            aws: address.parse().expect("an address of loopback"),
            state: Mutex::default(),
            last: AtomicBool::new(false),
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

    /// Lets this decide what strikes each call from now on, and counts anew.
    pub fn strike(&self, judge: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        let mut state = self.hub.state.lock().expect("no panic in it");
        *state = State {
            judge: Some(Box::new(judge)),
            ..State::default()
        };
        self.hub.last.store(false, Ordering::SeqCst);
    }

    /// Passes everything on from now on, and counts anew.
    pub fn heal(&self) {
        self.strike(|_| None);
    }

    /// The calls that have arrived since the last change of the rules.
    pub fn seen(&self) -> Vec<Asked> {
        self.hub.state.lock().expect("no panic in it").seen.clone()
    }

    /// What has been struck since then, by what.
    pub fn struck(&self) -> Vec<(Asked, Fault)> {
        self.hub
            .state
            .lock()
            .expect("no panic in it")
            .struck
            .clone()
    }

    /// How often each fault has struck since then.
    pub fn tally(&self) -> BTreeMap<&'static str, usize> {
        let mut tally = BTreeMap::new();
        for (_, fault) in self.struck() {
            *tally.entry(fault.word()).or_default() += 1;
        }
        tally
    }

    /// Whether the last call of the process has been made: it is to be killed now.
    pub fn was_the_last(&self) -> bool {
        self.hub.last.load(Ordering::SeqCst)
    }
}

/// The connection ends here, without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the proxy closes this connection")
    }
}

impl std::error::Error for Cut {}

impl Hub {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let (parts, body) = request.into_parts();
        let body = upstream::whole(body).await.map_err(|_| Cut)?;
        if self.last.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        let (asked, fault) = self.judged(Asked::of(&parts, &body));
        match fault {
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Refused { status, code }) => return Ok(asked.refusal(status, code)),
            Some(Fault::Broken(status)) => return Ok(answer::page(status)),
            Some(Fault::Dropped) => return Err(Cut),
            Some(Fault::Stalled) => return std::future::pending().await,
            Some(Fault::DiesBefore) => return self.die().await,
            // What strikes the way back is carried out first.
            _ => {}
        }
        let told = upstream::pass_on(self.aws, parts, body)
            .await
            .map_err(|_| Cut)?;
        match fault {
            Some(Fault::Unanswered) => Err(Cut),
            Some(Fault::Hung) => std::future::pending().await,
            Some(Fault::DiesAfter) => self.die().await,
            Some(Fault::Cut(permille)) => Ok(answer::cut(told, permille)),
            Some(Fault::Torn(permille)) => Ok(answer::torn(told, permille)),
            Some(Fault::Garbled(permille)) => Ok(answer::garbled(told, permille)),
            _ => Ok(told.map(Body::whole)),
        }
    }

    fn judged(&self, mut asked: Asked) -> (Asked, Option<Fault>) {
        let mut state = self.state.lock().expect("no panic in it");
        let key = (asked.action.clone(), asked.resource.clone());
        let count = state.occurrences.entry(key).or_default();
        asked.nth = *count;
        *count += 1;
        asked.place = state.seen.len();
        state.seen.push(asked.clone());
        let fault = state.judge.as_mut().and_then(|judge| judge(&asked));
        if let Some(fault) = fault {
            state.struck.push((asked.clone(), fault));
            if matches!(fault, Fault::DiesBefore) {
                self.last.store(true, Ordering::SeqCst);
            }
        }
        (asked, fault)
    }

    async fn die<T>(&self) -> T {
        self.last.store(true, Ordering::SeqCst);
        std::future::pending().await
    }
}
