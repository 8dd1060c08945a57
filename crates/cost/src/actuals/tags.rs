//! The environment among the tags of a charge, in every form in which clouds write tags.

use serde_json::Value;

/// What the default cost allocation tag may also be called.
const DEFAULT_TAGS: [&str; 2] = ["nightcap:environment", "environment"];

/// What exports write before the key of a tag.
const PREFIXES: [&str; 4] = ["resourcetags", "tags", "tag", "labels"];

/// The tags that name the environment, the first that has a value counts. Keys are compared without
/// regard to case and marks.
#[derive(Clone, Debug)]
pub(super) struct EnvironmentTags(Vec<Wanted>);

/// One of them.
#[derive(Clone, Debug)]
struct Wanted {
    spelling: String,
    bare: String,
}

impl Wanted {
    fn new(spelling: &str) -> Self {
        Self {
            spelling: spelling.to_owned(),
            bare: bare(spelling),
        }
    }

    /// Whether a key is this one, as clouds and exports spell it: `user:` or the name of the map
    /// may stand before it.
    fn is_called(&self, key: &str) -> bool {
        if key == self.spelling {
            return true;
        }
        let key = bare(key);
        let is_it = |key: &str| {
            !key.is_empty()
                && (key == self.bare
                    || key.strip_prefix("user").is_some_and(|key| key == self.bare))
        };
        is_it(&key)
            || PREFIXES
                .iter()
                .any(|before| key.strip_prefix(before).is_some_and(is_it))
    }

    /// Whether a key is this one within a namespace, as Oracle's defined tags have it:
    /// `Operations.Environment`.
    fn is_within(&self, key: &str) -> bool {
        let name = key.rsplit_once('.').map(|(_, name)| bare(name));
        name.is_some_and(|name| !name.is_empty() && name == self.bare)
    }
}

impl EnvironmentTags {
    /// The configured cost allocation tag. The default one is also read as `environment`, which is
    /// what bills of other clouds have.
    pub(super) fn of(cost_tag: Option<&str>) -> Self {
        Self(match cost_tag {
            Some(tag) if !DEFAULT_TAGS.contains(&tag) => vec![Wanted::new(tag)],
            _ => DEFAULT_TAGS.map(Wanted::new).to_vec(),
        })
    }

    /// True for the name of a column that holds one of them.
    pub(super) fn is_column(&self, name: &str) -> bool {
        self.0.iter().any(|wanted| wanted.is_called(name))
    }

