//! The guard's part of a table of `DynamoDB`.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::guard::{Entry, EntryKey, News, Observation};
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::Outgoing;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::ledger::{DynamoDbLedger, LedgerStore};
use crate::pages;
use nightcap_domain::money::is_billed;
use nightcap_reconcile::alert_ledger::{AlertStore, Paid, Remembered};

/// How long a run may take between its claim and its mail.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How long anything is kept.
const KEPT: TimeDelta = TimeDelta::days(400);
/// DynamoDB takes items of 400 KB.
const LARGEST: usize = 350_000;

pub(super) type Item = HashMap<String, AttributeValue>;

/// The guard's part of a table of `DynamoDB`.
#[derive(Debug)]
pub struct DynamoDbAlerts {
    clients: Arc<Clients>,
    table: String,
    /// Where holds are written: as a person's are, with their history.
    ledger: DynamoDbLedger,
}

impl DynamoDbAlerts {
    /// The guard's part of the table of this name.
    pub fn new(clients: Arc<Clients>, table: impl Into<String>) -> Self {
        let table = table.into();
        Self {
            ledger: DynamoDbLedger::new(Arc::clone(&clients), table.clone()),
            clients,
            table,
        }
    }

    pub(super) async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Item>, AwsError> {
        let pages = self
            .clients
            .dynamodb()
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(prefix))
            .into_paginator()
            .send();
        let pages = pages::by_key(("dynamodb", "Query"), pages, pages::next_of_a_query).await?;
        let items = pages.into_iter().filter_map(|page| page.items);
        Ok(items.flatten().collect())
    }

    async fn read_all(&self, budget: &str, now: DateTime<Utc>) -> Result<Remembered, AwsError> {
        let pk = partition(budget);
        let (entries, seen, ledger) = futures_util::future::try_join3(
            self.query(&pk, "entry#"),
            self.query(&pk, "seen#"),
            self.ledger.read(now),
        )
        .await?;
        let mut all = Remembered {
            ledger,
            ..Remembered::default()
        };
        for item in entries.iter().filter(|item| stands(item, now)) {
            if let (Some(key), Some(entry)) =
                (suffix(item, "entry#"), parsed::<Entry>(item, "entry"))
            {
                all.memory.record(EntryKey(key), &entry);
            }
        }
        let seen = seen.iter().filter_map(|item| parsed(item, "seen"));
        // One that a hand has put beyond the calendar is nothing to reckon with.
        for observation in seen.filter(|seen: &Observation| {
            is_billed(seen.data_date) && is_billed(seen.period.first_day())
        }) {
            all.memory.observe(observation);
        }
        Ok(all)
    }

    /// Puts an item if a condition holds; `false` if it does not.
    async fn put_if(
        &self,
        item: Item,
        condition: &str,
        names: &[(&str, &str)],
        values: &[(&str, AttributeValue)],
    ) -> Result<bool, AwsError> {
        let mut put = self
            .clients
            .dynamodb()
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition);
        for (name, attribute) in names {
            put = put.expression_attribute_names(*name, *attribute);
        }
        for (name, value) in values {
            put = put.expression_attribute_values(*name, value.clone());
        }
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(AwsError::from_sdk("dynamodb", "PutItem", &error)),
        }
    }

    async fn put(&self, item: Item) -> Result<(), AwsError> {
        self.clients
            .dynamodb()
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("dynamodb", "PutItem", &error))
    }
}

