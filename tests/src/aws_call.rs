//! Calls to AWS without its SDK: a test sees what was answered, byte for byte.

use serde_json::Value;

/// What AWS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body: XML or JSON, as the service speaks.
    pub body: String,
}

impl AwsAnswer {
    /// The texts of all XML elements of this name, in order.
    pub fn all(&self, element: &str) -> Vec<&str> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        self.body
            .split(&open)
            .skip(1)
            .filter_map(|rest| rest.split(&close).next())
            .collect()
    }

    /// The text of the first XML element of this name.
    pub fn text(&self, element: &str) -> &str {
        self.all(element)
            .first()
            .unwrap_or_else(|| panic!("no <{element}> in {}", self.body))
    }

    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The same, if AWS did as it was told.
    pub(crate) fn fine(self, asked: &str) -> Self {
        assert!(self.status < 300, "{asked}: {} {}", self.status, self.body);
        self
    }
}

/// A header that tells the embedded AWS which service and region is meant. The signature in
/// it is none: only an AWS that lets everybody in takes it.
pub(crate) fn authorization(service: &str, region: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=embedded/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
