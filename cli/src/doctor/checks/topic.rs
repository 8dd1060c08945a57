//! The alert topic: who may write there, and who reads.

use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::{Map, Value, json};

use crate::doctor::{Doctor, Finding};

const TOPIC: &str = "topic";
const READERS: &str = "subscriptions";
const BUDGETS: &str = "budgets.amazonaws.com";

impl Doctor<'_> {
    /// Looks at the topic's policy, key and subscriptions.
    pub(in crate::doctor) async fn topic(&mut self) {
        let Some(arn) = self.deployed.setting("NIGHTCAP_TOPIC_ARN") else {
            self.row(TOPIC, "topic", Finding::TopicUnnamed);
            return;
        };
        let asked = Question::form(Service::Sns, "GetTopicAttributes", &[("TopicArn", &arn)]);
        match self.home.probe.ask(asked).await {
            Ok(answer) => self.openness(&arn, &attributes(&answer)).await,
            Err(error) if error.cause == Cause::Gone => {
                self.row(TOPIC, &arn, Finding::TopicMissing);
                return;
            }
            Err(error) => self.unread(TOPIC, &arn, &error),
        }
        match self.subscriptions(&arn).await {
            Ok(subscriptions) => self.readers(&arn, &subscriptions).await,
            Err(error) => self.unread(READERS, &arn, &error),
        }
    }

    async fn openness(&mut self, arn: &str, topic: &Map<String, Value>) {
        // Without a budget in the file nobody waits for AWS Budgets.
        if self.config.config().budget.is_none() {
            return;
        }
        let before = self.rows.len();
        let text = |key| topic.get(key).and_then(Value::as_str).unwrap_or_default();
        let policy = serde_json::from_str(text("Policy")).unwrap_or_default();
        if !lets(&policy, BUDGETS, &["sns:publish"]) {
            self.row(TOPIC, arn, Finding::TopicClosed);
        }
        let key = text("KmsMasterKeyId").to_owned();
        if key == "alias/aws/sns" || key.ends_with(":alias/aws/sns") {
            // AWS's own key cannot be opened to a service (SNS guide, key management).
            self.row(TOPIC, arn, Finding::TopicKey { key });
        } else if !key.is_empty() {
            self.topic_key(arn, &key).await;
        }
        if self.rows.len() == before {
            self.row(TOPIC, arn, Finding::TopicRight);
        }
    }

    async fn topic_key(&mut self, arn: &str, key: &str) {
        // A policy is read by the key's id: an alias does not do (KMS, GetKeyPolicy).
        let named = json!({ "KeyId": key });
        let asked = Question::json(Service::Kms, "DescribeKey", named);
        let described = match self.home.probe.ask(asked).await {
            Ok(described) => described,
            Err(error) => return self.unread(TOPIC, arn, &error),
        };
        let id = tree::at(&described, &["KeyMetadata", "KeyId"]).to_owned();
        let usable = tree::at(&described, &["KeyMetadata", "KeyState"]) == "Enabled";
        let wanted = json!({ "KeyId": id, "PolicyName": "default" });
        let asked = Question::json(Service::Kms, "GetKeyPolicy", wanted);
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let policy =
                    serde_json::from_str(tree::text(&answer, "Policy")).unwrap_or_default();
                let open = lets(&policy, BUDGETS, &["kms:decrypt"])
                    && lets(&policy, BUDGETS, &["kms:generatedatakey"]);
                if !open || !usable {
                    self.row(
                        TOPIC,
                        arn,
                        Finding::TopicKey {
                            key: key.to_owned(),
                        },
                    );
                }
            }
            Err(error) => self.unread(TOPIC, arn, &error),
        }
    }

    async fn subscriptions(&self, arn: &str) -> Result<Vec<Value>, AwsError> {
        let asked = Question::form(
            Service::Sns,
            "ListSubscriptionsByTopic",
            &[("TopicArn", arn)],
        );
        let pages = self
            .home
            .probe
            .ask_all(asked, "NextToken", "NextToken")
            .await?;
        let listed = pages
            .iter()
            .flat_map(|page| tree::items(page, "Subscriptions"));
        Ok(listed.cloned().collect())
    }

    async fn readers(&mut self, arn: &str, subscriptions: &[Value]) {
        let (mut confirmed, mut pending) = (0, 0);
        let mut guard = false;
        for subscription in subscriptions {
            let protocol = tree::text(subscription, "Protocol");
            let reads = matches!(
                protocol,
                "email" | "email-json" | "sms" | "http" | "https" | "sqs"
            );
            match tree::text(subscription, "SubscriptionArn") {
                "PendingConfirmation" | "" => pending += 1,
                "Deleted" => {}
                own => {
                    confirmed += usize::from(reads);
                    let endpoint = tree::text(subscription, "Endpoint");
                    guard |= protocol == "lambda"
                        && endpoint.contains(&format!(":{}-budget-guard", self.name));
                    self.filter(arn, own, protocol).await;
                }
            }
        }
        if pending > 0 {
            self.row(READERS, arn, Finding::ReadersPending { pending });
        }
        if confirmed > 0 {
            self.row(READERS, arn, Finding::Readers { confirmed });
        } else if pending == 0 {
            self.row(READERS, arn, Finding::ReadersNone);
        }
        if !guard && self.config.config().budget.is_some() {
            self.row(READERS, arn, Finding::GuardDeaf);
        }
    }

    /// Whether a filter lets AWS Budgets' messages through, which have no attributes: a policy
    /// on attributes never matches those, `exists: false` neither.
    async fn filter(&mut self, arn: &str, subscription: &str, protocol: &str) {
        let wanted = [("SubscriptionArn", subscription)];
        let asked = Question::form(Service::Sns, "GetSubscriptionAttributes", &wanted);
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let attributes = attributes(&answer);
                let text = |key| {
                    attributes
                        .get(key)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                };
                let policy: Value = serde_json::from_str(text("FilterPolicy")).unwrap_or_default();
                let filters = policy.as_object().is_some_and(|policy| !policy.is_empty());
                let on_attributes = text("FilterPolicyScope") != "MessageBody";
                if filters && on_attributes && self.config.config().budget.is_some() {
                    let protocol = protocol.to_owned();
                    self.row(READERS, arn, Finding::FilterBlocks { protocol });
                }
            }
            Err(error) => self.unread(READERS, arn, &error),
        }
    }
}

