//! The queue of targets, and that of what failed for good.

use nightcap_aws::error::AwsError;
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::{Value, json};

use super::functions::number;
use super::permissions::short;
use super::policies::{Denial, denial};
use crate::doctor::{Deployment, Doctor};

const CHECK: &str = "queue";

/// "Set the maxReceiveCount on the source queue's redrive policy to at least 5": a poll that Lambda
/// throttles counts as a receive (AWS Lambda Developer Guide, "Creating and configuring an Amazon
/// SQS event source mapping").
const FEWEST_RECEIVES: u64 = 5;

impl Doctor<'_> {
    /// Looks at both queues.
    pub(in crate::doctor) async fn queues(&mut self) {
        let targets = format!("{}-targets", self.name);
        match self.queue(&targets).await {
            Ok(Some(queue)) => {
                let before = self.rows.len();
                self.targets_queue(&targets, &queue);
                self.access(&targets, &queue).await;
                if self.rows.len() == before {
                    let name = targets.clone();
                    self.row(CHECK, &targets, Deployment::QueueCorrect { name });
                }
            }
            // A configuration that one invocation works needs no queue, and has one all the same.
            Ok(None) => self.row(
                CHECK,
                &targets,
                Deployment::QueueMissing {
                    name: targets.clone(),
                },
            ),
            Err(error) => self.unread(CHECK, &targets, &error),
        }
        let dead = format!("{}-dead-letters", self.name);
        match self.queue(&dead).await {
            Ok(Some(queue)) => {
                let count = number(&queue, "ApproximateNumberOfMessages")
                    + number(&queue, "ApproximateNumberOfMessagesNotVisible");
                let finding = match count {
                    0 => Deployment::NoDeadLetters,
                    count => Deployment::DeadLetters { count },
                };
                self.row(CHECK, &dead, finding);
                self.access(&dead, &queue).await;
            }
            Ok(None) => self.row(
                CHECK,
                &dead,
                Deployment::QueueMissing { name: dead.clone() },
            ),
            Err(error) => self.unread(CHECK, &dead, &error),
        }
    }

    fn targets_queue(&mut self, name: &str, queue: &Value) {
        let redrive: Value =
            serde_json::from_str(tree::text(queue, "RedrivePolicy")).unwrap_or_default();
        let receives = number(&redrive, "maxReceiveCount");
        if receives < FEWEST_RECEIVES {
            self.row(CHECK, name, Deployment::QueueRedrive { receives });
        }
        let seconds = number(queue, "VisibilityTimeout");
        let timeout = self.deployed.timeout;
        if seconds < timeout {
            self.row(
                CHECK,
                name,
                Deployment::QueueVisibility { seconds, timeout },
            );
        }
    }

    /// Whether the functions may write there: the queue's policy must not deny it, and its key
    /// must be theirs to use.
    async fn access(&mut self, name: &str, queue: &Value) {
        let policy: Value = serde_json::from_str(tree::text(queue, "Policy")).unwrap_or_default();
        let roles = self.function_roles();
        for role in &roles {
            if denial(&policy, role, &["sqs:sendmessage"]) == Denial::Denied {
                let principal = short(role).to_owned();
                self.row(CHECK, name, Deployment::QueueDenied { principal });
            }
        }
        let key = tree::text(queue, "KmsMasterKeyId");
        if !key.is_empty() {
            let actions = ["kms:GenerateDataKey", "kms:Decrypt"];
            self.key_of(CHECK, name, key, &roles, &actions).await;
        }
    }

    /// The attributes of a queue; none if there is none of this name.
    async fn queue(&self, name: &str) -> Result<Option<Value>, AwsError> {
        let asked = Question::json(Service::Sqs, "GetQueueUrl", json!({ "QueueName": name }));
        let found = match self.home.probe.ask(asked).await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let wanted = json!({
            "QueueUrl": tree::text(&found, "QueueUrl"),
            "AttributeNames": ["All"],
        });
        let asked = Question::json(Service::Sqs, "GetQueueAttributes", wanted);
        let answer = self.home.probe.ask(asked).await?;
        Ok(Some(answer.get("Attributes").cloned().unwrap_or_default()))
    }
}

/// SQS has two codes for it, by protocol.
fn is_missing(error: &AwsError) -> bool {
    ["QueueDoesNotExist", "NonExistentQueue"]
        .iter()
        .any(|code| error.message.contains(code))
}
