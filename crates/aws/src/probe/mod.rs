//! Calls that only read, to any service, on the SDK's own runtime.
//!
//! `nightcap doctor` asks a dozen services a question or two each. Their SDK crates would take
//! minutes to compile for it, and the functions would gain nothing: so these calls are made of
//! words and answered as JSON trees, whatever the protocol. Only the command links this.

mod exchange;
mod service;
pub mod tree;

use aws_config::SdkConfig;
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::plain_call::{self, Recipient, Refusal};

pub use exchange::{Exchange, Observer, observed};
pub use service::{Protocol, Service};

/// The most pages that one question may have.
const MAX_PAGES: usize = 200;

/// A question to AWS.
#[derive(Clone, Debug)]
pub struct Question {
    /// Whom it is for.
    pub service: Service,
    /// The operation, as IAM names it.
    pub operation: &'static str,
    /// What it is asked with.
    pub input: Input,
}

/// What a question is asked with, as the service's protocol has it.
#[derive(Clone, Debug)]
pub enum Input {
    /// The parameters of a query, in order.
    Form(Vec<(String, String)>),
    /// A JSON document.
    Json(Value),
    /// The path of a REST resource with its query.
    Path(String),
}

impl Question {
    /// A question in the query protocol.
    pub fn form(service: Service, operation: &'static str, parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters.iter();
        let owned = parameters.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Self {
            service,
            operation,
            input: Input::Form(owned.collect()),
        }
    }

    /// A question in JSON.
    pub fn json(service: Service, operation: &'static str, document: Value) -> Self {
        Self {
            service,
            operation,
            input: Input::Json(document),
        }
    }

    /// A question to a REST resource.
    pub fn path(service: Service, operation: &'static str, path: String) -> Self {
        Self {
            service,
            operation,
            input: Input::Path(path),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        match &mut self.input {
            Input::Form(parameters) => parameters.push((name.to_owned(), value.to_owned())),
            Input::Json(document) => {
                if let Some(object) = document.as_object_mut() {
                    object.insert(name.to_owned(), json!(value));
                }
            }
            Input::Path(path) => {
                let separator = if path.contains('?') { '&' } else { '?' };
                let value = percent_encoding::utf8_percent_encode(
                    value,
                    percent_encoding::NON_ALPHANUMERIC,
                );
                *path = format!("{path}{separator}{name}={value}");
            }
        }
        self
    }
}

/// Whoever answers questions: one account and region, with the credentials of its clients.
#[derive(Debug)]
pub struct Probe {
    config: SdkConfig,
}

impl Probe {
    /// With the region and credentials of these clients.
    pub fn new(clients: &Clients) -> Self {
        Self {
            config: clients.config().clone(),
        }
    }

    /// The region that is asked.
    pub fn region(&self) -> &str {
        self.config.region().map_or("", |region| region.as_ref())
    }

    /// Asks, and answers with a tree: that of the XML's result, or the JSON.
    ///
    /// # Errors
    /// Whatever AWS refuses, and what cannot be reached or read.
    pub async fn ask(&self, question: Question) -> Result<Value, AwsError> {
        let (service, operation) = (question.service, question.operation);
        let place = self.place(&question).await?;
        let answered: Result<Value, SdkError<Refusal, HttpResponse>> =
            self.operation(&question, &place).invoke(question).await;
        answered.map_err(|error| AwsError::from_sdk(service.iam(), operation, &error))
    }

    /// Asks for all pages: `next` is the key of the token in an answer, `with` the parameter
    /// that takes it.
    ///
    /// # Errors
    /// As of [`Self::ask`].
    pub async fn ask_all(
        &self,
        question: Question,
        next: &str,
        with: &str,
    ) -> Result<Vec<Value>, AwsError> {
        let mut pages = vec![];
        let mut asked = question.clone();
        for _ in 0..MAX_PAGES {
            let page = self.ask(asked).await?;
            let token = tree::text(&page, next).to_owned();
            pages.push(page);
            if token.is_empty() {
                return Ok(pages);
            }
            asked = question.clone().with(with, &token);
        }
        // What is known of it would look like the whole.
        Err(AwsError {
            service: question.service.iam(),
            operation: question.operation,
            cause: Cause::Other,
            message: format!("the list has more than {MAX_PAGES} pages"),
        })
    }

