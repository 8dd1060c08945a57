//! The ledger in a table of `DynamoDB`.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, try_join};
use futures_util::{StreamExt, TryStreamExt, stream};
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{History, HoldEvent, Ledger, Notice, Outgoing, Write};

use super::item::{self, Item};
use super::transaction::{self, Conditional};

use nightcap_reconcile::ledger::{Home, LedgerStore};
use nightcap_reconcile::random::random;

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::pages;

/// Transactions at once: ten thousand resources are a hundred transactions.
const AT_ONCE: usize = 8;

/// Attempts at what `DynamoDB` left over of a batch.
const ATTEMPTS: usize = 5;

/// The ledger in a table of `DynamoDB`: its items are described in `item.rs`.
#[derive(Debug)]
pub struct DynamoDbLedger {
    clients: Arc<Clients>,
    table: String,
}

impl DynamoDbLedger {
    /// The ledger in the table of this name.
    pub fn new(clients: Arc<Clients>, table: impl Into<String>) -> Self {
        Self {
            clients,
            table: table.into(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        self.clients.dynamodb()
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// One query, as many pages as there are. It is consistent: a hold made a moment ago counts.
    async fn query(&self, now: DateTime<Utc>) -> Result<Ledger, AwsError> {
        let mut ledger = Ledger::default();
        self.query_into(&mut ledger, now, None).await?;
        Ok(ledger)
    }

    /// Two queries side by side: what was carried out there, and everything else.
    async fn query_in(&self, now: DateTime<Utc>, home: &Home) -> Result<Ledger, AwsError> {
        let (mut carried, mut rest) = (Ledger::default(), Ledger::default());
        let there = ("begins_with(sk, :from)", item::carried_in(home));
        let beyond = ("sk >= :from", item::HOLD.to_owned());
        try_join(
            self.query_into(&mut carried, now, Some(there)),
            self.query_into(&mut rest, now, Some(beyond)),
        )
        .await?;
        Ok(Ledger {
            carried: carried.carried,
            marks: carried.marks,
            ..rest
        })
    }

    async fn query_into(
        &self,
        ledger: &mut Ledger,
        now: DateTime<Utc>,
        narrowed: Option<(&str, String)>,
    ) -> Result<(), AwsError> {
        let state = AttributeValue::S(item::STATE.to_owned());
        let mut query = self
            .clients
            .dynamodb()
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .expression_attribute_values(":state", state);
        query = match narrowed {
            None => query.key_condition_expression("pk = :state"),
            Some((condition, from)) => query
                .key_condition_expression(format!("pk = :state AND {condition}"))
                .expression_attribute_values(":from", AttributeValue::S(from)),
        };
        let pages = query.into_paginator().send();
        let pages = pages::by_key(("dynamodb", "Query"), pages, pages::next_of_a_query).await?;
        for found in pages.iter().flat_map(QueryOutput::items) {
            item::take(ledger, found, now);
        }
        Ok(())
    }

    /// Every hold that covered any of a span, also those that are over: for reports. Ticks do
    /// without those, which is why they are kept apart.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn held(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Hold>, AwsError> {
        let pages = self
            .clients
            .dynamodb()
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :held")
            .expression_attribute_values(":held", AttributeValue::S(item::HELD.to_owned()))
            .into_paginator()
            .send();
        let pages = pages::by_key(("dynamodb", "Query"), pages, pages::next_of_a_query).await?;
        let found = pages.iter().flat_map(QueryOutput::items);
        let mut holds: Vec<Hold> = found.filter_map(item::read_hold).collect();
        holds.retain(|hold: &Hold| hold.from < until && from < hold.until);
        Ok(holds)
    }

    async fn write_all(&self, writes: &[Write]) -> Result<Vec<bool>, AwsError> {
        let nonce = format!("{:016x}", random());
        let mut seen = HashSet::new();
        // A resource that two targets reach is described twice; a transaction takes it once.
        let unique: Vec<(usize, Conditional)> = writes
            .iter()
            .enumerate()
            .filter(|(_, write)| seen.insert(&write.resource))
            .map(|(index, write)| (index, conditional(write, &nonce)))
            .collect();
        let (places, unique): (Vec<usize>, Vec<Conditional>) = unique.into_iter().unzip();
        let mut written = vec![false; writes.len()];
        for (place, done) in places.into_iter().zip(self.transact(&unique).await?) {
            if let Some(slot) = written.get_mut(place) {
                *slot = done;
            }
        }
        Ok(written)
    }

    /// Any number of conditional writes, in order.
    async fn transact(&self, writes: &[Conditional]) -> Result<Vec<bool>, AwsError> {
        let client = self.clients.dynamodb();
        let calls: Vec<_> = chunks(writes)
            .into_iter()
            .map(|chunk| transaction::write(client, &self.table, chunk))
            .collect();
        let written: Vec<Vec<bool>> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
        Ok(written.concat())
    }

    pub(super) async fn batch(&self, mut requests: Vec<WriteRequest>) -> Result<(), AwsError> {
        for _ in 0..ATTEMPTS {
            let answer = self
                .clients
                .dynamodb()
                .batch_write_item()
                .request_items(&self.table, requests)
                .send()
                .await
                .map_err(|error| AwsError::from_sdk("dynamodb", "BatchWriteItem", &error))?;
            let left = answer
                .unprocessed_items
                .and_then(|mut left| left.remove(&self.table));
            match left {
                Some(left) if !left.is_empty() => requests = left,
                _ => return Ok(()),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Err(AwsError {
            service: "dynamodb",
            operation: "BatchWriteItem",
            cause: Cause::Throttled,
            message: format!("{} items were left over", requests.len()),
        })
    }

    /// Claims notices together with their mail. More than fit one transaction follow it, each
    /// for itself: whoever loses of the first loses all.
    async fn post_all(
        &self,
        notices: &[Notice],
        mail: Option<&Outgoing>,
        now: DateTime<Utc>,
    ) -> Result<Vec<bool>, AwsError> {
        let nonce = format!("{:016x}", random());
        let mut writes: Vec<Conditional> = mail
            .iter()
            .map(|mail| Conditional {
                item: item::mail(mail, &nonce),
                condition: "attribute_not_exists(#lease)",
                attribute: "lease",
                value: None,
                along: vec![],
            })
            .collect();
        let mails = writes.len();
        writes.extend(notices.iter().map(|one| notice(one, &nonce, now)));
        let (first, rest) = writes.split_at(writes.len().min(transaction::MOST));
        if first.is_empty() {
            return Ok(vec![]);
        }
        let client = self.clients.dynamodb();
        let mut mine = transaction::all_or_nothing(client, &self.table, first).await?;
        if mine.contains(&false) {
            if !rest.is_empty() {
                mine = vec![false; writes.len()];
            }
        } else {
            // The mail is on its way, and speaks of these, too.
            if let Err(error) = self.transact(rest).await {
                tracing::warn!(%error, "not all that is told was written down: some may be told twice");
            }
            mine = vec![true; writes.len()];
        }
        Ok(mine.split_off(mails.min(mine.len())))
    }

    async fn take_mail_over(
        &self,
        mail: &Outgoing,
        lease: DateTime<Utc>,
    ) -> Result<bool, AwsError> {
        let nonce = format!("{:016x}", random());
        let taken = Outgoing {
            lease,
            ..mail.clone()
        };
        let write = Conditional {
            item: item::mail(&taken, &nonce),
            condition: "#lease = :seen",
            attribute: "lease",
            value: Some((":seen", AttributeValue::S(item::instant(mail.lease)))),
            along: vec![],
        };
        let client = self.clients.dynamodb();
        Ok(transaction::all_or_nothing(client, &self.table, &[write]).await? == [true])
    }

    /// Puts a mail into the outbox, whatever else is there.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn put_mail(&self, mail: &Outgoing) -> Result<(), AwsError> {
        let nonce = format!("{:016x}", random());
        self.batch(vec![put_request(item::mail(mail, &nonce))?])
            .await
    }

    async fn take_mail_out(&self, mail: &Outgoing) -> Result<(), AwsError> {
        self.batch(vec![delete_request(item::mail_key(&mail.id))?])
            .await
    }

    async fn write_hold(&self, hold: &Hold) -> Result<bool, AwsError> {
        let write = Conditional {
            item: item::hold(hold),
            condition: "attribute_not_exists(#until) OR #until <= :now",
            attribute: "until",
            value: Some((":now", AttributeValue::S(item::instant(hold.made_at)))),
            along: vec![
                item::history(&History::of_hold(hold, HoldEvent::Made)),
                item::held(hold),
            ],
        };
        Ok(self.transact(&[write]).await? == [true])
    }

    async fn end_holds(&self, holds: &[Hold], by: &str, reason: &str) -> Result<(), AwsError> {
        let writes: Vec<Conditional> = holds
            .iter()
            .map(|hold| {
                let at = hold.until;
                let row = History::of_hold(hold, HoldEvent::Released { by, reason, at });
                Conditional {
                    item: item::hold(hold),
                    // Released at once by two people, it ends at the earlier instant.
                    condition: "#until >= :until",
                    attribute: "until",
                    value: Some((":until", AttributeValue::S(item::instant(at)))),
                    along: vec![item::history(&row), item::held(hold)],
                }
            })
            .collect();
        self.transact(&writes).await.map(drop)
    }
}

impl LedgerStore for DynamoDbLedger {
    fn read(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Ledger, AwsError>> {
        Box::pin(self.query(now))
    }

    fn read_in<'a>(
        &'a self,
        now: DateTime<Utc>,
        home: &'a Home,
    ) -> BoxFuture<'a, Result<Ledger, AwsError>> {
        Box::pin(self.query_in(now, home))
    }

    fn write<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(self.write_all(writes))
    }

    fn post<'a>(
        &'a self,
        notices: &'a [Notice],
        mail: Option<&'a Outgoing>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<bool>, AwsError>> {
        Box::pin(self.post_all(notices, mail, now))
    }

