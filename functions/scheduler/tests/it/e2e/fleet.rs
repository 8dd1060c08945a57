//! Fleets of other shapes: large, spread, wrongly tagged.

use nightcap_tests::{EmbeddedAws, REGION};
use serde_json::json;

use crate::e2e::world::{
    FRIDAY, MONDAY, create_database, create_group, database, decided, demo_config, group, problems,
    scheduler, tick,
};

const PREPROD: [(&str, &str); 1] = [("nightcap:environment", "preprod")];

#[test]
fn a_quiet_tick_over_a_hundred_databases_asks_at_most_four_times() {
    let aws = EmbeddedAws::start(FRIDAY);
    for number in 0..100 {
        create_database(&aws, REGION, &format!("db-{number:03}"), &PREPROD);
    }
    aws.forget_calls();
    let mut function = scheduler(&aws, &demo_config()).start();
    let answer = function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(answer["summary"]["left"], 100, "{:#}", answer["summary"]);
    let calls = aws.calls();
    assert!(calls.len() <= 4, "{calls:#?}");
}

#[test]
fn every_page_is_read() {
    let aws = EmbeddedAws::start(FRIDAY);
    for number in 0..120 {
        create_database(&aws, REGION, &format!("db-{number:03}"), &PREPROD);
    }
    for name in ["app-a", "app-b", "app-c"] {
        create_group(&aws, name, "1/1/1", &PREPROD);
    }
    let mut function = scheduler(&aws, &demo_config()).start();
    let answer = function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(answer["resources"].as_array().unwrap().len(), 123);
    // AWS may give shorter pages than were asked for.
    aws.limit_pages(20);
    aws.forget_calls();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(answer["resources"].as_array().unwrap().len(), 123);
    assert_eq!(answer["summary"]["stopped"], 3, "{:#}", answer["summary"]);
    assert_eq!(answer["summary"]["waiting"], 120);
    let calls = aws.calls();
    let pages = calls
        .iter()
        .filter(|call| call.action == "DescribeDBInstances");
    assert_eq!(pages.count(), 6);
}

#[test]
fn every_region_of_an_environment_is_managed_and_no_other() {
    let aws = EmbeddedAws::start(FRIDAY);
    for region in ["eu-west-3", "eu-west-1", "us-east-1"] {
        create_database(&aws, region, &format!("db-{region}"), &PREPROD);
    }
    let config = demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    regions: [eu-west-3, eu-west-1]\n",
    );
    let mut function = scheduler(&aws, &config).start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    for region in ["eu-west-3", "eu-west-1"] {
        assert_eq!(
            decided(&answer, &format!("db-{region}")),
            "stop/transition/done"
        );
    }
    assert_eq!(answer["resources"].as_array().unwrap().len(), 2);
    let stops = aws.orders();
    let stops: Vec<&str> = stops
        .iter()
        .filter(|call| call.action == "StopDBInstance")
        .map(|call| call.region.as_str())
        .collect();
    assert_eq!(stops.len(), 2);
    assert!(!stops.contains(&"us-east-1"));
}

#[test]
fn a_target_that_cannot_be_read_is_one_problem_and_the_other_goes_on() {
    let aws = EmbeddedAws::start(FRIDAY);
    for region in ["eu-west-3", "eu-west-1"] {
        create_database(&aws, region, &format!("db-{region}"), &PREPROD);
    }
    let config = demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    roles: [arn:aws:iam::123456789012:role/nightcap]\n    regions: [eu-west-3, eu-west-1]\n",
    );
    // Whichever target asks first is refused.
    aws.fail(&json!({ "action": "AssumeRole", "error": "AccessDenied", "times": 1 }));
    let mut function = scheduler(&aws, &config).start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let problems = problems(&answer);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("could not be read: sts AssumeRole"),
        "{problems:?}"
    );
    let states = ["eu-west-3", "eu-west-1"].map(|region| {
        let named = [("DBInstanceIdentifier", format!("db-{region}"))];
        let named = named.each_ref().map(|(key, value)| (*key, value.as_str()));
        let told = aws.query_in(region, "rds", "DescribeDBInstances", &named);
        told.text("DBInstanceStatus").to_owned()
    });
    assert!(states.contains(&"available".to_owned()), "{states:?}");
    assert!(states.contains(&"stopping".to_owned()), "{states:?}");
}

#[test]
fn tags_that_cannot_be_followed_are_problems_and_nothing_is_done() {
    let aws = EmbeddedAws::start(FRIDAY);
    let tag = "nightcap:environment";
    create_database(
        &aws,
        REGION,
        "overlapping",
        &[(tag, "preprod"), ("Nightcap:Environment", "dev")],
    );
    create_database(&aws, REGION, "unknown", &[(tag, "preprd")]);
    create_database(
        &aws,
        REGION,
        "disguised",
        &[(tag, "preprod"), ("Environment", "Production")],
    );
    create_database(
        &aws,
        REGION,
        "tierless",
        &[(tag, "preprod"), ("nightcap:tier", "first")],
    );
    create_database(&aws, REGION, "stranger", &[]);
    create_database(&aws, REGION, "fine", &PREPROD);
    aws.forget_calls();
    let mut function = scheduler(&aws, &demo_config()).start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    insta::assert_snapshot!(problems(&answer).join("\n"));
    let orders = aws.orders();
    let stopped: Vec<&str> = orders.iter().map(nightcap_tests::Call::resource).collect();
    assert_eq!(stopped, ["fine"]);
}

#[test]
fn defect_f_a_group_asleep_without_memory_is_a_problem_or_takes_its_environments_capacity() {
    let aws = EmbeddedAws::start(FRIDAY);
    create_group(&aws, "app", "0/0/0", &PREPROD);
    aws.forget_calls();
    let without = demo_config().replace("    capacity: { min: 2, desired: 2, max: 4 }\n", "");
    let answer = scheduler(&aws, &without)
        .start()
        .invoke(&tick(MONDAY))
        .unwrap();
    assert_eq!(decided(&answer, "app"), "problem/no-capacity/none");
    assert_eq!(aws.orders(), []);

    let answer = scheduler(&aws, &demo_config())
        .start()
        .invoke(&tick(MONDAY))
        .unwrap();
    assert_eq!(decided(&answer, "app"), "start/transition/done");
    assert_eq!(group(&aws, "app").0, "2/2/4");
}

#[test]
fn defect_g_an_empty_maintenance_window_costs_one_problem() {
    let aws = EmbeddedAws::start(FRIDAY);
    for name in ["db-0", "db-1", "db-2"] {
        create_database(&aws, REGION, name, &PREPROD);
    }
    let emptied = json!({ "preferred_maintenance_window": "" });
    aws.force(&json!({ "db_instance": "db-1", "attributes": emptied }));
    let config = demo_config().replace(
        "    manual_changes: respect\n",
        "    manual_changes: respect\n    wake_for_maintenance: true\n",
    );
    let answer = scheduler(&aws, &config)
        .start()
        .invoke(&tick(FRIDAY))
        .unwrap();
    assert_eq!(
        decided(&answer, "db-1"),
        "problem/unreadable-maintenance/none"
    );
    for name in ["db-0", "db-2"] {
        assert_eq!(database(&aws, name), "stopping");
    }
}
