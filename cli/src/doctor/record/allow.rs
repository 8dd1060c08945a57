//! What may be recorded: by operation, the fields that checks and plans read.

use nightcap_aws::probe::Exchange;
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::ENVIRONMENT_TAG;
use serde_json::{Map, Value, json};

use super::names::{Names, is_account, is_region};
use crate::doctor::FAILURES;

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
const FIELDS: &str = include_str!("fields.txt");

/// Phrases that are looked for in messages, besides the reasons of failed launches.
const PHRASES: [&str; 12] = [
    "User not enabled for cost explorer access",
    "Linked account",
    "DataUnavailable",
    "name not found",
    "DryRunOperation",
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "AccessDenied",
    "UnauthorizedOperation",
    "AuthorizationError",
    "Rate exceeded",
    "blue-green",
];

/// Codes of errors, which are AWS's words.
const CODE: [&str; 4] = ["Code", "__type", "code", "Type"];
const MESSAGE: [&str; 3] = ["Message", "message", "errorMessage"];

/// Words that we ourselves send: they identify nobody.
const SENT: [&str; 40] = [
    "nightcap:capacity",
    "*",
    "ALL",
    "All",
    "COST",
    "DAILY",
    "DIMENSION",
    "MONTHLY",
    "PredictiveScaling",
    "RECORD_TYPE",
    "TAG",
    "TAGS",
    "UnblendedCost",
    "autoscaling",
    "configuration",
    "concurrency",
    "clusters",
    "default",
    "ecs",
    "ecs:service",
    "ecs:service:DesiredCount",
    "eks:nodegroup",
    "event-source-mappings",
    "functions",
    "instance-id",
    "instance-state-name",
    "node-groups",
    "numeric",
    "nightcap:environment",
    "pending",
    "policy",
    "running",
    "schedules",
    "spot-instance-request-id",
    "state",
    "stopped",
    "stopping",
    "string",
    "stringList",
    "tag-key",
];

/// Tags that are kept.
const TAGS: [&str; 11] = [
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

/// The operation of an exchange as the list names it.
fn operation(exchange: &Exchange) -> String {
    let service = exchange.service.as_str();
    let rest = exchange.operation.as_str();
    let operation = match service {
        "lambda" if rest.ends_with("/configuration") => "GetFunctionConfiguration",
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

fn name_or_arn(text: &str, names: &mut Names) -> String {
    if text.starts_with("arn:") {
        names.arn(text)
    } else {
        names.name(text)
    }
}

/// A word of AWS's. What does not look like one, or holds a name, is replaced.
fn plain(text: &str, names: &mut Names) -> String {
    let shaped = text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " ._:+*()?#/,-".contains(c))
        && !text.contains("arn:")
        && !holds_account(text)
        && !names.holds(text);
    if shaped {
        text.to_owned()
    } else {
        names.name(text)
    }
}

fn holds_account(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() >= 12)
}

fn phrases(text: &str) -> String {
    let known = FAILURES.iter().chain(PHRASES.iter());
    let found: Vec<&str> = known
        .copied()
        .filter(|phrase| text.contains(phrase))
        .collect();
    found.join("; ")
}

/// The code of an error: a word of AWS's and nothing else.
fn code(text: &str) -> String {
    // What AWS calls an error is one of its own names, which end like this.
    const ENDS: [&str; 18] = [
        "Exception",
        "Fault",
        "Denied",
        "Error",
        "NotFound",
        "Operation",
        "Throttling",
        "Sender",
        "Receiver",
        "Failure",
        "NoSuchEntity",
        "Exist",
        "NonExistentQueue",
        "Exceeded",
        "State",
        "Malformed",
        "Token",
        "Id",
    ];
    let text = text.rsplit('#').next().unwrap_or(text);
    let text = text.split(':').next().unwrap_or(text);
    let word = text.len() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    let known = ENDS.iter().any(|end| text.ends_with(end));
    if word && known {
        text.to_owned()
    } else {
        String::new()
    }
}

/// A refusal: its code, and the known phrases of its message.
fn refusal(tree: &Value) -> Value {
    match tree {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter_map(|(key, value)| match value {
                    Value::String(text) if CODE.contains(&key.as_str()) => {
                        Some((key.clone(), json!(code(text))))
                    }
                    Value::String(text) if MESSAGE.contains(&key.as_str()) => {
                        Some((key.clone(), json!(phrases(text))))
                    }
                    Value::Object(_) if WRAPPERS.contains(&key.as_str()) => {
                        Some((key.clone(), refusal(value)))
                    }
                    _ => None,
                })
                .collect(),
        ),
        _ => json!({}),
    }
}

/// What stands around an error.
const WRAPPERS: [&str; 4] = ["ErrorResponse", "Response", "Errors", "Error"];

