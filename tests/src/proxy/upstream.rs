//! The way on to AWS: one connection a call, which is what the embedded AWS wants.

use std::error::Error;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What belongs to one connection and not to the message.
const OF_THE_CONNECTION: [HeaderName; 3] = [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH];

pub(super) async fn whole(body: Incoming) -> hyper::Result<Bytes> {
    Ok(body.collect().await?.to_bytes())
}

pub(super) async fn pass_on(
    aws: SocketAddr,
    mut parts: Parts,
    body: Bytes,
) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(aws).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    for name in OF_THE_CONNECTION {
        parts.headers.remove(name);
    }
    let answer = sender
        .send_request(Request::from_parts(parts, Full::<Bytes>::from(body)))
        .await?;
    let (mut parts, body) = answer.into_parts();
    for name in OF_THE_CONNECTION {
        parts.headers.remove(name);
    }
    Ok(Response::from_parts(parts, whole(body).await?))
}
