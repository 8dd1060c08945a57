//! Figures for CloudWatch: what a function did, as one line of its log.
//!
//! [`emf`] knows the format, [`Calls`] counts what is asked of AWS, and each function says in
//! its own `figures.rs` what it measures. Nothing here calls AWS: CloudWatch reads the log.

pub mod emf;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use nightcap_reconcile::calls::{CallCount, Calls};
use nightcap_reconcile::settings::setting;

use emf::{Line, Unit};

/// The namespace, where `NIGHTCAP_METRICS_NAMESPACE` names no other.
pub const NAMESPACE: &str = "Nightcap";

/// Publishes the figures of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    namespace: String,
    function: String,
}

impl Publisher {
    /// By `NIGHTCAP_METRICS_NAMESPACE` and by the name that Lambda gives the function;
    /// `function` stands in where this is no Lambda.
    pub fn from_environment(function: &str) -> Self {
        Self {
            namespace: setting("NIGHTCAP_METRICS_NAMESPACE")
                .unwrap_or_else(|| NAMESPACE.to_owned()),
            function: setting("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| function.to_owned()),
        }
    }

    /// Writes figures to standard output, as one line. `now` is the real present: CloudWatch
    /// takes no figures of next week, which is when a rehearsal may take place.
    pub fn publish(&self, line: &Line, now: DateTime<Utc>) {
        let mut text = line.render(&self.namespace, &self.function, now);
        text.push('\n');
        // In one piece, so that no log line comes between. Who cannot write has nobody to tell.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

/// Measures an invocation.
#[derive(Debug)]
pub struct Meter {
    calls: Arc<Calls>,
    began: Mutex<Instant>,
}

/// What something has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// How long.
    pub duration: Duration,
    /// What was asked of AWS.
    pub calls: CallCount,
}

impl Meter {
    /// Begins to measure what these clients, and those of their targets, do.
    pub fn begin(calls: Arc<Calls>) -> Self {
        let _ = calls.take();
        Self {
            calls,
            began: Mutex::new(Instant::now()),
        }
    }

    /// What was done since the beginning, or since this was asked last.
    pub fn lap(&self) -> Effort {
        let mut began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let duration = now - std::mem::replace(&mut *began, now);
        Effort {
            duration,
            calls: self.calls.take(),
        }
    }
}

impl Effort {
    /// The figures with this effort.
    #[must_use]
    pub fn told_in(&self, line: Line) -> Line {
        let milliseconds = u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX);
        line.gauge("Duration", Unit::Milliseconds, milliseconds)
            .gauge("AwsCalls", Unit::Count, self.calls.calls)
            .count("AwsRetries", self.calls.retries)
            .property("aws_calls", by_service(&self.calls))
    }
}

/// How many calls each service took.
fn by_service(count: &CallCount) -> Value {
    let of = |(service, count): (&String, &u64)| (service.clone(), (*count).into());
    Value::Object(count.by_service.iter().map(of).collect())
}
