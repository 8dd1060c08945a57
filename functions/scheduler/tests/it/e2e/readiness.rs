//! When an environment counts as awake, what is late, and what follows a sleep: old snapshots,
//! maintenance windows.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{EmbeddedAws, GreenLeaf, Running};
use serde_json::{Value, json};

use crate::e2e::world::{
    FRIDAY, MONDAY, database, demo_config, group, problems, scheduler, settle, tick,
};

const TABLE: &str = "nightcap";
const DB: &str = "greenleaf-preprod-db";
const APP: &str = "greenleaf-preprod-app";

/// GreenLeaf asleep on Friday night, with a ledger.
fn asleep(config: &str) -> (EmbeddedAws, GreenLeaf, Running) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    let mut function = scheduler(&aws, config)
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    settle(&aws, &mut function, FRIDAY);
    greenleaf.mails(&aws);
    (aws, greenleaf, function)
}

/// Puts the group behind a load balancer's target group.
fn behind_a_load_balancer(aws: &EmbeddedAws) {
    let vpc = aws.query("ec2", "CreateVpc", &[("CidrBlock", "10.1.0.0/16")]);
    let made = aws.query(
        "elasticloadbalancing",
        "CreateTargetGroup",
        &[
            ("Version", "2015-12-01"),
            ("Name", "app"),
            ("Protocol", "HTTP"),
            ("Port", "9000"),
            ("VpcId", vpc.text("vpcId")),
        ],
    );
    aws.query(
        "autoscaling",
        "AttachLoadBalancerTargetGroups",
        &[
            ("AutoScalingGroupName", APP),
            ("TargetGroupARNs.member.1", made.text("TargetGroupArn")),
        ],
    );
}

/// One tick, and a line about it: how far preprod is, who was asked, what is wrong.
fn told(aws: &EmbeddedAws, function: &mut Running, at: DateTime<Utc>) -> String {
    aws.move_to(&at.to_rfc3339());
    aws.forget_calls();
    let answer = function.invoke(&tick(&at.to_rfc3339())).unwrap();
    let preprod = preprod(&answer);
    let asked = aws
        .calls()
        .iter()
        .filter(|call| call.action == "DescribeTargetHealth")
        .count();
    let mut line = format!(
        "{} {}",
        at.format("%H:%M"),
        preprod["status"].as_str().unwrap()
    );
    if let Some(since) = preprod["awake_since"].as_str() {
        line.push_str(&format!(" since {since}"));
    }
    if asked > 0 {
        line.push_str(&format!("; load balancers asked {asked} times"));
    }
    for problem in problems(&answer) {
        line.push_str(&format!("\n  {problem}"));
    }
    line
}

fn preprod(answer: &Value) -> &Value {
    let environments = answer["environments"].as_array().unwrap();
    let mut preprod = environments.iter().filter(|e| e["name"] == "preprod");
    preprod.next().unwrap()
}

fn story(aws: &EmbeddedAws, function: &mut Running, from: &str, ticks: i32) -> String {
    let from: DateTime<Utc> = from.parse().unwrap();
    let lines = (0..ticks).map(|n| told(aws, function, from + TimeDelta::minutes(5) * n));
    lines.collect::<Vec<_>>().join("\n")
}

