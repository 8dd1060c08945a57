//! What SQS takes of a batch, leaves over, and refuses.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use aws_smithy_mocks::{RuleMode, mock};

use super::*;
use crate::mocks;

const NOW: &str = "2026-11-20T18:00:00Z";

fn messages(count: usize) -> Vec<TargetMessage> {
    let target = |number: usize| Target {
        external_id: None,
        role: Some(RoleArn::new(format!(
            "arn:aws:iam::{number:012}:role/nightcap"
        ))),
        region: Region::new("eu-west-3"),
        environments: vec![],
    };
    let now = NOW.parse().unwrap();
    (0..count)
        .map(|number| TargetMessage::about(&target(number), None, now, "tick-1"))
        .collect()
}

fn answer(taken: &[usize], failed: &[(usize, bool)]) -> SendMessageBatchOutput {
    let mut output = SendMessageBatchOutput::builder()
        .set_successful(Some(vec![]))
        .set_failed(Some(vec![]));
    for id in taken {
        let entry = SendMessageBatchResultEntry::builder()
            .id(id.to_string())
            .message_id("m")
            .md5_of_message_body("x")
            .build()
            .unwrap();
        output = output.successful(entry);
    }
    for (id, sender_fault) in failed {
        let entry = BatchResultErrorEntry::builder()
            .id(id.to_string())
            .sender_fault(*sender_fault)
            .code(if *sender_fault {
                "InvalidMessageContents"
            } else {
                "ServiceUnavailable"
            })
            .build()
            .unwrap();
        output = output.failed(entry);
    }
    output.build().unwrap()
}

fn sent(results: &[Result<(), AwsError>]) -> Vec<usize> {
    let sent = results.iter().enumerate();
    sent.filter(|(_, result)| result.is_ok())
        .map(|(index, _)| index)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_left_over_is_sent_again_and_nothing_else_is() {
    let first = mock!(Client::send_message_batch)
        .match_requests(|request| request.entries().len() == 10)
        .then_output(|| answer(&[0, 1, 2, 4, 5, 6, 7, 9], &[(3, false), (8, false)]));
    let second = mock!(Client::send_message_batch)
        .match_requests(|request| {
            let ids: Vec<&str> = request
                .entries()
                .iter()
                .map(SendMessageBatchRequestEntry::id)
                .collect();
            ids == ["3", "8"]
        })
        .then_output(|| answer(&[3, 8], &[]));
    let clients = mocks::sqs_by(RuleMode::Sequential, &[&first, &second]);
    let results = TargetQueue::new(clients, "http://queue")
        .send(&messages(10))
        .await;
    assert_eq!(sent(&results), (0..10).collect::<Vec<_>>());
    assert_eq!((first.num_calls(), second.num_calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_told_and_not_sent_again() {
    let rule = mock!(Client::send_message_batch).then_output(|| answer(&[0, 2], &[(1, true)]));
    let clients = mocks::sqs(&[&rule]);
    let results = TargetQueue::new(clients, "http://queue")
        .send(&messages(3))
        .await;
    assert_eq!(sent(&results), [0, 2]);
    let error = results[1].as_ref().unwrap_err();
    assert_eq!(
        error.to_string(),
        "sqs SendMessage: InvalidMessageContents: no reason was given"
    );
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_over_for_ever_is_given_up() {
    let rule = mock!(Client::send_message_batch).then_output(|| answer(&[], &[(0, false)]));
    let clients = mocks::sqs(&[&rule]);
    let results = TargetQueue::new(clients, "http://queue")
        .send(&messages(1))
        .await;
    assert_eq!(results[0].as_ref().unwrap_err().cause, Cause::Throttled);
    assert_eq!(rule.num_calls(), ATTEMPTS);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_sqs_says_nothing_about_was_not_sent() {
    let rule = mock!(Client::send_message_batch).then_output(|| answer(&[0], &[]));
    let clients = mocks::sqs(&[&rule]);
    let results = TargetQueue::new(clients, "http://queue")
        .send(&messages(2))
        .await;
    assert_eq!(sent(&results), [0]);
}

#[test]
fn a_message_is_fresh_until_it_expires() {
    let message = messages(1).remove(0);
    let at = |seconds| message.sent + TimeDelta::seconds(seconds);
    assert!(!message.is_stale(at(0)));
    assert!(!message.is_stale(at(FRESH.num_seconds() - 1)));
    assert!(message.is_stale(at(FRESH.num_seconds())));
}

#[test]
fn a_message_holds_what_is_needed_and_no_more() {
    let body = serde_json::to_value(&messages(1)[0]).unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "version",
            "role",
            "region",
            "sent",
            "expires",
            "correlation_id"
        ]
    );
}
