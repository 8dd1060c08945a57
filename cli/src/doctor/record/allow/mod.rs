//! What may be recorded: by operation, the fields that checks and plans read.

mod configuration;
mod values;
mod words;

use nightcap_aws::probe::Exchange;
use serde_json::{Map, Value, json};

use super::names::{Names, is_region};
use configuration::config;
pub(in crate::doctor::record) use configuration::configuration;
use values::{TAGS, command, cost_key, cost_tag, entries, filter, policy, redrive, tags};
use words::{code, name_or_arn, path, phrases, plain, refusal, sent};

/// How a field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// As it is: a word of AWS's, a number, a time.
    Plain,
    /// Under another name.
    Name,
    /// An ARN with other names in it.
    Arn,
    /// The tags that Nightcap reads.
    Tags,
    /// Tag keys that are ours in any case.
    Keys,
    /// The known phrases in it, nothing else.
    Phrases,
    /// Who may do what, of a policy.
    Policy,
    /// Whether a filter filters.
    Filter,
    /// The command of a schedule's input.
    Command,
    /// A configuration, as that of the recording.
    Config,
    /// Entries of a map in a query's answer: those of a topic or a subscription.
    Entries,
    /// A dead-letter policy: how many receives.
    Redrive,
    /// Groups of costs: a tag key with the name of an environment.
    CostKeys,
    /// The key of the cost allocation tag.
    CostTag,
}

/// The fields of an answer that are kept: operation, path, how. Wrappers around a query's result
/// are not written. Paths end at leaves, or at what is kept by a rule of its own.
const FIELDS: &str = include_str!("../fields.txt");

/// The operation of an exchange as the list names it.
fn operation(exchange: &Exchange) -> String {
    let service = exchange.service.as_str();
    let rest = exchange.operation.as_str();
    let operation = match service {
        "lambda" if rest.ends_with("/configuration") => "GetFunctionConfiguration",
        "lambda" if rest.ends_with("/policy") => "GetPolicy",
        "lambda" if rest.ends_with("/concurrency") => "GetFunctionConcurrency",
        "lambda" if rest.contains("/event-source-mappings") => "ListEventSourceMappings",
        "scheduler" if rest == "GET /schedules" => "ListSchedules",
        "scheduler" if rest.starts_with("GET /schedules/") => "GetSchedule",
        "eks" if rest.contains("/node-groups/") => "DescribeNodegroup",
        _ => rest,
    };
    format!("{service}:{operation}")
}

/// What is recorded of an exchange; nothing where its operation is not on the list.
pub(super) fn exchange(exchange: &Exchange, names: &mut Names) -> Option<Value> {
    let operation = operation(exchange);
    let fields: Vec<(Vec<&str>, Keep)> = FIELDS
        .lines()
        .filter_map(|line| field(line, &operation))
        .collect();
    if fields.is_empty() {
        return None;
    }
    let answer = if exchange.status < 300 {
        unwrapped(&exchange.answer, exchange.protocol, &fields, names)
    } else {
        refusal(&exchange.answer)
    };
    let asked = sent(&exchange.parameters, names);
    Some(json!({
        "service": exchange.service,
        "region": if is_region(&exchange.region) { exchange.region.as_str() } else { "" },
        "operation": path(&exchange.operation, names),
        "protocol": exchange.protocol,
        "parameters": asked,
        "status": exchange.status,
        "error": code(&exchange.error),
        "answer": answer,
    }))
}

/// `rds:DescribeDBInstances DBInstances.DBInstance.Engine plain`.
fn field<'a>(line: &'a str, operation: &str) -> Option<(Vec<&'a str>, Keep)> {
    let mut words = line.split_whitespace();
    if words.next()? != operation {
        return None;
    }
    let path = words.next()?.split('.').collect();
    let keep = match words.next()? {
        "plain" => Keep::Plain,
        "name" => Keep::Name,
        "arn" => Keep::Arn,
        "tags" => Keep::Tags,
        "keys" => Keep::Keys,
        "phrases" => Keep::Phrases,
        "policy" => Keep::Policy,
        "filter" => Keep::Filter,
        "command" => Keep::Command,
        "config" => Keep::Config,
        "entries" => Keep::Entries,
        "redrive" => Keep::Redrive,
        "cost-keys" => Keep::CostKeys,
        "cost-tag" => Keep::CostTag,
        _ => return None,
    };
    Some((path, keep))
}