/// SNS's list of entries as a map.
fn attributes(answer: &Value) -> Map<String, Value> {
    tree::items(answer, "Attributes")
        .into_iter()
        .map(|entry| {
            let value = entry.get("value").cloned().unwrap_or_default();
            (tree::text(entry, "key").to_owned(), value)
        })
        .collect()
}

/// Whether a policy allows a service one of these actions, conditions apart: those that narrow
/// it to this account are what it should have.
pub(super) fn lets(policy: &Value, service: &str, actions: &[&str]) -> bool {
    let effect = |wanted: &str| {
        list(policy.get("Statement")).into_iter().any(|statement| {
            tree::text(statement, "Effect") == wanted
                && names(statement.get("Principal"), service)
                && list(statement.get("Action"))
                    .into_iter()
                    .filter_map(Value::as_str)
                    .any(|pattern| actions.iter().any(|action| matches(pattern, action)))
                // A condition may make a denial void; an allowance under one is meant for it.
                && (wanted == "Allow" || statement.get("Condition").is_none())
        })
    };
    effect("Allow") && !effect("Deny")
}

fn names(principal: Option<&Value>, service: &str) -> bool {
    match principal {
        Some(Value::String(all)) => all == "*",
        Some(Value::Object(by)) => {
            let of = |key: &str| {
                list(by.get(key))
                    .into_iter()
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>()
            };
            of("Service").contains(&service) || of("AWS").contains(&"*")
        }
        _ => false,
    }
}

/// IAM's `*` in an action, whatever its case.
fn matches(pattern: &str, action: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.split_once('*') {
        None => pattern == action,
        Some((before, _)) => action.starts_with(before),
    }
}

fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => vec![],
    }
}
