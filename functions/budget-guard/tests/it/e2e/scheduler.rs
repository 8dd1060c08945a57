//! The scheduler's own handler, in the same process: what the guard asks for is carried out by
//! nobody else. `functions/scheduler/tests` run its binary.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::announce::Announcer;
use nightcap_aws::clients::Clients;
use nightcap_aws::sns::Topic;
use nightcap_aws::time_left::TimeLeft;
use nightcap_tests::{EmbeddedAws, REGION};
use scheduler::handler::Scheduler;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::e2e::world::TABLE;

pub(crate) struct Sleeper<'a> {
    aws: &'a EmbeddedAws,
    scheduler: Scheduler,
    runtime: Runtime,
}

impl<'a> Sleeper<'a> {
    pub(crate) fn new(aws: &'a EmbeddedAws, config: &str) -> Self {
        Self::telling(aws, config, None)
    }

    /// The same with a topic for its mails.
    pub(crate) fn telling(aws: &'a EmbeddedAws, config: &str, topic: Option<&str>) -> Self {
        let runtime = Runtime::new().unwrap();
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "embedded", "embedded", None, None, "tests",
            )))
            .endpoint_url(aws.endpoint())
            .build();
        let clients = Arc::new(Clients::new(sdk));
        let ledger = nightcap_aws::ledger::open(&clients, Some(TABLE.to_owned()));
        let announcer =
            topic.map(|topic| Announcer::new(Arc::new(Topic::new(Arc::clone(&clients), topic))));
        let scheduler = Scheduler::new(clients, ledger, announcer, config.to_owned());
        Self {
            aws,
            scheduler,
            runtime,
        }
    }

    pub(crate) fn invoke(&self, event: &Value) -> Value {
        let answer = self.scheduler.handle(
            event,
            DateTime::UNIX_EPOCH,
            TimeLeft::UNLIMITED,
            "scheduler",
        );
        self.runtime.block_on(answer).unwrap()
    }

    /// Ticks from an instant on, five minutes apart, until nothing is ordered and nothing
    /// waits; the last answer.
    pub(crate) fn settle(&self, from: &str) -> Value {
        let mut at: DateTime<Utc> = from.parse().unwrap();
        for _ in 0..12 {
            self.aws.move_to(&at.to_rfc3339());
            let answer = self.invoke(&json!({ "command": "tick", "at": at }));
            let still =
                ["started", "stopped", "waiting"].map(|count| answer["summary"][count] == 0);
            if still == [true; 3] {
                return answer;
            }
            at += TimeDelta::minutes(5);
        }
        panic!("not quiet within an hour");
    }
}

/// What AWS says of preprod: its group's capacity, its database.
pub(crate) fn preprod(aws: &EmbeddedAws) -> (String, String) {
    let group = [("AutoScalingGroupNames.member.1", "greenleaf-preprod-app")];
    let group = aws.query("autoscaling", "DescribeAutoScalingGroups", &group);
    let capacity = ["MinSize", "DesiredCapacity", "MaxSize"].map(|element| group.text(element));
    let database = [("DBInstanceIdentifier", "greenleaf-preprod-db")];
    let database = aws.query("rds", "DescribeDBInstances", &database);
    (
        capacity.join("/"),
        database.text("DBInstanceStatus").to_owned(),
    )
}

pub(crate) fn awake() -> (String, String) {
    ("2/2/4".to_owned(), "available".to_owned())
}

pub(crate) fn asleep() -> (String, String) {
    ("0/0/0".to_owned(), "stopped".to_owned())
}
