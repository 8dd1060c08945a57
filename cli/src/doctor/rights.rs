//! Every permission that a configuration needs: made from what Terraform grants for it.
//!
//! `infra/modules/nightcap-policy/rights.json` is that module's own rendering, kind by kind; a
//! test of the module holds it to its text. Here its placeholders are filled in, so that the
//! command and Terraform cannot differ.

use std::collections::BTreeMap;

use nightcap_domain::config::{Compiled, EnvironmentConfig, KindName};
use serde_json::{Value, json};

const RIGHTS: &str = include_str!("../../../infra/modules/nightcap-policy/rights.json");

/// A permission to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Right {
    /// `rds:StopDBInstance`.
    pub(crate) action: String,
    /// A resource that it is needed on.
    pub(crate) resource: String,
    /// The condition keys under which it is granted.
    pub(crate) context: Vec<(String, String)>,
}

/// What the scheduler needs of Nightcap's own things: `iam_scheduler.tf` of the module.
pub(super) const SCHEDULER: [(&str, Own); 15] = [
    ("dynamodb:Query", Own::Table),
    ("dynamodb:GetItem", Own::Table),
    ("dynamodb:PutItem", Own::Table),
    ("dynamodb:UpdateItem", Own::Table),
    ("dynamodb:BatchWriteItem", Own::Table),
    ("sns:Publish", Own::Topic),
    ("sqs:SendMessage", Own::Queue),
    ("sqs:ReceiveMessage", Own::Queue),
    ("sqs:DeleteMessage", Own::Queue),
    ("sqs:GetQueueAttributes", Own::Queue),
    ("sqs:ChangeMessageVisibility", Own::Queue),
    ("logs:CreateLogStream", Own::Logs),
    ("logs:PutLogEvents", Own::Logs),
    ("ssm:GetParameter", Own::Parameter),
    ("sts:AssumeRole", Own::Roles),
];

/// What the guard needs: `iam_guard.tf` of the module.
pub(super) const GUARD: [(&str, Own); 16] = [
    ("dynamodb:Query", Own::Table),
    ("dynamodb:GetItem", Own::Table),
    ("dynamodb:PutItem", Own::Table),
    ("dynamodb:UpdateItem", Own::Table),
    ("dynamodb:BatchWriteItem", Own::Table),
    ("sns:Publish", Own::Topic),
    ("sns:ListSubscriptionsByTopic", Own::Topic),
    ("logs:CreateLogStream", Own::GuardLogs),
    ("logs:PutLogEvents", Own::GuardLogs),
    ("budgets:ViewBudget", Own::Budget),
    ("ce:GetCostAndUsage", Own::All),
    ("ce:GetCostForecast", Own::All),
    ("pricing:GetProducts", Own::All),
    ("autoscaling:DescribeAutoScalingGroups", Own::All),
    ("rds:DescribeDBInstances", Own::Databases),
    ("rds:DescribeDBClusters", Own::Clusters),
];

/// Which of Nightcap's own things a permission is needed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// The ledger's table.
    Table,
    /// The alert topic.
    Topic,
    /// The queue of targets.
    Queue,
    /// The scheduler's log group.
    Logs,
    /// The guard's log group.
    GuardLogs,
    /// The parameter that holds the configuration, if one does.
    Parameter,
    /// The roles of the targets, if there are any.
    Roles,
    /// The budget.
    Budget,
    /// Every database of the account.
    Databases,
    /// Every cluster of the account.
    Clusters,
    /// Everything: the action knows no resources.
    All,
}