    fn operation(&self, question: &Question, place: &Place) -> Operation<Question, Value, Refusal> {
        let recipient = Recipient {
            service: question.service.iam(),
            signed_as: question.service.signed_as(),
            region: Some(aws_config::Region::new(place.region.clone())),
            url: &place.url,
        };
        let protocol = question.service.protocol();
        plain_call::operation(&self.config, recipient, question.operation)
            .serializer(|question: Question| request(&question))
            .deserializer(move |response: &HttpResponse| answer(response, protocol))
            .build()
    }

    /// Where the question goes, and the region it is signed for.
    ///
    /// The SDK's table of partitions is inside each of its clients: every regional service's
    /// name stands where Auto Scaling's does.
    async fn place(&self, question: &Question) -> Result<Place, AwsError> {
        let region = self.region().to_owned();
        let signed_for = question.service.home(&region).map_or(region, str::to_owned);
        if let Some(url) = self.config.endpoint_url() {
            return Ok(Place {
                url: url.to_owned(),
                region: signed_for,
            });
        }
        let known = Some(signed_for.clone()).filter(|region| !region.is_empty());
        let url = plain_call::regional_url(&self.config, known).await;
        let url = url.map_err(|(cause, message)| AwsError {
            service: question.service.iam(),
            operation: question.operation,
            cause,
            message,
        })?;
        Ok(Place {
            url: question.service.host(&url, &signed_for),
            region: signed_for,
        })
    }
}

#[derive(Debug)]
struct Place {
    url: String,
    region: String,
}

fn request(question: &Question) -> Result<HttpRequest, BoxError> {
    let mut request = match (&question.input, question.service.protocol()) {
        (Input::Form(parameters), Protocol::Query { version }) => {
            let mut form = String::new();
            let mut writer = QueryWriter::new(&mut form, question.operation, version);
            for (key, value) in parameters {
                writer.prefix(key).string(value);
            }
            writer.finish();
            plain_call::post("application/x-www-form-urlencoded", form)?
        }
        (Input::Json(document), Protocol::Json { target, version }) => {
            let mut request = plain_call::post(
                &format!("application/x-amz-json-{version}"),
                document.to_string(),
            )?;
            let operation = format!("{target}.{}", question.operation);
            request.headers_mut().insert("x-amz-target", operation);
            request
        }
        (Input::Path(path), Protocol::Rest) => {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_method("GET")?;
            request.set_uri(path.as_str())?;
            request
        }
        (_, _) => return Err("the service does not speak so".into()),
    };
    request
        .headers_mut()
        .insert("accept", "application/json, text/xml");
    Ok(request)
}

fn answer(
    response: &HttpResponse,
    protocol: Protocol,
) -> Result<Value, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    let text = std::str::from_utf8(body).map_err(OrchestratorError::other)?;
    if response.status().is_success() {
        return tree::read(text, protocol)
            .map(|tree| tree::result(tree, protocol))
            .ok_or_else(|| OrchestratorError::response("the answer cannot be read".into()));
    }
    let header = response.headers().get("x-amzn-errortype");
    Err(OrchestratorError::operation(refusal(
        text, protocol, header,
    )))
}

/// The code and message of a refusal, in whichever form the protocol has them.
fn refusal(text: &str, protocol: Protocol, header: Option<&str>) -> Refusal {
    let tree = tree::read(text, protocol).unwrap_or_default();
    let error = match protocol {
        Protocol::Query { .. } => tree::error(&tree).cloned().unwrap_or_default(),
        Protocol::Json { .. } | Protocol::Rest => tree,
    };
    let code = ["Code", "__type", "code"]
        .iter()
        .map(|key| tree::text(&error, key))
        .find(|code| !code.is_empty())
        .or(header)
        .unwrap_or_default();
    let message = ["Message", "message", "errorMessage"]
        .iter()
        .map(|key| tree::text(&error, key))
        .find(|message| !message.is_empty());
    plain_call::refusal(code, message)
}

#[cfg(test)]
mod tests;
