//! What is asked of DynamoDB, and what is made of its answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use aws_smithy_mocks::{RuleMode, mock};
use chrono::{DateTime, Utc};
use nightcap_domain::ledger::{Carried, History, LEASE, Mark, Order, Phase, Write};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::time::State;

use super::*;
use crate::error::Cause;
use crate::mocks;

const NOW: &str = "2026-11-20T18:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// The claim of a stop; `seen` is the version it replaces.
fn claim(name: &str, seen: Option<u64>) -> Write {
    Write {
        resource: ResourceArn::new(format!("arn:aws:rds:eu-west-3:123456789012:db:{name}")),
        carried: Carried {
            transition: now(),
            to: State::Stopped,
            phase: Phase::Ordered,
        },
        mark: Mark {
            version: seen.map_or(1, |seen| seen + 1),
            odd_version: None,
            at: now(),
            lease: Some(now() + LEASE),
            order: Some(Order {
                at: now(),
                tick: "tick-1".to_owned(),
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
        replaces: seen,
        replaces_odd: None,
        history: None,
    }
}

fn with_history(mut write: Write) -> Write {
    write.history = Some(History {
        about: write.resource.to_string(),
        at: now(),
        action: "stop".to_owned(),
        result: "reached".to_owned(),
        ordered_at: Some(now()),
        tick: "tick-1".to_owned(),
        by: "schedule office-hours".to_owned(),
        why: "schedule office-hours".to_owned(),
        hold: None,
    });
    write
}

fn ledger(clients: &Arc<Clients>) -> DynamoDbLedger {
    DynamoDbLedger::new(Arc::clone(clients), "nightcap")
}

fn keys(items: &[TransactWriteItem]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            let put = item.put().unwrap();
            let sk = put.item()["sk"].as_s().unwrap();
            sk.rsplit(':').next().unwrap().to_owned()
        })
        .collect()
}

fn reason(code: &str) -> CancellationReason {
    CancellationReason::builder().code(code).build()
}

fn cancelled(reasons: Vec<CancellationReason>) -> TransactWriteItemsError {
    TransactWriteItemsError::TransactionCanceledException(
        TransactionCanceledException::builder()
            .set_cancellation_reasons(Some(reasons))
            .build(),
    )
}

fn written() -> TransactWriteItemsOutput {
    TransactWriteItemsOutput::builder().build()
}

#[tokio::test]
async fn a_claim_is_conditional_on_what_was_read() {
    let rule = mock!(Client::transact_write_items)
        .match_requests(|asked| {
            let puts: Vec<_> = asked
                .transact_items()
                .iter()
                .map(|item| item.put().unwrap())
                .collect();
            let conditions: Vec<_> = puts.iter().map(|put| put.condition_expression()).collect();
            let seen = puts[1].expression_attribute_values().unwrap();
            let item = puts[0].item();
            conditions
                == [
                    Some("attribute_not_exists(#version)"),
                    Some("#version = :seen"),
                ]
                && seen[":seen"] == AttributeValue::N("6".to_owned())
                && puts[0].table_name() == "nightcap"
                && item["pk"] == AttributeValue::S("state".to_owned())
                && item["lease"] == AttributeValue::S("2026-11-20T18:02:00Z".to_owned())
                && item["version"] == AttributeValue::N("1".to_owned())
                && item.contains_key("expires")
        })
        .then_output(written);
    let clients = mocks::dynamodb(&[&rule]);
    let mine = ledger(&clients)
        .write(&[claim("new", None), claim("known", Some(6))])
        .await;
    assert_eq!(mine.unwrap(), [true, true]);
}

#[tokio::test]
async fn what_another_tick_claimed_is_left_out_and_the_rest_is_written() {
    let first = mock!(Client::transact_write_items)
        .match_requests(|asked| keys(asked.transact_items()) == ["a", "b", "c"])
        .then_error(|| {
            cancelled(vec![
                reason("None"),
                reason("ConditionalCheckFailed"),
                reason("None"),
            ])
        });
    let second = mock!(Client::transact_write_items)
        .match_requests(|asked| keys(asked.transact_items()) == ["a", "c"])
        .then_output(written);
    let clients = mocks::dynamodb_by(RuleMode::Sequential, &[&first, &second]);
    let claims = ["a", "b", "c"].map(|name| claim(name, None));
    let mine = ledger(&clients).write(&claims).await.unwrap();
    assert_eq!(mine, [true, false, true]);
}

#[tokio::test]
async fn reasons_are_matched_although_history_is_written_along() {
    let first = mock!(Client::transact_write_items).then_error(|| {
        cancelled(vec![
            reason("None"),
            reason("None"),
            reason("ConditionalCheckFailed"),
            reason("None"),
            reason("None"),
        ])
    });
    let second = mock!(Client::transact_write_items)
        .match_requests(|asked| asked.transact_items().len() == 3)
        .then_output(written);
    let clients = mocks::dynamodb_by(RuleMode::Sequential, &[&first, &second]);
    let claims = [
        with_history(claim("a", Some(1))),
        with_history(claim("b", Some(1))),
        claim("c", None),
    ];
    let mine = ledger(&clients).write(&claims).await.unwrap();
    assert_eq!(mine, [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_with_a_transaction_under_way_is_tried_again() {
    let conflict = mock!(Client::transact_write_items)
        .then_error(|| cancelled(vec![reason("TransactionConflict"), reason("None")]));
    let lost = mock!(Client::transact_write_items)
        .then_error(|| cancelled(vec![reason("ConditionalCheckFailed"), reason("None")]));
    let rest = mock!(Client::transact_write_items)
        .match_requests(|asked| keys(asked.transact_items()) == ["b"])
        .then_output(written);
    let rules = [&conflict, &conflict, &lost, &rest];
    let clients = mocks::dynamodb_by(RuleMode::Sequential, &rules);
    let mine = ledger(&clients)
        .write(&[claim("a", None), claim("b", None)])
        .await;
    assert_eq!(mine.unwrap(), [false, true]);
}

#[tokio::test(start_paused = true)]
async fn endless_conflicts_end_and_leave_the_work_to_the_next_tick() {
    let conflict = mock!(Client::transact_write_items)
        .then_error(|| cancelled(vec![reason("TransactionConflict")]));
    let clients = mocks::dynamodb(&[&conflict]);
    let mine = ledger(&clients).write(&[claim("a", None)]).await;
    assert_eq!(mine.unwrap(), [false]);
    assert_eq!(conflict.num_calls(), 6);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_by_its_nonce() {
    static NONCE: std::sync::Mutex<Option<AttributeValue>> = std::sync::Mutex::new(None);
    let lost = mock!(Client::transact_write_items)
        .match_requests(|asked| {
            let put = asked.transact_items()[0].put().unwrap();
            *NONCE.lock().unwrap() = put.item().get("nonce").cloned();
            true
        })
        .then_error(|| {
            let stands = NONCE.lock().unwrap().clone().unwrap();
            let ours = CancellationReason::builder()
                .code("ConditionalCheckFailed")
                .item("nonce", stands)
                .build();
            cancelled(vec![ours])
        });
    let clients = mocks::dynamodb(&[&lost]);
    let mine = ledger(&clients).write(&[claim("a", None)]).await;
    assert_eq!(mine.unwrap(), [true]);
}

#[tokio::test]
async fn an_order_that_cannot_be_claimed_is_an_error_with_its_reason() {
    let refused = mock!(Client::transact_write_items)
        .then_error(|| cancelled(vec![reason("ItemCollectionSizeLimitExceeded")]));
    let clients = mocks::dynamodb(&[&refused]);
    let error = ledger(&clients)
        .write(&[claim("a", None)])
        .await
        .unwrap_err();
    assert!(
        error.message.starts_with("ItemCollectionSizeLimitExceeded"),
        "{error}"
    );

    let missing = mock!(Client::transact_write_items).then_http_response(|| {
        let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no such table"}"#;
        aws_smithy_runtime_api::client::orchestrator::HttpResponse::new(
            aws_smithy_runtime_api::http::StatusCode::try_from(400).unwrap(),
            aws_smithy_types::body::SdkBody::from(body),
        )
    });
    let clients = mocks::dynamodb(&[&missing]);
    let error = ledger(&clients)
        .write(&[claim("a", None)])
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::Gone, "{error}");
}

#[tokio::test]
async fn a_hundred_fit_one_transaction_and_history_takes_room() {
    let calls = Arc::new(AtomicUsize::new(0));
    for (writes, with_rows, expected) in [
        (100, false, 1),
        (101, false, 2),
        (250, false, 3),
        (100, true, 2),
    ] {
        calls.store(0, Ordering::SeqCst);
        let counter = Arc::clone(&calls);
        let rule = mock!(Client::transact_write_items)
            .match_requests(move |asked| {
                counter.fetch_add(1, Ordering::SeqCst);
                asked.transact_items().len() <= 100
            })
            .then_output(written);
        let clients = mocks::dynamodb(&[&rule]);
        let claims: Vec<Write> = (0..writes)
            .map(|index| claim(&format!("db-{index}"), None))
            .map(|claim| {
                if with_rows {
                    with_history(claim)
                } else {
                    claim
                }
            })
            .collect();
        let mine = ledger(&clients).write(&claims).await.unwrap();
        assert_eq!(mine, vec![true; writes]);
        assert_eq!(
            calls.load(Ordering::SeqCst),
            expected,
            "{writes} {with_rows}"
        );
    }
}

#[tokio::test]
async fn a_resource_described_twice_is_claimed_once() {
    let rule = mock!(Client::transact_write_items)
        .match_requests(|asked| keys(asked.transact_items()) == ["a", "b"])
        .then_output(written);
    let clients = mocks::dynamodb(&[&rule]);
    let claims = ["a", "a", "b"].map(|name| claim(name, None));
    let mine = ledger(&clients).write(&claims).await.unwrap();
    assert_eq!(mine, [true, false, true]);
}

#[tokio::test]
async fn one_query_reads_all_pages_and_leaves_out_what_it_cannot_read() {
    let entry = item::carried(&claim("a", Some(3)), "n");
    let mut unreadable = item::carried(&claim("b", Some(4)), "n");
    unreadable.insert("phase".to_owned(), AttributeValue::S("melting".to_owned()));
    let told = item::told("broken arn:x", now());
    let key_of = |item: &HashMap<String, AttributeValue>| -> HashMap<String, AttributeValue> {
        let keys = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
        keys.into_iter().collect()
    };
    let mut strange = key_of(&item::told("x", now()));
    strange.insert("sk".to_owned(), AttributeValue::S("else".to_owned()));
    let next = key_of(&told);
    let (first_page, last_key) = (vec![entry, unreadable], next.clone());
    let first = mock!(Client::query)
        .match_requests(|asked| {
            asked.consistent_read() == Some(true)
                && asked.key_condition_expression() == Some("pk = :state")
                && asked.exclusive_start_key().is_none()
        })
        .then_output(move || {
            QueryOutput::builder()
                .set_items(Some(first_page.clone()))
                .set_last_evaluated_key(Some(last_key.clone()))
                .build()
        });
    let second = mock!(Client::query)
        .match_requests(move |asked| asked.exclusive_start_key() == Some(&next))
        .then_output(move || {
            QueryOutput::builder()
                .set_items(Some(vec![told.clone(), strange.clone()]))
                .build()
        });
    let clients = mocks::dynamodb(&[&first, &second]);
    let read = ledger(&clients).read(now()).await.unwrap();
    let a = ResourceArn::new("arn:aws:rds:eu-west-3:123456789012:db:a");
    let b = ResourceArn::new("arn:aws:rds:eu-west-3:123456789012:db:b");
    assert_eq!(read.carried[&a], claim("a", Some(3)).carried);
    assert_eq!(read.marks[&a], claim("a", Some(3)).mark);
    assert!(!read.carried.contains_key(&b));
    assert_eq!(read.marks[&b].version, 5, "so that a tick can replace it");
    assert_eq!(read.told["broken arn:x"], now());
}

#[tokio::test(start_paused = true)]
async fn what_is_left_over_of_a_batch_is_sent_again() {
    let half = mock!(Client::batch_write_item).then_compute_output(|asked| {
        let mut left = asked.request_items().unwrap().clone();
        left.get_mut("nightcap").unwrap().truncate(2);
        BatchWriteItemOutput::builder()
            .set_unprocessed_items(Some(left))
            .build()
    });
    let rest = mock!(Client::batch_write_item)
        .match_requests(|asked| asked.request_items().unwrap()["nightcap"].len() == 2)
        .then_output(|| BatchWriteItemOutput::builder().build());
    let clients = mocks::dynamodb_by(RuleMode::Sequential, &[&half, &rest]);
    let requests =
        ["a", "b", "c"].map(|key| dynamodb::put_request(item::told(key, now())).unwrap());
    ledger(&clients).batch(requests.to_vec()).await.unwrap();
    assert_eq!(rest.num_calls(), 1);
}
