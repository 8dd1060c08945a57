//! A server on a free port of loopback, on a thread and a runtime of its own.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The server. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    ending: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves whoever connects to this listener.
    pub(crate) fn start<F: Future<Output = ()>>(
        serve: impl FnOnce(TcpListener) -> F + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket for tokio");
        let address = listener.local_addr().expect("its address");
        let ending = Arc::new(Notify::new());
        let end = Arc::clone(&ending);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    () = serve(listener) => {}
                    () = end.notified() => {}
                }
            });
        });
        Self {
            address,
            ending,
            thread: Some(thread),
        }
    }

    /// Answers each HTTP request by this; where it has no answer, the connection ends.
    pub(crate) fn http<F, B, E>(
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Self::start(async move |listener: TcpListener| {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service_fn(answer.clone());
                // A client that ends in the middle of a request is noticed by who waits for it.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it answers in HTTP.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
