//! One flat JSON object for each event: its own fields beside those of all its spans.
//!
//! The JSON of `tracing-subscriber` nests spans, and repeats every name and field of each:
//! CloudWatch is paid by the byte, and a query by `correlation_id` wants it at the root.

use std::fmt::Debug;
use std::io::Write;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::brief;

/// Writes events as lines. Without a time: Lambda stamps every line, and a second clock would
/// only disagree.
pub(super) struct JsonLines<W> {
    to: W,
}

impl<W> JsonLines<W> {
    /// Writes them there.
    pub(super) fn to(to: W) -> Self {
        Self { to }
    }
}

/// The fields of a span or an event.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        // The runtime's own span calls the id so: its lines are found with ours.
        let name = match field.name() {
            "requestId" => "correlation_id",
            // X-Ray's id stands in Lambda's own report of the invocation.
            "xrayTraceId" => return,
            name => name,
        };
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, brief(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field, brief(&format!("{value:?}")));
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let mut line = Map::new();
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        if let Some(message) = own.0.shift_remove("message") {
            line.insert("message".to_owned(), message);
        }
        let scope = context.event_scope(event).into_iter();
        for span in scope.flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        line.extend(own.0);
        line.insert("target".to_owned(), event.metadata().target().into());
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // In one piece, so that lines do not mix. Who cannot write has nobody to tell.
        let _ = self.to.make_writer().write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;
    use tracing::Instrument;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::prelude::*;

    use super::*;
    use crate::logs;

    /// Where a test reads what was written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile, line by line.
    fn logged(filter: LevelFilter, doing: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let to = written.clone();
        let subscriber = tracing_subscriber::registry()
            .with(Targets::new().with_default(filter))
            .with(JsonLines::to(move || to.clone()));
        tracing::subscriber::with_default(subscriber, doing);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_has_the_fields_of_all_its_spans_at_the_root() {
        let lines = logged(LevelFilter::INFO, || {
            logs::invocation("id-1").in_scope(|| {
                logs::command("tick");
                tracing::error_span!("order", resource = "db-1", action = "stop")
                    .in_scope(|| tracing::info!(attempt = 2, quick = true, "ordered"));
            });
            tracing::warn!("outside");
        });
        let first = json!({
            "level": "INFO", "message": "ordered", "correlation_id": "id-1", "command": "tick",
            "resource": "db-1", "action": "stop", "attempt": 2, "quick": true,
            "target": "nightcap_lambda::logs::json_lines::tests",
        });
        assert_eq!(lines[0], first);
        let order: Vec<&str> = lines[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(order[..3], ["level", "message", "correlation_id"]);
        assert_eq!(lines[1]["correlation_id"], Value::Null);
    }

    #[test]
    fn concurrent_orders_keep_their_own_fields() {
        let order = |name: &'static str| {
            async move {
                tokio::task::yield_now().await;
                tracing::info!("ordered");
            }
            .instrument(tracing::error_span!("order", resource = name))
        };
        let lines = logged(LevelFilter::INFO, || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let both = async { futures_util::future::join(order("a"), order("b")).await };
            runtime.block_on(both.instrument(logs::invocation("id-2")));
        });
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line["correlation_id"].as_str(), line["resource"].as_str()))
            .collect();
        assert_eq!(told, [(Some("id-2"), Some("a")), (Some("id-2"), Some("b"))]);
    }

    #[test]
    fn a_line_is_as_long_as_somebody_may_read() {
        let long = "é".repeat(1_000_000);
        let lines = logged(
            LevelFilter::INFO,
            || tracing::info!(long, error = %long, "told"),
        );
        for field in ["long", "error"] {
            let told = lines[0][field].as_str().unwrap();
            assert!(told.len() < 21_000, "{}", told.len());
            assert!(told.ends_with("... (990000 more characters)"));
        }
    }

    #[test]
    fn no_field_of_a_line_has_a_character_that_nobody_sees() {
        let hostile = "pre\u{1b}[31m\u{7f}\u{9b}2J\u{202e}\u{200b}\u{2028}\r\nprod";
        let lines = logged(LevelFilter::INFO, || {
            tracing::error_span!("order", resource = hostile)
                .in_scope(|| tracing::info!(error = %hostile, debug = ?hostile, "{hostile}"));
        });
        for field in ["resource", "error", "message"] {
            let told = lines[0][field].as_str().unwrap();
            let hidden = |c: char| c != '\n' && nightcap_model::text::is_hidden(c);
            assert!(!told.contains(hidden), "{field}: {told:?}");
            assert!(told.contains("\u{fffd}"), "{told:?}");
        }
    }

    #[test]
    fn the_strictest_filter_leaves_the_id() {
        let lines = logged(LevelFilter::ERROR, || {
            logs::invocation("id-3").in_scope(|| {
                tracing::info!("not told");
                tracing::error!(error = %"a \"quoted\"\nthing", "told");
            });
        });
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["correlation_id"], "id-3");
        assert_eq!(lines[0]["error"], "a \"quoted\"\nthing");
    }

    #[test]
    fn the_runtimes_own_lines_are_found_by_the_same_id() {
        let lines = logged(LevelFilter::INFO, || {
            tracing::info_span!(
                "Lambda runtime invoke",
                requestId = "id-4",
                xrayTraceId = "Root=1"
            )
            .in_scope(|| tracing::info!("said"));
        });
        assert_eq!(lines[0]["correlation_id"], "id-4");
        assert_eq!(lines[0].as_object().unwrap().len(), 4);
    }
}
