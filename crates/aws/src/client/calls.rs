//! What is asked of AWS, counted where it leaves.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use nightcap_reconcile::calls::Calls;

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
