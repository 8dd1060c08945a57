//! The budget guard's sign of life, among what every tick reads anyway.
//!
//! | attribute | what |
//! |---|---|
//! | `at` | the last look that came to an answer; before the first, the first that did not |
//! | `looked` | there from the first look that came to an answer |
//! | `error`, `tried` | why and when a look after that came to none |

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::ledger::GuardBeat;

use super::DynamoDbLedger;
use super::item::{self, Item, STATE};
use crate::error::{AwsError, FromSdk};

/// Its key in the partition of the state, which sorts behind [`item::HOLD`]: a tick of one target reads it, too.
pub(super) const BEAT: &str = "life#guard";
/// A guard that was taken away is forgotten after so long.
const KEPT: TimeDelta = TimeDelta::days(400);
/// An error is told in a mail: more of it nobody reads.
const LONGEST: usize = 300;

impl DynamoDbLedger {
    /// The guard has looked and come to an answer, or to an error.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn beat(&self, error: Option<&str>, now: DateTime<Utc>) -> Result<(), AwsError> {
        match error {
            None => self.looked(now).await,
            Some(error) => self.missed(error, now).await,
        }
    }

    async fn looked(&self, now: DateTime<Utc>) -> Result<(), AwsError> {
        let mut item = item::keys(STATE, BEAT.to_owned(), now + KEPT);
        item::put(&mut item, "at", item::instant(now));
        item.insert("looked".to_owned(), AttributeValue::Bool(true));
        self.client()
            .put_item()
            .table_name(self.table())
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("dynamodb", "PutItem", &error))
    }

    async fn missed(&self, error: &str, now: DateTime<Utc>) -> Result<(), AwsError> {
        let error = error.chars().take(LONGEST).collect();
        let text = AttributeValue::S;
        self.client()
            .update_item()
            .table_name(self.table())
            .key("pk", text(STATE.to_owned()))
            .key("sk", text(BEAT.to_owned()))
            .update_expression(
                "SET #error = :error, #tried = :now, #expires = :expires, #at = if_not_exists(#at, :now)",
            )
            .expression_attribute_names("#error", "error")
            .expression_attribute_names("#tried", "tried")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":error", text(error))
            .expression_attribute_values(":now", text(item::instant(now)))
            .expression_attribute_values(":expires", item::seconds(now + KEPT))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::from_sdk("dynamodb", "UpdateItem", &error))
    }
}

/// Reads it.
pub(super) fn read(item: &Item) -> Option<GuardBeat> {
    Some(GuardBeat {
        at: item::parsed(item, "at")?,
        looked: item.contains_key("looked"),
        error: item::text(item, "error").map(str::to_owned),
    })
}
