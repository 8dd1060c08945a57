//! Calls that only read, to any service, on the SDK's own runtime.
//!
//! `nightcap doctor` asks a dozen services a question or two each. Their SDK crates would take
//! minutes to compile for it, and the functions would gain nothing: so these calls are made of
//! words and answered as JSON trees, whatever the protocol. Only the command links this.

mod exchange;
mod service;
pub mod tree;

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_autoscaling::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::{
    StaticAuthSchemeOptionResolver, StaticAuthSchemeOptionResolverParams,
};
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use serde_json::{Value, json};

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};

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

/// What AWS refuses, in its own words.
#[derive(Clone, Debug)]
struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
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
        Ok(pages)
    }

    fn operation(&self, question: &Question, place: &Place) -> Operation<Question, Value, Refusal> {
        let config = &self.config;
        let retry = config.retry_config().cloned();
        let mut builder = Operation::builder()
            .service_name(question.service.iam())
            .operation_name(question.operation)
            .behavior_version(
                config
                    .behavior_version()
                    .unwrap_or_else(BehaviorVersion::latest),
            )
            .endpoint_url(&place.url)
            .standard_retry(&retry.unwrap_or_else(aws_config::retry::RetryConfig::standard))
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .with_connection_poisoning()
            .runtime_plugin(self.signing(question.service, place));
        if let Some(timeouts) = config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(time) = config.time_source() {
            builder = builder.time_source(time);
        }
        if let Some(client) = config.http_client() {
            builder = builder.http_client(client);
        }
        let protocol = question.service.protocol();
        builder
            .serializer(|question: Question| request(&question))
            .deserializer(move |response: &HttpResponse| answer(response, protocol))
            .build()
    }

    /// Signature version 4, with the credentials that the configuration has.
    fn signing(&self, service: Service, place: &Place) -> StaticRuntimePlugin {
        let mut layer = Layer::new("ProbeSigning");
        layer.store_put(SigningName::from_static(service.signed_as()));
        layer.store_put(SigningRegion::from(aws_config::Region::new(
            place.region.clone(),
        )));
        layer.store_put(AuthSchemeOptionResolverParams::from(
            StaticAuthSchemeOptionResolverParams::new(),
        ));
        let mut options = SigningOptions::default();
        options.double_uri_encode = true;
        options.normalize_uri_path = true;
        layer.store_put(SigV4OperationSigningConfig {
            signing_options: options,
            ..SigV4OperationSigningConfig::default()
        });
        let cache = self.config.identity_cache();
        let mut components = RuntimeComponentsBuilder::new("ProbeSigning")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
                StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
            )))
            .with_identity_cache(Some(cache.unwrap_or_else(|| IdentityCache::lazy().build())));
        if let Some(credentials) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        }
        StaticRuntimePlugin::new()
            .with_config(layer.freeze())
            .with_runtime_components(components)
    }

    /// Where the question goes, and the region it is signed for.
    ///
    /// The SDK's table of partitions is inside each of its clients: every regional service's
    /// name stands where Auto Scaling's does.
    async fn place(&self, question: &Question) -> Result<Place, AwsError> {
        let unknown = |cause, message: String| AwsError {
            service: question.service.iam(),
            operation: question.operation,
            cause,
            message,
        };
        let region = self.region().to_owned();
        let signed_for = question.service.home(&region).map_or(region, str::to_owned);
        if let Some(url) = self.config.endpoint_url() {
            return Ok(Place {
                url: url.to_owned(),
                region: signed_for,
            });
        }
        let params = Params::builder()
            .set_region(Some(signed_for.clone()).filter(|region| !region.is_empty()))
            .use_fips(self.config.use_fips().unwrap_or_default())
            .use_dual_stack(self.config.use_dual_stack().unwrap_or_default())
            .build()
            .map_err(|error| unknown(Cause::Other, error.to_string()))?;
        let endpoint = DefaultResolver::new()
            .resolve_endpoint(&params)
            .await
            .map_err(|error| unknown(Cause::NoRegion, error.to_string()))?;
        Ok(Place {
            url: question.service.host(endpoint.url(), &signed_for),
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
            with_body("application/x-www-form-urlencoded", form)?
        }
        (Input::Json(document), Protocol::Json { target, version }) => {
            let mut request = with_body(
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

fn with_body(kind: &str, body: String) -> Result<HttpRequest, BoxError> {
    let length = body.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.insert("content-type", kind.to_owned());
    headers.insert("content-length", length);
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
    Err(OrchestratorError::operation(Refusal(refusal(
        text, protocol, header,
    ))))
}

/// The code and message of a refusal, in whichever form the protocol has them.
fn refusal(text: &str, protocol: Protocol, header: Option<&str>) -> ErrorMetadata {
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
    // `com.amazonaws.sns#NotFound` and `NotFound:http://…` are both `NotFound`.
    let code = code.rsplit('#').next().unwrap_or(code);
    let code = code.split(':').next().unwrap_or(code);
    let message = ["Message", "message", "errorMessage"]
        .iter()
        .map(|key| tree::text(&error, key))
        .find(|message| !message.is_empty());
    let mut refusal = ErrorMetadata::builder();
    if !code.is_empty() {
        refusal = refusal.code(code);
    }
    if let Some(message) = message {
        refusal = refusal.message(message);
    }
    refusal.build()
}

#[cfg(test)]
mod tests;
