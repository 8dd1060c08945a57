//! Answers, whole and spoilt.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};

/// An answer's body, whole or torn off.
#[derive(Debug)]
pub(super) struct Body {
    rest: Option<Bytes>,
    /// What the connection promises.
    promised: u64,
}

impl Body {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self {
            promised: bytes.len() as u64,
            rest: Some(bytes),
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = super::Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, super::Cut>>> {
        match self.rest.take() {
            Some(bytes) => {
                self.promised -= bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.promised > 0 => Poll::Ready(Some(Err(super::Cut))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.promised == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// A page of whatever stands before AWS.
pub(super) fn page(status: u16) -> Response<Body> {
    let body = format!("<html><body><h1>{status}</h1></body></html>");
    Response::builder()
        .status(status)
        .header("content-type", "text/html")
        .body(Body::whole(Bytes::from(body)))
        .expect("a response")
}

/// Ends in the middle, and claims to be whole.
pub(super) fn cut(told: Response<Bytes>, permille: u16) -> Response<Body> {
    told.map(|bytes| Body::whole(bytes.slice(..place(&bytes, permille))))
}

/// Ends in the middle, and the connection with it.
pub(super) fn torn(told: Response<Bytes>, permille: u16) -> Response<Body> {
    told.map(|bytes| Body {
        promised: bytes.len() as u64,
        rest: Some(bytes.slice(..place(&bytes, permille))),
    })
}

/// Is neither XML nor JSON from some place on.
pub(super) fn garbled(told: Response<Bytes>, permille: u16) -> Response<Body> {
    told.map(|bytes| {
        let (before, after) = bytes.split_at(place(&bytes, permille));
        Body::whole([before, b"<\"{,", after].concat().into())
    })
}

fn place(bytes: &Bytes, permille: u16) -> usize {
    bytes.len() * usize::from(permille) / 1_000
}
