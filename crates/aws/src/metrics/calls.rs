//! What is asked of AWS, counted where it leaves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// Counts calls; one count for all clients that share it.
#[derive(Debug, Default)]
pub struct Calls(Mutex<CallCount>);

/// How often AWS was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCount {
    /// Requests sent, the repeated ones included: what AWS sees and limits.
    pub calls: u64,
    /// How many of them repeated an earlier one.
    pub retries: u64,
    /// The same requests by service, as the SDK names it (`RDS`, `Auto Scaling`).
    pub by_service: BTreeMap<String, u64>,
}

impl Calls {
    /// What was counted since this was asked last.
    pub fn take(&self) -> CallCount {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, service: &str, is_retry: bool) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.calls += 1;
        count.retries += u64::from(is_retry);
        match count.by_service.get_mut(service) {
            Some(known) => *known += 1,
            None => {
                count.by_service.insert(service.to_owned(), 1);
            }
        }
    }
}

impl CallCount {
    /// The requests by service, as JSON.
    pub fn by_service_json(&self) -> Value {
        let of = |(service, count): (&String, &u64)| (service.clone(), (*count).into());
        Value::Object(self.by_service.iter().map(of).collect())
    }
}

/// Counts every request of a client, right before it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct CountCalls(pub(crate) Arc<Calls>);

impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = config.load::<RequestAttempts>();
        let service = config
            .load::<Metadata>()
            .map_or("unknown", Metadata::service);
        let is_retry = attempt.is_some_and(|attempt| attempt.attempts() > 1);
        self.0.add(service, is_retry);
        Ok(())
    }
}
