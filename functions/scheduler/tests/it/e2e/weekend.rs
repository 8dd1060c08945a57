//! Friday evening to Monday morning: the main job.

use std::collections::BTreeSet;

use nightcap_tests::{EmbeddedAws, Mail};

use crate::e2e::world::{FRIDAY, MONDAY, database, greenleaf, group, settle};

#[test]
fn preprod_sleeps_on_friday_evening_and_wakes_on_monday_morning() {
    let (aws, greenleaf, mut function) = greenleaf();
    let untouchables = greenleaf.untouchables(&aws);

    settle(&aws, &mut function, FRIDAY);
    assert_eq!(group(&aws, "greenleaf-preprod-app"), ("0/0/0".into(), 0));
    assert_eq!(database(&aws, "greenleaf-preprod-db"), "stopped");
    assert_eq!(database(&aws, "greenleaf-preprod-search-1"), "stopped");
    for fixed in [
        "greenleaf-preprod-reports",
        "greenleaf-preprod-reports-replica",
    ] {
        assert_eq!(
            database(&aws, fixed),
            "available",
            "{fixed} cannot be stopped"
        );
    }
    assert!(last_change(&aws, "Terminated") < first_order(&aws, "StopDB"));
    let evening = story(&aws);
    let evening_mails = greenleaf.mails(&aws);
    assert_eq!(greenleaf.untouchables(&aws), untouchables);

    aws.forget_calls();
    settle(&aws, &mut function, MONDAY);
    assert_eq!(group(&aws, "greenleaf-preprod-app"), ("2/2/4".into(), 2));
    assert_eq!(database(&aws, "greenleaf-preprod-db"), "available");
    assert_eq!(database(&aws, "greenleaf-preprod-search-1"), "available");
    assert!(last_change(&aws, "available") < first_order(&aws, "UpdateAutoScalingGroup"));
    let morning = story(&aws);
    assert_eq!(greenleaf.untouchables(&aws), untouchables);

    insta::assert_snapshot!("evening_story", evening);
    insta::assert_snapshot!("evening_mails", as_delivered(&evening_mails));
    insta::assert_snapshot!("morning_story", morning);
    insta::assert_snapshot!("morning_mails", as_delivered(&greenleaf.mails(&aws)));
}

#[test]
fn a_tick_with_nothing_to_do_orders_nothing_and_sends_no_mail() {
    let (aws, greenleaf, mut function) = greenleaf();
    settle(&aws, &mut function, FRIDAY);
    greenleaf.mails(&aws);
    aws.forget_calls();
    for at in ["2026-11-20T18:45:00Z", "2026-11-21T12:00:00Z"] {
        let answer = function.invoke(&crate::e2e::world::tick(at)).unwrap();
        assert_eq!(answer["summary"]["left"], 8, "{answer:#}");
    }
    assert_eq!(aws.orders(), []);
    assert_eq!(greenleaf.mails(&aws), []);
}

fn first_order(aws: &EmbeddedAws, action: &str) -> u64 {
    let orders = aws.orders();
    let found = orders.iter().find(|call| call.action.starts_with(action));
    found.unwrap_or_else(|| panic!("no {action}")).sequence
}

fn last_change(aws: &EmbeddedAws, to: &str) -> u64 {
    let changes = aws.changes();
    let found = changes.iter().rfind(|change| change.to == to);
    found
        .unwrap_or_else(|| panic!("nothing became {to}"))
        .sequence
}

/// Orders and what AWS then did, by the virtual clock. Within one instant the order is that
/// of the alphabet: orders of one tick are given side by side.
fn story(aws: &EmbeddedAws) -> String {
    let mut lines = BTreeSet::new();
    for call in aws.orders().iter().filter(|call| call.service != "sqs") {
        let error = call.error.as_deref().unwrap_or_default();
        lines.insert(format!(
            "{} ordered {} {} {error}",
            call.at,
            call.action,
            call.resource()
        ));
    }
    for change in aws.changes() {
        // A machine's name is chance: its group's is not.
        let resource = change.resource.split("/i-").next().unwrap();
        lines.insert(format!("{} became  {} {resource}", change.at, change.to));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}

fn as_delivered(mails: &[Mail]) -> String {
    let mails = mails
        .iter()
        .map(|mail| format!("Subject: {}\n\n{}", mail.subject, mail.body));
    mails.collect::<Vec<_>>().join("\n----------\n\n")
}
