//! Logs: JSON lines, as CloudWatch Logs Insights reads them.

mod json_lines;

use tracing::Span;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use json_lines::JsonLines;

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
        })
        // The runtime tells errors outside of our spans; its own span has the id as well.
        .with_target("lambda_runtime", LevelFilter::INFO);
    tracing_subscriber::registry()
        .with(told)
        .with(JsonLines::to(std::io::stdout))
        .init();
}

/// What everything that is logged about one invocation stands in: its id, and its command
/// once that is known ([`command`]).
///
/// Spans are errors here, so that no filter takes the id away from the lines that it lets pass.
pub fn invocation(correlation_id: &str) -> Span {
    tracing::error_span!(
        "invocation",
        correlation_id,
        command = tracing::field::Empty
    )
}

/// Says which command the invocation at hand is.
pub fn command(name: &str) {
    Span::current().record("command", name);
}
