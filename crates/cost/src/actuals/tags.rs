//! The environment among the tags of a charge, in every form in which clouds write tags.

use serde_json::Value;

/// The tags that name the environment, without regard to case, marks and the `user:` before them;
/// the first that is there counts.
const ENVIRONMENT_TAGS: [&str; 2] = ["nightcapenvironment", "environment"];

/// What a cell of tags says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// There is none.
    None,
    /// What they are cannot be told.
    Unread,
    /// The environment they name, if they name one.
    Read(Option<String>),
}

impl Tags {
    /// Reads `{"k": "v"}`, the same without braces (Azure), `[{"key": "k", "value": "v"}]` (Google),
    /// `{k=v, k=v}` (Athena), `[('k', 'v')]` (pandas), `k=v;k=v` and `k: v, k: v`.
    pub(super) fn read(text: &str) -> Self {
        if matches!(
            text,
            "" | "{}" | "[]" | "null" | "NULL" | "None" | "-" | "nan" | "NaN"
        ) {
            return Self::None;
        }
        let json = serde_json::from_str(text)
            .ok()
            .or_else(|| serde_json::from_str(&format!("{{{}}}", text.trim_end_matches(','))).ok());
        let pairs = match json {
            Some(Value::Object(tags)) => tags.into_iter().collect(),
            Some(Value::Array(items)) => match pairs_of(items) {
                Some(pairs) => pairs,
                None => return Self::Unread,
            },
            // A text in quotes, perhaps with the tags in it.
            Some(Value::String(inner)) if inner != text => return Self::read(inner.trim()),
            Some(_) => return Self::Unread,
            None => match loose(text) {
                Some(pairs) => pairs,
                None => return Self::Unread,
            },
        };
        Self::Read(environment(&pairs))
    }
}