/// What we asked with: our own words, and names under other names.
fn sent(parameters: &Value, names: &mut Names) -> Value {
    match parameters {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .map(|(key, value)| (key.clone(), sent(value, names)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(|item| sent(item, names)).collect()),
        Value::String(text) => {
            let ours = SENT.contains(&text.as_str())
                || (text.len() <= 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-'))
                || matches!(text.as_str(), "true" | "false")
                || is_action(text);
            json!(if ours {
                text.clone()
            } else {
                name_or_arn(text, names)
            })
        }
        other => other.clone(),
    }
}

/// `rds:StopDBInstance`, and condition keys such as `aws:TagKeys`.
fn is_action(text: &str) -> bool {
    const SERVICES: [&str; 20] = [
        "application-autoscaling",
        "autoscaling",
        "aws",
        "billing",
        "budgets",
        "ce",
        "dynamodb",
        "ec2",
        "ecs",
        "eks",
        "elasticloadbalancing",
        "kms",
        "logs",
        "pricing",
        "rds",
        "s3",
        "sns",
        "sqs",
        "ssm",
        "tag",
    ];
    const VERBS: [&str; 14] = [
        "Describe", "Get", "Query", "Put", "Update", "Batch", "Publish", "Send", "Receive",
        "Delete", "Create", "Start", "Stop", "Change",
    ];
    let Some((service, action)) = text.split_once(':') else {
        return false;
    };
    let known = matches!(
        text,
        "aws:TagKeys"
            | "aws:ResourceTag/nightcap:environment"
            | "autoscaling:MaxSize"
            | "dynamodb:LeadingKeys"
            | "kms:ViaService"
            | "kms:GrantIsForAWSResource"
    );
    known
        || (SERVICES.contains(&service)
            && action.len() <= 32
            && action.bytes().all(|byte| byte.is_ascii_alphabetic())
            && VERBS.iter().any(|verb| action.starts_with(verb)))
        || matches!(
            text,
            "ecs:TagResource" | "ecs:UntagResource" | "eks:TagResource" | "eks:UntagResource"
        )
        || matches!(
            text,
            "rds:AddTagsToResource"
                | "sts:AssumeRole"
                | "sns:ListSubscriptionsByTopic"
                | "budgets:ViewBudget"
        )
}

/// A REST operation: `GET /2015-03-31/functions/NAME/configuration`.
fn path(operation: &str, names: &mut Names) -> String {
    let Some((method, path)) = operation.split_once(' ') else {
        return plain(operation, names);
    };
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match segment {
            "" | "2015-03-31" | "2019-09-30" => segment.to_owned(),
            known if SENT.contains(&known) => known.to_owned(),
            other => names.name(other),
        })
        .collect();
    let method = if method == "GET" { "GET" } else { "POST" };
    format!("{method} {}", segments.join("/"))
}

/// The tags that are kept, in any of the forms that services write them.
fn tags(tree: &Value, names: &mut Names) -> Value {
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

fn tag_value(key: &str, value: &str, names: &mut Names) -> Option<String> {
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
fn entries(tree: &Value, names: &mut Names) -> Value {
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
fn policy(text: &str, names: &mut Names) -> String {
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
                        Some("budgets.amazonaws.com" | "cloudwatch.amazonaws.com")
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
            if let (Some(object), true) =
                (kept.as_object_mut(), statement.get("Condition").is_some())
            {
                object.insert("Condition".to_owned(), json!({}));
            }
            kept
        })
        .collect();
    json!({ "Statement": statements }).to_string()
}

/// The actions of a topic's or key's policy that decide something.
fn policy_action(action: &str) -> Option<&'static str> {
    const ACTIONS: [&str; 9] = [
        "*",
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
fn filter(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    let filters = parsed.as_object().is_some_and(|filter| !filter.is_empty());
    if filters {
        r#"{"nightcap":[{"exists":false}]}"#.to_owned()
    } else {
        String::new()
    }
}

fn command(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    match parsed.get("command").and_then(Value::as_str) {
        Some("tick") => r#"{"command":"tick"}"#.to_owned(),
        Some("report") => r#"{"command":"report"}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}

fn redrive(text: &str) -> String {
    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
    let receives = match parsed.get("maxReceiveCount") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    json!({ "maxReceiveCount": receives.unwrap_or_default().min(1000) }).to_string()
}

fn cost_key(text: &str, names: &mut Names) -> String {
    match text.split_once('$') {
        Some((key, value)) => format!("{}${}", cost_tag(key, names), names.name(value)),
        None => names.name(text),
    }
}

/// The key of the cost allocation tag: Nightcap's own, or somebody's.
fn cost_tag(key: &str, names: &mut Names) -> String {
    match key {
        ENVIRONMENT_TAG => key.to_owned(),
        other => names.name(other),
    }
}

/// A configuration as the recording has it, or where it is.
fn config(text: &str, names: &mut Names) -> Option<String> {
    for form in ["ssm://", "s3://"] {
        if let Some(place) = text.trim().strip_prefix(form) {
            let parts: Vec<String> = place.split('/').map(|part| names.name(part)).collect();
            return Some(format!("{form}{}", parts.join("/")));
        }
    }
    let parsed = Compiled::parse(text).ok()?;
    let value = serde_json::to_value(parsed.config()).ok()?;
    Some(configuration(&value, names).to_string())
}

/// A configuration with other names, and without what a recording does not need.
pub(super) fn configuration(config: &Value, names: &mut Names) -> Value {
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
fn shaped(value: &Value) -> Value {
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
