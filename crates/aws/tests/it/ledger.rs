//! The ledger over the wire, against the embedded AWS's DynamoDB.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::clients::Clients;
use nightcap_aws::ledger::{DynamoDbLedger, LedgerStore};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::ledger::{
    Carried, GuardBeat, History, LEASE, Mark, Notice, Order, Outgoing, Phase, Write,
};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::time::State;
use nightcap_tests::{EmbeddedAws, REGION};
use serde_json::{Value, json};

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const TABLE: &str = "nightcap";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn arn(index: usize) -> ResourceArn {
    ResourceArn::new(format!(
        "arn:aws:rds:{REGION}:123456789012:db:db-{index:04}"
    ))
}

fn embedded() -> EmbeddedAws {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.create_ledger(TABLE);
    aws.forget_calls();
    aws
}

/// A ledger with connections of its own, as another process has it.
async fn ledger(aws: &EmbeddedAws) -> DynamoDbLedger {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(aws.endpoint())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(
            "embedded", "embedded", None, None, "tests",
        ))
        .load()
        .await;
    DynamoDbLedger::new(Arc::new(Clients::new(config)), TABLE)
}

fn claim(index: usize, tick: &str, seen: Option<&Mark>, now: DateTime<Utc>) -> Write {
    Write {
        resource: arn(index),
        carried: Carried {
            transition: at(FRIDAY),
            to: State::Stopped,
            phase: Phase::Ordered,
        },
        mark: Mark {
            odd_version: None,
            version: seen.map_or(1, |mark| mark.version + 1),
            at: now,
            lease: Some(now + LEASE),
            order: Some(Order {
                at: now,
                tick: tick.to_owned(),
                action: "stop".to_owned(),
                by: "schedule office-hours".to_owned(),
                why: "schedule office-hours".to_owned(),
                first: None,
                ran_on: vec![],
                remembered: None,
                counted: false,
                hold: None,
            }),
        },
        replaces: seen.map(|mark| mark.version),
        replaces_odd: None,
        history: None,
    }
}

fn claims(count: usize, tick: &str) -> Vec<Write> {
    (0..count)
        .map(|index| claim(index, tick, None, at(FRIDAY)))
        .collect()
}

fn calls(aws: &EmbeddedAws, action: &str) -> usize {
    let all = aws.calls();
    all.iter().filter(|call| call.action == action).count()
}

/// Every item of the table under a partition key.
fn items(aws: &EmbeddedAws, pk: &str) -> Vec<Value> {
    let asked = json!({
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": pk } },
    });
    let answer = aws.json("dynamodb", "DynamoDB_20120810.Query", &asked);
    answer["Items"].as_array().unwrap().clone()
}

/// One tick, in a process of its own as far as the ledger can tell: what it wins.
fn compete(aws: &EmbeddedAws, round: usize, tick: usize) -> Vec<ResourceArn> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut claims = claims(COMPETED_FOR, &format!("tick-{round}-{tick}"));
        for claim in &mut claims {
            claim.resource = ResourceArn::new(format!("{}-{round}", claim.resource));
        }
        // Each wants others, and every one is wanted by more than one.
        claims.rotate_left(tick * COMPETED_FOR / TICKS);
        claims.truncate(COMPETED_FOR * 3 / 4);
        let won = ledger(aws).await.write(&claims).await.unwrap();
        let mine = claims.into_iter().zip(won).filter(|(_, won)| *won);
        mine.map(|(claim, _)| claim.resource).collect()
    })
}

const TICKS: usize = 4;
const ROUNDS: usize = 4;
/// Three quarters of it are more than one transaction takes.
const COMPETED_FOR: usize = 144;

#[test]
fn of_ticks_at_once_exactly_one_wins_each_resource() {
    let aws = embedded();
    let mut ticks_that_won = 0;
    for round in 0..ROUNDS {
        // The embedded AWS copies the whole table at every transaction.
        aws.reset(FRIDAY);
        aws.create_ledger(TABLE);
        let won: Vec<Vec<ResourceArn>> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..TICKS)
                .map(|tick| {
                    let aws = &aws;
                    scope.spawn(move || compete(aws, round, tick))
                })
                .collect();
            running
                .into_iter()
                .map(|tick| tick.join().unwrap())
                .collect()
        });
        ticks_that_won += won.iter().filter(|won| !won.is_empty()).count();
        let mut won = won.concat();
        won.sort();
        let all = won.len();
        won.dedup();
        assert_eq!(
            (all, won.len()),
            (COMPETED_FOR, COMPETED_FOR),
            "round {round}"
        );
    }
    assert!(
        ticks_that_won > ROUNDS,
        "they never met: {ticks_that_won} winners in {ROUNDS} rounds"
    );
}