fn subjects(aws: &EmbeddedAws, greenleaf: &GreenLeaf) -> String {
    let mails = greenleaf.mails(aws).into_iter();
    mails
        .map(|mail| mail.subject)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn preprod_is_awake_once_its_targets_are_healthy_and_a_quiet_tick_asks_nobody() {
    let (aws, greenleaf, mut function) = asleep(&demo_config());
    behind_a_load_balancer(&aws);
    let story = story(&aws, &mut function, MONDAY, 8);
    // The last tick: three listings and the ledger.
    let calls = aws.calls();
    assert_eq!(calls.len(), 4, "{calls:#?}");
    insta::assert_snapshot!(format!("{story}\n\n{}", subjects(&aws, &greenleaf)));
}

#[test]
fn targets_that_do_not_become_healthy_in_time_are_told_once_and_once_it_is_over() {
    let config = format!("{}\ndeadlines: {{ healthy: 1m }}\n", demo_config());
    let (aws, greenleaf, mut function) = asleep(&config);
    behind_a_load_balancer(&aws);
    let minutes = (0..30).map(|minute| {
        let at: DateTime<Utc> = MONDAY.parse().unwrap();
        told(&aws, &mut function, at + TimeDelta::minutes(minute))
    });
    let story: Vec<String> = minutes.collect();
    let late = story.iter().filter(|line| line.contains("not-healthy"));
    assert!(late.count() > 1, "{story:#?}");
    insta::assert_snapshot!(subjects(&aws, &greenleaf));
}

#[test]
fn waking_that_hangs_is_told_once_and_goes_on_by_itself() {
    let config = format!("{}\ndeadlines: {{ available: 15m }}\n", demo_config());
    let (aws, greenleaf, mut function) = asleep(&config);
    let mut all = story(&aws, &mut function, MONDAY, 1);
    // AWS keeps it starting.
    aws.force(&json!({ "db_instance": DB, "status": "starting" }));
    all.push('\n');
    all.push_str(&story(&aws, &mut function, "2026-11-23T08:05:00Z", 5));
    assert_eq!(group(&aws, APP).0, "0/0/0", "machines wait for it");
    aws.force(&json!({ "db_instance": DB, "status": "available" }));
    all.push('\n');
    all.push_str(&story(&aws, &mut function, "2026-11-23T08:30:00Z", 3));
    assert_eq!(group(&aws, APP).0, "2/2/4");
    insta::assert_snapshot!(format!("{all}\n\n{}", subjects(&aws, &greenleaf)));
}

/// The names of the snapshots of preprod's database.
fn snapshots(aws: &EmbeddedAws) -> Vec<String> {
    let told = aws.query("rds", "DescribeDBSnapshots", &[("SnapshotType", "manual")]);
    let mut names: Vec<String> = told
        .all("DBSnapshotIdentifier")
        .into_iter()
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn with_snapshots() -> String {
    demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    snapshot_on_stop: true\n    keep_snapshots: 2\n",
    )
}

fn weekday(day: u32, clock: &str) -> String {
    format!("2026-11-{day}T{clock}:00Z")
}

#[test]
fn a_set_number_of_our_snapshots_is_kept_and_nobody_elses_is_touched() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    aws.force(&json!({ "db_instance": DB, "attributes": { "copy_tags_to_snapshot": true } }));
    for name in ["before-4-2", "nightcap-mine"] {
        let sent = [("DBInstanceIdentifier", DB), ("DBSnapshotIdentifier", name)];
        aws.query("rds", "CreateDBSnapshot", &sent);
    }
    let mut function = scheduler(&aws, &with_snapshots())
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    settle(&aws, &mut function, FRIDAY);
    for day in [23, 24] {
        settle(&aws, &mut function, &weekday(day, "08:00"));
        settle(&aws, &mut function, &weekday(day, "18:00"));
    }
    settle(&aws, &mut function, &weekday(25, "08:00"));
    aws.forget_calls();
    let answers = settle(&aws, &mut function, &weekday(25, "18:00"));
    assert_eq!(
        snapshots(&aws),
        [
            "before-4-2",
            "nightcap-greenleaf-preprod-db-20261124-180500",
            "nightcap-greenleaf-preprod-db-20261125-180500",
            "nightcap-mine",
        ]
    );
    let pruned: Vec<&Value> = answers
        .iter()
        .filter_map(|answer| answer.get("pruned"))
        .collect();
    assert_eq!(pruned.len(), 1, "{answers:#?}");
    assert_eq!(
        pruned[0][0]["deleted"],
        json!(["nightcap-greenleaf-preprod-db-20261123-180500"])
    );
    let looked = aws.calls();
    let looked = looked
        .iter()
        .filter(|call| call.action == "DescribeDBSnapshots");
    assert_eq!(looked.count(), 2, "one of them is this test's");
    // A quiet tick asks nothing more.
    aws.forget_calls();
    function.invoke(&tick(&weekday(25, "19:00"))).unwrap();
    assert_eq!(aws.calls().len(), 4, "{:#?}", aws.calls());
}

