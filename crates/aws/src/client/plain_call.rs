//! A call to a service without its SDK crate, on the runtime that the SDK's own clients have:
//! credentials, signature version 4, retries and time limits of the same configuration.

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_autoscaling::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
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
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};

use crate::error::Cause;

/// An error that AWS answered with: its code and its message.
#[derive(Clone, Debug)]
pub(crate) struct Refusal(pub(crate) ErrorMetadata);

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

/// Whom a call is for.
pub(crate) struct Recipient<'a> {
    /// The service's name in errors and traces.
    pub(crate) service: &'static str,
    /// The name that its requests are signed with.
    pub(crate) signed_as: &'static str,
    /// The region that they are signed for.
    pub(crate) region: Option<Region>,
    /// Where they go.
    pub(crate) url: &'a str,
}

/// What every call has, whatever its protocol: what remains to be given is how a request is
/// written and an answer read.
pub(crate) fn operation(
    config: &SdkConfig,
    recipient: Recipient<'_>,
    name: &'static str,
) -> OperationBuilder {
    let mut builder = Operation::builder()
        .service_name(recipient.service)
        .operation_name(name)
        .behavior_version(
            config
                .behavior_version()
                .unwrap_or_else(BehaviorVersion::latest),
        )
        .endpoint_url(recipient.url)
        .standard_retry(
            &config
                .retry_config()
                .cloned()
                .unwrap_or_else(aws_config::retry::RetryConfig::disabled),
        )
        .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
        .retry_classifier(TransientErrorClassifier::<Refusal>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .with_connection_poisoning()
        .runtime_plugin(signing(config, recipient.signed_as, recipient.region));
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
    builder
}

/// Signature version 4, with the credentials that the configuration has.
fn signing(
    config: &SdkConfig,
    signed_as: &'static str,
    region: Option<Region>,
) -> StaticRuntimePlugin {
    let mut layer = Layer::new("PlainCallSigning");
    layer.store_put(SigningName::from_static(signed_as));
    if let Some(region) = region {
        layer.store_put(SigningRegion::from(region));
    }
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
    let mut components = RuntimeComponentsBuilder::new("PlainCallSigning")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
        )))
        .with_identity_cache(Some(
            config
                .identity_cache()
                .unwrap_or_else(|| IdentityCache::lazy().build()),
        ));
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
    }
    StaticRuntimePlugin::new()
        .with_config(layer.freeze())
        .with_runtime_components(components)
}

/// The URL of Auto Scaling, which stands for every regional service's: the SDK's table of
/// partitions, FIPS and dual stack included, is inside each of its clients and nowhere else.
///
/// # Errors
/// If no region is known, or the partition has no such endpoint: the cause, and what the SDK says.
pub(crate) async fn regional_url(
    config: &SdkConfig,
    region: Option<String>,
) -> Result<String, (Cause, String)> {
    let params = Params::builder()
        .set_region(region)
        .use_fips(config.use_fips().unwrap_or_default())
        .use_dual_stack(config.use_dual_stack().unwrap_or_default())
        .build()
        .map_err(|error| (Cause::Other, error.to_string()))?;
    let endpoint = DefaultResolver::new()
        .resolve_endpoint(&params)
        .await
        .map_err(|error| (Cause::NoRegion, error.to_string()))?;
    Ok(endpoint.url().to_owned())
}

/// The request of a protocol that posts its parameters to `/`.
///
/// # Errors
/// None that these arguments can bring about.
pub(crate) fn post(content_type: &str, body: String) -> Result<HttpRequest, BoxError> {
    let length = body.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.insert("content-type", content_type.to_owned());
    headers.insert("content-length", length);
    Ok(request)
}

/// An error by the code and the message that a service gave it, either of which may be missing.
///
/// `com.amazonaws.sns#NotFound` and `NotFound:http://…` are both `NotFound` ("AWS JSON 1.0
/// protocol", Smithy: operation error serialization).
pub(crate) fn refusal(code: &str, message: Option<&str>) -> Refusal {
    let code = code.rsplit('#').next().unwrap_or(code);
    let code = code.split(':').next().unwrap_or(code);
    let mut metadata = ErrorMetadata::builder();
    if !code.is_empty() {
        metadata = metadata.code(code);
    }
    if let Some(message) = message {
        metadata = metadata.message(message);
    }
    Refusal(metadata.build())
}
