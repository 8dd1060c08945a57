//! A queue with a dead-letter queue, and Lambda's event source mapping in front of it.

use serde_json::{Value, json};

use crate::{EmbeddedAws, FunctionError, REGION, Running};

/// After so many attempts, a message is with the dead letters.
const ATTEMPTS: u32 = 5;

/// A queue as `infra/modules/nightcap` makes it, but that what fails comes back at once.
#[derive(Debug)]
pub struct Queue<'a> {
    aws: &'a EmbeddedAws,
    url: String,
    dead_letters: String,
}

impl<'a> Queue<'a> {
    /// Makes the queue and its dead-letter queue.
    pub fn create(aws: &'a EmbeddedAws, name: &str) -> Self {
        let create = |name: &str, attributes: Value| {
            let asked = json!({ "QueueName": name, "Attributes": attributes });
            let made = aws.json("sqs", "AmazonSQS.CreateQueue", &asked);
            made["QueueUrl"].as_str().expect("its URL").to_owned()
        };
        let dead_letters = create(&format!("{name}-dead-letters"), json!({}));
        let arn = format!("arn:aws:sqs:{REGION}:123456789012:{name}-dead-letters");
        let redrive = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": ATTEMPTS });
        let attributes = json!({
            "VisibilityTimeout": "0",
            "MessageRetentionPeriod": "3600",
            "RedrivePolicy": redrive.to_string(),
        });
        Self {
            aws,
            url: create(name, attributes),
            dead_letters,
        }
    }

    /// What `NIGHTCAP_QUEUE_URL` has to be.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a message.
    pub fn send(&self, body: &str) {
        let sent = json!({ "QueueUrl": self.url, "MessageBody": body });
        self.aws.json("sqs", "AmazonSQS.SendMessage", &sent);
    }

    /// The bodies of the dead letters, which are gone then.
    pub fn dead_letters(&self) -> Vec<String> {
        let mut bodies = vec![];
        loop {
            let letters = self.receive(&self.dead_letters);
            if letters.is_empty() {
                return bodies;
            }
            for letter in letters {
                bodies.push(letter["Body"].as_str().expect("a body").to_owned());
                self.delete(&self.dead_letters, &letter);
            }
        }
    }

    /// The events that Lambda makes of all messages, so many in each; they are gone then.
    pub fn take(&self, batch: usize) -> Vec<Value> {
        let mut taken = vec![];
        loop {
            let messages = self.receive(&self.url);
            if messages.is_empty() {
                return taken.chunks(batch).map(event).collect();
            }
            for message in messages {
                self.delete(&self.url, &message);
                taken.push(message);
            }
        }
    }

    /// Delivers one batch as Lambda's event source mapping does with `ReportBatchItemFailures`:
    /// what is not reported as failed is deleted, the rest comes back. Nothing, if the queue
    /// is empty.
    pub fn deliver(&self, function: &mut Running) -> Option<Result<Value, FunctionError>> {
        self.deliver_by(|event| Some(function.invoke(event)))
            .flatten()
    }

    /// The same to a function that may be killed meanwhile: then there is no answer, and all
    /// of the batch comes back.
    pub fn deliver_by(
        &self,
        mut invoke: impl FnMut(&Value) -> Option<Result<Value, FunctionError>>,
    ) -> Option<Option<Result<Value, FunctionError>>> {
        let messages = self.receive(&self.url);
        if messages.is_empty() {
            return None;
        }
        let answer = invoke(&event(&messages));
        if let Some(Ok(answer)) = &answer {
            let failures = answer["batchItemFailures"]
                .as_array()
                .expect("the failures, which Lambda asks for");
            let failed = |message: &Value| {
                let mut failures = failures.iter();
                failures.any(|failure| failure["itemIdentifier"] == message["MessageId"])
            };
            for message in messages.iter().filter(|message| !failed(message)) {
                self.delete(&self.url, message);
            }
        }
        Some(answer)
    }

    fn receive(&self, url: &str) -> Vec<Value> {
        let asked = json!({
            "QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"],
        });
        let received = self.aws.json("sqs", "AmazonSQS.ReceiveMessage", &asked);
        received["Messages"].as_array().cloned().unwrap_or_default()
    }

    fn delete(&self, url: &str, message: &Value) {
        let handled = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
        self.aws.json("sqs", "AmazonSQS.DeleteMessage", &handled);
    }
}

/// The event that Lambda makes of messages.
fn event(messages: &[Value]) -> Value {
    let records = messages.iter().map(|message| {
        json!({
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:123456789012:targets"),
            "awsRegion": REGION,
        })
    });
    json!({ "Records": records.collect::<Vec<Value>>() })
}
