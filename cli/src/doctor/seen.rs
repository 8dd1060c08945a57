//! What was seen on the way to AWS and back: whether calls were allowed, and AWS's clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use nightcap_aws::clock;
use nightcap_aws::probe::{Exchange, tree};

/// What the answers told besides what they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The caller of each access key, as `GetCallerIdentity` told it.
    callers: BTreeMap<String, String>,
    /// By access key and action: whether AWS allowed it.
    allowed: BTreeMap<(String, String, String), bool>,
    /// Seconds by which AWS's clock is ahead, of the first answer.
    skew: Option<i64>,
}

impl Seen {
    /// Takes note of a call.
    pub(crate) fn note(&self, exchange: &Exchange) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.skew.is_none() {
            let date = DateTime::parse_from_rfc2822(&exchange.date).ok();
            inner.skew = date.map(|date| (date.to_utc() - local()).num_seconds());
        }
        if exchange.operation == "GetCallerIdentity" && exchange.status == 200 {
            let result = exchange.answer.get("GetCallerIdentityResponse");
            let result = result.and_then(|answer| answer.get("GetCallerIdentityResult"));
            if let Some(result) = result {
                let arn = tree::text(result, "Arn").to_owned();
                inner.callers.insert(exchange.key.clone(), arn);
            }
        }
        if let Some(action) = action(exchange) {
            let refused = matches!(exchange.status, 400 | 403) && is_denial(exchange);
            let key = (exchange.key.clone(), exchange.region.clone(), action);
            // What was refused once is missing, whatever else was allowed.
            let before = inner.allowed.get(&key).copied().unwrap_or(true);
            if refused || exchange.status < 300 {
                inner.allowed.insert(key, before && !refused);
            }
        }
    }

    /// Whether this caller was allowed an action in a region; none if it was not tried.
    pub(crate) fn allowed(&self, caller: &str, region: &str, action: &str) -> Option<bool> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .allowed
            .iter()
            .find(|((key, there, tried), _)| {
                there == region
                    && tried == action
                    && inner.callers.get(key).is_some_and(|known| known == caller)
            })
            .map(|(_, allowed)| *allowed)
    }

    /// Seconds by which AWS's clock is ahead of this machine's.
    pub(crate) fn skew(&self) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).skew
    }
}

/// This machine's clock, whatever instant the command looks at.
fn local() -> DateTime<Utc> {
    clock::now()
}

/// The action as IAM names it.
fn action(exchange: &Exchange) -> Option<String> {
    let service = match exchange.service.as_str() {
        "tagging" => "tag",
        other => other,
    };
    let operation = match (service, exchange.operation.as_str()) {
        ("eks", path) if path.contains("/node-groups/") => "DescribeNodegroup",
        (_, operation) if operation.contains(' ') => return None,
        (_, operation) => operation,
    };
    Some(format!("{service}:{operation}"))
}

fn is_denial(exchange: &Exchange) -> bool {
    let text = exchange.answer.to_string();
    [
        "AccessDenied",
        "UnauthorizedOperation",
        "AuthorizationError",
    ]
    .iter()
    .any(|code| text.contains(code) || exchange.error.contains(code))
}
