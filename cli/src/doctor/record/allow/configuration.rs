//! A configuration with other names.

use nightcap_domain::config::Compiled;
use serde_json::{Map, Value, json};

use super::super::names::{Names, is_account};
use super::values::cost_tag;

/// A configuration as the recording has it, or where it is.
pub(super) fn config(text: &str, names: &mut Names) -> Option<String> {
    for form in ["ssm://", "s3://"] {
        if let Some(place) = text.trim().strip_prefix(form) {
            // As in the ARN of the parameter or object, which is asked about.
            return Some(format!("{form}{}", names.path(place)));
        }
    }
    let parsed = Compiled::parse(text).ok()?;
    let value = serde_json::to_value(parsed.config()).ok()?;
    Some(configuration(&value, names).to_string())
}

/// A configuration with other names, and without what a recording does not need.
pub(in crate::doctor::record) fn configuration(config: &Value, names: &mut Names) -> Value {
    let mut kept = Map::new();
    for key in ["timezone", "language", "drills", "limits", "deadlines"] {
        if let Some(value) = config.get(key) {
            kept.insert(key.to_owned(), shaped(value));
        }
    }
    for (section, keys) in [
        ("calendars", &["holidays", "closed", "open"][..]),
        ("schedules", &["timezone", "calendar", "windows"]),
        (
            "environments",
            &[
                "schedule",
                "protected",
                "regions",
                "roles",
                "manual_changes",
                "capacity",
                "kinds",
                "snapshot_on_stop",
                "keep_snapshots",
                "wake_for_maintenance",
                "max_capacity",
            ],
        ),
    ] {
        let mut entries = Map::new();
        for (name, entry) in config
            .get(section)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let mut made = Map::new();
            for key in keys {
                let Some(value) = entry.get(key) else {
                    continue;
                };
                let value = match (*key, value) {
                    ("schedule" | "calendar", Value::String(text)) => json!(names.name(text)),
                    ("roles", Value::Array(roles)) => {
                        let roles = roles.iter().filter_map(Value::as_str);
                        json!(roles.map(|role| names.arn(role)).collect::<Vec<_>>())
                    }
                    _ => shaped(value),
                };
                made.insert((*key).to_owned(), value);
            }
            entries.insert(names.name(name), Value::Object(made));
        }
        if !entries.is_empty() {
            kept.insert(section.to_owned(), Value::Object(entries));
        }
    }
    if let Some(budget) = config.get("budget").filter(|budget| budget.is_object()) {
        let text = |key: &str| budget.get(key).cloned().unwrap_or_default();
        let name = names.name(
            budget
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        );
        kept.insert(
            "budget".to_owned(),
            json!({
                "name": name,
                "limit": text("limit"),
                "currency": text("currency"),
                "alerts": text("alerts"),
                "cost_tag": cost_tag(text("cost_tag").as_str().unwrap_or_default(), names),
            }),
        );
    }
    let released: Vec<Value> = config
        .get("not_production")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|release| release.get("name").and_then(Value::as_str))
        .map(|name| json!({ "name": names.name(name), "reason": "as in the file" }))
        .collect();
    if !released.is_empty() {
        kept.insert("not_production".to_owned(), Value::Array(released));
    }
    Value::Object(kept)
}

/// A part of a configuration that holds words of ours: cron, zones, numbers.
pub(super) fn shaped(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), shaped(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(shaped).collect()),
        Value::String(text) if is_account(text) => json!(""),
        other => other.clone(),
    }
}
