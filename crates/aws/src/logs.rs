//! Logs: JSON lines, as CloudWatch Logs Insights reads them.

use tracing_subscriber::EnvFilter;

/// Sends logs to standard output, one JSON object a line. `RUST_LOG` chooses what is told.
pub fn as_json() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,aws_config=warn"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        // Lambda stamps every line; a second clock would only disagree.
        .without_time()
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}
