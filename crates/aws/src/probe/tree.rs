//! AWS's answers as JSON trees, whichever protocol they came in.
//!
//! An XML element becomes the text that it holds, or an object of what stands in it; what
//! stands there more than once becomes an array. Order between different names is lost, which
//! means nothing in AWS's protocols.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

use super::Protocol;

/// How deep an answer may be.
const MAX_DEPTH: usize = 64;

/// Reads an answer; none if it cannot be read.
pub fn read(text: &str, protocol: Protocol) -> Option<Value> {
    match protocol {
        Protocol::Query { .. } => xml(text),
        Protocol::Json { .. } | Protocol::Rest if text.trim().is_empty() => {
            Some(Value::Object(Map::new()))
        }
        Protocol::Json { .. } | Protocol::Rest => serde_json::from_str(text).ok(),
    }
}

/// What an XML answer says, without the elements that are wrapped around it:
/// `<XResponse><XResult>…`.
pub(super) fn result(tree: Value, protocol: Protocol) -> Value {
    if !matches!(protocol, Protocol::Query { .. }) {
        return tree;
    }
    let inner = only(tree);
    let wrapped = inner.as_object().and_then(|object| {
        object
            .iter()
            .find_map(|(key, value)| key.ends_with("Result").then(|| value.clone()))
    });
    wrapped.unwrap_or(inner)
}

fn only(tree: Value) -> Value {
    match tree {
        Value::Object(object) => object.into_iter().next().map_or(Value::Null, |(_, v)| v),
        other => other,
    }
}

/// The error in a refusal: `<ErrorResponse><Error>` or EC2's `<Response><Errors><Error>`.
pub(super) fn error(tree: &Value) -> Option<&Value> {
    let root = tree.as_object()?.values().next()?;
    root.get("Error")
        .or_else(|| root.get("Errors").and_then(|errors| errors.get("Error")))
}

/// The text of a key; empty if there is none.
pub fn text<'a>(tree: &'a Value, key: &str) -> &'a str {
    tree.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A number, however the protocol writes it.
pub fn number(tree: &Value, key: &str) -> Option<f64> {
    match tree.get(key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a flag is set, however the protocol writes it.
pub fn flag(tree: &Value, key: &str) -> bool {
    match tree.get(key) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

/// The items of a list: a JSON array, or what stands in an XML element, once or more.
pub fn items<'a>(tree: &'a Value, key: &str) -> Vec<&'a Value> {
    match tree.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(list)) => match list.values().next() {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(one) => vec![one],
            None => vec![],
        },
        _ => vec![],
    }
}

/// The text at a path of keys; empty if there is none.
pub fn at<'a>(tree: &'a Value, path: &[&str]) -> &'a str {
    let mut tree = tree;
    for key in path {
        match tree.get(key) {
            Some(inner) => tree = inner,
            None => return "",
        }
    }
    tree.as_str().unwrap_or_default()
}

/// An element that is being read.
struct Open {
    name: String,
    text: String,
    children: Map<String, Value>,
}

fn xml(text: &str) -> Option<Value> {
    let mut open: Vec<Open> = vec![];
    let mut root = None;
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } => {
                if open.len() >= MAX_DEPTH {
                    return None;
                }
                open.push(Open {
                    name: local.as_str().to_owned(),
                    text: String::new(),
                    children: Map::new(),
                });
            }
            Token::Text { text } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&unescaped(text.as_str()));
                }
            }
            Token::Cdata { text, .. } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(text.as_str());
                }
            }
            Token::ElementEnd { end, .. } => match end {
                ElementEnd::Open => {}
                ElementEnd::Empty => close(&mut open, &mut root)?,
                ElementEnd::Close(_, local) => {
                    if open.last()?.name != local.as_str() {
                        return None;
                    }
                    close(&mut open, &mut root)?;
                }
            },
            _ => {}
        }
    }
    if open.is_empty() { root } else { None }
}

fn close(open: &mut Vec<Open>, root: &mut Option<Value>) -> Option<()> {
    let Open {
        name,
        text,
        children,
    } = open.pop()?;
    let value = if children.is_empty() {
        Value::String(text)
    } else {
        Value::Object(children)
    };
    let Some(parent) = open.last_mut() else {
        let mut whole = Map::new();
        whole.insert(name, value);
        *root = Some(Value::Object(whole));
        return Some(());
    };
    match parent.children.get_mut(&name) {
        None => {
            parent.children.insert(name, value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(first) => {
            let one = first.take();
            *first = Value::Array(vec![one, value]);
        }
    }
    Some(())
}

/// A text without XML's escapes. What is no escape stays as it is.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let known = after
            .split_once(';')
            .and_then(|(name, left)| Some((character(name)?, left)));
        if let Some((character, left)) = known {
            plain.push(character);
            rest = left;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
