//! Every permission that a configuration needs: made from what Terraform grants for it.
//!
//! `infra/modules/nightcap-policy/rights.json` is that module's own rendering, kind by kind; a
//! test of the module holds it to its text. Here its placeholders are filled in, so that the
//! command and Terraform cannot differ.

use std::collections::BTreeMap;

use nightcap_domain::config::{Compiled, Config, EnvironmentConfig, KindName};
use nightcap_domain::fleet::protected_name;
use serde_json::{Value, json};

/// The condition on the maximum of a group.
pub(super) const MAX_SIZE: &str = "autoscaling:MaxSize";
/// How conditions on tags begin.
const TAG: &str = "aws:ResourceTag/";
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

/// What `nightcap doctor` itself calls, with the reads that a plan of the fleet makes. The names of
/// AWS Budgets' operations are one right in IAM (Service Authorization Reference, AWS Budgets).
pub(crate) const READS: [&str; 44] = [
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeScheduledActions",
    "budgets:ViewBudget",
    "ce:GetCostAndUsage",
    "ce:ListCostAllocationTags",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "ec2:DescribeInstances",
    "ec2:DescribeSpotInstanceRequests",
    "ec2:DescribeVolumes",
    "ecs:DescribeServices",
    "eks:DescribeNodegroup",
    "elasticloadbalancing:DescribeTargetHealth",
    "events:DescribeRule",
    "events:ListTargetsByRule",
    "iam:SimulatePrincipalPolicy",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "lambda:ListEventSourceMappings",
    "rds:DescribeBlueGreenDeployments",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeGlobalClusters",
    "s3:GetObject",
    "scheduler:GetSchedule",
    "scheduler:ListSchedules",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "ssm:GetParameter",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "tag:GetTagKeys",
];

/// The policy for whoever runs `nightcap doctor`.
pub(crate) fn reads() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "NightcapDoctor", "Effect": "Allow", "Action": READS.as_slice(), "Resource": "*" },
    ] })
}

/// What the scheduler needs of Nightcap's own things: `iam_scheduler.tf` of the module.
pub(super) const SCHEDULER: [(&str, Own); 17] = [
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
    ("sqs:SendMessage", Own::DeadLetters),
    ("logs:CreateLogStream", Own::Logs),
    ("logs:PutLogEvents", Own::Logs),
    ("ssm:GetParameter", Own::Parameter),
    ("s3:GetObject", Own::Object),
    ("sts:AssumeRole", Own::Roles),
];

/// What the guard needs: `iam_guard.tf` of the module.
pub(super) const GUARD: [(&str, Own); 20] = [
    ("dynamodb:Query", Own::Table),
    ("dynamodb:GetItem", Own::Table),
    ("dynamodb:PutItem", Own::Table),
    ("dynamodb:UpdateItem", Own::Table),
    ("dynamodb:BatchWriteItem", Own::Table),
    ("sns:Publish", Own::Topic),
    ("sns:ListSubscriptionsByTopic", Own::Topic),
    ("sqs:SendMessage", Own::DeadLetters),
    ("logs:CreateLogStream", Own::GuardLogs),
    ("logs:PutLogEvents", Own::GuardLogs),
    ("ssm:GetParameter", Own::Parameter),
    ("s3:GetObject", Own::Object),
    ("budgets:ViewBudget", Own::Budget),
    ("billing:GetBillingViewData", Own::BillingView),
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
    /// The queue of what failed for good.
    DeadLetters,
    /// The scheduler's log group.
    Logs,
    /// The guard's log group.
    GuardLogs,
    /// The parameter that holds the configuration, if one does.
    Parameter,
    /// The object in S3 that holds it, if one does.
    Object,
    /// The roles of the targets, if there are any.
    Roles,
    /// The budget.
    Budget,
    /// The account's own view of its bill, which a budget is read through.
    BillingView,
    /// Every database of the account.
    Databases,
    /// Every cluster of the account.
    Clusters,
    /// Everything: the action knows no resources.
    All,
}

/// The policy of a configuration in one account, as `nightcap-policy` renders it.
pub(crate) fn policy(
    config: &Config,
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
            let mut filled = filled(statement, &of, account, partition);
            bound(&mut filled, config);
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

/// The limits of the configuration: the largest maximum of a group, and the names that only look
/// like production.
fn bound(statement: &mut Value, config: &Config) {
    let Some(conditions) = statement
        .get_mut("Condition")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let keys = conditions.values_mut().filter_map(Value::as_object_mut);
    for (key, value) in keys.flatten() {
        if key == MAX_SIZE {
            *value = json!(largest(config).to_string());
        }
        if let Some(denied) = value.as_array_mut().filter(|_| key.starts_with(TAG)) {
            denied.retain(|name| {
                let name = name.as_str().unwrap_or_default();
                let released = config.not_production.iter().any(|known| known.is(name));
                protected_name(name) || !released
            });
        }
    }
}

/// The largest maximum that any environment's groups are woken to, as `main.tf` has it.
fn largest(config: &Config) -> u32 {
    let scheduled = config.environments.values().filter(|one| !one.protected);
    let own = scheduled.filter_map(|environment| environment.max_capacity);
    own.max().unwrap_or(0).max(config.limits.max_capacity)
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
            if key.starts_with(TAG) {
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
        let made = policy(config.config(), &scheduled(&config), "123456789012", "aws");
        let every = include_str!("../../../infra/modules/nightcap-policy/tests/every.json");
        let terraforms: Value = serde_json::from_str(every).unwrap();
        assert_eq!(by_sid(&made), by_sid(&terraforms));
    }

    #[test]
    fn the_policy_follows_the_files_limits_and_its_released_names() {
        let parsed = Compiled::parse(&format!(
            "{CONFIG}limits: {{ max_capacity: 150 }}\nnot_production: [{{ name: prd, reason: a product }}]\n"
        ));
        let config = parsed.unwrap();
        let made = policy(config.config(), &scheduled(&config), "123456789012", "aws");
        let text = made.to_string();
        assert!(text.contains(r#""autoscaling:MaxSize":"150""#), "{text}");
        assert!(!text.contains(r#""prd""#), "{text}");
        assert!(text.contains(r#"["prod","production","live"]"#), "{text}");
    }

    #[test]
    fn every_permission_of_a_kind_is_asked_about_in_each_environment() {
        let config = Compiled::parse(CONFIG).unwrap();
        let rights = rights(
            &policy(config.config(), &scheduled(&config), "123456789012", "aws"),
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
                    // `dynamodb:LeadingKeys` is a condition.
                    !matches!(service, "" | "aws")
                        && action != "LeadingKeys"
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
        let known = |table: &[(&str, Own)], others: &[&str], elsewhere: &[&str]| {
            let mut names: Vec<String> = table
                .iter()
                .map(|(action, _)| *action)
                .filter(|action| !elsewhere.contains(action))
                .chain(others.iter().copied())
                .map(str::to_owned)
                .collect();
            names.sort();
            names.dedup();
            names
        };
        // Of its keys, asked about where there is one; and of what invokes the functions.
        let others = [
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "lambda:InvokeFunction",
        ];
        assert_eq!(actions(scheduler), known(&SCHEDULER, &others, &[]));
        // What both functions need stands in the scheduler's file, the place of the configuration
        // among it.
        let common = [
            "sns:Publish",
            "sqs:SendMessage",
            "ssm:GetParameter",
            "s3:GetObject",
        ];
        assert_eq!(actions(guard), known(&GUARD, &[], &common));
    }
}
