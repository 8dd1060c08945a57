//! Logs: JSON lines, as CloudWatch Logs Insights reads them.

mod json_lines;

use std::borrow::Cow;
use std::panic::{self, PanicHookInfo};

use nightcap_model::text::visible_lines;
use tracing::Span;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use json_lines::JsonLines;

/// Sends logs to standard output, one JSON object a line; a panic's text as well, after which
/// the process ends ([`last_words`]).
///
/// `filter` chooses what is told, as `RUST_LOG` does for most programs: `info`,
/// `warn,scheduler=debug`. One that cannot be read tells what `info` tells.
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
    panic::set_hook(Box::new(last_words));
}

/// Tells of a panic in the span that it happened in, so that the invocation's id finds it, and
/// ends the process: the functions are built without what unwinding needs, and what a panic
/// leaves half done in one invocation must not serve the next (docs/decisions/size.md).
fn last_words(info: &PanicHookInfo<'_>) {
    let panic = info.payload_as_str().unwrap_or("no text");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        panic,
        place,
        "this is a defect of Nightcap: please report it"
    );
    std::process::abort();
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

/// Characters of one field of a line, and of an error's text: CloudWatch takes 1 MB a line, and
/// nobody reads a page.
const LONGEST: usize = 10_000;

/// A text as a log line or an error has it: without what nobody sees, cut, and what was cut is
/// counted.
pub fn brief(text: &str) -> String {
    let mut kept: String = text.chars().take(LONGEST).collect();
    let cut = kept.len() < text.len();
    if let Cow::Owned(marked) = visible_lines(&kept) {
        kept = marked;
    }
    if cut {
        let more = text.chars().count() - LONGEST;
        kept.push_str(&format!("... ({more} more characters)"));
    }
    kept
}

/// Says which command the invocation at hand is.
pub fn command(name: &str) {
    Span::current().record("command", name);
}
