//! Where the configuration is: the value of `NIGHTCAP_CONFIG`.

use std::io::{ErrorKind, Read};

use thiserror::Error;

use crate::clients::Clients;
use crate::error::{AwsError, Cause};
use crate::{parameter, s3_object};

/// The largest configuration that is read: a thousand environments are a tenth of it.
pub const LIMIT: usize = 1024 * 1024;

/// A configuration's text, not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigText {
    /// The text, YAML or JSON.
    pub text: String,
    /// What error messages call the place it came from.
    pub name: String,
}

/// A configuration that could not be fetched.
#[derive(Debug, Error)]
pub enum ConfigSourceError {
    /// There is no value.
    #[error(
        "the configuration is not named: set NIGHTCAP_CONFIG to a path, ssm://name, s3://bucket/key, or the YAML itself"
    )]
    Empty,
    /// The value has the form of an address, and of none that is known.
    #[error("{0:?} is no place for a configuration: write a path, ssm://name or s3://bucket/key")]
    Form(String),
    /// There is no such file.
    #[error("{path}: there is no such file; `NIGHTCAP_CONFIG` or `--config` names it")]
    NoFile {
        /// As it was given.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: {error}; make it a file that this user may read")]
    Unreadable {
        /// As it was given.
        path: String,
        /// Why not.
        error: std::io::Error,
    },
    /// What is there is no text.
    #[error(
        "{name}: this is no UTF-8 text (UTF-16 or another encoding); save it as UTF-8: a configuration is YAML or JSON"
    )]
    NotText {
        /// Where it is.
        name: String,
    },
    /// What is there is too large.
    #[error("{name}: this is larger than {LIMIT} bytes; a configuration is not")]
    TooLarge {
        /// Where it is.
        name: String,
    },
    /// There is no such parameter or object.
    #[error(
        "{name}: there is none in {region}; create it, or correct NIGHTCAP_CONFIG or the region"
    )]
    Missing {
        /// Where it should be.
        name: String,
        /// The region that was asked.
        region: String,
    },
    /// AWS refuses to hand it out, or could not be asked.
    #[error("{name}: {error}; {}", error.remedy().en)]
    Aws {
        /// Where it is.
        name: String,
        /// What AWS said.
        error: AwsError,
    },
}

/// What the value of `NIGHTCAP_CONFIG` or `--config` names.
enum Place<'a> {
    Inline(&'a str),
    File(&'a str),
    Parameter(&'a str),
    Object { bucket: &'a str, key: &'a str },
}

impl<'a> Place<'a> {
    fn of(value: &'a str) -> Result<Self, ConfigSourceError> {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Err(ConfigSourceError::Empty);
        }
        // `trim` takes away a line break at the end, which a shell or an editor adds to a path.
        if trimmed.contains('\n') || trimmed.starts_with('{') {
            return Ok(Self::Inline(value));
        }
        let unknown = || ConfigSourceError::Form(trimmed.to_owned());
        match trimmed.split_once("://") {
            None => Ok(Self::File(trimmed)),
            Some(("ssm", parameter)) if !parameter.is_empty() => Ok(Self::Parameter(parameter)),
            Some(("s3", path)) => match path.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                    Ok(Self::Object { bucket, key })
                }
                _ => Err(unknown()),
            },
            Some(_) => Err(unknown()),
        }
    }
}

/// Whether AWS must be asked for the configuration that this value names.
pub fn is_remote(value: &str) -> bool {
    matches!(
        Place::of(value),
        Ok(Place::Parameter(_) | Place::Object { .. })
    )
}

/// Fetches a configuration that stands in a file or in the value itself.
///
/// # Errors
/// If nothing can be read there, or AWS would have to be asked.
pub fn fetch_local(value: &str) -> Result<ConfigText, ConfigSourceError> {
    match Place::of(value)? {
        Place::Inline(text) => inline(text),
        Place::File(path) => file(path),
        Place::Parameter(_) | Place::Object { .. } => {
            Err(ConfigSourceError::Form(value.trim().to_owned()))
        }
    }
}

/// Fetches the configuration that the value of `NIGHTCAP_CONFIG` names.
///
/// - a path: `nightcap.yaml`
/// - the text itself, YAML or JSON: it has a line break, or begins with `{`
/// - a parameter of Systems Manager: `ssm://name`, `ssm:///a/path`; decrypted
/// - an object in S3: `s3://bucket/key`
///
/// # Errors
/// If nothing can be read there; each error names the place and the remedy.
pub async fn fetch(value: &str, clients: &Clients) -> Result<ConfigText, ConfigSourceError> {
    let name = value.trim();
    match Place::of(value)? {
        Place::Parameter(parameter) => parameter_store(name, parameter, clients).await,
        Place::Object { bucket, key } => object(name, bucket, key, clients).await,
        Place::Inline(_) | Place::File(_) => fetch_local(value),
    }
}

fn inline(value: &str) -> Result<ConfigText, ConfigSourceError> {
    let name = "NIGHTCAP_CONFIG".to_owned();
    if value.len() > LIMIT {
        return Err(ConfigSourceError::TooLarge { name });
    }
    Ok(ConfigText {
        text: value.to_owned(),
        name,
    })
}

fn file(path: &str) -> Result<ConfigText, ConfigSourceError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        // One byte more than allowed tells a file that is too large; a device has no end.
        .and_then(|file| file.take(LIMIT as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => ConfigSourceError::NoFile {
                path: path.to_owned(),
            },
            _ => ConfigSourceError::Unreadable {
                path: path.to_owned(),
                error,
            },
        })?;
    text(bytes, path)
}

async fn parameter_store(
    name: &str,
    parameter: &str,
    clients: &Clients,
) -> Result<ConfigText, ConfigSourceError> {
    let value = parameter::read(clients, parameter)
        .await
        .map_err(|error| refused(name, clients, error))?;
    text(value.into_bytes(), name)
}

async fn object(
    name: &str,
    bucket: &str,
    key: &str,
    clients: &Clients,
) -> Result<ConfigText, ConfigSourceError> {
    // One byte more than allowed tells an object that is too large.
    let bytes = s3_object::read(clients, bucket, key, LIMIT.saturating_add(1))
        .await
        .map_err(|error| refused(name, clients, error))?;
    text(bytes, name)
}

fn refused(name: &str, clients: &Clients, error: AwsError) -> ConfigSourceError {
    let name = name.to_owned();
    match error.cause {
        Cause::Gone => ConfigSourceError::Missing {
            name,
            region: clients.region().unwrap_or("no region").to_owned(),
        },
        _ => ConfigSourceError::Aws { name, error },
    }
}

fn text(bytes: Vec<u8>, name: &str) -> Result<ConfigText, ConfigSourceError> {
    let name = name.to_owned();
    if bytes.len() > LIMIT {
        return Err(ConfigSourceError::TooLarge { name });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(ConfigText { text, name }),
        Err(_) => Err(ConfigSourceError::NotText { name }),
    }
}

#[cfg(test)]
mod tests;
