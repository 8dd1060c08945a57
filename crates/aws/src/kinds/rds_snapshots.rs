//! The snapshots of DB instances.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbSnapshot, Filter};
use aws_smithy_types::DateTime;
use chrono::Utc;
use nightcap_domain::fleet::Resource;
use nightcap_domain::snapshot::Snapshot;

use crate::error::{AwsError, FromSdk};
use crate::pages;
use crate::rds::{PAGE, tags};

/// The snapshots that somebody or something took by an order (AWS's own are `automated`):
/// one call a hundred instances and a hundred snapshots.
pub(crate) async fn of(
    client: &Client,
    resources: &[&Resource],
) -> Result<Vec<Snapshot>, AwsError> {
    let mut found = Vec::new();
    for some in resources.chunks(usize::try_from(PAGE).unwrap_or(1)) {
        let names = some.iter().map(|resource| resource.name.clone()).collect();
        let filter = Filter::builder()
            .name("db-instance-id")
            .set_values(Some(names))
            .build();
        let snapshots = client
            .describe_db_snapshots()
            .filters(filter)
            .snapshot_type("manual")
            .max_records(PAGE)
            .into_paginator()
            .send();
        let call = ("rds", "DescribeDBSnapshots");
        let pages = pages::of(
            call,
            snapshots,
            aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput::marker,
        )
        .await?;
        let snapshots = pages.iter().flat_map(
            aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput::db_snapshots,
        );
        found.extend(snapshots.filter_map(snapshot));
    }
    Ok(found)
}

pub(crate) async fn delete(client: &Client, name: &str) -> Result<(), AwsError> {
    client
        .delete_db_snapshot()
        .db_snapshot_identifier(name)
        .send()
        .await
        .map(drop)
        .map_err(|error| AwsError::from_sdk("rds", "DeleteDBSnapshot", &error))
}

fn snapshot(described: &DbSnapshot) -> Option<Snapshot> {
    Some(Snapshot {
        name: described.db_snapshot_identifier()?.to_owned(),
        of: described.db_instance_identifier()?.to_owned(),
        by_order: described.snapshot_type() == Some("manual"),
        // A copy has the time of the copy; what counts is how old its data is.
        taken_at: described
            .original_snapshot_create_time()
            .or(described.snapshot_create_time())
            .and_then(instant),
        available: described.status() == Some("available"),
        tags: tags(described.tag_list()),
    })
}

/// An instant as AWS has it. Seconds are all that the age of a snapshot needs.
fn instant(at: &DateTime) -> Option<chrono::DateTime<Utc>> {
    chrono::DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}
