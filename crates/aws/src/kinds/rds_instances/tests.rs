use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_blue_green_deployments::DescribeBlueGreenDeploymentsOutput;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput;
use aws_sdk_rds::operation::start_db_instance::StartDbInstanceOutput;
use aws_sdk_rds::operation::stop_db_instance::{StopDBInstanceError, StopDbInstanceOutput};
use aws_sdk_rds::types::builders::DbInstanceBuilder;
use aws_sdk_rds::types::error::{DbSnapshotAlreadyExistsFault, InvalidDbInstanceStateFault};
use aws_sdk_rds::types::{BlueGreenDeployment, DbSnapshot, Tag};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::error::Cause;
use crate::mocks;
use crate::rds::PAGE;

fn described(name: &str) -> DbInstanceBuilder {
    DbInstance::builder()
        .db_instance_identifier(name)
        .db_instance_arn(format!("arn:aws:rds:eu-west-3:111122223333:db:{name}"))
        .db_instance_status("available")
        .engine("postgres")
        .preferred_maintenance_window("mon:04:00-mon:05:00")
        .tag_list(
            Tag::builder()
                .key("nightcap:environment")
                .value("preprod")
                .build(),
        )
}

fn page(instances: Vec<DbInstance>, marker: Option<&str>) -> DescribeDbInstancesOutput {
    DescribeDbInstancesOutput::builder()
        .set_db_instances(Some(instances))
        .set_marker(marker.map(str::to_owned))
        .build()
}

/// A rule for one page: asked for with this marker, answered with the next.
fn page_rule(asked: Option<&'static str>, names: Vec<String>, next: Option<&'static str>) -> Rule {
    mock!(Client::describe_db_instances)
        .match_requests(move |request| {
            request.marker() == asked && request.max_records() == Some(PAGE)
        })
        .then_output(move || {
            page(
                names.iter().map(|name| described(name).build()).collect(),
                next,
            )
        })
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("orders-{number}"))
        .collect()
}

async fn listed(instances: Vec<DbInstance>) -> Vec<Resource> {
    let rule =
        mock!(Client::describe_db_instances).then_output(move || page(instances.clone(), None));
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    kind.list(&Look::default()).await.unwrap().resources
}

fn fixed(resource: &Resource) -> &Text {
    match &resource.observed {
        Observed::Fixed(text) => text,
        other => panic!("{} is {other:?}", resource.name),
    }
}

fn orders() -> Resource {
    resource(&described("orders").build()).unwrap()
}

#[tokio::test]
async fn a_hundred_databases_are_one_call() {
    let rule = page_rule(None, names(100), None);
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    assert_eq!(
        kind.list(&Look::default()).await.unwrap().resources.len(),
        100
    );
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test]
async fn every_page_is_read() {
    let rules = [
        page_rule(None, names(100), Some("a")),
        page_rule(Some("a"), names(100), Some("b")),
        page_rule(Some("b"), names(7), None),
    ];
    let kind = RdsInstances::new(mocks::rds(&[&rules[0], &rules[1], &rules[2]]));
    assert_eq!(
        kind.list(&Look::default()).await.unwrap().resources.len(),
        207
    );
    for rule in &rules {
        assert_eq!(rule.num_calls(), 1);
    }
}

#[tokio::test]
async fn what_is_described_is_what_is_known() {
    let found = listed(vec![
        described("orders").build(),
        described("strange").set_tag_list(None).build(),
    ])
    .await;
    let [orders] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(orders.name, "orders");
    assert_eq!(
        orders.arn.as_str(),
        "arn:aws:rds:eu-west-3:111122223333:db:orders"
    );
    assert_eq!(orders.region.as_str(), "eu-west-3");
    assert_eq!(orders.kind.tier, Tier::DATABASE);
    assert_eq!(orders.observed, Observed::Running);
    assert_eq!(orders.maintenance.as_deref(), Some("mon:04:00-mon:05:00"));
    assert_eq!(orders.tags.get("nightcap:environment"), Some("preprod"));
    assert!(orders.size.is_none() && !orders.restarted_by_aws);
}