#[tokio::test]
async fn a_hundred_claims_are_one_call_and_more_are_cut() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    let won = ledger.write(&claims(100, "tick")).await.unwrap();
    assert_eq!(won, vec![true; 100]);
    assert_eq!(calls(&aws, "TransactWriteItems"), 1);

    // The same and 150 more: the losers are told one by one, across transactions.
    aws.forget_calls();
    let won = ledger.write(&claims(250, "copy")).await.unwrap();
    let expected: Vec<bool> = (0..250).map(|index| index >= 100).collect();
    assert_eq!(won, expected);
    assert_eq!(calls(&aws, "TransactWriteItems"), 3);
}

#[tokio::test]
async fn what_a_killed_tick_claimed_is_taken_over_when_its_lease_has_run_out() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    assert_eq!(ledger.write(&claims(1, "killed")).await.unwrap(), [true]);
    let soon = at(FRIDAY) + TimeDelta::seconds(119);
    let mark = ledger.read(soon).await.unwrap().marks[&arn(0)].clone();
    assert!(mark.is_leased(soon));
    let later = at(FRIDAY) + LEASE;
    assert!(!mark.is_leased(later));
    let taken = [claim(0, "next", Some(&mark), later)];
    assert_eq!(ledger.write(&taken).await.unwrap(), [true]);
    // A tick as late as the first that read the same comes too late.
    assert_eq!(ledger.write(&taken).await.unwrap(), [false]);
    let read = ledger.read(later).await.unwrap();
    assert_eq!(read.marks[&arn(0)], taken[0].mark);
    assert_eq!(read.carried[&arn(0)], taken[0].carried);
}

#[tokio::test]
async fn a_ledger_of_more_than_a_page_is_read_whole() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    assert_eq!(ledger.write(&claims(1, "tick")).await.unwrap(), [true]);
    // Five kilobytes each, 1.5 MB together: more than the megabyte that a page holds.
    let padding = "x".repeat(5_000);
    for batch in (0..300).collect::<Vec<_>>().chunks(25) {
        let puts: Vec<Value> = batch
            .iter()
            .map(|index| {
                json!({ "PutRequest": { "Item": {
                    "pk": { "S": "state" },
                    "sk": { "S": format!("told#broken {index:03}") },
                    "at": { "S": FRIDAY },
                    "padding": { "S": padding },
                } } })
            })
            .collect();
        let asked = json!({ "RequestItems": { TABLE: puts } });
        aws.json("dynamodb", "DynamoDB_20120810.BatchWriteItem", &asked);
    }
    aws.forget_calls();
    let read = ledger.read(at(FRIDAY)).await.unwrap();
    assert_eq!((read.carried.len(), read.told.len()), (1, 300));
    assert!(calls(&aws, "Query") > 1, "{} pages", calls(&aws, "Query"));
}

#[tokio::test]
async fn history_is_written_with_the_entry_and_only_with_it() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    ledger.write(&claims(1, "tick")).await.unwrap();
    let mark = ledger.read(at(FRIDAY)).await.unwrap().marks[&arn(0)].clone();
    let mut reached = claim(0, "tick", Some(&mark), at(FRIDAY) + TimeDelta::minutes(5));
    reached.history = Some(History {
        about: arn(0).to_string(),
        at: reached.mark.at,
        action: "stop".to_owned(),
        result: "reached".to_owned(),
        ordered_at: Some(at(FRIDAY)),
        tick: "tick".to_owned(),
        by: "schedule office-hours".to_owned(),
        why: "schedule office-hours".to_owned(),
        hold: None,
    });
    assert_eq!(ledger.write(&[reached.clone()]).await.unwrap(), [true]);
    assert_eq!(ledger.write(&[reached]).await.unwrap(), [false]);
    let rows = items(&aws, &format!("history#{}", arn(0)));
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row["sk"]["S"], "2026-11-20T18:05:00Z stop tick");
    assert_eq!(row["result"]["S"], "reached");
    assert_eq!(row["ordered_at"]["S"], FRIDAY);
}

