//! What goes to AWS and what comes back, shown to an observer: for recordings.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Map, Value};

use super::{Protocol, tree};

/// A question as it went over the wire, with what AWS answered.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The service, as it was signed for.
    pub service: String,
    /// The region, as it was signed for.
    pub region: String,
    /// The access key that it was signed with.
    pub key: String,
    /// The operation; of a REST service its method and path.
    pub operation: String,
    /// `query`, `json` or `rest`.
    pub protocol: &'static str,
    /// What was asked.
    pub parameters: Value,
    /// The HTTP status.
    pub status: u16,
    /// What was answered, as a tree; null where it is neither JSON nor XML.
    pub answer: Value,
    /// What AWS calls an error of a REST service, which stands in a header.
    pub error: String,
    /// AWS's clock, as it wrote it.
    pub date: String,
}

/// Whoever is shown what goes to AWS and comes back.
pub type Observer = Arc<dyn Fn(Exchange) + Send + Sync>;

/// An HTTP client that shows an observer everything that another one does.
pub fn observed(client: SharedHttpClient, observer: &Observer) -> SharedHttpClient {
    let observer = Arc::clone(observer);
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Observed {
            connector: client.http_connector(settings, components),
            observer: Arc::clone(&observer),
        })
    })
}

struct Observed {
    connector: SharedHttpConnector,
    observer: Observer,
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").finish_non_exhaustive()
    }
}

impl HttpConnector for Observed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = asked(&request);
        let connector = self.connector.clone();
        let observer = Arc::clone(&self.observer);
        HttpConnectorFuture::new(async move {
            let mut response = connector.call(request).await?;
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let read = ByteStream::new(body).collect().await;
            let bytes = read
                .map_err(|error| ConnectorError::io(error.into()))?
                .into_bytes();
            if let Some(asked) = asked {
                observer(answered(asked, &response, &bytes));
            }
            *response.body_mut() = SdkBody::from(bytes);
            Ok(response)
        })
    }
}

/// What a request asks; none for one that is not signed, which is no call to AWS's API.
fn asked(request: &HttpRequest) -> Option<Exchange> {
    let header = |name| request.headers().get(name).unwrap_or_default();
    let scope = header("authorization").split_once("Credential=")?.1;
    let mut scope = scope.split([',', ' ']).next()?.split('/');
    let key = scope.next()?.to_owned();
    let (region, service) = (scope.nth(1)?.to_owned(), scope.next()?.to_owned());
    let body = request.body().bytes().unwrap_or_default();
    let body = std::str::from_utf8(body).unwrap_or_default();
    let (protocol, operation, parameters) =
        if let Some((_, operation)) = header("x-amz-target").rsplit_once('.') {
            let document = serde_json::from_str(body).unwrap_or_default();
            ("json", operation.to_owned(), document)
        } else if header("content-type").starts_with("application/x-www-form-urlencoded") {
            let mut form = pairs(body);
            let operation = form.remove("Action");
            form.remove("Version");
            let operation = operation.as_ref().and_then(Value::as_str);
            (
                "query",
                operation.unwrap_or_default().to_owned(),
                Value::Object(form),
            )
        } else {
            let uri = request.uri();
            let path = uri.split_once("://").map_or(uri, |(_, rest)| {
                rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
            });
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let operation = format!("{} {}", request.method(), decoded(path));
            ("rest", operation, Value::Object(pairs(query)))
        };
    Some(Exchange {
        service,
        region,
        key,
        operation,
        protocol,
        parameters,
        status: 0,
        answer: Value::Null,
        error: String::new(),
        date: String::new(),
    })
}

fn answered(asked: Exchange, response: &HttpResponse, body: &[u8]) -> Exchange {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let protocol = match asked.protocol {
        "query" => Protocol::Query { version: "" },
        _ => Protocol::Rest,
    };
    let header = |name| response.headers().get(name).unwrap_or_default();
    Exchange {
        status: response.status().as_u16(),
        answer: tree::read(text, protocol).unwrap_or_default(),
        error: header("x-amzn-errortype").to_owned(),
        date: header("date").to_owned(),
        ..asked
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
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}
