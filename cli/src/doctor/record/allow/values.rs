//! Values that are kept by a rule of their own: tags, policies, filters, costs.

use nightcap_domain::fleet::ENVIRONMENT_TAG;
use serde_json::{Map, Value, json};

use super::super::names::Names;
use super::words::{holds_account, name_or_arn};

/// Tags that are kept.
pub(super) const TAGS: [&str; 11] = [
    "nightcap:environment",
    "nightcap:capacity",
    "nightcap:tier",
    "nightcap:keep",
    "environment",
    "env",
    "stage",
    "aws:autoscaling:groupname",
    "aws:ec2:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "aws:elasticmapreduce:job-flow-id",
];

/// The tags that are kept, in any of the forms that services write them.
pub(super) fn tags(tree: &Value, names: &mut Names) -> Value {
    match tree {
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| tags(item, names))
                .filter(|item| !item.as_object().is_some_and(Map::is_empty))
                .collect(),
        ),
        Value::Object(tag) => {
            for (key, value) in [("Key", "Value"), ("key", "value")] {
                if let Some(name) = tag.get(key).and_then(Value::as_str) {
                    let text = tag.get(value).and_then(Value::as_str).unwrap_or_default();
                    return match tag_value(name, text, names) {
                        Some(text) => json!({ key: name, value: text }),
                        None => json!({}),
                    };
                }
            }
            // A map of them, as EKS has it.
            Value::Object(
                tag.iter()
                    .filter_map(|(name, value)| {
                        let value = tag_value(name, value.as_str().unwrap_or_default(), names)?;
                        Some((name.clone(), json!(value)))
                    })
                    .collect(),
            )
        }
        _ => json!(""),
    }
}

pub(super) fn tag_value(key: &str, value: &str, names: &mut Names) -> Option<String> {
    let lower = key.trim().to_lowercase();
    if !TAGS.contains(&lower.as_str()) {
        return None;
    }
    let numbers = !value.is_empty()
        && value.len() <= 24
        && value.chars().all(|c| c.is_ascii_digit() || c == '/');
    let counts = matches!(lower.as_str(), "nightcap:capacity" | "nightcap:tier");
    Some(if counts && numbers && !holds_account(value) {
        value.to_owned()
    } else {
        names.name(value)
    })
}

/// The entries of a topic's or subscription's attributes.
pub(super) fn entries(tree: &Value, names: &mut Names) -> Value {
    match tree {
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| entries(item, names))
                .filter(|item| !item.as_object().is_some_and(Map::is_empty))
                .collect(),
        ),
        Value::Object(entry) => {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
            let value = match text("key") {
                "Policy" => policy(text("value"), names),
                "FifoTopic" => (text("value") == "true").to_string(),
                "FilterPolicy" => filter(text("value")),
                "FilterPolicyScope" => match text("value") {
                    "MessageBody" => "MessageBody".to_owned(),
                    _ => "MessageAttributes".to_owned(),
                },
                "KmsMasterKeyId" => match text("value") {
                    key @ ("" | "alias/aws/sns") => key.to_owned(),
                    key => name_or_arn(key, names),
                },
                _ => return json!({}),
            };
            json!({ "key": text("key"), "value": value })
        }
        _ => json!({}),
    }
}