#[test]
fn snapshots_without_tags_are_kept_and_that_is_one_problem() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    aws.force(&json!({ "db_instance": DB, "attributes": { "copy_tags_to_snapshot": false } }));
    let mut function = scheduler(&aws, &with_snapshots())
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    let answers = settle(&aws, &mut function, FRIDAY);
    let told: Vec<String> = answers.iter().flat_map(problems).collect();
    let kept = told.iter().filter(|problem| problem.contains(DB));
    assert_eq!(kept.count(), 1, "{told:?}");
    greenleaf.mails(&aws);
    for at in ["19:00", "19:05"] {
        function.invoke(&tick(&weekday(20, at))).unwrap();
    }
    assert_eq!(
        subjects(&aws, &greenleaf),
        "",
        "not over because nobody looked"
    );
    assert!(
        !aws.orders()
            .iter()
            .any(|call| call.action == "DeleteDBSnapshot")
    );
}

#[test]
fn a_sleeping_database_is_up_for_its_maintenance_window_and_goes_back_to_sleep() {
    let config = demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    wake_for_maintenance: true\n",
    );
    let (aws, _, mut function) = asleep(&config);
    // Its window is Monday 04:00 to 05:00, UTC: awake from half an hour before.
    let mut seen = vec![];
    for clock in [
        "03:25", "03:30", "03:40", "04:30", "05:00", "05:10", "05:15",
    ] {
        let at = weekday(23, clock);
        aws.move_to(&at);
        let answer = function.invoke(&tick(&at)).unwrap();
        let app = group(&aws, APP).0;
        seen.push(format!(
            "{clock} {} {app} {}",
            database(&aws, DB),
            preprod(&answer)["status"].as_str().unwrap()
        ));
    }
    assert_eq!(
        seen,
        [
            "03:25 stopped 0/0/0 asleep",
            "03:30 starting 0/0/0 asleep",
            "03:40 available 0/0/0 asleep",
            "04:30 available 0/0/0 asleep",
            "05:00 stopping 0/0/0 falling asleep",
            "05:10 stopped 0/0/0 asleep",
            "05:15 stopped 0/0/0 asleep",
        ]
    );
    settle(&aws, &mut function, MONDAY);
    assert_eq!(database(&aws, DB), "available");
    assert_eq!(group(&aws, APP), ("2/2/4".to_owned(), 2));
}

#[test]
fn a_memory_that_could_not_be_deleted_is_deleted_later_and_never_restored() {
    let (aws, _, mut function) = asleep(&demo_config());
    aws.fail(&json!({ "action": "DeleteTags", "error": "AccessDenied", "times": 1 }));
    settle(&aws, &mut function, MONDAY);
    // A failed order is no action: it went on from there.
    settle(&aws, &mut function, &weekday(23, "08:15"));
    let tag = || {
        let told = aws.query("autoscaling", "DescribeTags", &[]);
        told.all("Key").contains(&"nightcap:capacity")
    };
    let deletions = aws.calls();
    let deletions = deletions.iter().filter(|call| call.action == "DeleteTags");
    let deletions: Vec<_> = deletions.map(|call| (&call.at, &call.error)).collect();
    assert!(
        !tag(),
        "the tick that saw it up has deleted it: {deletions:?}"
    );

    // For good: the next sleep overwrites it, so that the old capacity never comes back.
    settle(&aws, &mut function, &weekday(23, "18:00"));
    aws.fail(&json!({ "action": "DeleteTags", "error": "AccessDenied" }));
    settle(&aws, &mut function, &weekday(24, "08:00"));
    settle(&aws, &mut function, &weekday(24, "08:15"));
    assert!(tag());
    let grown = [
        ("AutoScalingGroupName", APP),
        ("MinSize", "3"),
        ("DesiredCapacity", "3"),
        ("MaxSize", "6"),
    ];
    aws.query("autoscaling", "UpdateAutoScalingGroup", &grown);
    settle(&aws, &mut function, &weekday(24, "12:00"));
    settle(&aws, &mut function, &weekday(24, "18:00"));
    assert_eq!(group(&aws, APP).0, "0/0/0");
    settle(&aws, &mut function, &weekday(25, "08:00"));
    assert_eq!(group(&aws, APP).0, "3/3/6");
}
