use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::operation::describe_global_clusters::DescribeGlobalClustersOutput;
use aws_sdk_rds::operation::start_db_cluster::StartDbClusterOutput;
use aws_sdk_rds::operation::stop_db_cluster::StopDbClusterOutput;
use aws_sdk_rds::types::builders::DbClusterBuilder;
use aws_sdk_rds::types::{GlobalCluster, GlobalClusterMember, Tag};
use aws_smithy_mocks::{Rule, mock};

use super::*;
use crate::error::Cause;
use crate::mocks;

fn described(name: &str) -> DbClusterBuilder {
    DbCluster::builder()
        .db_cluster_identifier(name)
        .db_cluster_arn(format!("arn:aws:rds:eu-west-3:111122223333:cluster:{name}"))
        .status("available")
        .engine("aurora-postgresql")
        .engine_mode("provisioned")
        .preferred_maintenance_window("sun:01:00-sun:01:30")
        .tag_list(
            Tag::builder()
                .key("nightcap:environment")
                .value("preprod")
                .build(),
        )
}

fn page_rule(asked: Option<&'static str>, count: usize, next: Option<&'static str>) -> Rule {
    mock!(Client::describe_db_clusters)
        .match_requests(move |request| {
            request.marker() == asked && request.max_records() == Some(PAGE)
        })
        .then_output(move || {
            let clusters = (0..count).map(|number| described(&format!("shop-{number}")).build());
            DescribeDbClustersOutput::builder()
                .set_db_clusters(Some(clusters.collect()))
                .set_marker(next.map(str::to_owned))
                .build()
        })
}

fn list_rule(clusters: Vec<DbClusterBuilder>) -> Rule {
    let clusters: Vec<DbCluster> = clusters.into_iter().map(DbClusterBuilder::build).collect();
    mock!(Client::describe_db_clusters).then_output(move || {
        DescribeDbClustersOutput::builder()
            .set_db_clusters(Some(clusters.clone()))
            .build()
    })
}

fn global_of(name: &str, members: usize) -> GlobalCluster {
    let member = || GlobalClusterMember::builder().db_cluster_arn("arn").build();
    GlobalCluster::builder()
        .global_cluster_identifier(name)
        .set_global_cluster_members(Some((0..members).map(|_| member()).collect()))
        .build()
}

/// No instance anywhere.
fn no_instances() -> Rule {
    members_rule(vec![])
}

fn members_rule(instances: Vec<DbInstance>) -> Rule {
    mock!(Client::describe_db_instances).then_output(move || {
        DescribeDbInstancesOutput::builder()
            .set_db_instances(Some(instances.clone()))
            .build()
    })
}

async fn listed(rules: &[&Rule]) -> Vec<Resource> {
    let none = no_instances();
    let rules = [rules, &[&none]].concat();
    let rules = rules.as_slice();
    AuroraClusters::new(mocks::rds(rules))
        .list(&Look::default())
        .await
        .unwrap()
        .resources
}

#[tokio::test]
async fn a_hundred_clusters_are_one_call() {
    let rule = page_rule(None, 100, None);
    assert_eq!(listed(&[&rule]).await.len(), 100);
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test]
async fn every_page_is_read() {
    let first = page_rule(None, 100, Some("a"));
    let last = page_rule(Some("a"), 3, None);
    assert_eq!(listed(&[&first, &last]).await.len(), 103);
    assert_eq!((first.num_calls(), last.num_calls()), (1, 1));
}

#[tokio::test]
async fn what_is_described_is_what_is_known() {
    let rule = list_rule(vec![
        described("shop"),
        described("strange").set_tag_list(None),
    ]);
    let found = listed(&[&rule]).await;
    let [shop] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(shop.name, "shop");
    assert_eq!(
        shop.arn.as_str(),
        "arn:aws:rds:eu-west-3:111122223333:cluster:shop"
    );
    assert_eq!(shop.region.as_str(), "eu-west-3");
    assert_eq!(shop.kind, AuroraClusters::KIND);
    assert_eq!(shop.observed, Observed::Running);
    assert_eq!(shop.maintenance.as_deref(), Some("sun:01:00-sun:01:30"));
}