#[tokio::test]
async fn every_item_says_when_it_may_go() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    ledger.write(&claims(1, "tick")).await.unwrap();
    let told = [Notice::begun("broken arn:x")];
    assert_eq!(ledger.post(&told, None, at(FRIDAY)).await.unwrap(), [true]);
    assert!(ledger.hold(&hold("h", 4)).await.unwrap());
    let state = items(&aws, "state");
    let history = items(&aws, "history#preprod");
    assert_eq!((state.len(), history.len()), (3, 1));
    let days = |item: &Value| {
        let expires: i64 = item["expires"]["N"].as_str().unwrap().parse().unwrap();
        (expires - at(FRIDAY).timestamp()) / 86_400
    };
    for item in state.iter().chain(&history) {
        let expected = if item["sk"]["S"].as_str().unwrap().starts_with("hold#") {
            1
        } else {
            400
        };
        assert_eq!(days(item), expected, "{item}");
    }
    // The table's own setting names that attribute, as infra/modules/nightcap does.
    let asked = json!({ "TableName": TABLE });
    let ttl = aws.json("dynamodb", "DynamoDB_20120810.DescribeTimeToLive", &asked);
    assert_eq!(ttl["TimeToLiveDescription"]["AttributeName"], "expires");
}

/// A mail put into the outbox at that instant.
fn mail(id: &str, now: DateTime<Utc>) -> Outgoing {
    Outgoing {
        id: id.to_owned(),
        at: now,
        lease: now + LEASE,
        subject: "preprod goes to sleep".to_owned(),
        body: "What: preprod goes to sleep\n".to_owned(),
    }
}

#[tokio::test]
async fn what_is_told_is_claimed_together_with_its_mail_or_not_at_all() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    let now = at(FRIDAY);
    let all: Vec<Notice> = (0..60)
        .map(|i| Notice::begun(format!("broken {i:02}")))
        .collect();
    let (first, second) = (mail("one", now), mail("two", now));
    let mine = ledger.post(&all[..40], Some(&first), now).await.unwrap();
    assert_eq!(mine, [true; 40]);
    // Another tick has met all of them: what is the first's is the first's, and its mail is not
    // written.
    let mine = ledger.post(&all, Some(&second), now).await.unwrap();
    assert_eq!(mine[..40], [false; 40]);
    assert_eq!(mine[40..], [true; 20]);
    let read = ledger.read(now).await.unwrap();
    assert_eq!(read.told.len(), 40);
    assert_eq!(read.outbox, std::slice::from_ref(&first));
    // Without those it is.
    let mine = ledger.post(&all[40..], Some(&second), now).await.unwrap();
    assert_eq!(mine, [true; 20]);
    let read = ledger.read(now).await.unwrap();
    assert_eq!((read.told.len(), read.outbox.len()), (60, 2));

    // Over, and told so once; and it may begin again.
    let over = [Notice::over("broken 00", read.told["broken 00"])];
    assert_eq!(ledger.post(&over, None, now).await.unwrap(), [true]);
    assert_eq!(ledger.post(&over, None, now).await.unwrap(), [false]);
    assert!(
        !ledger
            .read(now)
            .await
            .unwrap()
            .told
            .contains_key("broken 00")
    );
    assert_eq!(ledger.post(&all[..1], None, now).await.unwrap(), [true]);
    assert!(
        ledger
            .read(now)
            .await
            .unwrap()
            .told
            .contains_key("broken 00")
    );
}

#[tokio::test]
async fn more_than_fit_one_transaction_are_one_mail_of_whoever_was_first() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    let now = at(FRIDAY);
    let all: Vec<Notice> = (0..250)
        .map(|i| Notice::begun(format!("broken {i:03}")))
        .collect();
    let mine = ledger
        .post(&all, Some(&mail("one", now)), now)
        .await
        .unwrap();
    assert_eq!(mine, vec![true; 250]);
    let mine = ledger
        .post(&all, Some(&mail("two", now)), now)
        .await
        .unwrap();
    assert_eq!(mine, vec![false; 250]);
    let read = ledger.read(now).await.unwrap();
    assert_eq!((read.told.len(), read.outbox.len()), (250, 1));
}

