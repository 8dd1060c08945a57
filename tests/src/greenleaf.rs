//! The seeded account: GreenLeaf's preprod and prod, and strangers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::EmbeddedAws;

/// What was seeded.
#[derive(Clone, Debug, Deserialize)]
pub struct GreenLeaf {
    /// The topic for `NIGHTCAP_TOPIC_ARN`.
    pub topic_arn: String,
    /// The queue that is subscribed to it.
    pub mailbox_queue_url: String,
    preprod: Machines,
    prod: Owned,
    strangers: Owned,
}

#[derive(Clone, Debug, Deserialize)]
struct Owned {
    auto_scaling_groups: Vec<String>,
    databases: Vec<String>,
    machines: Vec<String>,
}

/// What of an environment is of a kind that it does not name.
#[derive(Clone, Debug, Deserialize)]
struct Machines {
    machines: Vec<String>,
}

/// A mail as SNS delivered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The subject.
    pub subject: String,
    /// The body.
    pub body: String,
}

impl GreenLeaf {
    /// Takes every mail out of the mailbox, oldest first.
    pub fn mails(&self, aws: &EmbeddedAws) -> Vec<Mail> {
        let queue = json!({ "QueueUrl": self.mailbox_queue_url, "MaxNumberOfMessages": 10 });
        let mut mails = vec![];
        loop {
            let received = aws.json("sqs", "AmazonSQS.ReceiveMessage", &queue);
            let messages = received["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return mails;
            }
            for message in messages {
                mails.push(Mail::in_envelope(&message));
                let handled = json!({ "QueueUrl": self.mailbox_queue_url, "ReceiptHandle": message["ReceiptHandle"] });
                aws.json("sqs", "AmazonSQS.DeleteMessage", &handled);
            }
        }
    }

    /// Everything that AWS says of production, of the strangers and of what is of a kind that its
    /// environment does not name.
    pub fn untouchables(&self, aws: &EmbeddedAws) -> String {
        self.bystanders(aws) + &described(aws, &self.preprod.machines)
    }

    /// Everything that AWS says of production and of the strangers, byte for byte but for the
    /// number of the request and the point to which a database could be restored, which follows
    /// the clock.
    pub fn bystanders(&self, aws: &EmbeddedAws) -> String {
        let mut all = String::new();
        for owned in [&self.prod, &self.strangers] {
            for name in &owned.auto_scaling_groups {
                let named = [("AutoScalingGroupNames.member.1", name.as_str())];
                all += &aws
                    .query("autoscaling", "DescribeAutoScalingGroups", &named)
                    .body;
            }
            for name in &owned.databases {
                let named = [("DBInstanceIdentifier", name.as_str())];
                all += &aws.query("rds", "DescribeDBInstances", &named).body;
            }
            all += &described(aws, &owned.machines);
        }
        let all = without(&all, "RequestId");
        without(&all, "LatestRestorableTime")
    }
}

fn described(aws: &EmbeddedAws, machines: &[String]) -> String {
    let mut all = String::new();
    for name in machines {
        let named = [("InstanceId.1", name.as_str())];
        all += &aws.query("ec2", "DescribeInstances", &named).body;
    }
    without(&all, "requestId")
}

impl Mail {
    /// Reads SNS's envelope, which stands in the message where raw delivery is off.
    fn in_envelope(message: &Value) -> Self {
        let text = message["Body"].as_str().expect("a body");
        let envelope: Value = serde_json::from_str(text).expect("an envelope");
        let field = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
        Self {
            subject: field("Subject"),
            body: field("Message"),
        }
    }
}

fn without(xml: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&open)
        .map(|part| part.split_once(&close).map_or(part, |(_, rest)| rest))
        .collect()
}
