//! Logs: JSON lines, as CloudWatch Logs Insights reads them.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Sends logs to standard output, one JSON object a line.
///
/// `filter` chooses what is told, as `RUST_LOG` does for most programs: `info`,
/// `warn,nightcap_aws=debug`. One that cannot be read tells what `info` tells.
///
/// Targets instead of an `EnvFilter`: the latter brings a regular expression engine into
/// every function, for filters by field that nobody writes.
pub fn as_json(filter: Option<&str>) {
    let told = filter
        .and_then(|text| text.parse::<Targets>().ok())
        .unwrap_or_else(|| {
            Targets::new()
                .with_default(LevelFilter::INFO)
                .with_target("aws_config", LevelFilter::WARN)
        });
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        // Lambda stamps every line; a second clock would only disagree.
        .without_time()
        .with_current_span(true)
        .with_span_list(false);
    tracing_subscriber::registry().with(told).with(lines).init();
}