impl AlertStore for DynamoDbAlerts {
    fn read<'a>(
        &'a self,
        budget: &'a str,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Remembered, AwsError>> {
        Box::pin(self.read_all(budget, now))
    }

    fn claim<'a>(
        &'a self,
        budget: &'a str,
        news: &'a News,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async move {
            let mut item = entry(budget, news, now)?;
            item.insert("lease".to_owned(), text(instant(now + LEASE)));
            self.put_if(
                item,
                "attribute_not_exists(pk) OR (attribute_not_exists(#sent) AND #lease <= :now)",
                &[("#sent", "sent"), ("#lease", "lease")],
                &[(":now", text(instant(now)))],
            )
            .await
        })
    }

    fn settle<'a>(
        &'a self,
        budget: &'a str,
        news: &'a News,
        done: bool,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let mut item = entry(budget, news, now)?;
            if done {
                item.insert("sent".to_owned(), text(instant(now)));
            } else {
                // Over at once: the next run may try.
                item.insert("lease".to_owned(), text(instant(now)));
            }
            let names = [("#sent", "sent")];
            self.put_if(item, "attribute_not_exists(#sent)", &names, &[])
                .await
                .map(drop)
        })
    }

    fn observe<'a>(
        &'a self,
        budget: &'a str,
        seen: &'a Observation,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let sk = format!("seen#{}#{}", seen.period, seen.data_date);
            let mut item = keys(&partition(budget), &sk, now + KEPT);
            item.insert("seen".to_owned(), text(json(seen)?));
            self.put(item).await
        })
    }

    fn hold<'a>(
        &'a self,
        hold: &'a Hold,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            if hold.until <= now {
                let why = format!("the budget has room again: {}", hold.reason);
                let ended = std::slice::from_ref(hold);
                return self.ledger.release(ended, &hold.by, &why).await;
            }
            // It may be there already: of a run that died after it.
            self.ledger.hold(hold).await.map(drop)
        })
    }

    fn post<'a>(&'a self, mail: &'a Outgoing) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(async move { self.ledger.put_mail(mail).await.map(|()| true) })
    }

    fn beat<'a>(
        &'a self,
        error: Option<&'a str>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.ledger.beat(error, now))
    }

    fn costs<'a>(
        &'a self,
        budget: &'a str,
        as_of: NaiveDate,
    ) -> BoxFuture<'a, Result<Option<Paid>, AwsError>> {
        Box::pin(async move {
            let answer = self
                .clients
                .dynamodb()
                .get_item()
                .table_name(&self.table)
                .key("pk", text(partition(budget)))
                .key("sk", text(format!("costs#{as_of}")))
                .send()
                .await
                .map_err(|error| AwsError::from_sdk("dynamodb", "GetItem", &error))?;
            let kept = answer.item.and_then(|item| parsed(&item, "costs"));
            Ok(kept.filter(Paid::is_of_days))
        })
    }

    fn keep_costs<'a>(
        &'a self,
        budget: &'a str,
        as_of: NaiveDate,
        paid: &'a Paid,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let costs = json(paid)?;
            if costs.len() > LARGEST {
                tracing::warn!(bytes = costs.len(), "too many costs to keep for the day");
                return Ok(());
            }
            let sk = format!("costs#{as_of}");
            let mut item = keys(&partition(budget), &sk, now + TimeDelta::days(2));
            item.insert("costs".to_owned(), text(costs));
            self.put(item).await
        })
    }
}

pub(super) fn partition(budget: &str) -> String {
    format!("guard#{budget}")
}

fn entry(budget: &str, news: &News, now: DateTime<Utc>) -> Result<Item, AwsError> {
    let sk = format!("entry#{}", news.key);
    let mut item = keys(&partition(budget), &sk, now + KEPT);
    item.insert("entry".to_owned(), text(json(&news.entry)?));
    item.insert("at".to_owned(), text(instant(now)));
    Ok(item)
}

/// Whether an entry counts: it is done, or somebody is at work on it.
fn stands(item: &Item, now: DateTime<Utc>) -> bool {
    let lease = item.get("lease").and_then(|lease| lease.as_s().ok());
    item.contains_key("sent") || lease.is_some_and(|lease| *lease > instant(now))
}

fn keys(pk: &str, sk: &str, expires: DateTime<Utc>) -> Item {
    Item::from([
        ("pk".to_owned(), text(pk)),
        ("sk".to_owned(), text(sk)),
        (
            "expires".to_owned(),
            AttributeValue::N(expires.timestamp().to_string()),
        ),
    ])
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// RFC 3339 in whole seconds of UTC, which sorts as time does.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn json(value: &impl Serialize) -> Result<String, AwsError> {
    serde_json::to_string(value).map_err(|error| AwsError {
        service: "dynamodb",
        operation: "PutItem",
        cause: Cause::Other,
        message: error.to_string(),
    })
}

pub(super) fn suffix(item: &Item, prefix: &str) -> Option<String> {
    let key = item.get("sk")?.as_s().ok()?;
    key.strip_prefix(prefix).map(str::to_owned)
}

/// One that cannot be read is left out with a warning.
pub(super) fn parsed<T: DeserializeOwned>(item: &Item, name: &str) -> Option<T> {
    let text = item.get(name)?.as_s().ok()?;
    serde_json::from_str(text)
        .inspect_err(|error| tracing::warn!(%error, name, "an item could not be read"))
        .ok()
}
