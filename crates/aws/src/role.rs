//! The role of a target: credentials for another account.
//!
//! The SDK's own provider for this falls back to every source of credentials there is, and so
//! brings them all into a function that has one (docs/decisions/size.md).

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, future};
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime::client::identity::IdentityCache;

use crate::metrics::calls::CountCalls;

/// What AWS's own records of calls show as who made them.
const SESSION: &str = "nightcap";

/// A role that is assumed with the credentials of a configuration, in its region.
#[derive(Debug)]
pub(crate) struct Role {
    arn: String,
    sts: Client,
}

impl Role {
    /// The role of this ARN; every request for it is counted.
    pub(crate) fn new(arn: &str, config: &SdkConfig, calls: CountCalls) -> Self {
        let builder = Builder::from(config)
            // Its client would keep the credentials of who asks beside those that it gets.
            .identity_cache(IdentityCache::no_cache())
            .interceptor(calls);
        Self {
            arn: arn.to_owned(),
            sts: Client::from_conf(builder.build()),
        }
    }

    async fn assume(&self) -> Result {
        let asking = self.sts.assume_role().role_arn(&self.arn);
        let answer = asking.role_session_name(SESSION).send().await;
        let given = answer.map_err(refused)?.credentials;
        let given = given.ok_or_else(|| CredentialsError::unhandled("STS gave no credentials"))?;
        let until = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        let credentials = Credentials::builder()
            .access_key_id(given.access_key_id)
            .secret_access_key(given.secret_access_key)
            .session_token(given.session_token)
            .expiry(until)
            .provider_name("AssumeRole");
        Ok(credentials.build())
    }
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

fn refused(error: SdkError<AssumeRoleError>) -> CredentialsError {
    let wrong = match error.as_service_error() {
        Some(answer) => {
            answer.is_region_disabled_exception() || answer.is_malformed_policy_document_exception()
        }
        None => false,
    };
    if wrong {
        CredentialsError::invalid_configuration(error)
    } else {
        CredentialsError::provider_error(error)
    }
}