/// An answer, its wrappers kept.
fn unwrapped(
    answer: &Value,
    protocol: &str,
    fields: &[(Vec<&str>, Keep)],
    names: &mut Names,
) -> Value {
    if protocol != "query" {
        return walk(answer, &mut vec![], fields, names).unwrap_or_else(|| json!({}));
    }
    let Some((root, inner)) = answer.as_object().and_then(|object| object.iter().next()) else {
        return Value::Null;
    };
    let result = inner
        .as_object()
        .and_then(|object| object.iter().find(|(key, _)| key.ends_with("Result")));
    let kept = |tree: &Value, names: &mut Names| {
        walk(tree, &mut vec![], fields, names).unwrap_or_else(|| json!(""))
    };
    match result {
        Some((wrapper, result)) => json!({ root: { wrapper: kept(result, names) } }),
        None => json!({ root: kept(inner, names) }),
    }
}

/// What of a tree is on the list; nothing where nothing is.
fn walk<'a>(
    tree: &'a Value,
    path: &mut Vec<&'a str>,
    fields: &[(Vec<&str>, Keep)],
    names: &mut Names,
) -> Option<Value> {
    if let Some((_, keep)) = fields.iter().find(|(field, _)| field == path) {
        return kept(*keep, tree, names);
    }
    let leads = fields.iter().any(|(field, _)| field.starts_with(path));
    if !leads {
        return None;
    }
    match tree {
        Value::Object(object) => {
            let mut kept = Map::new();
            for (key, value) in object {
                path.push(key);
                if let Some(value) = walk(value, path, fields, names) {
                    kept.insert(key.clone(), value);
                }
                path.pop();
            }
            Some(Value::Object(kept))
        }
        Value::Array(items) => Some(Value::Array(
            items
                .iter()
                .filter_map(|item| walk(item, path, fields, names))
                .collect(),
        )),
        // An empty list of a query.
        Value::String(text) if text.trim().is_empty() => Some(json!("")),
        _ => None,
    }
}

fn kept(keep: Keep, tree: &Value, names: &mut Names) -> Option<Value> {
    match (keep, tree) {
        (Keep::Tags, tree) => Some(tags(tree, names)),
        (Keep::Keys, Value::Array(keys)) => Some(Value::Array(
            keys.iter()
                .filter(|key| {
                    key.as_str()
                        .is_some_and(|key| TAGS.contains(&key.trim().to_lowercase().as_str()))
                })
                .cloned()
                .collect(),
        )),
        (Keep::Entries, tree) => Some(entries(tree, names)),
        (keep, Value::Array(items)) => Some(Value::Array(
            items
                .iter()
                .filter_map(|item| kept(keep, item, names))
                .collect(),
        )),
        (_, Value::Bool(flag)) => Some(json!(flag)),
        (Keep::Plain, Value::Number(number)) => Some(json!(number)),
        (_, Value::String(text)) => leaf(keep, text, names),
        _ => None,
    }
}

fn leaf(keep: Keep, text: &str, names: &mut Names) -> Option<Value> {
    Some(json!(match keep {
        Keep::Plain => plain(text, names),
        Keep::Name => name_or_arn(text, names),
        Keep::Arn => names.arn(text),
        Keep::Phrases => phrases(text),
        Keep::Policy => policy(text, names),
        Keep::Filter => filter(text),
        Keep::Command => command(text),
        Keep::Config => config(text, names)?,
        Keep::Redrive => redrive(text),
        Keep::CostKeys => cost_key(text, names),
        Keep::CostTag => cost_tag(text, names),
        Keep::Tags | Keep::Keys | Keep::Entries => return None,
    }))
}