/// A policy: effects, actions and services; everybody else under another name.
pub(super) fn policy(text: &str, names: &mut Names) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    let list = |value: Option<&Value>| -> Vec<Value> {
        match value {
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => vec![],
        }
    };
    let statements: Vec<Value> = list(parsed.get("Statement"))
        .iter()
        .map(|statement| {
            let effect = match statement.get("Effect").and_then(Value::as_str) {
                Some("Allow") => "Allow",
                _ => "Deny",
            };
            let principal = statement.get("Principal");
            let all = principal.and_then(Value::as_str) == Some("*");
            let of = |key: &str| list(principal.and_then(|principal| principal.get(key)));
            let services: Vec<Value> = of("Service")
                .into_iter()
                .filter(|service| {
                    matches!(
                        service.as_str(),
                        Some(
                            "budgets.amazonaws.com"
                                | "cloudwatch.amazonaws.com"
                                | "events.amazonaws.com"
                                | "sns.amazonaws.com"
                        )
                    )
                })
                .collect();
            let accounts: Vec<String> = of("AWS")
                .iter()
                .filter_map(Value::as_str)
                .map(|account| {
                    if account == "*" {
                        "*".to_owned()
                    } else {
                        name_or_arn(account, names)
                    }
                })
                .collect();
            let actions: Vec<&'static str> = list(statement.get("Action"))
                .iter()
                .filter_map(Value::as_str)
                .filter_map(policy_action)
                .collect();
            let principal = if all {
                json!("*")
            } else {
                json!({ "Service": services, "AWS": accounts })
            };
            let mut kept = json!({ "Effect": effect, "Principal": principal, "Action": actions });
            if let (Some(object), Some(condition)) =
                (kept.as_object_mut(), statement.get("Condition"))
            {
                object.insert("Condition".to_owned(), conditions(condition, names));
            }
            kept
        })
        .collect();
    json!({ "Statement": statements }).to_string()
}

/// Condition keys that decide something here; any other is one of somebody's.
const CONDITIONS: [&str; 4] = [
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SecureTransport",
    "aws:PrincipalOrgID",
];

/// The conditions of a statement: which keys, and for whom.
fn conditions(condition: &Value, names: &mut Names) -> Value {
    let mut kept = Map::new();
    let operators = condition.as_object();
    for keys in operators
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_object)
    {
        for (key, values) in keys {
            let known = CONDITIONS
                .into_iter()
                .find(|known| known.eq_ignore_ascii_case(key));
            let texts: Vec<&str> = match values {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
                Value::String(one) => vec![one],
                _ => vec![],
            };
            let values: Vec<String> = match known {
                Some("aws:SecureTransport") => vec!["false".to_owned()],
                Some(_) => texts
                    .into_iter()
                    .map(|text| name_or_arn(text, names))
                    .collect(),
                None => vec![],
            };
            kept.insert(known.unwrap_or("aws:Other").to_owned(), json!(values));
        }
    }
    json!({ "StringLike": kept })
}

/// The actions of a topic's or key's policy that decide something.
pub(super) fn policy_action(action: &str) -> Option<&'static str> {
    const ACTIONS: [&str; 13] = [
        "*",
        "lambda:invokefunction",
        "lambda:*",
        "sqs:*",
        "sqs:sendmessage",
        "sns:*",
        "sns:publish",
        "kms:*",
        "kms:decrypt",
        "kms:generatedatakey",
        "kms:generatedatakey*",
        "kms:generate*",
        "kms:creategrant",
    ];
    let lower = action.to_ascii_lowercase();
    ACTIONS.into_iter().find(|known| *known == lower)
}

/// A filter: whether there is one.
pub(super) fn filter(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    let filters = parsed.as_object().is_some_and(|filter| !filter.is_empty());
    if filters {
        r#"{"nightcap":[{"exists":false}]}"#.to_owned()
    } else {
        String::new()
    }
}

pub(super) fn command(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    match parsed.get("command").and_then(Value::as_str) {
        Some("tick") => r#"{"command":"tick"}"#.to_owned(),
        Some("report") => r#"{"command":"report"}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}

pub(super) fn redrive(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    let receives = match parsed.get("maxReceiveCount") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    json!({ "maxReceiveCount": receives.unwrap_or_default().min(1000) }).to_string()
}

pub(super) fn cost_key(text: &str, names: &mut Names) -> String {
    match text.split_once('$') {
        Some((key, value)) => format!("{}${}", cost_tag(key, names), names.name(value)),
        None => names.name(text),
    }
}

/// The key of the cost allocation tag: Nightcap's own, or somebody's.
pub(super) fn cost_tag(key: &str, names: &mut Names) -> String {
    match key {
        ENVIRONMENT_TAG => key.to_owned(),
        other => names.name(other),
    }
}
