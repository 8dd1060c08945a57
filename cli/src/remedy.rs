//! What a person at a terminal does about an error of AWS.
//!
//! The functions have a role and a next tick; a person has a profile, a session that expires and
//! options to mistype. What is the same for both comes from the error itself.

use std::fmt;

use nightcap_aws::error::{AwsError, Cause};
use nightcap_domain::config::nearest_region;

use crate::profile::profiles;
use crate::source::Session;

/// What to do about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The session of a profile of IAM Identity Center has ended, or never began.
    SignIn { profile: Option<String> },
    /// Credentials given as such have expired.
    Renew,
    /// The profile that is used gives no credentials that AWS knows.
    Profile { profile: String },
    /// Nobody is signed in.
    NoCredentials,
    /// The ledger's table is not there.
    NoTable { table: String, region: String },
    /// There is no such region, or nobody answers in it.
    Unreachable {
        region: Option<String>,
        nearest: Option<String>,
    },
    /// The caller may not do this.
    Allow { action: String },
    /// AWS's own words say more.
    Read { action: String },
    /// What the error itself says.
    Said(String),
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn {
                profile: Some(profile),
            } => write!(f, "sign in anew: aws sso login --profile {profile}"),
            Self::SignIn { profile: None } => f.write_str("sign in anew: aws sso login"),
            Self::Renew => f.write_str(
                "the credentials have expired: get new ones, and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN together",
            ),
            Self::Profile { profile } => write!(
                f,
                "the profile {profile} gives no credentials that AWS accepts: try aws sts get-caller-identity --profile {profile}"
            ),
            Self::NoCredentials => f.write_str(
                "sign in: give --profile, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ),
            Self::NoTable { table, region } => write!(
                f,
                "there is no table {table} in {region}: correct --table or NIGHTCAP_TABLE, or the region (--region)"
            ),
            Self::Unreachable { region, nearest } => {
                f.write_str("check the network and AWS_ENDPOINT_URL")?;
                if let Some(region) = region {
                    write!(f, ", and whether {region} is the region")?;
                }
                match nearest {
                    Some(nearest) => write!(f, " (did you mean {nearest:?}?)"),
                    None => Ok(()),
                }
            }
            Self::Allow { action } => write!(
                f,
                "allow {action} to whoever is signed in; docs/security.md lists what Nightcap needs"
            ),
            Self::Read { action } => write!(f, "read what AWS says about {action}"),
            Self::Said(text) => f.write_str(text),
        }
    }
}

impl Remedy {
    /// What to do about an error, for whoever is signed in.
    pub(crate) fn of(error: &AwsError, session: &Session, region: Option<&str>) -> Self {
        let action = format!("{}:{}", error.service, error.operation);
        match error.cause {
            Cause::Credentials => Self::of_credentials(error, session),
            // A session that cannot be read is told as if the network were at fault.
            Cause::Unreachable if error.message.to_ascii_lowercase().contains("sso") => {
                Self::of_credentials(error, session)
            }
            Cause::Gone if error.service == "dynamodb" => Self::NoTable {
                table: session.table().unwrap_or_default(),
                region: region.unwrap_or("this region").to_owned(),
            },
            Cause::Unreachable => Self::Unreachable {
                region: region.map(str::to_owned),
                nearest: region.and_then(nearest_region),
            },
            Cause::Denied => Self::Allow { action },
            Cause::Other => Self::Read { action },
            _ => Self::Said(error.remedy().en.into_owned()),
        }
    }

    fn of_credentials(error: &AwsError, session: &Session) -> Self {
        let profile = session.profile();
        let known = profiles();
        let used = profile.as_deref().unwrap_or("default");
        let said = error.message.to_ascii_lowercase();
        // A profile that was asked for comes before keys in variables.
        let signs_in = known.get(used).is_some_and(|profile| profile.signs_in);
        if signs_in {
            return Self::SignIn { profile };
        }
        if said.contains("expired") {
            return Self::Renew;
        }
        match profile {
            Some(profile) => Self::Profile { profile },
            None => Self::NoCredentials,
        }
    }
}
