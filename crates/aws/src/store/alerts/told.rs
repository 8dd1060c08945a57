//! What was told, with its instants: for a report.

use chrono::{DateTime, Utc};
use nightcap_domain::guard::{Entry, EntryKey};
use nightcap_domain::money::BillingMonth;
use nightcap_domain::money::report::Told;

use super::DynamoDbAlerts;
use super::dynamodb::{Item, parsed, partition, suffix};
use crate::error::AwsError;

impl DynamoDbAlerts {
    /// Everything told or asked for in a month that was carried out, in order. What a run has
    /// only claimed is not in it.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn told(&self, budget: &str, month: BillingMonth) -> Result<Vec<Told>, AwsError> {
        let prefix = format!("entry#{month}#");
        let items = self.query(&partition(budget), &prefix).await?;
        let mut all: Vec<Told> = items.iter().filter_map(told).collect();
        all.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        Ok(all)
    }
}

fn told(item: &Item) -> Option<Told> {
    let sent: DateTime<Utc> = item.get("sent")?.as_s().ok()?.parse().ok()?;
    Some(Told {
        at: sent,
        key: EntryKey(suffix(item, "entry#")?),
        entry: parsed::<Entry>(item, "entry")?,
    })
}
