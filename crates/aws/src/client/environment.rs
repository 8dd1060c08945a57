//! What Lambda tells a function in its environment, as the SDK wants it.
//!
//! The SDK's own way looks into profiles and asks the network for credentials besides: a
//! laptop needs that ([`Clients::from_environment`](crate::clients::Clients::from_environment)),
//! and a function would carry it for nothing (docs/decisions/size.md).

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::EnvConfigValue;
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::settings::setting;

/// The settings of the environment: region, credentials, endpoints (`AWS_ENDPOINT_URL`, and
/// those of single services), FIPS and dual stack.
pub(crate) async fn config() -> SdkConfig {
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        // A chain of one: it says which sources were looked at when there is nothing.
        .credentials_provider(SharedCredentialsProvider::new(
            CredentialsProviderChain::first_try(
                "Environment",
                Sound(EnvironmentVariableCredentialsProvider::new()),
            ),
        ))
        .identity_cache(IdentityCache::lazy().build())
        .time_source(SharedTimeSource::default())
        .service_config(Variables(Env::real()));
    builder.set_sleep_impl(default_async_sleep());
    builder.set_endpoint_url(setting("AWS_ENDPOINT_URL"));
    builder.set_use_fips(flag("AWS_USE_FIPS_ENDPOINT"));
    builder.set_use_dual_stack(flag("AWS_USE_DUALSTACK_ENDPOINT"));
    builder.build()
}

fn flag(name: &str) -> Option<bool> {
    setting(name).map(|value| value.eq_ignore_ascii_case("true"))
}

/// Credentials that can be sent: the SDK puts them into a header as they are, and panics where
/// that takes no such character.
#[derive(Debug)]
struct Sound(EnvironmentVariableCredentialsProvider);

impl ProvideCredentials for Sound {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = self.0.provide_credentials().await?;
            match unsendable(&found) {
                Some(name) => Err(CredentialsError::invalid_configuration(format!(
                    "{name} has a character that cannot be sent: write it without line breaks, spaces and quotation marks"
                ))),
                None => Ok(found),
            }
        })
    }
}

/// The variable whose value cannot be sent. It is not repeated: it may be a secret.
fn unsendable(credentials: &Credentials) -> Option<&'static str> {
    let is_sound = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    [
        ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
        (
            "AWS_SECRET_ACCESS_KEY",
            Some(credentials.secret_access_key()),
        ),
        ("AWS_SESSION_TOKEN", credentials.session_token()),
    ]
    .into_iter()
    .find(|(_, value)| value.is_some_and(|value| !is_sound(value)))
    .map(|(name, _)| name)
}

/// The variables of single services: `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct Variables(Env);

impl LoadServiceConfig for Variables {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let value = EnvConfigValue::new()
            .env(key.env())
            .profile(key.profile())
            .service_id(key.service_id());
        let (value, _) = value.load(&self.0, None)?;
        // An empty variable is none: the SDK takes it for an address, and panics.
        Some(value.into_owned()).filter(|value| !value.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_service_has_an_endpoint_of_its_own() {
        let variables = Variables(Env::from_slice(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_AUTO_SCALING", "http://127.0.0.1:2"),
        ]));
        let of = |service| {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .profile("endpoint_url")
                .env("AWS_ENDPOINT_URL");
            variables.load_config(key.build().unwrap())
        };
        assert_eq!(of("Auto Scaling").as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(of("DynamoDB").as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn an_empty_endpoint_is_none() {
        for empty in ["", " "] {
            let variables = Variables(Env::from_slice(&[
                ("AWS_ENDPOINT_URL", empty),
                ("AWS_ENDPOINT_URL_DYNAMODB", empty),
            ]));
            let key = ServiceConfigKey::builder()
                .service_id("DynamoDB")
                .profile("endpoint_url")
                .env("AWS_ENDPOINT_URL");
            assert_eq!(variables.load_config(key.build().unwrap()), None);
        }
    }

    #[test]
    fn credentials_that_no_header_takes_are_named_and_not_repeated() {
        let of = |id: &str, secret: &str, token: Option<&str>| {
            unsendable(&Credentials::new(
                id,
                secret,
                token.map(str::to_owned),
                None,
                "tests",
            ))
        };
        assert_eq!(of("AKIA", "se/cret+", Some("tok==")), None);
        assert_eq!(of("AKIA\nX", "s", None), Some("AWS_ACCESS_KEY_ID"));
        assert_eq!(of("AKIA", "s ", None), Some("AWS_SECRET_ACCESS_KEY"));
        assert_eq!(of("AKIA", "s", Some("é")), Some("AWS_SESSION_TOKEN"));
    }

    #[tokio::test]
    async fn it_has_what_a_client_does_not_bring_itself() {
        let config = config().await;
        // Without these an SDK client retries nothing, and cannot tell what has expired.
        assert!(config.sleep_impl().is_some() && config.time_source().is_some());
        assert!(config.credentials_provider().is_some() && config.identity_cache().is_some());
    }
}
