//! Conditional writes, a hundred at a time.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use aws_smithy_runtime_api::client::result::SdkError;

use super::item::Item;
use crate::error::{AwsError, Cause, FromSdk};

/// The most that one transaction takes.
pub(super) const MOST: usize = 100;

/// Attempts at one transaction while others are at work on the same items. Each loses the
/// items that are another's, so that two ticks at once are done after two.
const ATTEMPTS: u32 = 6;

/// One write that happens only if its condition holds.
#[derive(Clone, Debug)]
pub(super) struct Conditional {
    /// The item.
    pub(super) item: Item,
    /// What must hold, with `#name` for the attribute `name`, lest it be a reserved word.
    pub(super) condition: &'static str,
    /// That attribute.
    pub(super) attribute: &'static str,
    /// The value that the condition names, if it names one.
    pub(super) value: Option<(&'static str, AttributeValue)>,
    /// What is written along with it, whatever stands there.
    pub(super) along: Vec<Item>,
}

impl Conditional {
    /// How much room it takes in a transaction.
    pub(super) fn weight(&self) -> usize {
        1 + self.along.len()
    }
}

/// What an attempt says of each write.
enum Verdict {
    Fine,
    /// It was written already, by an attempt whose answer was lost.
    Ours,
    Lost,
    Contended,
}

/// Writes all of at most [`MOST`] items, or none; tells of each whether it is another's. Only
/// if none is, all were written.
pub(super) async fn all_or_nothing(
    client: &Client,
    table: &str,
    writes: &[Conditional],
) -> Result<Vec<bool>, AwsError> {
    let pending: Vec<(usize, &Conditional)> = writes.iter().enumerate().collect();
    for attempt in 0..ATTEMPTS {
        let Some(reasons) = send(client, table, &pending).await? else {
            return Ok(vec![true; writes.len()]);
        };
        let verdicts = verdicts(&pending, &reasons)?;
        if verdicts.iter().any(|one| matches!(one, Verdict::Ours)) {
            return Ok(vec![true; writes.len()]);
        }
        if verdicts.iter().any(|one| matches!(one, Verdict::Lost)) {
            let mine = verdicts.iter().map(|one| !matches!(one, Verdict::Lost));
            return Ok(mine.collect());
        }
        tokio::time::sleep(pause(attempt)).await;
    }
    Err(AwsError {
        service: "dynamodb",
        operation: "TransactWriteItems",
        cause: Cause::Throttled,
        message: "others kept writing to the same items".to_owned(),
    })
}

/// Writes what can be written of at most [`MOST`] items; tells of each whether it was.
pub(super) async fn write(
    client: &Client,
    table: &str,
    writes: &[Conditional],
) -> Result<Vec<bool>, AwsError> {
    let mut written = vec![false; writes.len()];
    let mut pending: Vec<(usize, &Conditional)> = writes.iter().enumerate().collect();
    for attempt in 0..ATTEMPTS {
        if pending.is_empty() {
            break;
        }
        let Some(reasons) = send(client, table, &pending).await? else {
            for (index, _) in &pending {
                mark(&mut written, *index);
            }
            return Ok(written);
        };
        let verdicts = verdicts(&pending, &reasons)?;
        let mut contended = false;
        let mut left = Vec::with_capacity(pending.len());
        for ((index, write), verdict) in pending.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Lost => {}
                Verdict::Ours => mark(&mut written, index),
                Verdict::Fine => left.push((index, write)),
                Verdict::Contended => {
                    contended = true;
                    left.push((index, write));
                }
            }
        }
        pending = left;
        if contended {
            tokio::time::sleep(pause(attempt)).await;
        }
    }
    if !pending.is_empty() {
        tracing::warn!(
            left = pending.len(),
            "others kept writing to the ledger: the next tick goes on"
        );
    }
    Ok(written)
}

fn mark(written: &mut [bool], index: usize) {
    if let Some(place) = written.get_mut(index) {
        *place = true;
    }
}

/// `None` if it was written, else why it was cancelled, item by item.
async fn send(
    client: &Client,
    table: &str,
    pending: &[(usize, &Conditional)],
) -> Result<Option<Vec<CancellationReason>>, AwsError> {
    let mut items = Vec::with_capacity(MOST);
    for (_, write) in pending {
        items.push(put(table, &write.item, Some(write))?);
        for along in &write.along {
            items.push(put(table, along, None)?);
        }
    }
    // The SDK gives each call a token of its own: its retries are the same transaction.
    let answer = client
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await;
    match answer {
        Ok(_) => Ok(None),
        Err(error) => cancelled(&error)
            .map(Some)
            .ok_or_else(|| AwsError::from_sdk("dynamodb", "TransactWriteItems", &error)),
    }
}

fn cancelled<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<CancellationReason>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            Some(cancelled.cancellation_reasons().to_vec())
        }
        _ => None,
    }
}

fn put(
    table: &str,
    item: &Item,
    condition: Option<&Conditional>,
) -> Result<TransactWriteItem, AwsError> {
    let mut put = Put::builder()
        .table_name(table)
        .set_item(Some(item.clone()));
    if let Some(write) = condition {
        if let Some((name, value)) = &write.value {
            put = put.expression_attribute_values(*name, value.clone());
        }
        put = put
            .condition_expression(write.condition)
            .expression_attribute_names(format!("#{}", write.attribute), write.attribute)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    }
    let put = put.build().map_err(|error| impossible(error.to_string()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// The verdict on each write. Reasons come in the order of the items, those along included.
fn verdicts(
    pending: &[(usize, &Conditional)],
    reasons: &[CancellationReason],
) -> Result<Vec<Verdict>, AwsError> {
    let mut reasons = reasons.iter();
    let mut found = Vec::with_capacity(pending.len());
    let mut fine = 0;
    for (_, write) in pending {
        let mut verdict = verdict(write, reasons.next())?;
        for _ in &write.along {
            if matches!(self::verdict(write, reasons.next())?, Verdict::Contended) {
                verdict = Verdict::Contended;
            }
        }
        fine += usize::from(matches!(verdict, Verdict::Fine));
        found.push(verdict);
    }
    if fine == pending.len() {
        return Err(impossible(
            "the transaction was cancelled without a reason".to_owned(),
        ));
    }
    Ok(found)
}

fn verdict(write: &Conditional, reason: Option<&CancellationReason>) -> Result<Verdict, AwsError> {
    let Some(reason) = reason else {
        return Ok(Verdict::Fine);
    };
    match reason.code().unwrap_or("None") {
        "None" => Ok(Verdict::Fine),
        "ConditionalCheckFailed" => {
            let stands = reason.item().and_then(|item| item.get("nonce"));
            let ours = stands.is_some() && stands == write.item.get("nonce");
            Ok(if ours { Verdict::Ours } else { Verdict::Lost })
        }
        "TransactionConflict" | "ProvisionedThroughputExceeded" | "ThrottlingError" => {
            Ok(Verdict::Contended)
        }
        code => Err(impossible(format!(
            "{code}: {}",
            reason.message().unwrap_or_default()
        ))),
    }
}

fn impossible(message: String) -> AwsError {
    AwsError {
        service: "dynamodb",
        operation: "TransactWriteItems",
        cause: Cause::Other,
        message,
    }
}

/// Longer from attempt to attempt, and different for everybody, so that two do not meet again.
fn pause(attempt: u32) -> Duration {
    let most = 40_u64 << attempt.min(5);
    Duration::from_millis(most / 2 + nightcap_reconcile::random::random() % (most / 2))
}
