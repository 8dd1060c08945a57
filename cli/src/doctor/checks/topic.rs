//! The alert topic: who may write there, and who reads.

use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::fleet::Text;
use serde_json::{Map, Value};

use super::permissions::short;
use super::policies::{Denial, denial, lets_service};
use crate::doctor::{Doctor, Topic};

const TOPIC: &str = "topic";
const READERS: &str = "subscriptions";
const BUDGETS: &str = "budgets.amazonaws.com";

impl Doctor<'_> {
    /// Looks at the topic's policy, key and subscriptions.
    pub(in crate::doctor) async fn topic(&mut self) {
        let Some(arn) = self.deployed.setting("NIGHTCAP_TOPIC_ARN") else {
            let about = Text::fixed("topic", "sujet");
            self.row_about(TOPIC, about, Topic::NotConfigured);
            return;
        };
        let asked = Question::form(Service::Sns, "GetTopicAttributes", &[("TopicArn", &arn)]);
        match self.home.probe.ask(asked).await {
            Ok(answer) => self.openness(&arn, &attributes(&answer)).await,
            Err(error) if error.cause == Cause::Gone => {
                self.row(TOPIC, &arn, Topic::Missing);
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
        let budget = self.config.config().budget.is_some();
        let before = self.rows.len();
        let text = |key| topic.get(key).and_then(Value::as_str).unwrap_or_default();
        let policy = serde_json::from_str(text("Policy")).unwrap_or_default();
        // "AWS Budgets does not support FIFO topics", and e-mail cannot subscribe to one.
        if text("FifoTopic") == "true" || arn.strip_suffix(".fifo").is_some() {
            self.row(TOPIC, arn, Topic::Fifo);
        }
        // Without a budget in the file nobody waits for AWS Budgets.
        if budget && !lets_service(&policy, BUDGETS, &["sns:publish"]) {
            self.row(TOPIC, arn, Topic::PublishNotAllowed);
        }
        self.publishers(arn, &policy);
        let key = text("KmsMasterKeyId").to_owned();
        if key == "alias/aws/sns" || key.ends_with(":alias/aws/sns") {
            // AWS's own key cannot be opened to a service (SNS guide, key management).
            if budget {
                self.row(TOPIC, arn, Topic::KeyNotUsableByBudgets { key });
            }
        } else if !key.is_empty() {
            self.topic_key(arn, &key, budget).await;
        }
        if budget && self.rows.len() == before {
            self.row(TOPIC, arn, Topic::PublishAllowed);
        }
    }

    /// Whether the functions may publish, as far as the topic's policy decides it.
    fn publishers(&mut self, arn: &str, policy: &Value) {
        let mut unclear: Vec<String> = vec![];
        for role in self.function_roles() {
            match denial(policy, &role, &["sns:publish"]) {
                Denial::None => {}
                Denial::Denied => {
                    let principal = short(&role).to_owned();
                    self.row(TOPIC, arn, Topic::PublishDenied { principal });
                }
                Denial::Conditional(keys) => unclear = keys,
            }
        }
        if !unclear.is_empty() {
            self.row(TOPIC, arn, Topic::ConditionalDeny { keys: unclear });
        }
    }

    async fn topic_key(&mut self, arn: &str, key: &str, budget: bool) {
        let found = match self.key(key).await {
            Ok(found) => found,
            Err(error) => return self.unread(TOPIC, arn, &error),
        };
        let open = found.policy.as_ref().is_some_and(|policy| {
            lets_service(policy, BUDGETS, &["kms:decrypt"])
                && lets_service(policy, BUDGETS, &["kms:generatedatakey"])
        });
        if budget && !open {
            let key = key.to_owned();
            self.row(TOPIC, arn, Topic::KeyNotUsableByBudgets { key });
        }
        let actions = ["kms:GenerateDataKey", "kms:Decrypt"];
        let roles = self.function_roles();
        self.use_of(TOPIC, arn, &found, &roles, &actions).await;
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
            self.row(READERS, arn, Topic::SubscribersPending { pending });
        }
        if confirmed > 0 {
            self.row(READERS, arn, Topic::SubscribersConfirmed { confirmed });
        } else if pending == 0 {
            self.row(READERS, arn, Topic::NoSubscribers);
        }
        if self.config.config().budget.is_none() {
            return;
        }
        if !guard {
            self.row(READERS, arn, Topic::GuardNotSubscribed);
        } else if !self.deployed.guard_role.is_empty() {
            let function = format!("{}-budget-guard", self.name);
            match self.invokable(&function, "sns.amazonaws.com", arn).await {
                Ok(true) => {}
                Ok(false) => self.row(READERS, arn, Topic::GuardNotInvokable),
                Err(error) => self.unread(READERS, arn, &error),
            }
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
                // A policy on the body lets only JSON through, and AWS Budgets writes plain text
                // (SNS Developer Guide, "Amazon SNS subscription filter policy scope").
                let body = text("FilterPolicyScope") == "MessageBody";
                if filters && self.config.config().budget.is_some() {
                    let protocol = protocol.to_owned();
                    self.row(READERS, arn, Topic::FilterPolicyBlocks { protocol, body });
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
