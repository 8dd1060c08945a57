//! One bad resource costs one problem; what fails half way is made good by the next tick.

use nightcap_tests::EmbeddedAws;
use serde_json::json;

use crate::e2e::world::{
    FRIDAY, MONDAY, create_group, database, decided, demo_config, greenleaf, group, problems,
    scheduler, settle, tick,
};

const PREPROD: [(&str, &str); 1] = [("nightcap:environment", "preprod")];
const APP: &str = "greenleaf-preprod-app";

#[test]
fn one_resource_that_cannot_be_stopped_costs_one_problem() {
    let (aws, greenleaf, mut function) = greenleaf();
    aws.fail(&json!({
        "action": "StopDBInstance",
        "resource": "greenleaf-preprod-db",
        "error": "KMSKeyNotAccessibleFault",
        "message": "the key is disabled",
    }));
    aws.move_to(FRIDAY);
    function.invoke(&tick(FRIDAY)).unwrap();
    greenleaf.mails(&aws);

    let at = "2026-11-20T18:05:00Z";
    aws.move_to(at);
    let answer = function.invoke(&tick(at)).unwrap();
    assert_eq!(
        decided(&answer, "greenleaf-preprod-db"),
        "stop/transition/failed"
    );
    assert_eq!(
        decided(&answer, "greenleaf-preprod-search"),
        "stop/transition/done"
    );
    let problems = problems(&answer);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("greenleaf-preprod-db: stop failed"),
        "{problems:?}"
    );
    assert!(problems[0].contains("the key is disabled"), "{problems:?}");
    let mails = greenleaf.mails(&aws);
    insta::assert_snapshot!(format!("{}\n\n{}", mails[0].subject, mails[0].body));

    aws.heal();
    settle(&aws, &mut function, "2026-11-20T18:10:00Z");
    assert_eq!(database(&aws, "greenleaf-preprod-db"), "stopped");
}

#[test]
fn throttling_is_retried() {
    let (aws, _, mut function) = greenleaf();
    aws.fail(&json!({ "action": "DescribeDBInstances", "error": "Throttling", "times": 2 }));
    aws.fail(&json!({ "action": "UpdateAutoScalingGroup", "error": "Throttling", "times": 1 }));
    aws.move_to(FRIDAY);
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(decided(&answer, APP), "stop/transition/done");
    assert_eq!(problems(&answer), [""; 0]);
    let count = |action| {
        aws.calls()
            .iter()
            .filter(|call| call.action == action)
            .count()
    };
    assert_eq!(count("DescribeDBInstances"), 3);
    assert_eq!(count("UpdateAutoScalingGroup"), 2);
    assert_eq!(group(&aws, APP).0, "0/0/0");
}

#[test]
fn a_mail_that_cannot_be_sent_costs_nothing_else() {
    let (aws, _, mut function) = greenleaf();
    aws.fail(&json!({ "action": "Publish", "error": "AuthorizationError" }));
    aws.move_to(FRIDAY);
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(decided(&answer, APP), "stop/transition/done");
    assert_eq!(group(&aws, APP).0, "0/0/0");
    assert!(
        function.log().contains("mail not sent"),
        "{}",
        function.log()
    );
    assert!(
        function.log().contains("allow sns:Publish"),
        "{}",
        function.log()
    );
}

#[test]
fn defect_l_no_half_state_survives_the_next_tick() {
    let aws = EmbeddedAws::start(FRIDAY);
    let refused =
        |action| json!({ "action": action, "error": "InternalError", "status": 400, "times": 1 });
    let config = demo_config().replace("    capacity: { min: 2, desired: 2, max: 4 }\n", "");
    create_group(&aws, "app", "2/2/4", &PREPROD);
    let mut function = scheduler(&aws, &config).start();

    // Half a stop: the capacity is remembered, and the group runs on.
    aws.fail(&refused("UpdateAutoScalingGroup"));
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(decided(&answer, "app"), "stop/transition/failed");
    assert_eq!(group(&aws, "app").0, "2/2/4");
    settle(&aws, &mut function, "2026-11-20T18:05:00Z");
    assert_eq!(group(&aws, "app"), ("0/0/0".into(), 0));

    // No start at all: it still sleeps, and still knows its capacity.
    aws.fail(&refused("UpdateAutoScalingGroup"));
    aws.move_to(MONDAY);
    let answer = function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(decided(&answer, "app"), "start/transition/failed");

    // Half a start: it is up, and its memory could not be deleted.
    aws.fail(&refused("DeleteTags"));
    let at = "2026-11-23T08:05:00Z";
    aws.move_to(at);
    let answer = function.invoke(&tick(at)).unwrap();
    assert_eq!(decided(&answer, "app"), "start/transition/failed");
    settle(&aws, &mut function, "2026-11-23T08:10:00Z");
    assert_eq!(group(&aws, "app"), ("2/2/4".into(), 2));

    // What is left of that memory does not outlive the next sleep.
    let grown = [
        ("AutoScalingGroupName", "app"),
        ("MinSize", "3"),
        ("DesiredCapacity", "3"),
        ("MaxSize", "6"),
    ];
    aws.query("autoscaling", "UpdateAutoScalingGroup", &grown);
    settle(&aws, &mut function, "2026-11-23T18:00:00Z");
    settle(&aws, &mut function, "2026-11-24T08:00:00Z");
    assert_eq!(group(&aws, "app"), ("3/3/6".into(), 3));
}

#[test]
fn a_database_that_somebody_stops_at_the_same_time_is_no_failure() {
    let (aws, _, mut function) = greenleaf();
    aws.move_to(FRIDAY);
    function.invoke(&tick(FRIDAY)).unwrap();
    aws.fail(&json!({ "action": "StopDBInstance", "error": "InvalidDBInstanceState", "times": 1 }));
    let at = "2026-11-20T18:05:00Z";
    aws.move_to(at);
    let answer = function.invoke(&tick(at)).unwrap();
    assert_eq!(
        decided(&answer, "greenleaf-preprod-db"),
        "stop/transition/overtaken"
    );
    assert_eq!(problems(&answer), [""; 0]);
}