#[tokio::test]
async fn what_cannot_be_stopped_says_why() {
    let cases = [
        (
            described("multi-az").engine("postgres"),
            "a Multi-AZ DB cluster that is not Aurora: AWS cannot stop it",
        ),
        (
            described("documents").engine("docdb"),
            "a cluster of engine \"docdb\": Nightcap stops Aurora alone",
        ),
        (
            described("serverless").engine_mode("serverless"),
            "Aurora Serverless v1: AWS cannot stop it; it can pause by itself",
        ),
        (
            described("parallel").engine_mode("parallelquery"),
            "Aurora in engine mode parallelquery: AWS cannot stop it",
        ),
        (
            described("source").read_replica_identifiers("arn:aws:rds:us-east-1:1:cluster:far"),
            "it has read replicas (arn:aws:rds:us-east-1:1:cluster:far): AWS cannot stop their source",
        ),
        (
            described("replica").replication_source_identifier("shop"),
            "a read replica of shop: stopping it would break replication",
        ),
    ];
    let expected: Vec<&str> = cases.iter().map(|(_, text)| *text).collect();
    let rule = list_rule(cases.into_iter().map(|(cluster, _)| cluster).collect());
    let found = listed(&[&rule]).await;
    assert_eq!(found.len(), expected.len());
    for (resource, expected) in found.iter().zip(expected) {
        match &resource.observed {
            Observed::Fixed(text) => {
                assert_eq!(text.en, expected);
                assert!(!text.fr.is_empty() && text.fr != text.en, "{text:?}");
            }
            other => panic!("{} is {other:?}", resource.name),
        }
    }
}

#[tokio::test]
async fn what_can_be_stopped_is_known_by_its_status() {
    let rule = list_rule(vec![
        described("serverless-v2"),
        described("unsaid").set_engine_mode(None),
        described("down").status("stopped").engine("aurora-mysql"),
    ]);
    let found = listed(&[&rule]).await;
    let observed: Vec<&Observed> = found.iter().map(|r| &r.observed).collect();
    assert_eq!(
        observed,
        [&Observed::Running, &Observed::Running, &Observed::Stopped]
    );
}

#[tokio::test]
async fn a_global_database_keeps_its_clusters_up_unless_there_is_one_alone() {
    let clusters = list_rule(vec![
        described("one-of-two").global_cluster_identifier("world"),
        described("alone").global_cluster_identifier("island"),
        described("local"),
    ]);
    let globals = mock!(Client::describe_global_clusters).then_output(|| {
        DescribeGlobalClustersOutput::builder()
            .global_clusters(global_of("world", 2))
            .global_clusters(global_of("island", 1))
            .build()
    });
    let found = listed(&[&clusters, &globals]).await;
    assert!(
        matches!(&found[0].observed, Observed::Fixed(text) if text.en.contains("global database world")),
        "{:?}",
        found[0].observed
    );
    assert_eq!(found[1].observed, Observed::Running);
    assert_eq!(found[2].observed, Observed::Running);
    assert_eq!(globals.num_calls(), 1);
}

#[tokio::test]
async fn a_global_database_that_cannot_be_read_costs_its_own_cluster_one_problem() {
    let clusters = list_rule(vec![
        described("somewhere").global_cluster_identifier("world"),
        described("local"),
    ]);
    let globals = mock!(Client::describe_global_clusters)
        .then_http_response(|| mocks::refusal(403, "AccessDenied", "not allowed"));
    let found = listed(&[&clusters, &globals]).await;
    let Observed::Faulty { status, remedy } = &found[0].observed else {
        panic!("{:?}", found[0].observed);
    };
    assert!(status.contains("global database world"), "{status}");
    assert!(
        remedy.en.contains("rds:DescribeGlobalClusters"),
        "{remedy:?}"
    );
    assert_eq!(found[1].observed, Observed::Running);
}

