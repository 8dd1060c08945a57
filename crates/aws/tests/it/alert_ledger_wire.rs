//! The guard's part of the ledger over HTTP, against the embedded AWS (`make venv` sets it up).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::alert_ledger::{AlertStore, DynamoDbAlerts, Paid};
use nightcap_aws::clients::Clients;
use nightcap_domain::guard::{Entry, EntryKey, News, NewsKind, Observation};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::money::Usd;
use nightcap_domain::time::State;

const BUDGET: &str = "greenleaf-monthly";

/// The embedded AWS; it ends when its standard input closes, and with this.
struct Embedded {
    child: Child,
    endpoint: String,
}

impl Embedded {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = std::env::var_os("NIGHTCAP_PYTHON")
            .map_or_else(|| root.join(".venv/bin/python"), PathBuf::from);
        let port_file = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("alert-ledger-{}.port", std::process::id()));
        let child = Command::new(&python)
            .args(["-m", "embedded_aws", "--port-file"])
            .arg(&port_file)
            .env("PYTHONPATH", root.join("tests"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run `make venv`", python.display()));
        let mut embedded = Self {
            child,
            endpoint: String::new(),
        };
        for _ in 0..600 {
            if let Ok(port) = std::fs::read_to_string(&port_file) {
                embedded.endpoint = format!("http://127.0.0.1:{}", port.trim());
                return embedded;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the embedded AWS did not start within a minute");
    }

    async fn store(&self) -> DynamoDbAlerts {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "id", "secret", None, None, "tests",
            )))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(&self.endpoint)
            .build();
        let clients = Arc::new(Clients::new(config));
        let mut table = clients
            .dynamodb()
            .create_table()
            .table_name("ledger")
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            table = table
                .attribute_definitions(
                    AttributeDefinition::builder()
                        .attribute_name(name)
                        .attribute_type(ScalarAttributeType::S)
                        .build()
                        .unwrap(),
                )
                .key_schema(
                    KeySchemaElement::builder()
                        .attribute_name(name)
                        .key_type(kind)
                        .build()
                        .unwrap(),
                );
        }
        table.send().await.unwrap();
        DynamoDbAlerts::new(clients, "ledger")
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn news(key: &str) -> News {
    News {
        kind: NewsKind::ActionTaken,
        key: EntryKey(key.to_owned()),
        entry: Entry::Taken {
            period: "2026-11".parse().unwrap(),
            rule: "actual > 100%: sleep preprod until month end".to_owned(),
            episode: 0,
            holds: vec!["guard-1".to_owned()],
            saving: Some(Usd::from_cents(2389)),
            at: now(),
        },
        mail: None,
        holds: vec![],
    }
}

#[tokio::test]
async fn the_guards_part_of_the_ledger_over_http() {
    let embedded = Embedded::start();
    let store = embedded.store().await;
    one_of_many_claims(&store).await;
    what_fails_is_given_back(&store).await;
    a_dead_run_is_taken_over(&store).await;
    holds_are_written_once_and_ended(&store).await;
    what_was_seen_and_paid_is_kept(&store).await;
}

async fn one_of_many_claims(store: &DynamoDbAlerts) {
    let news = news("one");
    let claims = (0..40).map(|_| store.claim(BUDGET, &news, now()));
    let claimed = futures_util::future::try_join_all(claims).await.unwrap();
    assert_eq!(claimed.iter().filter(|mine| **mine).count(), 1);
    store.settle(BUDGET, &news, true, now()).await.unwrap();
    let later = now() + TimeDelta::days(30);
    assert!(!store.claim(BUDGET, &news, later).await.unwrap());
    let read = store.read(BUDGET, later).await.unwrap();
    assert!(read.memory.knows(&news.key));
    let other = store.read("another", later).await.unwrap();
    assert!(!other.memory.knows(&news.key));
}

async fn what_fails_is_given_back(store: &DynamoDbAlerts) {
    let news = news("failing");
    assert!(store.claim(BUDGET, &news, now()).await.unwrap());
    store.settle(BUDGET, &news, false, now()).await.unwrap();
    let read = store.read(BUDGET, now()).await.unwrap();
    assert!(!read.memory.knows(&news.key), "not told yet");
    assert!(store.claim(BUDGET, &news, now()).await.unwrap());
    assert!(!store.claim(BUDGET, &news, now()).await.unwrap());
}

async fn a_dead_run_is_taken_over(store: &DynamoDbAlerts) {
    let news = news("dead");
    assert!(store.claim(BUDGET, &news, now()).await.unwrap());
    let soon = now() + TimeDelta::minutes(4);
    assert!(!store.claim(BUDGET, &news, soon).await.unwrap());
    let later = now() + TimeDelta::minutes(5);
    assert!(
        !store
            .read(BUDGET, later)
            .await
            .unwrap()
            .memory
            .knows(&news.key)
    );
    assert!(store.claim(BUDGET, &news, later).await.unwrap());
}

async fn holds_are_written_once_and_ended(store: &DynamoDbAlerts) {
    let hold = Hold {
        id: "guard-1".to_owned(),
        scope: Scope::Environment("preprod".into()),
        state: State::Stopped,
        from: now(),
        until: now() + TimeDelta::days(10),
        author: Author::Guard,
        by: "budget guard".to_owned(),
        reason: "a rule".to_owned(),
        made_at: now(),
    };
    store.hold(&hold, now()).await.unwrap();
    let longer = Hold {
        until: now() + TimeDelta::days(99),
        ..hold.clone()
    };
    store.hold(&longer, now()).await.unwrap();
    assert_eq!(
        store.read(BUDGET, now()).await.unwrap().ledger.holds,
        std::slice::from_ref(&hold)
    );
    let ended = Hold {
        until: now(),
        ..hold
    };
    store.hold(&ended, now()).await.unwrap();
    assert_eq!(
        store.read(BUDGET, now()).await.unwrap().ledger.holds,
        [ended]
    );
}

async fn what_was_seen_and_paid_is_kept(store: &DynamoDbAlerts) {
    let day = now().date_naive();
    let seen = Observation {
        period: "2026-11".parse().unwrap(),
        data_date: day,
        plausible: true,
        actual: Usd::from_cents(41_230),
        expected: None,
        held: vec!["a rule".to_owned()],
    };
    store.observe(BUDGET, &seen, now()).await.unwrap();
    let read = store.read(BUDGET, now()).await.unwrap();
    let kept: Vec<&Observation> = read.memory.observations.values().collect();
    assert_eq!(kept, [&seen]);
    assert_eq!(store.costs(BUDGET, day).await.unwrap(), None);
    let mut paid = Paid::default();
    paid.spent
        .add(day, "prod".into(), "8.123456789".parse().unwrap());
    store.keep_costs(BUDGET, day, &paid, now()).await.unwrap();
    assert_eq!(store.costs(BUDGET, day).await.unwrap(), Some(paid));
}