    /// The columns that hold them, in the order in which they count.
    pub(super) fn columns(&self, header: &[String]) -> Vec<usize> {
        let of = |wanted: &Wanted| {
            let named = header.iter().enumerate();
            let mut found: Vec<(bool, usize)> = named
                .filter(|(_, name)| wanted.is_called(name))
                .map(|(at, name)| (!name.ends_with(&wanted.spelling), at))
                .collect();
            // What is spelt the same comes before what only resembles it.
            found.sort_unstable();
            found.into_iter().map(|(_, at)| at)
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The environment that tags name, if they name one.
    fn environment(&self, pairs: &[(String, Value)]) -> Option<String> {
        let value = |(_, value): &(String, Value)| named(value);
        self.0.iter().find_map(|wanted| {
            let exact = pairs
                .iter()
                .filter(|(key, _)| key.ends_with(&wanted.spelling));
            let called = |(key, _): &&(String, Value)| wanted.is_called(key);
            let within = pairs.iter().filter(|(key, _)| wanted.is_within(key));
            exact
                .filter(called)
                .chain(pairs.iter().filter(called))
                .chain(within)
                .find_map(value)
        })
    }
}

/// The environment that a value names: a text that is not empty, a number, or the only one of a
/// list. `true` and `null` name nothing.
fn named(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(one) => match one.as_slice() {
            [Value::String(text)] => text.trim().to_owned(),
            _ => return None,
        },
        Value::Object(object) => match object.get("value").or_else(|| object.get("Value")) {
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => return None,
        },
        Value::Null | Value::Bool(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

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
    /// `{k=v, k=v}` (Athena), `[('k', 'v')]` (pandas), `"k"=>"v"` (hstore), `map[k:v k:v]` (Go),
    /// `k=v;k=v` and `k: v, k: v`.
    pub(super) fn read(text: &str, wanted: &EnvironmentTags) -> Self {
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
            Some(Value::Object(tags)) => match members(tags) {
                Some(pairs) => pairs,
                None => return Self::Unread,
            },
            Some(Value::Array(items)) => match pairs_of(items) {
                Some(pairs) => pairs,
                None => return Self::Unread,
            },
            // A text in quotes, perhaps with the tags in it.
            Some(Value::String(inner)) if inner != text => return Self::read(inner.trim(), wanted),
            Some(_) => return Self::Unread,
            None => match loose(text) {
                Some(pairs) => pairs,
                None => return Self::Unread,
            },
        };
        Self::Read(wanted.environment(&pairs))
    }
}

/// Letters and digits alone, in lower case.
pub(super) fn bare(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// The pairs of an object. A cell that holds the whole map under one name, `{"tags": {…}}` or
/// `{"labels": […]}`, means what is in it.
fn members(object: serde_json::Map<String, Value>) -> Option<Vec<(String, Value)>> {
    let is_map = |key: &str| PREFIXES.contains(&bare(key).as_str());
    let mut pairs = vec![];
    for (key, value) in object {
        match value {
            Value::Object(inner) if is_map(&key) => pairs.extend(inner),
            Value::Array(items) if is_map(&key) => pairs.extend(pairs_of(items)?),
            value => pairs.push((key, value)),
        }
    }
    Some(pairs)
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
    if let Some(inner) = text.strip_prefix("map[") {
        // Go divides by blanks, and keys hold none.
        return all(inner.trim_matches(open).split_whitespace());
    }
    all(parts(text.trim_matches(open)))
}

/// The pairs of these parts. A part that is no pair goes on with the value before it, which holds
/// a comma; with none before it, this is no list of pairs.
fn all<'t>(parts: impl IntoIterator<Item = &'t str>) -> Option<Vec<(String, Value)>> {
    let mut pairs: Vec<(String, Value)> = vec![];
    for part in parts {
        match pair(part) {
            Some((key, value)) => pairs.push((unquoted(key).to_owned(), value_of(value))),
            None => match pairs.last_mut()? {
                (_, Value::String(value)) => {
                    value.push_str(", ");
                    value.push_str(part);
                }
                _ => return None,
            },
        }
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

/// What stands between commas, semicolons, bars and ampersands outside quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut quote = None;
    text.split(|c: char| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        quote.is_none() && matches!(c, ',' | ';' | '|' | '&' | '\n')
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

/// `"k"=>"v"`, `k=v`, `k: v`, `'k': 'v'`, `a:b:v`, of which the last colon divides.
fn pair(part: &str) -> Option<(&str, &str)> {
    part.split_once("=>")
        .or_else(|| part.split_once('='))
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

    fn read(text: &str) -> Tags {
        Tags::read(text, &EnvironmentTags::of(None))
    }

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
            r#"{"Environment":"","environment":"preprod"}"#,
            r#"{"environment":null,"user:environment":"preprod"}"#,
            r#"{"nightcap:environment":"","environment":"preprod"}"#,
            r#"{"nightcap:environment":true,"environment":"preprod"}"#,
            r#""environment"=>"preprod", "owner"=>"shop""#,
            r#"{"environment"=>"preprod"}"#,
            r#"{"environment":["preprod"]}"#,
            r#"{"environment":{"value":"preprod"}}"#,
            r#"{"tags":{"environment":"preprod"}}"#,
            r#"{"labels":[{"key":"environment","value":"preprod"}]}"#,
            r#"{"resourceTags/user:environment":"preprod"}"#,
            r#"{"Operations.Environment":"preprod","Oracle-Tags.CreatedBy":"shop"}"#,
            "{environment=preprod, note=a,b}",
            "environment: preprod, note: see a, b",
            "environment=preprod&owner=shop",
            "map[environment:preprod owner:shop]",
        ] {
            assert_eq!(read(text), Tags::Read(Some("preprod".to_owned())), "{text}");
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
            assert_eq!(read(text), Tags::Read(None), "{text}");
        }
        for text in ["not json", "{", "{\"a\"", "7", "[1, 2]", "('a', 'b', 'c')"] {
            assert_eq!(read(text), Tags::Unread, "{text}");
        }
        assert_eq!(read("{}"), Tags::None);
    }

    #[test]
    fn columns_of_one_tag() {
        for name in [
            "resourceTags/user:environment",
            "resource_tags_user_nightcap_environment",
            "tag_Environment",
        ] {
            assert!(EnvironmentTags::of(None).is_column(name), "{name}");
        }
        assert!(!EnvironmentTags::of(None).is_column("resourceTags/user:owner"));
    }

    #[test]
    fn a_value_may_hold_what_divides_tags_and_the_next_tag_still_counts() {
        let note = "owner=shop, the one, environment=preprod";
        assert_eq!(read(note), Tags::Read(Some("preprod".to_owned())));
        assert_eq!(
            read("environment=a, b"),
            Tags::Read(Some("a, b".to_owned()))
        );
        assert_eq!(
            read(r#"{"environment": 7}"#),
            Tags::Read(Some("7".to_owned()))
        );
    }

    #[test]
    fn the_configured_tag_alone_counts_in_its_own_spelling_first() {
        let wanted = EnvironmentTags::of(Some("CostCenter"));
        let of = |text: &str| Tags::read(text, &wanted);
        let shop = || Tags::Read(Some("shop".to_owned()));
        assert_eq!(of(r#"{"environment":"preprod"}"#), Tags::Read(None));
        assert_eq!(
            of(r#"{"environment":"preprod","costcenter":"shop"}"#),
            shop()
        );
        assert_eq!(
            of(r#"{"costcenter":"other","user:CostCenter":"shop"}"#),
            shop()
        );
        assert_eq!(of("cost_center=shop"), shop());
        assert!(wanted.is_column("resource_tags_user_cost_center"));
        assert!(!wanted.is_column("environment"));
        // A key of marks alone resembles every other such key: it counts as it is spelt.
        let marks = EnvironmentTags::of(Some("_"));
        assert_eq!(Tags::read(r#"{"-":"a"}"#, &marks), Tags::Read(None));
        assert_eq!(
            Tags::read(r#"{"_":"a"}"#, &marks),
            Tags::Read(Some("a".to_owned()))
        );
        let usual = EnvironmentTags::of(Some("nightcap:environment"));
        let text = r#"{"environment":"shop"}"#;
        assert_eq!(Tags::read(text, &usual), shop());
    }

    #[test]
    fn of_several_columns_the_tag_of_ours_counts_first() {
        let header = [
            "a",
            "tag_environment",
            "tag_nightcap_environment",
            "Environment",
        ]
        .map(str::to_owned);
        assert_eq!(EnvironmentTags::of(None).columns(&header), [2, 1, 3]);
    }
}