#[tokio::test]
async fn orders_name_the_cluster() {
    let start = mock!(Client::start_db_cluster)
        .match_requests(|request| request.db_cluster_identifier() == Some("shop"))
        .then_output(|| StartDbClusterOutput::builder().build());
    let stop = mock!(Client::stop_db_cluster)
        .match_requests(|request| request.db_cluster_identifier() == Some("shop"))
        .then_output(|| StopDbClusterOutput::builder().build());
    let kind = AuroraClusters::new(mocks::rds(&[&start, &stop]));
    let shop = resource(&described("shop").build(), &[], &Ok(BTreeSet::new())).unwrap();
    kind.start(&shop, None).await.unwrap();
    let how = Stop {
        remember: None,
        snapshot: Some("none is taken".to_owned()),
    };
    kind.stop(&shop, how).await.unwrap();
    assert_eq!((start.num_calls(), stop.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_state_that_takes_no_orders_is_told_as_such() {
    let stop = mock!(Client::stop_db_cluster).then_http_response(|| {
        mocks::refusal(
            400,
            "InvalidDBClusterStateFault",
            "DbCluster shop is in starting state",
        )
    });
    let kind = AuroraClusters::new(mocks::rds(&[&stop]));
    let shop = resource(&described("shop").build(), &[], &Ok(BTreeSet::new())).unwrap();
    let how = Stop {
        remember: None,
        snapshot: None,
    };
    let error = kind.stop(&shop, how).await.unwrap_err();
    assert_eq!(error.cause, Cause::State);
    assert_eq!(error.operation, "StopDBCluster");
}

fn instance(name: &str, status: &str) -> DbInstance {
    DbInstance::builder()
        .db_instance_identifier(name)
        .db_cluster_identifier("shop")
        .db_instance_status(status)
        .build()
}

/// What a cluster that AWS calls available is doing, with a writer and a reader in these states.
fn by_members(writer: Option<&str>, reader: Option<&str>) -> Observed {
    let member = |name: &str, writes| {
        DbClusterMember::builder()
            .db_instance_identifier(name)
            .is_cluster_writer(writes)
            .build()
    };
    let cluster = described("shop")
        .db_cluster_members(member("reader", false))
        .db_cluster_members(member("writer", true))
        .build();
    let instances: Vec<DbInstance> = [("writer", writer), ("reader", reader)]
        .into_iter()
        .filter_map(|(name, status)| Some(instance(name, status?)))
        .collect();
    resource(&cluster, &instances, &Ok(BTreeSet::new()))
        .unwrap()
        .observed
}

#[test]
fn a_cluster_is_up_once_its_writer_is_although_aws_calls_it_available_before() {
    let up = Some("available");
    assert_eq!(by_members(up, up), Observed::Running);
    for writer in [Some("starting"), Some("stopped"), None] {
        assert_eq!(by_members(writer, up), Observed::Starting, "{writer:?}");
    }
    for writer in ["creating", "rebooting", "stopping", "deleting"] {
        let observed = by_members(Some(writer), up);
        let away = matches!(observed, Observed::Busy { serving: false, .. });
        assert!(away, "{writer}: {observed:?}");
    }
    let broken = by_members(Some("storage-full"), up);
    assert!(matches!(broken, Observed::Faulty { .. }), "{broken:?}");
    assert_eq!(broken.word(), "its writer writer is storage-full");
}

#[test]
fn a_reader_on_its_way_keeps_a_stop_waiting_and_nobody_who_starts() {
    for reader in ["starting", "modifying", "rebooting"] {
        let observed = by_members(Some("available"), Some(reader));
        let serving = matches!(observed, Observed::Busy { serving: true, .. });
        assert!(serving, "{reader}: {observed:?}");
    }
    let full = by_members(Some("available"), Some("storage-full"));
    assert_eq!(full, Observed::Running, "it would never stop otherwise");
}

#[tokio::test]
async fn the_tags_of_its_members_are_read_with_the_cluster() {
    let mut member = instance("shop-1", "available");
    member.tag_list = Some(vec![
        Tag::builder().key("Environment").value("prod").build(),
    ]);
    let shop = resource(&described("shop").build(), &[member], &Ok(BTreeSet::new())).unwrap();
    let kind = AuroraClusters::new(mocks::rds(&[]));
    let found = kind.members(&[&shop]).await.unwrap();
    let [(of, members)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(*of, shop.arn);
    assert_eq!(members[0].name, "shop-1");
    assert!(members[0].tags.protected_by().is_some());
}

#[tokio::test]
async fn instances_are_asked_for_once_for_both_kinds() {
    let (clusters, instances) = (page_rule(None, 1, None), no_instances());
    let clients = mocks::rds(&[&clusters, &instances]);
    let look = Look::default();
    let databases = crate::rds_instances::RdsInstances::new(Arc::clone(&clients));
    databases.list(&look).await.unwrap();
    AuroraClusters::new(clients).list(&look).await.unwrap();
    assert_eq!((clusters.num_calls(), instances.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_is_no_end_of_the_list() {
    let (first, again) = (
        page_rule(None, 1, Some("a")),
        page_rule(Some("a"), 1, Some("a")),
    );
    let kind = AuroraClusters::new(mocks::rds(&[&first, &again]));
    let error = kind.list(&Look::default()).await.unwrap_err();
    assert!(error.message.contains("the same page twice"), "{error}");
}
