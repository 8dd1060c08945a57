//! The Lambda function `budget-guard`.

use std::sync::Arc;

use budget_guard::error::GuardError;
use budget_guard::handler::Guard;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use nightcap_aws::alert_ledger::{AlertStore, DynamoDbAlerts};
use nightcap_aws::clients::Clients;
use nightcap_aws::settings::setting;
use nightcap_aws::sns::Topic;
use nightcap_aws::time_left::TimeLeft;
use nightcap_lambda::logs;
use nightcap_lambda::metrics::Publisher;
use nightcap_lambda::payload::Payload;
use nightcap_reconcile::clock;
use tracing::Instrument;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::as_json(setting("RUST_LOG").as_deref());
    let clients = Arc::new(Clients::of_a_function().await);
    let topic = setting("NIGHTCAP_TOPIC_ARN").map(|arn| Topic::new(Arc::clone(&clients), arn));
    let store = setting("NIGHTCAP_TABLE").map(|table| {
        Box::new(DynamoDbAlerts::new(Arc::clone(&clients), table)) as Box<dyn AlertStore>
    });
    let guard = Guard {
        clients,
        store,
        topic,
        config: setting("NIGHTCAP_CONFIG").unwrap_or_else(|| "nightcap.yaml".to_owned()),
        inventory: setting("NIGHTCAP_INVENTORY"),
        prices: setting("NIGHTCAP_PRICES"),
        publisher: Some(Publisher::from_environment("budget-guard")),
    };
    let answer = service_fn(async |event: LambdaEvent<Payload>| {
        let id = &event.context.request_id;
        let answered = async {
            let time = TimeLeft::of(clock::until(event.context.deadline));
            let answer = match &event.payload.0 {
                Ok(payload) => Box::pin(guard.handle(payload, clock::now(), time, id)).await,
                Err(error) => Err(guard.unreadable(error, clock::now(), id)),
            };
            answer.map_err(|error| diagnostic(&error))
        };
        answered.instrument(logs::invocation(id)).await
    });
    // On the heap: sixteen kilobytes of state machine need not be moved about.
    Box::pin(lambda_runtime::run(answer)).await
}

fn diagnostic(error: &GuardError) -> Diagnostic {
    let message = logs::brief(&error.to_string());
    tracing::error!(error_type = error.kind(), error = message, "no answer");
    Diagnostic {
        error_type: error.kind().to_owned(),
        error_message: message,
    }
}
