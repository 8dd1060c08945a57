//! One rule for the key `nightcap:environment`, whatever the kind: it claims in this spelling
//! alone, for AWS's own filters by key know no other; and another spelling beside it that says
//! something else is told and nothing is done.

use nightcap_domain::config::KindName;
use nightcap_tests::{EmbeddedAws, REGION, Running};
use serde_json::{Value, json};

use crate::e2e::every_kind::{KINDS, TAG, ecs};
use crate::e2e::world::{FRIDAY, create_database, create_group, scheduler, tick};

type Tags<'a> = &'a [(&'a str, &'a str)];

/// A kind, the name under which answers have the resource, and how one is made with some tags.
type Row = (&'static str, &'static str, fn(&EmbeddedAws, Tags<'_>));

const TABLE: [Row; 6] = [
    ("rds-instance", "db", |aws, tags| {
        create_database(aws, REGION, "db", tags);
    }),
    ("aurora-cluster", "search", cluster),
    ("auto-scaling-group", "app", |aws, tags| {
        create_group(aws, "app", "2/2/4", tags);
    }),
    ("ec2-instance", "dev-box", machine),
    ("ecs-service", "shop/web", service),
    ("eks-node-group", "shop/workers", node_group),
];

fn numbered(list: &str, tags: Tags<'_>) -> Vec<(String, String)> {
    let numbered = tags.iter().enumerate();
    numbered
        .flat_map(|(index, (key, value))| {
            let tag = format!("{list}.{}", index + 1);
            [
                (format!("{tag}.Key"), *key),
                (format!("{tag}.Value"), *value),
            ]
        })
        .map(|(key, value)| (key, value.to_owned()))
        .collect()
}

fn query(
    aws: &EmbeddedAws,
    service: &str,
    action: &str,
    sent: &[(&str, &str)],
    tags: &[(String, String)],
) {
    let tags = tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let sent: Vec<(&str, &str)> = sent.iter().copied().chain(tags).collect();
    aws.query(service, action, &sent);
}

fn cluster(aws: &EmbeddedAws, tags: Tags<'_>) {
    let engine = ("Engine", "aurora-postgresql");
    let made = [
        ("DBClusterIdentifier", "search"),
        engine,
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
    ];
    query(
        aws,
        "rds",
        "CreateDBCluster",
        &made,
        &numbered("Tags.Tag", tags),
    );
    let member = [
        ("DBInstanceIdentifier", "search-1"),
        ("DBInstanceClass", "db.t3.medium"),
        engine,
        ("DBClusterIdentifier", "search"),
    ];
    aws.query("rds", "CreateDBInstance", &member);
}

fn machine(aws: &EmbeddedAws, tags: Tags<'_>) {
    let made = [
        ("ImageId", "ami-12c6146b"),
        ("InstanceType", "t3.small"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("TagSpecification.1.ResourceType", "instance"),
    ];
    let named: Vec<(&str, &str)> = [("Name", "dev-box")].iter().chain(tags).copied().collect();
    query(
        aws,
        "ec2",
        "RunInstances",
        &made,
        &numbered("TagSpecification.1.Tag", &named),
    );
}

fn service(aws: &EmbeddedAws, tags: Tags<'_>) {
    ecs(aws, "CreateCluster", &json!({ "clusterName": "shop" }));
    let tags: Vec<Value> = tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    let made = json!({ "cluster": "shop", "serviceName": "web", "desiredCount": 3, "tags": tags });
    ecs(aws, "CreateService", &made);
}

fn node_group(aws: &EmbeddedAws, tags: Tags<'_>) {
    let role = "arn:aws:iam::123456789012:role/eks";
    let cluster = json!({ "name": "shop", "roleArn": role, "resourcesVpcConfig": {} });
    aws.rest("eks", "/clusters", &cluster);
    let tags: serde_json::Map<String, Value> = tags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    let made = json!({
        "nodegroupName": "workers", "nodeRole": role, "subnets": ["subnet-1"],
        "scalingConfig": { "minSize": 2, "desiredSize": 3, "maxSize": 4 }, "tags": tags,
    });
    aws.rest("eks", "/clusters/shop/node-groups", &made);
}

/// One of each kind with these tags, and a tick at the end of Friday's work.
fn ticked(tags: Tags<'_>) -> (EmbeddedAws, Value) {
    let aws = EmbeddedAws::start("2026-11-20T17:30:00Z");
    for (.., make) in TABLE {
        make(&aws, tags);
    }
    aws.move_to(FRIDAY);
    let config = format!(
        "drills: true
timezone: UTC
schedules:
  office-hours: {{ windows: [{{ start: '0 8 * * MON-FRI', stop: '0 18 * * MON-FRI' }}] }}
environments:
  preprod: {{ schedule: office-hours, kinds: {KINDS} }}
  prod: {{ protected: true }}
"
    );
    let mut function: Running = scheduler(&aws, &config).start();
    aws.forget_calls();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    (aws, answer)
}

/// What was decided for each kind of the table: `decision/code`, or nothing.
fn decisions(answer: &Value) -> Vec<(&'static str, Option<String>)> {
    let resources = answer["resources"].as_array().unwrap();
    let of = |name: &str| {
        let found = resources.iter().find(|resource| resource["name"] == name)?;
        let words = ["decision", "code"].map(|key| found[key].as_str().unwrap());
        Some(words.join("/"))
    };
    TABLE
        .iter()
        .map(|(kind, name, _)| (*kind, of(name)))
        .collect()
}

#[test]
fn the_table_has_every_kind() {
    let mut known: Vec<&str> = KindName::ALL.iter().map(|(name, _)| *name).collect();
    let mut rows: Vec<&str> = TABLE.iter().map(|(kind, ..)| *kind).collect();
    known.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, known);
}

#[test]
fn in_its_own_spelling_the_key_claims_for_every_kind() {
    let (_aws, answer) = ticked(&[(TAG, "preprod")]);
    for (kind, decided) in decisions(&answer) {
        // Databases wait for what uses them.
        let wanted = ["stop/transition", "wait/still-used-by"];
        let decided = decided.unwrap_or_default();
        assert!(wanted.contains(&decided.as_str()), "{kind}: {decided}");
    }
}

#[test]
fn in_another_spelling_the_key_claims_for_no_kind() {
    for key in [
        "Nightcap:Environment",
        "NIGHTCAP:ENVIRONMENT",
        "nightcap:Environment",
    ] {
        let (aws, answer) = ticked(&[(key, "preprod")]);
        for (kind, decided) in decisions(&answer) {
            assert_eq!(decided, None, "{kind} with {key}");
        }
        assert_eq!(aws.orders(), [], "{key}");
    }
}

#[test]
fn another_spelling_beside_it_with_another_value_is_a_problem_of_every_kind() {
    let (aws, answer) = ticked(&[(TAG, "preprod"), ("Nightcap:Environment", "prod")]);
    for (kind, decided) in decisions(&answer) {
        assert_eq!(
            decided.as_deref(),
            Some("problem/overlapping-tags"),
            "{kind}"
        );
    }
    assert_eq!(aws.orders(), []);
}
