//! Where the price book is: the value of `NIGHTCAP_PRICES`, a place as for the configuration.

use nightcap_domain::money::price::{PriceBook, PriceBookError};
use thiserror::Error;

use crate::clients::Clients;
use crate::config_source::{self, ConfigSourceError, ConfigText, LIMIT};

/// A price book that could not be had.
#[derive(Debug, Error)]
pub enum PriceSourceError {
    /// It could not be fetched.
    #[error("{}", told(.0))]
    Unread(ConfigSourceError),
    /// What is there is no price book.
    #[error("{name}: {error}")]
    Malformed {
        /// Where it is.
        name: String,
        /// What is wrong, with its line.
        error: PriceBookError,
    },
}

/// The same places, called by the name of what was looked for.
fn told(error: &ConfigSourceError) -> String {
    match error {
        ConfigSourceError::Empty => {
            "the price book is not named: set NIGHTCAP_PRICES to a path, ssm://name, s3://bucket/key, or the CSV itself".to_owned()
        }
        ConfigSourceError::Form(place) => format!(
            "{place:?} is no place for a price book: write a path, ssm://name or s3://bucket/key"
        ),
        ConfigSourceError::NoFile { path } => {
            format!("{path}: there is no such file; `NIGHTCAP_PRICES` or `--prices` names it")
        }
        ConfigSourceError::NotText { name } => {
            format!("{name}: this is no UTF-8 text; a price book is CSV")
        }
        ConfigSourceError::TooLarge { name } => {
            format!("{name}: this is larger than {LIMIT} bytes; a price book is not")
        }
        ConfigSourceError::Missing { name, region } => format!(
            "{name}: there is none in {region}; create it, or correct NIGHTCAP_PRICES or the region"
        ),
        other => other.to_string(),
    }
}

/// The book that a value names, which is read only where AWS need not be asked.
///
/// # Errors
/// If nothing can be read there, it is no price book, or it stands in AWS.
pub fn read_local(value: &str) -> Result<PriceBook, PriceSourceError> {
    parsed(config_source::fetch_local(value).map_err(PriceSourceError::Unread)?)
}

/// The book that a value names:
///
/// - a path: `prices.csv`
/// - the CSV itself, which has a line break
/// - a parameter of Systems Manager, `ssm://name`, or an object in S3, `s3://bucket/key`
///
/// # Errors
/// If nothing can be read there, or it is no price book; each error names the place.
pub async fn read(value: &str, clients: &Clients) -> Result<PriceBook, PriceSourceError> {
    let text = config_source::fetch(value, clients).await;
    parsed(text.map_err(PriceSourceError::Unread)?)
}

fn parsed(source: ConfigText) -> Result<PriceBook, PriceSourceError> {
    PriceBook::from_csv(&source.text).map_err(|error| PriceSourceError::Malformed {
        name: match source.name.as_str() {
            "NIGHTCAP_CONFIG" => "NIGHTCAP_PRICES".to_owned(),
            _ => source.name,
        },
        error,
    })
}