    fn take_over<'a>(
        &'a self,
        mail: &'a Outgoing,
        lease: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(self.take_mail_over(mail, lease))
    }

    fn sent<'a>(&'a self, mail: &'a Outgoing) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.take_mail_out(mail))
    }

    fn hold<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(self.write_hold(hold))
    }

    fn release<'a>(
        &'a self,
        holds: &'a [Hold],
        by: &'a str,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.end_holds(holds, by, reason))
    }

    fn remembers(&self) -> bool {
        true
    }
}

fn conditional(write: &Write, nonce: &str) -> Conditional {
    let seen = |value| Some((":seen", value));
    let (condition, value) = match (&write.replaces_odd, write.replaces) {
        (Some(odd), _) => match item::odd_value(odd) {
            Some(value) => ("#version = :seen", seen(value)),
            None => (
                "attribute_type(#version, :seen)",
                seen(AttributeValue::S(odd.clone())),
            ),
        },
        // An item without a version is none of ours to keep.
        (None, None) => ("attribute_not_exists(#version)", None),
        (None, Some(version)) => (
            "#version = :seen",
            seen(AttributeValue::N(version.to_string())),
        ),
    };
    Conditional {
        item: item::carried(write, nonce),
        condition,
        attribute: "version",
        value,
        along: write.history.iter().map(item::history).collect(),
    }
}