#[tokio::test]
async fn a_mail_that_was_not_sent_is_taken_over_by_one() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    let now = at(FRIDAY);
    let posted = mail("one", now);
    assert_eq!(
        ledger.post(&[], Some(&posted), now).await.unwrap(),
        [true; 0]
    );
    assert!(!posted.is_free(now + TimeDelta::seconds(119)));
    let later = now + TimeDelta::minutes(5);
    let found = ledger.read(later).await.unwrap().outbox;
    assert_eq!(found, std::slice::from_ref(&posted));
    assert!(found[0].is_free(later));
    assert!(ledger.take_over(&posted, later + LEASE).await.unwrap());
    assert!(!ledger.take_over(&posted, later + LEASE).await.unwrap());
    let taken = ledger.read(later).await.unwrap().outbox;
    assert!(!taken[0].is_free(later));
    ledger.sent(&taken[0]).await.unwrap();
    assert_eq!(ledger.read(later).await.unwrap().outbox, []);
    // A rehearsal at a far instant must not keep it for ever.
    assert!(mail("two", now + TimeDelta::days(30)).is_free(now));
}

fn hold(id: &str, hours: i64) -> Hold {
    Hold {
        id: id.to_owned(),
        scope: Scope::Environment("preprod".into()),
        state: State::Running,
        from: at(FRIDAY),
        until: at(FRIDAY) + TimeDelta::hours(hours),
        author: Author::Person,
        by: "on-call".to_owned(),
        reason: "release 4.2".to_owned(),
        made_at: at(FRIDAY),
    }
}

/// The hold of the test below, ended after so many hours.
fn hold_ended(hours: i64) -> Hold {
    Hold {
        until: at(FRIDAY) + TimeDelta::hours(hours),
        ..hold("h", 4)
    }
}

#[tokio::test]
async fn a_guards_sign_of_life_is_kept_with_what_went_wrong_since() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    let read = async || ledger.read(at(FRIDAY)).await.unwrap().guard;
    let beat = |hours, looked, error: Option<&str>| {
        Some(GuardBeat {
            at: at(FRIDAY) + TimeDelta::hours(hours),
            looked,
            error: error.map(str::to_owned),
        })
    };
    let hour = |hours| at(FRIDAY) + TimeDelta::hours(hours);
    assert_eq!(read().await, None);
    ledger.beat(Some("no answer"), hour(0)).await.unwrap();
    assert_eq!(read().await, beat(0, false, Some("no answer")));
    ledger.beat(Some("not allowed"), hour(2)).await.unwrap();
    assert_eq!(read().await, beat(0, false, Some("not allowed")));
    ledger.beat(None, hour(3)).await.unwrap();
    assert_eq!(read().await, beat(3, true, None));
    ledger.beat(Some("throttled"), hour(5)).await.unwrap();
    assert_eq!(read().await, beat(3, true, Some("throttled")));
}

#[tokio::test]
async fn a_hold_is_made_once_released_once_and_may_be_made_again() {
    let aws = embedded();
    let ledger = ledger(&aws).await;
    assert!(ledger.hold(&hold("h", 4)).await.unwrap());
    assert!(!ledger.hold(&hold("h", 4)).await.unwrap(), "it is there");
    let mut ended = hold("h", 4);
    ended.until = at(FRIDAY) + TimeDelta::hours(1);
    ledger
        .release(&[ended.clone()], "on-call", "release done")
        .await
        .unwrap();
    let mut again = ended.clone();
    again.until = at(FRIDAY) + TimeDelta::hours(2);
    ledger.release(&[again], "someone-else", "").await.unwrap();
    let now = at(FRIDAY) + TimeDelta::hours(1);
    let read = ledger.read(now).await.unwrap();
    assert_eq!(read.holds, [ended]);
    assert!(
        read.holds[0].has_ended(now),
        "the second release changes nothing"
    );
    // Two days later it is nobody's business any more, should DynamoDB still have it.
    let read = ledger.read(at(FRIDAY) + TimeDelta::days(2)).await.unwrap();
    assert_eq!(read.holds, []);

    let mut anew = hold("h", 8);
    anew.made_at = now;
    assert!(ledger.hold(&anew).await.unwrap());
    // A report of the month still has both, the first with its real end.
    let month = |from, until| ledger.held(at(from), at(until));
    let held = month("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z").await;
    assert_eq!(held.unwrap(), [hold_ended(1), anew]);
    let held = month("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z").await;
    assert_eq!(held.unwrap(), [], "another month's");
    let rows = items(&aws, "history#preprod");
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            ["action", "result", "by", "why"]
                .map(|key| row[key]["S"].as_str().unwrap().to_owned())
                .join(" | ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "hold | made: running until 2026-11-20T22:00:00Z | on-call | release 4.2",
            "hold | made: running until 2026-11-21T02:00:00Z | on-call | release 4.2",
            "release | released | on-call | release done",
        ]
    );
}
