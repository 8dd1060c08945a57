//! CloudWatch's embedded metric format: a JSON line of which CloudWatch makes metrics.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Number, Value, json};

/// The most metrics of one directive.
const MOST: usize = 100;

/// The one dimension: each value of a dimension makes every metric anew, and each is paid.
const DIMENSION: &str = "Function";

/// What a figure counts, in CloudWatch's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Milliseconds,
    /// Hundredths.
    Percent,
    /// What CloudWatch has no word for: dollars, hours, days.
    None,
}

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Percent => "Percent",
            Self::None => "None",
        }
    }
}

/// The figures of one event, and what else a reader of the log wants to know of it.
///
/// ```
/// use nightcap_lambda::metrics::emf::{Line, Unit};
///
/// let line = Line::default().gauge("Heartbeat", Unit::Count, 1_u64).count("Problems", 0);
/// let text = line.render("Nightcap", "scheduler", "2026-11-20T18:00:00Z".parse()?);
/// // Both stand in the line; only one is made a metric, and paid.
/// assert!(text.contains("\"Heartbeat\":1,\"Problems\":0"));
/// assert!(text.contains("\"Metrics\":[{\"Name\":\"Heartbeat\",\"Unit\":\"Count\"}]"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    declared: Vec<(&'static str, Unit)>,
    values: Map<String, Value>,
}

impl Line {
    /// A figure that always means something, zero included.
    #[must_use]
    pub fn gauge(mut self, name: &'static str, unit: Unit, value: impl Into<Number>) -> Self {
        self.declared.push((name, unit));
        self.property(name, value.into())
    }

    /// How often something happened.
    ///
    /// Zero stands in the line and is no metric: CloudWatch bills a metric for the hours in
    /// which it got a value, and what happens twice a day is nothing for the rest of it.
    #[must_use]
    pub fn count(self, name: &'static str, count: u64) -> Self {
        self.amount(name, Unit::Count, count, count == 0)
    }

    /// The same of what is no whole number.
    #[must_use]
    pub fn sum(self, name: &'static str, unit: Unit, sum: Decimal) -> Self {
        self.amount(name, unit, number(sum), sum.is_zero())
    }

    /// Something that is no figure.
    #[must_use]
    pub fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    fn amount(
        self,
        name: &'static str,
        unit: Unit,
        value: impl Into<Number>,
        is_zero: bool,
    ) -> Self {
        if is_zero {
            self.property(name, value.into())
        } else {
            self.gauge(name, unit, value)
        }
    }

    /// The line, without its end.
    pub fn render(&self, namespace: &str, function: &str, now: DateTime<Utc>) -> String {
        let directives: Vec<Value> = self
            .declared
            .chunks(MOST)
            .map(|some| {
                let metrics: Vec<Value> = some
                    .iter()
                    .map(|(name, unit)| json!({ "Name": name, "Unit": unit.word() }))
                    .collect();
                json!({
                    "Namespace": namespace,
                    "Dimensions": [[DIMENSION]],
                    "Metrics": metrics,
                })
            })
            .collect();
        let mut line = Map::new();
        line.insert(
            "_aws".to_owned(),
            json!({ "Timestamp": now.timestamp_millis(), "CloudWatchMetrics": directives }),
        );
        line.insert(DIMENSION.to_owned(), function.into());
        line.extend(self.values.clone());
        Value::Object(line).to_string()
    }
}

/// An amount as JSON has it. CloudWatch keeps binary floating point; nobody reckons with
/// what comes back.
pub fn number(amount: Decimal) -> Number {
    amount
        .to_f64()
        .and_then(Number::from_f64)
        .unwrap_or_else(|| 0.into())
}

#[cfg(test)]
mod tests;
