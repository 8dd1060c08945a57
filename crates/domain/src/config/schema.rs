//! The JSON Schema of what the decoder accepts, for editors.
//!
//! It is generated from the types and checked in as `nightcap.schema.json`:
//!
//! ```text
//! cargo run -p nightcap-domain --features schema --example schema > nightcap.schema.json
//! ```
//!
//! A schema cannot say everything that [`Config::parse`] checks (that names are defined, that
//! cron fires); it never refuses what `Config::parse` accepts.

use schemars::{
    JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema,
    transform::RecursiveTransform,
};
use serde_json::{Value, json};

use super::{alert::AlertRule, ladder::LadderRule, model::Config, percent::Percent};

/// The schema as text, with a final line break. Draft 7, which editors know best.
pub fn text() -> String {
    let generator = SchemaSettings::draft07()
        .with_transform(RecursiveTransform(never_null))
        .into_generator();
    let schema = generator.into_root_schema_for::<Config>();
    format!("{:#}\n", schema.as_value())
}

/// A date, which YAML needs no quotes for.
pub(super) struct Date;

/// An amount of money: a number, or a text where a number would lose digits.
pub(super) struct Amount;

macro_rules! schema {
    ($type:ty, $name:literal, $($schema:tt)+) => {
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($schema)+)
            }
        }
    };
}

schema!(Date, "Date", {
    "description": "A day of the calendar: YYYY-MM-DD.",
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
});
schema!(Amount, "Amount", {
    "description": "An amount above 0, with at most two decimals.",
    "anyOf": [
        { "type": "number", "exclusiveMinimum": 0 },
        { "type": "string", "pattern": r"^\d+(\.\d{0,2})?$" },
    ],
});
schema!(Percent, "Percent", {
    "description": "A share above 0% and at most 1000%, with at most two decimals.",
    "type": "string",
    "pattern": r"^\d+(\.\d*)?%$",
});
schema!(AlertRule, "AlertRule", {
    "description": "What must be passed for a mail: <actual|forecast> > <share of the limit>.",
    "type": "string",
    "pattern": r"^\s*(actual|forecast)\s*>\s*\d+(\.\d*)?%\s*$",
    "examples": ["actual > 80%", "forecast > 100%"],
});
schema!(LadderRule, "LadderRule", {
    "description": "What is done besides: <condition> [for <n> days]: <effect>.",
    "type": "string",
    "pattern": r"^\s*(actual|forecast)\s*>\s*\d+(\.\d*)?%(\s+for\s+\d+\s+days?)?\s*:\s*(mail|sleep\s+\S.*|weekends\s+off(\s.*)?)\s*$",
    "examples": [
        "forecast > 105%: mail",
        "forecast > 110% for 2 days: weekends off",
        "forecast > 110% for 2 days: sleep preprod until month end",
    ],
});

/// Keys chosen by the author are names.
pub(super) fn name_keys(schema: &mut Schema) {
    schema.insert(
        "propertyNames".to_owned(),
        json!({ "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$" }),
    );
}

/// An environment has a schedule exactly when it is not protected.
pub(super) fn scheduled_or_protected(schema: &mut Schema) {
    schema.insert(
        "if".to_owned(),
        json!({ "properties": { "protected": { "const": true } }, "required": ["protected"] }),
    );
    schema.insert(
        "then".to_owned(),
        json!({ "not": { "required": ["schedule"] } }),
    );
    schema.insert("else".to_owned(), json!({ "required": ["schedule"] }));
}

/// What is left out is left out: no key takes null, and no number needs Rust's format.
fn never_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    object.remove("format");
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|of| of != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&json!("null")));
        if let [only] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            object.insert("allOf".to_owned(), json!([only]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::section::ALL_KEYS;

    fn schema() -> Value {
        serde_json::from_str(&text()).unwrap()
    }

    /// The keys and the required keys that the schema has for a struct.
    fn object<'a>(schema: &'a Value, name: &str) -> &'a Value {
        if name == "Config" {
            schema
        } else {
            &schema["definitions"][name]
        }
    }

    #[test]
    fn the_decoder_and_the_schema_know_the_same_keys() {
        let schema = schema();
        for (name, keys) in ALL_KEYS {
            let object = object(&schema, name);
            let properties: BTreeSet<&str> = object["properties"]
                .as_object()
                .unwrap_or_else(|| panic!("{name} is not in the schema"))
                .keys()
                .map(String::as_str)
                .collect();
            let accepted: BTreeSet<&str> = keys.iter().copied().collect();
            assert_eq!(properties, accepted, "{name}");
            assert_eq!(object["additionalProperties"], json!(false), "{name}");
        }
    }

    #[test]
    fn every_struct_of_the_schema_has_its_keys_in_the_decoder() {
        let schema = schema();
        let known: BTreeSet<&str> = ALL_KEYS.iter().map(|(name, _)| *name).collect();
        for (name, definition) in schema["definitions"].as_object().unwrap() {
            let is_struct = definition.get("properties").is_some();
            assert_eq!(is_struct, known.contains(name.as_str()), "{name}");
        }
    }

    #[test]
    fn every_key_is_described() {
        let schema = schema();
        for (name, keys) in ALL_KEYS {
            for key in *keys {
                let property = &object(&schema, name)["properties"][*key];
                assert!(
                    property["description"].is_string(),
                    "{name}.{key}: {property}"
                );
            }
        }
    }

    #[test]
    fn nothing_takes_null() {
        assert!(!text().contains("null"));
    }
}
