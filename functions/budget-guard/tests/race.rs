//! Any number of runs at once, and a topic that fails now and then: no mail twice, none lost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use budget_guard::handler::Guard;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nightcap_aws::alert_ledger::{AlertStore, Paid, Remembered};
use nightcap_aws::clients::Clients;
use nightcap_aws::error::AwsError;
use nightcap_aws::sns::Topic;
use nightcap_domain::guard::{Entry, EntryKey, News, Observation, Spent};
use nightcap_domain::hold::Hold;
use nightcap_domain::money::Usd;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, AwsError>> + Send + 'a>>;

/// What DynamoDB does for the guard, with the same conditions, in memory.
#[derive(Default)]
struct Memory {
    entries: Mutex<BTreeMap<String, Kept>>,
    holds: Mutex<Vec<Hold>>,
    spent: Spent,
}

struct Kept {
    entry: Entry,
    sent: bool,
    lease: DateTime<Utc>,
}

#[derive(Clone)]
struct Shared(Arc<Memory>);

impl AlertStore for Shared {
    fn read<'a>(&'a self, _: &'a str, now: DateTime<Utc>) -> Answer<'a, Remembered> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut all = Remembered::default();
            for (key, kept) in self.0.entries.lock().unwrap().iter() {
                if kept.sent || kept.lease > now {
                    all.memory.record(EntryKey(key.clone()), &kept.entry);
                }
            }
            all.holds.clone_from(&self.0.holds.lock().unwrap());
            Ok(all)
        })
    }

    fn claim<'a>(&'a self, _: &'a str, news: &'a News, now: DateTime<Utc>) -> Answer<'a, bool> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut entries = self.0.entries.lock().unwrap();
            if let Some(kept) = entries.get(&news.key.0)
                && (kept.sent || kept.lease > now)
            {
                return Ok(false);
            }
            let kept = Kept {
                entry: news.entry.clone(),
                sent: false,
                lease: now + TimeDelta::minutes(5),
            };
            entries.insert(news.key.0.clone(), kept);
            Ok(true)
        })
    }

    fn settle<'a>(
        &'a self,
        _: &'a str,
        news: &'a News,
        done: bool,
        now: DateTime<Utc>,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut entries = self.0.entries.lock().unwrap();
            let kept = entries.get_mut(&news.key.0).unwrap();
            assert!(!kept.sent, "{} was marked before", news.key);
            kept.sent = done;
            if !done {
                kept.lease = now;
            }
            Ok(())
        })
    }

    fn observe<'a>(&'a self, _: &'a str, _: &'a Observation, _: DateTime<Utc>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn hold<'a>(&'a self, hold: &'a Hold, _: DateTime<Utc>) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut holds = self.0.holds.lock().unwrap();
            if !holds.iter().any(|known| known.id == hold.id) {
                holds.push(hold.clone());
            }
            Ok(())
        })
    }

    fn costs<'a>(&'a self, _: &'a str, _: NaiveDate) -> Answer<'a, Option<Paid>> {
        Box::pin(async {
            Ok(Some(Paid {
                spent: self.0.spent.clone(),
                rest_of_month: None,
            }))
        })
    }

    fn keep_costs<'a>(
        &'a self,
        _: &'a str,
        _: NaiveDate,
        _: &'a Paid,
        _: DateTime<Utc>,
    ) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// A topic on loopback that takes mails, every `fails`-th one not; all else is refused.
async fn topic(fails: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mails = Arc::new(Mutex::new(vec![]));
    let taken = Arc::clone(&mails);
    let asked = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (taken, asked) = (Arc::clone(&taken), Arc::clone(&asked));
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut chunk = [0; 16_384];
                while !whole(&request) {
                    match stream.read(&mut chunk).await {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&chunk[..read]),
                    }
                }
                let text = String::from_utf8_lossy(&request);
                let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
                let fine = body.contains("Action=Publish")
                    && (asked.fetch_add(1, Ordering::Relaxed) + 1) % fails != 0;
                let (status, answer) = if fine {
                    let subject = body.split('&').find(|pair| pair.starts_with("Subject="));
                    taken.lock().unwrap().push(subject.unwrap().to_owned());
                    assert!(
                        body.contains("MessageAttributes.entry.1.Name=nightcap"),
                        "{body}"
                    );
                    (
                        "200 OK",
                        "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>",
                    )
                } else {
                    (
                        "400 Bad Request",
                        "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>no</Message></Error></ErrorResponse>",
                    )
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
                    answer.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (endpoint, mails)
}

/// Whether a request has come whole.
fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse::<usize>().unwrap());
    request.len() >= head.len() + 4 + length
}

const CONFIG: &str = "{\"timezone\": \"Europe/Paris\", \"schedules\": {\"office\": {\"windows\": [{\"start\": \"0 9 * * MON-FRI\", \"stop\": \"0 19 * * MON-FRI\"}]}}, \"environments\": {\"preprod\": {\"schedule\": \"office\"}, \"prod\": {\"protected\": true}}, \"budget\": {\"name\": \"b\", \"limit\": 500, \"alerts\": [\"actual > 50%\", \"actual > 80%\", \"forecast > 100%\"], \"ladder\": [\"actual > 100%: sleep preprod\"]}}";

fn guard(endpoint: &str, memory: &Arc<Memory>) -> Guard {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "tests",
        )))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .build();
    let clients = Arc::new(Clients::new(config));
    let arn = "arn:aws:sns:eu-west-3:111122223333:alerts";
    Guard {
        topic: Some(Topic::new(Arc::clone(&clients), arn)),
        clients,
        store: Some(Box::new(Shared(Arc::clone(memory)))),
        config: CONFIG.to_owned(),
        inventory: None,
        publisher: None,
    }
}

fn memory() -> Arc<Memory> {
    let first: NaiveDate = "2026-08-01".parse().unwrap();
    let mut spent = Spent::default();
    for (index, day) in (0_i64..).zip(first.iter_days().take(111)) {
        let cents = if index < 92 { 1200 } else { 3000 };
        spent.add(day, "preprod".into(), Usd::from_cents(cents + index % 5));
    }
    Arc::new(Memory {
        spent,
        ..Memory::default()
    })
}

async fn runs(guard: &Arc<Guard>, count: usize) {
    let now: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
    let all: Vec<_> = (0..count)
        .map(|run| {
            let guard = Arc::clone(guard);
            tokio::spawn(async move {
                let event = json!({"command": "report"});
                guard
                    .handle(&event, now, &format!("run-{run}"))
                    .await
                    .unwrap()
            })
        })
        .collect();
    for run in all {
        run.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_mail_twice_and_none_lost() {
    for fails in [usize::MAX, 2, 3] {
        let (endpoint, mails) = topic(fails).await;
        let memory = memory();
        let guard = Arc::new(guard(&endpoint, &memory));
        for _ in 0..8 {
            runs(&guard, 50).await;
        }
        let mut sent = mails.lock().unwrap().clone();
        sent.sort();
        let count = sent.len();
        sent.dedup();
        assert_eq!(count, sent.len(), "a mail came twice: {sent:#?}");
        // Two levels spent, the forecast, and the ladder's step.
        assert_eq!(count, 4, "{sent:#?}");
        assert!(
            memory
                .entries
                .lock()
                .unwrap()
                .values()
                .all(|kept| kept.sent)
        );
        assert_eq!(memory.holds.lock().unwrap().len(), 1);
    }
}