fn environment(pairs: &[(String, Value)]) -> Option<String> {
    ENVIRONMENT_TAGS.iter().find_map(|wanted| {
        let found = pairs.iter().find(|(key, _)| names(key, wanted))?;
        let value = found.1.as_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}

/// Whether a key is the wanted one, as clouds and exports spell it.
fn names(key: &str, wanted: &str) -> bool {
    let key = bare(key);
    key == wanted || key.strip_prefix("user").is_some_and(|key| key == wanted)
}

/// True for the name of a column that holds the tag of the environment.
pub(super) fn is_environment_column(name: &str) -> bool {
    let key = bare(name);
    let key = ["resourcetags", "tags", "tag"]
        .iter()
        .find_map(|before| key.strip_prefix(before))
        .unwrap_or(&key);
    ENVIRONMENT_TAGS.iter().any(|wanted| names(key, wanted))
}

/// Letters and digits alone, in lower case.
pub(super) fn bare(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// The pairs of a list: of objects with a key and a value, of objects that are pairs, of lists of
/// two, of texts.
fn pairs_of(items: Vec<Value>) -> Option<Vec<(String, Value)>> {
    let mut pairs = vec![];
    for item in items {
        match item {
            Value::Object(mut object) => {
                let mut take = |names: [&str; 2]| {
                    let key = object
                        .keys()
                        .find(|key| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
                    key.cloned().and_then(|key| object.remove(&key))
                };
                match take(["key", "name"]) {
                    Some(Value::String(key)) => {
                        let value = take(["value", "val"]).unwrap_or(Value::Null);
                        pairs.push((key, value));
                    }
                    Some(_) => return None,
                    None => pairs.extend(object),
                }
            }
            Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::String(key), value]) => pairs.push((key, value)),
                _ => return None,
            },
            Value::String(text) => pairs.extend(loose(&text)?),
            _ => return None,
        }
    }
    Some(pairs)
}

/// The pairs of a text that is no JSON; none if a part of it is no pair.
fn loose(text: &str) -> Option<Vec<(String, Value)>> {
    let open = |c: char| matches!(c, '{' | '[' | '(' | '}' | ']' | ')');
    if text.starts_with(['[', '(']) && text.contains('(') {
        return tuples(text);
    }
    let mut pairs = vec![];
    for part in parts(text.trim_matches(open)) {
        let (key, value) = pair(part)?;
        pairs.push((unquoted(key).to_owned(), value_of(value)));
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// `[('k', 'v'), ('k', 'v')]`.
fn tuples(text: &str) -> Option<Vec<(String, Value)>> {
    let mut pairs = vec![];
    for tuple in text.split('(').skip(1) {
        let inner = tuple.split_once(')')?.0;
        match parts(inner).as_slice() {
            [key, value] => pairs.push((unquoted(key).to_owned(), value_of(value))),
            _ => return None,
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// What stands between commas, semicolons and bars outside quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut quote = None;
    text.split(|c: char| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        quote.is_none() && matches!(c, ',' | ';' | '|' | '\n')
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

/// `k=v`, `k: v`, `'k': 'v'`, `a:b:v`, of which the last colon divides.
fn pair(part: &str) -> Option<(&str, &str)> {
    part.split_once('=')
        .or_else(|| part.split_once(": "))
        .or_else(|| part.rsplit_once(':'))
        .map(|(key, value)| (key.trim(), value.trim()))
        .filter(|(key, _)| !key.is_empty())
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// A text; `true`, `null` and their like name nothing.
fn value_of(text: &str) -> Value {
    match text.trim() {
        "" | "true" | "false" | "null" | "None" | "True" | "False" => Value::Null,
        text => Value::String(unquoted(text).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_every_form_that_clouds_write() {
        for text in [
            r#"{"environment": "preprod", "owner": "shop"}"#,
            r#"{"Environment":"preprod"}"#,
            r#"{"user:ENVIRONMENT":"preprod"}"#,
            r#"{"user_nightcap_environment":"preprod"}"#,
            r#"{"environment":"other","nightcap:environment":"preprod"}"#,
            r#""environment": "preprod","owner": "shop""#,
            r#""environment": "preprod","#,
            r#""owner":"shop","environment":"preprod""#,
            r#"[{"key":"environment","value":"preprod"},{"key":"owner","value":"shop"}]"#,
            r#"[{"Key":"Environment","Value":"preprod"}]"#,
            r#"[{"environment":"preprod"}]"#,
            r#"[["environment","preprod"]]"#,
            r#"["environment:preprod","owner:shop"]"#,
            "[('environment', 'preprod'), ('owner', 'shop')]",
            "{'environment': 'preprod', 'owner': 'a, b'}",
            "{environment=preprod, owner=shop}",
            "environment=preprod;owner=shop",
            "environment:preprod;owner:shop",
            "owner: shop, environment: preprod",
            "nightcap:environment=preprod",
            "nightcap:environment:preprod",
            "nightcap:environment: preprod | owner: shop",
            r#""{\"environment\": \"preprod\"}""#,
        ] {
            assert_eq!(
                Tags::read(text),
                Tags::Read(Some("preprod".to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn a_tag_without_a_name_is_none_and_what_is_no_tag_is_counted() {
        for text in [
            r#"{"environment": true, "owner": null}"#,
            r#"{"environment": ""}"#,
            r#"{"owner": "shop"}"#,
            "environment=;owner=shop",
            "environment: true",
        ] {
            assert_eq!(Tags::read(text), Tags::Read(None), "{text}");
        }
        for text in ["not json", "{", "{\"a\"", "7", "[1, 2]", "('a', 'b', 'c')"] {
            assert_eq!(Tags::read(text), Tags::Unread, "{text}");
        }
        assert_eq!(Tags::read("{}"), Tags::None);
    }

    #[test]
    fn columns_of_one_tag() {
        for name in [
            "resourceTags/user:environment",
            "resource_tags_user_nightcap_environment",
            "tag_Environment",
        ] {
            assert!(is_environment_column(name), "{name}");
        }
        assert!(!is_environment_column("resourceTags/user:owner"));
    }
}