/// The policy of a configuration in one account, as `nightcap-policy` renders it.
pub(crate) fn policy(
    environments: &[(&str, &EnvironmentConfig)],
    account: &str,
    partition: &str,
) -> Value {
    let rights: BTreeMap<String, Vec<Value>> = serde_json::from_str(RIGHTS).unwrap_or_default();
    let mut parts: Vec<(&str, Vec<&str>)> = vec![];
    for (kind, _) in KindName::ALL {
        let of = names(environments, |e| e.kinds.include(kind));
        if !of.is_empty() {
            parts.push((kind, of));
        }
    }
    let snapshots = names(environments, |e| {
        e.snapshot_on_stop && e.kinds.include("rds-instance")
    });
    if !snapshots.is_empty() {
        parts.push(("snapshot", snapshots));
    }
    let mut statements: Vec<Value> = vec![];
    for (part, of) in parts {
        for statement in rights.get(part).into_iter().flatten() {
            let filled = filled(statement, &of, account, partition);
            let known = statements
                .iter()
                .any(|one| one.get("Sid") == filled.get("Sid"));
            if !known {
                statements.push(filled);
            }
        }
    }
    // Denials last, as Terraform has them.
    statements
        .sort_by_key(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Deny"));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn names<'a>(
    environments: &[(&'a str, &EnvironmentConfig)],
    wanted: impl Fn(&EnvironmentConfig) -> bool,
) -> Vec<&'a str> {
    environments
        .iter()
        .filter(|(_, environment)| wanted(environment))
        .map(|(name, _)| *name)
        .collect()
}

/// A statement with its placeholders filled in.
fn filled(statement: &Value, environments: &[&str], account: &str, partition: &str) -> Value {
    match statement {
        Value::String(text) => Value::String(
            text.replace("ACCOUNT", account)
                .replace("PARTITION", partition),
        ),
        Value::Array(items) if items.iter().any(|item| item == "ENVIRONMENT") => {
            json!(environments)
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| filled(item, environments, account, partition))
                .collect(),
        ),
        Value::Object(object) => Value::Object(
            object
                .iter()
                .map(|(key, value)| (key.clone(), filled(value, environments, account, partition)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The scheduled environments of a configuration, by name.
pub(crate) fn scheduled(config: &Compiled) -> Vec<(&str, &EnvironmentConfig)> {
    config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .map(|(name, environment)| (name.as_str(), environment))
        .collect()
}

/// The permissions that a policy grants, each on one resource and in one environment.
pub(crate) fn rights(policy: &Value, region: &str) -> Vec<Right> {
    let mut rights: Vec<Right> = vec![];
    for statement in policy
        .get("Statement")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            continue;
        }
        let actions = texts(statement.get("Action"));
        let resources = texts(statement.get("Resource"));
        let contexts = contexts(statement.get("Condition"));
        for action in &actions {
            for context in &contexts {
                let right = Right {
                    action: (*action).to_owned(),
                    resource: example(&resources, region),
                    context: context.clone(),
                };
                if !rights.contains(&right) {
                    rights.push(right);
                }
            }
        }
    }
    rights
}

/// A resource that the first of these patterns matches.
fn example(patterns: &[&str], region: &str) -> String {
    let pattern = patterns.first().copied().unwrap_or("*");
    let mut parts = pattern.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(5).collect();
    match (head.as_slice(), parts.next()) {
        ([arn, partition, service, place, account], Some(resource)) => {
            let place = if *place == "*" { region } else { place };
            // A resource of a cluster has the cluster's name before its own.
            let resource = match resource.strip_suffix("/*") {
                Some(kind @ ("service" | "nodegroup")) => format!("{kind}/example/example"),
                _ => resource.replace('*', "example"),
            };
            [*arn, partition, service, place, account, &resource].join(":")
        }
        _ => pattern.to_owned(),
    }
}

/// The condition keys with a value each, once for every value of the environment's.
fn contexts(condition: Option<&Value>) -> Vec<Vec<(String, String)>> {
    let mut environments: Vec<(String, String)> = vec![];
    let mut others: Vec<(String, String)> = vec![];
    for (operator, keys) in condition.and_then(Value::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let values = texts(Some(values))
                .into_iter()
                .map(|value| (key.clone(), value.to_owned()));
            if key.starts_with("aws:ResourceTag/") {
                environments.extend(values);
            } else if operator != "Null" {
                others.extend(values);
            }
        }
    }
    if environments.is_empty() {
        return vec![others];
    }
    environments
        .into_iter()
        .map(|environment| [vec![environment], others.clone()].concat())
        .collect()
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_sid(policy: &Value) -> BTreeMap<String, Value> {
        let statements = policy["Statement"].as_array().unwrap();
        let named = |statement: &Value| statement["Sid"].as_str().unwrap().to_owned();
        statements
            .iter()
            .map(|one| (named(one), one.clone()))
            .collect()
    }

    /// `tests/render/main.tf` of the module has the same environments.
    const CONFIG: &str = "
timezone: UTC
schedules: { s: { windows: [{ start: '0 9 * * *', stop: '0 19 * * *' }] } }
environments:
  dev: { schedule: s, kinds: [ec2-instance] }
  preprod: { schedule: s }
  staging: { schedule: s, kinds: [rds-instance, ecs-service, eks-node-group, auto-scaling-group], snapshot_on_stop: true }
  prod: { protected: true }
";

    #[test]
    fn the_policy_is_terraforms() {
        let config = Compiled::parse(CONFIG).unwrap();
        let made = policy(&scheduled(&config), "123456789012", "aws");
        let every = include_str!("../../../infra/modules/nightcap-policy/tests/every.json");
        let terraforms: Value = serde_json::from_str(every).unwrap();
        assert_eq!(by_sid(&made), by_sid(&terraforms));
    }

    #[test]
    fn every_permission_of_a_kind_is_asked_about_in_each_environment() {
        let config = Compiled::parse(CONFIG).unwrap();
        let rights = rights(
            &policy(&scheduled(&config), "123456789012", "aws"),
            "eu-west-3",
        );
        let of = |action: &str| -> Vec<&Right> {
            rights
                .iter()
                .filter(|right| right.action == action)
                .collect()
        };
        let resized = of("autoscaling:UpdateAutoScalingGroup");
        let tags: Vec<&str> = resized
            .iter()
            .map(|right| right.context[0].1.as_str())
            .collect();
        assert_eq!(tags, ["preprod", "staging"]);
        assert_eq!(
            of("ecs:UpdateService")[0].resource,
            "arn:aws:ecs:eu-west-3:123456789012:service/example/example"
        );
        let tag = &of("autoscaling:DeleteTags")[0].context;
        assert!(
            tag.contains(&("aws:TagKeys".to_owned(), "nightcap:capacity".to_owned())),
            "{tag:?}"
        );
    }

    /// The actions of all Allow statements in the text of a Terraform file.
    fn actions(text: &str) -> Vec<String> {
        let allowed = text
            .split("Effect")
            .filter(|part| !part.trim_start_matches([' ', '=']).starts_with("\"Deny\""));
        let mut found: Vec<String> = allowed
            .flat_map(|part| part.split('"').skip(1).step_by(2))
            .filter(|text| {
                text.split_once(':').is_some_and(|(service, action)| {
                    !matches!(service, "" | "aws")
                        && service
                            .chars()
                            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                        && action.chars().next().is_some_and(char::is_uppercase)
                        && action.chars().all(|c| c.is_ascii_alphanumeric())
                })
            })
            .map(str::to_owned)
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn nightcaps_own_permissions_are_terraforms() {
        let scheduler = include_str!("../../../infra/modules/nightcap/iam_scheduler.tf");
        let guard = include_str!("../../../infra/modules/nightcap/iam_guard.tf");
        let known = |table: &[(&str, Own)]| {
            let mut names: Vec<String> = table
                .iter()
                .map(|(action, _)| (*action).to_owned())
                .collect();
            // Of its callers and its keys: asked about where there is a key, and of the invoker.
            names.extend(
                [
                    "kms:Decrypt",
                    "kms:GenerateDataKey",
                    "lambda:InvokeFunction",
                ]
                .map(str::to_owned),
            );
            names.sort();
            names
        };
        assert_eq!(actions(scheduler), known(&SCHEDULER));
        let granted = actions(guard);
        let mut needed: Vec<String> = GUARD
            .iter()
            .map(|(action, _)| (*action).to_owned())
            .collect();
        // What both functions need is granted by the scheduler's file; the price book is optional.
        needed.retain(|action| !action.starts_with("dynamodb:") && action != "sns:Publish");
        needed.extend(["s3:GetObject", "ssm:GetParameter"].map(str::to_owned));
        needed.sort();
        assert_eq!(granted, needed);
    }
}
