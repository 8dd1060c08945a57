//! Words of AWS's and of ours in what is recorded: everything else in a text is replaced or dropped.

use serde_json::{Value, json};

use super::super::names::{Names, is_service};
use crate::doctor::FAILURES;

/// Codes of errors, which are AWS's words.
pub(super) const CODE: [&str; 4] = ["Code", "__type", "code", "Type"];

pub(super) const MESSAGE: [&str; 3] = ["Message", "message", "errorMessage"];

/// Words that we ourselves send: they identify nobody.
pub(super) const SENT: [&str; 50] = [
    "ACTUAL",
    "Decrypt",
    "EQUAL_TO",
    "FORECASTED",
    "GREATER_THAN",
    "LESS_THAN",
    "PERCENTAGE",
    "ABSOLUTE_VALUE",
    "aws:ebs:id",
    "nobodys-environment",
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

/// Phrases that are looked for in messages, besides the reasons of failed launches.
pub(super) const PHRASES: [&str; 14] = [
    "Launching",
    "Terminating",
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

pub(super) fn name_or_arn(text: &str, names: &mut Names) -> String {
    if text.starts_with("arn:") {
        names.arn(text)
    } else {
        names.name(text)
    }
}

/// A word of AWS's. What does not look like one, or holds a name, is replaced.
pub(super) fn plain(text: &str, names: &mut Names) -> String {
    let shaped = text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " ._:+*()?#/,-".contains(c))
        && !text.contains("arn:")
        && !holds_account(text)
        && !names.holds(text);
    // An action is one whatever anybody has given the name "Instance".
    if shaped || is_action(text) {
        text.to_owned()
    } else {
        names.name(text)
    }
}

pub(super) fn holds_account(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() >= 12)
}

pub(super) fn phrases(text: &str) -> String {
    let known = FAILURES.iter().chain(PHRASES.iter());
    let found: Vec<&str> = known
        .copied()
        .filter(|phrase| text.contains(phrase))
        .collect();
    found.join("; ")
}

/// The code of an error: a word of AWS's and nothing else.
pub(super) fn code(text: &str) -> String {
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
pub(super) fn refusal(tree: &Value) -> Value {
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
pub(super) const WRAPPERS: [&str; 4] = ["ErrorResponse", "Response", "Errors", "Error"];

/// What we asked with: our own words, and names under other names.
pub(super) fn sent(parameters: &Value, names: &mut Names) -> Value {
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
                || is_service(text)
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
pub(super) fn is_action(text: &str) -> bool {
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
            | "aws:ResourceTag/Environment"
            | "aws:ResourceTag/Env"
            | "aws:ResourceTag/Stage"
            | "kms:Decrypt"
            | "kms:GenerateDataKey"
            | "kms:EncryptionContextKeys"
            | "kms:GrantOperations"
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
pub(super) fn path(operation: &str, names: &mut Names) -> String {
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
