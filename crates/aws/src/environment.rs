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
use aws_credential_types::provider::SharedCredentialsProvider;
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
                EnvironmentVariableCredentialsProvider::new(),
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
        Some(value.into_owned())
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

    #[tokio::test]
    async fn it_has_what_a_client_does_not_bring_itself() {
        let config = config().await;
        // Without these an SDK client retries nothing, and cannot tell what has expired.
        assert!(config.sleep_impl().is_some() && config.time_source().is_some());
        assert!(config.credentials_provider().is_some() && config.identity_cache().is_some());
    }
}