fn notice(notice: &Notice, nonce: &str, now: DateTime<Utc>) -> Conditional {
    let mut item = if notice.begins {
        item::told(&notice.key, now)
    } else {
        item::over(&notice.key, now)
    };
    item::put(&mut item, "nonce", nonce.to_owned());
    let (condition, attribute, value) = match notice.seen {
        None => ("attribute_not_exists(#at)", "at", None),
        // Told at an instant that cannot be read.
        Some(at) if at == DateTime::UNIX_EPOCH => ("attribute_exists(#pk)", "pk", None),
        Some(at) => (
            "#at = :seen",
            "at",
            Some((":seen", AttributeValue::S(item::instant(at)))),
        ),
    };
    Conditional {
        item,
        condition,
        attribute,
        value,
        along: vec![],
    }
}

/// Cuts writes so that each part fits one transaction.
fn chunks(writes: &[Conditional]) -> Vec<&[Conditional]> {
    let mut parts = vec![];
    let (mut from, mut weight) = (0, 0);
    for (index, write) in writes.iter().enumerate() {
        if weight + write.weight() > transaction::MOST {
            parts.extend(writes.get(from..index));
            (from, weight) = (index, 0);
        }
        weight += write.weight();
    }
    parts.extend(writes.get(from..).filter(|rest| !rest.is_empty()));
    parts
}

pub(super) fn put_request(item: Item) -> Result<WriteRequest, AwsError> {
    let put = PutRequest::builder()
        .set_item(Some(item))
        .build()
        .map_err(|error| unbuilt(&error))?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn delete_request(key: Item) -> Result<WriteRequest, AwsError> {
    let delete = DeleteRequest::builder()
        .set_key(Some(key))
        .build()
        .map_err(|error| unbuilt(&error))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

fn unbuilt(error: &impl std::fmt::Display) -> AwsError {
    AwsError {
        service: "dynamodb",
        operation: "BatchWriteItem",
        cause: Cause::Other,
        message: error.to_string(),
    }
}
