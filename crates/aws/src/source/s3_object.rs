//! One object of S3, read with a signed request.
//!
//! S3's own client knows uploads in parts, a dozen checksums and every kind of bucket: a
//! sixth of a function's zip, to read one small file (docs/decisions/size.md). Here the
//! SDK's signature, HTTP client, retries and time limits serve without it.

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningError,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::service_config::ServiceConfigKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use xmlparser::{Token, Tokenizer};

use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};

/// What stands in an address as it is: RFC 3986's unreserved characters, and the slash.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What S3 says instead of the object.
#[derive(Debug, Error)]
#[error("{0}")]
struct Refusal(ErrorMetadata);

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Why no request could be made.
#[derive(Debug, Error)]
enum Unmade {
    #[error("no identity resolver: there is no source of credentials")]
    NoCredentials,
    #[error("credentials: {0}")]
    Credentials(#[from] CredentialsError),
    #[error("missing region")]
    NoRegion,
    #[error("the request cannot be signed: {0}")]
    Unsigned(#[from] SigningError),
    #[error("the request cannot be signed: {0}")]
    Incomplete(#[from] aws_sigv4::sign::v4::signing_params::BuildError),
}

/// Reads an object's first bytes, up to this many.
///
/// # Errors
/// Whatever AWS refuses, or why it could not be asked.
pub(crate) async fn read(
    clients: &Clients,
    bucket: &str,
    key: &str,
    limit: usize,
) -> Result<Vec<u8>, AwsError> {
    let answer = match Place::of(clients.config(), bucket, key) {
        Ok(place) => ask(clients, place, limit).await,
        Err(unmade) => Err(SdkError::construction_failure(unmade)),
    };
    answer.map_err(|error| AwsError::from_sdk("s3", "GetObject", &error))
}

async fn ask(
    clients: &Clients,
    place: Place,
    limit: usize,
) -> Result<Vec<u8>, SdkError<Refusal, HttpResponse>> {
    let config = clients.config();
    let mut headers = signature(config, &place)
        .await
        .map_err(SdkError::construction_failure)?;
    // Never more than is asked for, however large the object is.
    headers.push((
        "range".to_owned(),
        format!("bytes=0-{}", limit.saturating_sub(1)),
    ));
    let once = RetryConfig::disabled();
    let mut asking = Operation::builder()
        .service_name("s3")
        .operation_name("GetObject")
        .with_connection_poisoning()
        .no_auth()
        .endpoint_url(&place.endpoint)
        .interceptor(clients.counting())
        .standard_retry(config.retry_config().unwrap_or(&once))
        .retry_classifier(TransientErrorClassifier::<Refusal>::new())
        .retry_classifier(HttpStatusCodeClassifier::default());
    if let Some(limits) = config.timeout_config() {
        asking = asking.timeout_config(limits.clone());
    }
    if let Some(client) = config.http_client() {
        asking = asking.http_client(client);
    }
    if let Some(sleep) = config.sleep_impl() {
        asking = asking.sleep_impl(sleep);
    }
    asking
        .serializer(move |()| request(&place.path, &headers))
        .deserializer(object)
        .build()
        .invoke(())
        .await
}

/// Where an object is.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    endpoint: String,
    path: String,
    region: Region,
}

impl Place {
    fn of(config: &SdkConfig, bucket: &str, key: &str) -> Result<Self, Unmade> {
        let region = config.region().filter(|region| !region.as_ref().is_empty());
        let region = region.ok_or(Unmade::NoRegion)?.clone();
        let key = utf8_percent_encode(key, PLAIN);
        if let Some(endpoint) = own_endpoint(config) {
            // A bucket is no subdomain of a loopback address.
            return Ok(Self {
                endpoint: endpoint.trim_end_matches('/').to_owned(),
                path: format!("/{bucket}/{key}"),
                region,
            });
        }
        // `aws` and GovCloud share a domain; China has its own.
        let domain = match region.as_ref() {
            china if china.starts_with("cn-") => "amazonaws.com.cn",
            _ => "amazonaws.com",
        };
        let host = format!("s3.{region}.{domain}");
        // S3's certificate names one level of subdomains.
        let (host, path) = if bucket.contains('.') {
            (host, format!("/{bucket}/{key}"))
        } else {
            (format!("{bucket}.{host}"), format!("/{key}"))
        };
        Ok(Self {
            endpoint: format!("https://{host}"),
            path,
            region,
        })
    }
}

/// The endpoint that replaces AWS's own: for S3 alone, or for all.
fn own_endpoint(config: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok();
    let own = key.and_then(|key| config.service_config()?.load_config(key));
    own.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// The headers that prove who asks.
async fn signature(config: &SdkConfig, place: &Place) -> Result<Vec<(String, String)>, Unmade> {
    let provider = config.credentials_provider().ok_or(Unmade::NoCredentials)?;
    let identity = provider.provide_credentials().await?.into();
    let mut settings = SigningSettings::default();
    // As S3 wants it: its paths are taken as they are.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(place.region.as_ref())
        .name("s3")
        .time(config.time_source().unwrap_or_default().now())
        .settings(settings)
        .build()?
        .into();
    let url = format!("{}{}", place.endpoint, place.path);
    let unsigned = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let signed = sign(unsigned, &parameters)?.into_parts().0;
    let headers = signed.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

fn request(path: &str, headers: &[(String, String)]) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(path)?;
    for (name, value) in headers {
        request
            .headers_mut()
            .try_insert(name.clone(), value.clone())?;
    }
    Ok(request)
}

fn object(answer: &HttpResponse) -> Result<Vec<u8>, OrchestratorError<Refusal>> {
    let body = answer.body().bytes().unwrap_or_default();
    if answer.status().is_success() {
        return Ok(body.to_vec());
    }
    let refusal = refusal(body);
    // An empty object has no first byte to send.
    if refusal.0.code() == Some("InvalidRange") {
        return Ok(vec![]);
    }
    Err(OrchestratorError::operation(refusal))
}

/// Reads S3's `<Error><Code>…</Code><Message>…</Message></Error>`.
fn refusal(body: &[u8]) -> Refusal {
    let mut told = ErrorMetadata::builder();
    let mut element = "";
    for token in Tokenizer::from(str::from_utf8(body).unwrap_or_default()) {
        match token {
            Ok(Token::ElementStart { local, .. }) => element = local.as_str(),
            Ok(Token::Text { text }) if element == "Code" => told = told.code(text.as_str()),
            Ok(Token::Text { text }) if element == "Message" => told = told.message(text.as_str()),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Refusal(told.build())
}

#[cfg(test)]
mod tests;
