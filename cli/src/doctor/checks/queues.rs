//! The queue of targets, and that of what failed for good.

use nightcap_aws::error::AwsError;
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::{Value, json};

use super::functions::number;
use crate::doctor::{Doctor, Finding};

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
            Ok(Some(queue)) => self.targets_queue(&targets, &queue),
            // A configuration that one invocation works needs no queue, and has one all the same.
            Ok(None) => self.row(
                CHECK,
                &targets,
                Finding::QueueMissing {
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
                    0 => Finding::DeadLettersNone,
                    count => Finding::DeadLetters { count },
                };
                self.row(CHECK, &dead, finding);
            }
            Ok(None) => self.row(CHECK, &dead, Finding::QueueMissing { name: dead.clone() }),
            Err(error) => self.unread(CHECK, &dead, &error),
        }
    }

    fn targets_queue(&mut self, name: &str, queue: &Value) {
        let before = self.rows.len();
        let redrive: Value =
            serde_json::from_str(tree::text(queue, "RedrivePolicy")).unwrap_or_default();
        let receives = number(&redrive, "maxReceiveCount");
        if receives < FEWEST_RECEIVES {
            self.row(CHECK, name, Finding::QueueRedrive { receives });
        }
        let seconds = number(queue, "VisibilityTimeout");
        let timeout = self.deployed.timeout;
        if seconds < timeout {
            self.row(CHECK, name, Finding::QueueVisibility { seconds, timeout });
        }
        if self.rows.len() == before {
            self.row(
                CHECK,
                name,
                Finding::QueueRight {
                    name: name.to_owned(),
                },
            );
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
