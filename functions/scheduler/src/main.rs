//! The Lambda function `scheduler`.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use nightcap_aws::announce::Announcer;
use nightcap_aws::clients::Clients;
use nightcap_aws::queue::TargetQueue;
use nightcap_aws::settings::setting;
use nightcap_aws::sns::Topic;
use nightcap_aws::time_left::TimeLeft;
use nightcap_lambda::logs;
use nightcap_lambda::metrics::Publisher;
use nightcap_lambda::payload::Payload;
use nightcap_reconcile::clock;
use scheduler::error::HandlerError;
use scheduler::handler::Scheduler;
use tracing::Instrument;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::as_json(setting("RUST_LOG").as_deref());
    let clients = Arc::new(Clients::of_a_function().await);
    let announcer = setting("NIGHTCAP_TOPIC_ARN")
        .map(|arn| Announcer::new(Arc::new(Topic::new(Arc::clone(&clients), arn))));
    let ledger = nightcap_aws::ledger::open(&clients, setting("NIGHTCAP_TABLE"));
    let config = setting("NIGHTCAP_CONFIG").unwrap_or_else(|| "nightcap.yaml".to_owned());
    let queue =
        setting("NIGHTCAP_QUEUE_URL").map(|url| TargetQueue::new(Arc::clone(&clients), url));
    let scheduler = Scheduler::new(clients, ledger, announcer, config)
        .with_queue(queue)
        .priced_by(setting("NIGHTCAP_PRICES"))
        .publishing(Publisher::from_environment("scheduler"));
    let answer = service_fn(async |event: LambdaEvent<Payload>| {
        let id = &event.context.request_id;
        let time = TimeLeft::of(clock::until(event.context.deadline));
        let answered = async {
            let answer = match &event.payload.0 {
                Ok(payload) => Box::pin(scheduler.handle(payload, clock::now(), time, id)).await,
                Err(error) => Err(scheduler.unreadable(error, clock::now(), id)),
            };
            answer.map_err(|error| diagnostic(&error))
        };
        answered.instrument(logs::invocation(id)).await
    });
    // On the heap: sixteen kilobytes of state machine need not be moved about.
    Box::pin(lambda_runtime::run(answer)).await
}

fn diagnostic(error: &HandlerError) -> Diagnostic {
    let message = logs::brief(&error.to_string());
    tracing::error!(error_type = error.kind(), error = message, "no answer");
    Diagnostic {
        error_type: error.kind().to_owned(),
        error_message: message,
    }
}
