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

use crate::client::CountCalls;

/// What AWS's own records of calls show as who made them, where no tick does.
pub(crate) const SESSION: &str = "nightcap";

/// The most characters of a session's name.
const LONGEST_SESSION: usize = 64;

/// How a role is assumed.
///
/// No source identity is sent: `AssumeRole` with one is refused unless the role's trust policy
/// allows `sts:SetSourceIdentity` ("Monitor and control actions taken with assumed roles", IAM
/// User Guide), which roles that exist do not. The session's name tells the tick as well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assumed<'a> {
    pub(crate) role: &'a str,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) session: &'a str,
}

/// A name that STS takes: 2 to 64 letters, digits and `_+=,.@-` (`RoleSessionName`, AWS Security
/// Token Service API Reference).
fn session_name(wanted: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let name: String = wanted
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(LONGEST_SESSION)
        .collect();
    if name.len() < 2 {
        SESSION.to_owned()
    } else {
        name
    }
}

/// A role that is assumed with the credentials of a configuration, in its region.
#[derive(Debug)]
pub(crate) struct Role {
    arn: String,
    external_id: Option<String>,
    session: String,
    sts: Client,
}

impl Role {
    /// This role; every request for it is counted.
    pub(crate) fn new(assumed: Assumed<'_>, config: &SdkConfig, calls: CountCalls) -> Self {
        let builder = Builder::from(config)
            // Its client would keep the credentials of who asks beside those that it gets.
            .identity_cache(IdentityCache::no_cache())
            .interceptor(calls);
        Self {
            arn: assumed.role.to_owned(),
            external_id: assumed.external_id.map(str::to_owned),
            session: session_name(assumed.session),
            sts: Client::from_conf(builder.build()),
        }
    }

    async fn assume(&self) -> Result {
        let asking = self.sts.assume_role().role_arn(&self.arn);
        let asking = asking.set_external_id(self.external_id.clone());
        let answer = asking.role_session_name(&self.session).send().await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sessions_name_is_the_ticks_id_in_the_characters_that_sts_takes() {
        let id = "1-5759e988-bd862e3fe1be46a994272793";
        assert_eq!(session_name(id), id);
        assert_eq!(session_name("a b/\u{e9}"), "a-b--");
        assert_eq!(session_name(&"x".repeat(99)).len(), 64);
        for short in ["", "x"] {
            assert_eq!(session_name(short), "nightcap");
        }
    }
}
