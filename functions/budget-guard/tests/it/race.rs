//! Any number of runs at once, and a topic that fails now and then: no mail twice, none lost.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
use nightcap_aws::time_left::TimeLeft;
use nightcap_domain::guard::{Entry, EntryKey, News, Observation, Spent};
use nightcap_domain::hold::Hold;
use nightcap_domain::money::Usd;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, AwsError>> + Send + 'a>>;

/// What DynamoDB does for the guard, with the same conditions, in memory.
#[derive(Default)]
struct Memory {
    entries: Mutex<BTreeMap<String, Kept>>,
    holds: Mutex<Vec<Hold>>,
    spent: Spent,
    /// Where runs die: every so many claims, none where it is zero.
    kills: Kills,
}

/// A run that is killed goes no further: it waits for ever, and is taken down with the others.
#[derive(Default)]
struct Kills {
    after_claim: usize,
    before_mark: usize,
    asked: AtomicUsize,
    done: AtomicUsize,
}

impl Kills {
    /// Never comes back from every `each`-th call.
    async fn perhaps(&self, each: usize) {
        if each > 0 && (self.asked.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(each) {
            self.done.fetch_add(1, Ordering::Relaxed);
            std::future::pending::<()>().await;
        }
    }
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
            all.ledger.holds.clone_from(&self.0.holds.lock().unwrap());
            Ok(all)
        })
    }

    fn claim<'a>(&'a self, _: &'a str, news: &'a News, now: DateTime<Utc>) -> Answer<'a, bool> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            {
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
            }
            self.0.kills.perhaps(self.0.kills.after_claim).await;
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
            if done {
                self.0.kills.perhaps(self.0.kills.before_mark).await;
            }
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

    fn beat<'a>(&'a self, _: Option<&'a str>, _: DateTime<Utc>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
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
        prices: None,
        publisher: None,
    }
}

fn memory(kills: Kills) -> Arc<Memory> {
    let first: NaiveDate = "2026-09-20".parse().unwrap();
    let mut spent = Spent::default();
    for (index, day) in (0_i64..).zip(first.iter_days().take(61)) {
        let cents = if index < 42 { 1200 } else { 3000 };
        spent.add(day, "preprod".into(), Usd::from_cents(cents + index % 5));
    }
    Arc::new(Memory {
        spent,
        kills,
        ..Memory::default()
    })
}

/// Any number of runs at once, so many minutes into the morning. Those that were killed are
/// still there when the others are done, and are taken down.
async fn runs(guard: &Arc<Guard>, memory: &Memory, count: usize, minutes: i64) {
    let now: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
    let now = now + TimeDelta::minutes(minutes);
    let killed_before = memory.kills.done.load(Ordering::Relaxed);
    let mut all = JoinSet::new();
    for run in 0..count {
        let guard = Arc::clone(guard);
        all.spawn(async move {
            let event = json!({"command": "report"});
            let id = format!("run-{run}");
            let answer = guard.handle(&event, now, TimeLeft::UNLIMITED, &id);
            Box::pin(answer).await.unwrap();
        });
    }
    // Whoever is killed never ends; all others do.
    while all.len() > memory.kills.done.load(Ordering::Relaxed) - killed_before {
        if let Ok(Some(run)) = timeout(Duration::from_millis(5), all.join_next()).await {
            run.unwrap();
        }
    }
    all.shutdown().await;
}

/// Two levels spent, the forecast, and the ladder's step.
const MAILS: usize = 4;

fn subjects(mails: &Mutex<Vec<String>>) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for subject in mails.lock().unwrap().iter() {
        *count.entry(subject.clone()).or_default() += 1;
    }
    count
}

fn assert_settled(memory: &Memory) {
    let entries = memory.entries.lock().unwrap();
    assert!(entries.values().all(|kept| kept.sent), "nothing is left");
    assert_eq!(memory.holds.lock().unwrap().len(), 1, "asked for once");
}

/// 1,800 runs, fifty at a time, with a topic that fails never, every second, every third time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_mail_twice_and_none_lost() {
    for fails in [usize::MAX, 2, 3] {
        let (endpoint, mails) = topic(fails).await;
        let memory = memory(Kills::default());
        let guard = Arc::new(guard(&endpoint, &memory));
        for _ in 0..12 {
            runs(&guard, &memory, 50, 0).await;
        }
        let sent = subjects(&mails);
        assert_eq!(sent.len(), MAILS, "{sent:#?}");
        assert!(sent.values().all(|times| *times == 1), "{sent:#?}");
        assert_settled(&memory);
    }
}

/// A run that dies between its claim and its mail has sent nothing: when its lease is over
/// another takes it up. 2,000 runs over 25 mornings, each of which loses somebody.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_killed_between_claim_and_mail_lose_none_and_send_none_twice() {
    let mut killed = 0;
    for morning in 0..25 {
        let (endpoint, mails) = topic(usize::MAX).await;
        let memory = memory(Kills {
            after_claim: 2 + morning % 3,
            ..Kills::default()
        });
        let guard = Arc::new(guard(&endpoint, &memory));
        // Six minutes apart: each round finds the leases of the dead at their end.
        for round in 0..8 {
            runs(&guard, &memory, 10, 6 * round).await;
        }
        let sent = subjects(&mails);
        assert_eq!(sent.len(), MAILS, "{morning}: {sent:#?}");
        assert!(
            sent.values().all(|times| *times == 1),
            "{morning}: {sent:#?}"
        );
        assert_settled(&memory);
        killed += memory.kills.done.load(Ordering::Relaxed);
    }
    assert!(killed >= 25, "only {killed} were killed");
}

/// A run that dies after its mail and before it could say so: SNS cannot be asked whether it
/// was, so the mail comes again. It is never lost, and comes once more for each death at most.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_killed_after_their_mail_lose_none_and_repeat_no_more_than_they_must() {
    for morning in 0..12 {
        let (endpoint, mails) = topic(usize::MAX).await;
        let memory = memory(Kills {
            before_mark: 2 + morning % 3,
            ..Kills::default()
        });
        let guard = Arc::new(guard(&endpoint, &memory));
        for round in 0..8 {
            runs(&guard, &memory, 10, 6 * round).await;
        }
        let sent = subjects(&mails);
        let killed = memory.kills.done.load(Ordering::Relaxed);
        assert!(killed > 0, "nobody died");
        assert_eq!(sent.len(), MAILS, "{sent:#?}");
        let repeated = sent.values().sum::<usize>() - MAILS;
        // Some die after noting what had no mail.
        assert!(repeated <= killed, "{repeated} of {killed}: {sent:#?}");
        assert_settled(&memory);
    }
}
