//! A backup window that lies within every sleep is a problem that stands.

use crate::world::{CONFIG, World, database, fixed, utc};
use nightcap_domain::explain::explain;
use nightcap_domain::fleet::Snapshots;
use nightcap_domain::plan::{Decision, Fault};

const NOON: &str = "2026-11-18T11:00:00Z";

fn world(config: &str, window: Option<&str>) -> World {
    let mut db = database("db", "preprod");
    db.facts.backup_window = window.map(str::to_owned);
    World::new(config, vec![db])
}

fn codes(world: &World, at: &str) -> Vec<&'static str> {
    let plan = world.plan(utc(at));
    plan.problems()
        .map(|problem| problem.fault.code())
        .collect()
}

#[test]
fn a_window_within_every_sleep_is_a_problem_by_day_and_by_night() {
    for (window, lost) in [
        ("03:00-04:00", true),
        ("23:30-00:30", true),
        // Paris is an hour ahead in winter: 08:00 to 18:00.
        ("07:00-07:30", true),
        ("18:00-18:30", true),
        ("17:30-18:00", false),
        ("12:00-12:30", false),
        ("08:10-08:40", false),
        // Ten minutes at the beginning of the day are not enough to count on.
        ("07:40-08:10", true),
        ("odd", false),
    ] {
        for at in [NOON, "2026-11-18T21:00:00Z", "2026-11-21T12:00:00Z"] {
            let told = codes(&world(CONFIG, Some(window)), at);
            let expected: &[&str] = if lost { &["no-backups"] } else { &[] };
            assert_eq!(told, expected, "{window} at {at}");
        }
    }
    assert!(codes(&world(CONFIG, None), NOON).is_empty());
}

#[test]
fn it_stands_beside_whatever_is_done() {
    let world = world(CONFIG, Some("03:00-04:00"));
    let plan = world.plan(utc("2026-11-20T18:00:00Z"));
    assert!(matches!(plan.steps[0].decision, Decision::Act(_)));
    assert!(matches!(
        &plan.steps[0].notes[..],
        [Fault::NoBackups { window }] if window == "03:00-04:00"
    ));
    let explained = explain(&world.config, &plan, &world.ledger, "db").unwrap();
    assert!(
        explained
            .facts
            .iter()
            .any(|fact| fact.contains("no automated backups"))
    );
}

#[test]
fn where_there_is_something_to_restore_it_is_none() {
    let snapshots = CONFIG.replace("office-hours }", "office-hours, snapshot_on_stop: true }");
    assert!(codes(&world(&snapshots, Some("03:00-04:00")), NOON).is_empty());
    let mut without = world(&snapshots, Some("03:00-04:00"));
    without.get("db").facts.snapshots = Snapshots::None;
    assert_eq!(codes(&without, NOON), ["no-backups"]);
    let always = CONFIG.replace(
        "{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }",
        "{ start: '0 0 * * *', stop: '0 12 * * *' }\n      - { start: '0 12 * * *', stop: '0 0 * * *' }",
    ).replace("calendar: france", "timezone: UTC");
    assert!(codes(&world(&always, Some("03:00-04:00")), NOON).is_empty());
    let mut replica = database("db", "preprod");
    replica.facts.backup_window = Some("03:00-04:00".to_owned());
    assert!(codes(&World::new(CONFIG, vec![fixed(replica, "a replica")]), NOON).is_empty());
}

#[test]
fn an_explanation_names_the_start_that_a_holiday_cost() {
    let weekly = CONFIG.replace(
        "{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }",
        "{ start: '0 7 * * MON', stop: '0 20 * * FRI' }",
    );
    let world = World::new(&weekly, vec![database("db", "preprod")]);
    let plan = world.plan(utc("2027-03-31T10:00:00Z"));
    let explained = explain(&world.config, &plan, &world.ledger, "db").unwrap();
    let lost = "without closed days it would have started on 2027-03-29 (Easter Monday)";
    assert!(
        explained.facts.iter().any(|fact| fact == lost),
        "{:?}",
        explained.facts
    );
    let error = explain(&world.config, &plan, &world.ledger, "machine").unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(
            "kinds that were looked for (auto-scaling-group, rds-instance, aurora-cluster)"
        ),
        "{text}"
    );
    assert!(
        text.contains("ec2-instance, ecs-service, eks-node-group would be looked for only"),
        "{text}"
    );
}