#[tokio::test]
async fn peer_defect_g_an_empty_maintenance_window_costs_no_other_database() {
    let found = listed(vec![
        described("first").build(),
        described("empty").preferred_maintenance_window("").build(),
        described("last").build(),
    ])
    .await;
    assert_eq!(found.len(), 3);
    assert_eq!(
        found[1].maintenance.as_deref(),
        Some(""),
        "reported, not hidden"
    );
}

#[tokio::test]
async fn one_without_a_name_costs_no_other_database() {
    let nameless = described("x").set_db_instance_identifier(None).build();
    let found = listed(vec![nameless, described("orders").build()]).await;
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_stopped_says_why() {
    let cases = vec![
        (
            described("member")
                .engine("aurora-mysql")
                .db_cluster_identifier("shop"),
            "a member of cluster shop: it sleeps with its cluster",
        ),
        (
            described("multi-az-member").db_cluster_identifier("shop"),
            "a member of Multi-AZ DB cluster shop: AWS cannot stop such a cluster",
        ),
        (
            described("replica").read_replica_source_db_instance_identifier("orders"),
            "a read replica of orders: AWS cannot stop replicas",
        ),
        (
            described("replica-of-cluster").read_replica_source_db_cluster_identifier("shop"),
            "a read replica of shop: AWS cannot stop replicas",
        ),
        (
            described("source").read_replica_db_instance_identifiers("r1"),
            "it has read replicas (r1): AWS cannot stop their source",
        ),
        (
            described("source-of-both")
                .read_replica_db_instance_identifiers("r1")
                .read_replica_db_cluster_identifiers("c1"),
            "it has read replicas (r1, c1): AWS cannot stop their source",
        ),
        (
            described("mirrored").engine("sqlserver-se").multi_az(true),
            "SQL Server in two zones (mirroring or Always On): AWS cannot stop it",
        ),
        (
            described("custom")
                .engine("custom-sqlserver-ee")
                .secondary_availability_zone("eu-west-3b"),
            "SQL Server in two zones (mirroring or Always On): AWS cannot stop it",
        ),
        (
            described("oracle").engine("custom-oracle-ee"),
            "AWS cannot stop an instance of engine custom-oracle-ee",
        ),
        (
            described("graph").engine("neptune"),
            "AWS cannot stop an instance of engine neptune",
        ),
    ];
    let expected: Vec<&str> = cases.iter().map(|(_, text)| *text).collect();
    let found = listed(
        cases
            .into_iter()
            .map(|(instance, _)| instance.build())
            .collect(),
    )
    .await;
    for (resource, expected) in found.iter().zip(&expected) {
        let text = fixed(resource);
        assert_eq!(text.en, *expected);
        assert!(!text.fr.is_empty() && text.fr != text.en, "{text:?}");
    }
    assert_eq!(found.len(), expected.len());
}

#[tokio::test]
async fn what_can_be_stopped_is_known_by_its_status() {
    let cases = vec![
        described("multi-az").multi_az(true),
        described("one-zone").engine("sqlserver-ex").multi_az(false),
        described("custom").engine("custom-sqlserver-se"),
        described("oracle").engine("oracle-ee-cdb"),
        described("db2").engine("db2-se"),
        described("mysql").engine("mysql"),
        described("mariadb").engine("mariadb"),
        described("unsaid").set_engine(None),
    ];
    let count = cases.len();
    let found = listed(cases.into_iter().map(DbInstanceBuilder::build).collect()).await;
    assert_eq!(found.len(), count);
    for resource in found {
        assert_eq!(resource.observed, Observed::Running, "{}", resource.name);
    }
}

#[tokio::test]
async fn eligibility_outranks_the_status() {
    let replica = described("replica")
        .read_replica_source_db_instance_identifier("orders")
        .db_instance_status("storage-full")
        .build();
    let found = listed(vec![replica]).await;
    assert!(fixed(&found[0]).en.contains("replica"));
}

#[tokio::test]
async fn orders_name_the_instance_and_its_snapshot() {
    let start = mock!(Client::start_db_instance)
        .match_requests(|request| request.db_instance_identifier() == Some("orders"))
        .then_output(|| StartDbInstanceOutput::builder().build());
    let stop = mock!(Client::stop_db_instance)
        .match_requests(|request| {
            request.db_instance_identifier() == Some("orders")
                && request.db_snapshot_identifier() == Some("orders-before-sleep")
        })
        .then_output(|| StopDbInstanceOutput::builder().build());
    let kind = RdsInstances::new(mocks::rds(&[&start, &stop]));
    let orders = orders();
    kind.start(&orders, None).await.unwrap();
    let how = Stop {
        remember: None,
        snapshot: Some("orders-before-sleep".to_owned()),
    };
    kind.stop(&orders, how).await.unwrap();
    assert_eq!((start.num_calls(), stop.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_snapshot_that_exists_does_not_keep_it_awake() {
    let with = mock!(Client::stop_db_instance)
        .match_requests(|request| request.db_snapshot_identifier().is_some())
        .then_error(|| {
            let code = ErrorMetadata::builder()
                .code("DBSnapshotAlreadyExists")
                .build();
            let fault = DbSnapshotAlreadyExistsFault::builder().meta(code).build();
            StopDBInstanceError::DbSnapshotAlreadyExistsFault(fault)
        });
    let without = mock!(Client::stop_db_instance)
        .match_requests(|request| request.db_snapshot_identifier().is_none())
        .then_output(|| StopDbInstanceOutput::builder().build());
    let kind = RdsInstances::new(mocks::rds(&[&with, &without]));
    let how = Stop {
        remember: None,
        snapshot: Some("taken".to_owned()),
    };
    kind.stop(&orders(), how).await.unwrap();
    assert_eq!((with.num_calls(), without.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_state_that_takes_no_orders_is_told_as_such() {
    let stop = mock!(Client::stop_db_instance).then_error(|| {
        let code = ErrorMetadata::builder()
            .code("InvalidDBInstanceState")
            .message("Instance orders is not in available state.")
            .build();
        let fault = InvalidDbInstanceStateFault::builder().meta(code).build();
        StopDBInstanceError::InvalidDbInstanceStateFault(fault)
    });
    let kind = RdsInstances::new(mocks::rds(&[&stop]));
    let how = Stop {
        remember: None,
        snapshot: None,
    };
    let error = kind.stop(&orders(), how).await.unwrap_err();
    assert_eq!(error.cause, Cause::State);
    assert_eq!(
        error.to_string(),
        "rds StopDBInstance: InvalidDBInstanceState: Instance orders is not in available state."
    );
    assert_eq!(stop.num_calls(), 1, "not retried");
}

#[tokio::test(start_paused = true)]
async fn throttling_is_tried_again() {
    let rule = mock!(Client::describe_db_instances)
        .sequence()
        .http_response(|| mocks::refusal(400, "Throttling", "Rate exceeded"))
        .times(2)
        .output(|| page(vec![described("orders").build()], None))
        .build();
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    assert_eq!(
        kind.list(&Look::default()).await.unwrap().resources.len(),
        1
    );
    assert_eq!(rule.num_calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_told() {
    let rule = mock!(Client::describe_db_instances)
        .sequence()
        .http_response(|| mocks::refusal(400, "Throttling", "Rate exceeded"))
        .repeatedly()
        .build();
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    let error = kind.list(&Look::default()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Throttled);
    assert_eq!(
        error.to_string(),
        "rds DescribeDBInstances: Throttling: Rate exceeded"
    );
}

#[tokio::test]
async fn a_member_of_a_blue_green_deployment_is_named_once_aws_has_refused() {
    let deployment = BlueGreenDeployment::builder()
        .blue_green_deployment_name("upgrade-to-17")
        .source(orders().arn.as_str())
        .target("arn:aws:rds:eu-west-3:111122223333:db:orders-green-1")
        .build();
    let rule = mock!(Client::describe_blue_green_deployments).then_output(move || {
        DescribeBlueGreenDeploymentsOutput::builder()
            .blue_green_deployments(deployment.clone())
            .build()
    });
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    let other = resource(&described("other").build()).unwrap();
    let found = kind.refused(&[&orders(), &other]).await.unwrap();
    let [(name, why)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(name, "orders");
    assert_eq!(
        why.en,
        "it belongs to the blue/green deployment upgrade-to-17"
    );
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test]
async fn snapshots_of_many_databases_are_one_call() {
    let rule = mock!(Client::describe_db_snapshots)
        .match_requests(|request| {
            let [filter] = request.filters() else {
                return false;
            };
            filter.name() == Some("db-instance-id")
                && filter.values() == ["orders", "other"]
                && request.snapshot_type() == Some("manual")
        })
        .then_output(|| {
            let snapshot = DbSnapshot::builder()
                .db_snapshot_identifier("nightcap-orders-20261120-180000")
                .db_instance_identifier("orders")
                .snapshot_type("manual")
                .status("creating")
                .build();
            DescribeDbSnapshotsOutput::builder()
                .db_snapshots(snapshot)
                .build()
        });
    let kind = RdsInstances::new(mocks::rds(&[&rule]));
    let other = resource(&described("other").build()).unwrap();
    let found = kind.snapshots(&[&orders(), &other]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].by_order && !found[0].available);
    assert_eq!(found[0].of, "orders");
}

#[tokio::test]
async fn what_a_database_runs_on_is_named_as_the_price_book_does() {
    let found = listed(vec![
        described("small")
            .db_instance_class("db.t3.small")
            .multi_az(true)
            .build(),
        described("mysql")
            .engine("mysql")
            .db_instance_class("db.t4g.micro")
            .build(),
        described("classless").build(),
    ])
    .await;
    let prices: Vec<Vec<&str>> = found
        .iter()
        .map(|r| {
            r.facts
                .runs_on
                .iter()
                .map(|part| part.price.as_str())
                .collect()
        })
        .collect();
    assert_eq!(
        prices,
        [
            vec!["rds-postgresql:db.t3.small:multi-az"],
            vec!["rds-mysql:db.t4g.micro:single-az"],
            vec![],
        ]
    );
}

#[test]
fn a_member_of_documentdb_or_neptune_is_left_with_the_true_reason() {
    for engine in ["docdb", "neptune"] {
        let member = described("docs")
            .engine(engine)
            .db_cluster_identifier("docs-cluster");
        let Observed::Fixed(text) = resource(&member.build()).unwrap().observed else {
            panic!("{engine} is not left alone");
        };
        let says = format!(
            "a member of {engine} cluster docs-cluster: AWS can stop such a cluster, but Nightcap stops Aurora alone"
        );
        assert_eq!(text.en, says);
        assert!(text.fr.contains("AWS sait l'arrêter"), "{}", text.fr);
    }
}

#[test]
fn the_backup_window_counts_only_where_there_are_automated_backups() {
    let window = |retained: i32| {
        described("orders")
            .preferred_backup_window("03:00-04:00")
            .backup_retention_period(retained)
    };
    let found =
        |builder: DbInstanceBuilder| resource(&builder.build()).unwrap().facts.backup_window;
    assert_eq!(found(window(7)).as_deref(), Some("03:00-04:00"));
    assert_eq!(found(window(0)), None);
    assert_eq!(found(described("orders")), None);
    assert_eq!(found(window(7).db_cluster_identifier("aurora")), None);
}
