//! Scenarios: instants in, decisions out, reviewed as text.

use crate::world::{CONFIG, World, capacity, database, fixed, group, utc};
use nightcap_domain::fleet::{Memory, Observed, Tags};
use nightcap_domain::plan::{Action, Decision, Fault, Leave, upcoming};

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";

#[test]
fn a_weekend_of_preprod() {
    let mut world = World::new(
        CONFIG,
        vec![
            group("preprod-app", "preprod", "2/2/4"),
            database("preprod-db", "preprod"),
            fixed(database("preprod-replica", "preprod"), "a read replica"),
            group("prod-app", "prod", "2/2/4"),
            database("prod-db", "prod"),
        ],
    );
    world.tick("2026-11-20T17:59:59Z");
    world.tick(FRIDAY);
    world.pass();
    world.tick("2026-11-20T18:05:00Z");
    world.pass();
    world.tick("2026-11-20T18:10:00Z");
    world.tick(MONDAY);
    world.pass();
    world.tick("2026-11-23T08:10:00Z");
    world.pass();
    world.tick("2026-11-23T08:15:00Z");
    assert_eq!(world.size("preprod-app"), "2/2/4");
    assert_eq!(world.size("prod-app"), "2/2/4");
    insta::assert_snapshot!(world.log);
}

#[test]
fn defect_e_two_overlapping_windows_are_one_on_groups_and_databases_alike() {
    let config = CONFIG.replace(
        "      - { start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }",
        "      - { start: '0 8 * * *', stop: '0 12 * * *' }\n      - { start: '0 10 * * *', stop: '0 18 * * *' }",
    );
    let world = World::new(
        &config,
        vec![group("app", "preprod", "1/1/1"), database("db", "preprod")],
    );
    // Noon in Paris: the first window has ended, the second has not.
    let plan = world.plan(utc("2026-11-18T11:00:00Z"));
    assert_eq!(plan.actions().count(), 0, "{plan:?}");
    let plan = world.plan(utc("2026-11-18T17:00:00Z"));
    assert_eq!(plan.actions().count(), 1, "compute first: {plan:?}");
}

#[test]
fn defect_f_a_group_first_seen_asleep_is_no_success() {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "0/0/0")]);
    let plan = world.tick(MONDAY);
    assert_eq!(plan.problems().next().unwrap().fault, Fault::NoCapacity);

    let configured = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, capacity: { min: 2, desired: 2, max: 4 } }",
    );
    let mut world = World::new(&configured, vec![group("app", "preprod", "0/0/0")]);
    world.tick(MONDAY);
    assert_eq!(world.size("app"), "2/2/4");
}

#[test]
fn defect_i_off_twice_then_on_restores_the_first_capacity() {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "2/3/5")]);
    world.tick(FRIDAY);
    world.tick(FRIDAY);
    world.pass();
    world.tick("2026-11-21T18:00:00Z");
    world.tick(MONDAY);
    assert_eq!(world.size("app"), "2/3/5");
}

#[test]
fn capacity_is_remembered_once_a_sleep_whatever_wakes_it_in_between() {
    let revert = CONFIG.replace(
        "preprod: { schedule: office-hours }",
        "preprod: { schedule: office-hours, manual_changes: revert }",
    );
    let mut world = World::new(&revert, vec![group("app", "preprod", "2/3/5")]);
    world.settle(FRIDAY);
    for night in ["2026-11-20T22:00:00Z", "2026-11-21T22:00:00Z"] {
        world.get("app").size.as_mut().unwrap().now = capacity("1/1/2");
        world.pass();
        world.settle(night);
        assert_eq!(world.size("app"), "0/0/0");
    }
    world.settle(MONDAY);
    assert_eq!(world.size("app"), "2/3/5");
    // What is changed by day is what is put to bed at night.
    world.get("app").size.as_mut().unwrap().now = capacity("1/1/2");
    world.pass();
    world.settle("2026-11-23T18:00:00Z");
    world.settle("2026-11-24T08:00:00Z");
    assert_eq!(world.size("app"), "1/1/2");
}

#[test]
fn a_kind_that_its_environment_does_not_name_is_left_alone() {
    let machines = CONFIG.replace(
        "preprod: { schedule: office-hours }",
        "preprod: { schedule: office-hours, kinds: [auto-scaling-group] }",
    );
    let fleet = vec![
        group("app", "preprod", "2/2/4"),
        database("db", "preprod"),
        database("prod-db", "prod"),
    ];
    let world = World::new(&machines, fleet);
    let plan = world.plan(utc(FRIDAY));
    let decided = |name: &str| {
        let step = plan.steps.iter().find(|step| step.resource.name == name);
        step.unwrap().decision.clone()
    };
    assert!(matches!(decided("app"), Decision::Act(Action::Stop { .. })));
    let kind = "rds-instance";
    assert_eq!(decided("db"), Decision::Leave(Leave::KindNotNamed { kind }));
    assert!(matches!(
        decided("prod-db"),
        Decision::Leave(Leave::ProtectedTag(_))
    ));
    assert_eq!(plan.problems().count(), 0);
    // Nor is it announced for the next transition.
    let until = utc("2026-11-23T09:00:00Z");
    let ahead = upcoming(&world.config, &plan, &world.ledger, until);
    assert_eq!(ahead.transitions[0].resources, ["app"]);
}

#[test]
fn defect_q_a_resource_without_policy_is_left_alone_and_reported() {
    let mut stranger = database("stranger", "preprod");
    stranger.tags = Tags::default();
    let world = World::new(
        CONFIG,
        vec![
            stranger,
            database("lost", "preprd"),
            database("db", "preprod"),
        ],
    );
    let plan = world.plan(utc(FRIDAY));
    assert!(
        plan.steps
            .iter()
            .all(|step| step.resource.name != "stranger")
    );
    let problem = plan.problems().next().unwrap();
    assert_eq!(problem.name, "lost");
    assert_eq!(
        problem.fault,
        Fault::UnknownEnvironment {
            name: "preprd".to_owned(),
            nearest: Some("preprod".to_owned())
        }
    );
    assert_eq!(plan.actions().count(), 1, "the others go on");
}

#[test]
fn defect_r_the_boundary_instant_belongs_to_what_follows() {
    let world = World::new(CONFIG, vec![database("db", "preprod")]);
    assert_eq!(world.plan(utc("2026-11-20T17:59:59Z")).actions().count(), 0);
    assert_eq!(world.plan(utc(FRIDAY)).actions().count(), 1);
}

#[test]
fn defect_h_a_database_that_aws_woke_after_seven_days_goes_back_to_sleep() {
    let mut world = World::new(CONFIG, vec![database("db", "preprod")]);
    world.settle(FRIDAY);
    world.get("db").observed = Observed::Running;
    let by_hand = world.plan(utc("2026-11-21T12:00:00Z"));
    assert!(matches!(
        by_hand.steps[0].decision,
        Decision::Leave(Leave::ManualChange { .. })
    ));
    world.get("db").restarted_by_aws = true;
    let by_aws = world.plan(utc("2026-11-21T12:00:00Z"));
    assert_eq!(by_aws.actions().count(), 1);
}

#[test]
fn a_manual_change_is_respected_until_the_next_transition_or_reverted() {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "2/2/4")]);
    world.settle(FRIDAY);
    let app = world.get("app");
    let size = app.size.as_mut().unwrap();
    size.now = capacity("1/1/1");
    size.machines = 1;
    app.observed = Observed::Running;
    assert_eq!(world.plan(utc("2026-11-21T12:00:00Z")).actions().count(), 0);
    // The next transition gives it back what it had.
    world.settle(MONDAY);
    assert_eq!(world.size("app"), "2/2/4");
    // What is changed once it is awake is what the next sleep remembers.
    world.get("app").size.as_mut().unwrap().now = capacity("1/1/1");
    world.pass();
    assert_eq!(world.plan(utc("2026-11-23T12:00:00Z")).actions().count(), 0);
    world.settle("2026-11-23T18:00:00Z");
    assert_eq!(
        world.get("app").size.as_ref().unwrap().memory,
        Memory::Of(capacity("1/1/1"))
    );

    let revert = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, manual_changes: revert }",
    );
    let mut world = World::new(&revert, vec![database("db", "preprod")]);
    world.settle(FRIDAY);
    world.get("db").observed = Observed::Running;
    assert_eq!(world.plan(utc("2026-11-21T12:00:00Z")).actions().count(), 1);
}

#[test]
fn a_capacity_edited_while_asleep_is_respected() {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "2/2/4")]);
    world.settle(FRIDAY);
    let app = world.get("app");
    app.size.as_mut().unwrap().now = capacity("0/0/6");
    app.observed = Observed::Stopped;
    world.tick(MONDAY);
    assert_eq!(world.size("app"), "2/2/6");
}

#[test]
fn databases_wake_before_compute_and_a_broken_one_holds_nobody_up() {
    let mut broken = database("broken", "preprod");
    broken.observed = Observed::Faulty {
        status: "storage-full".to_owned(),
        remedy: nightcap_domain::fleet::Text::fixed("grow it", "agrandissez-le"),
    };
    let mut asleep = database("db", "preprod");
    asleep.observed = Observed::Stopped;
    let mut app = group("app", "preprod", "0/0/0");
    app.size.as_mut().unwrap().memory = Memory::Of(capacity("2/2/4"));
    let mut world = World::new(CONFIG, vec![app, asleep, broken]);
    world.tick(MONDAY);
    world.pass();
    world.tick("2026-11-23T08:10:00Z");
    insta::assert_snapshot!(world.log);
}

#[test]
fn a_holiday_does_not_wake_anything() {
    let mut db = database("db", "preprod");
    db.observed = Observed::Stopped;
    let world = World::new(CONFIG, vec![db]);
    // Monday 6 April 2026 is Easter Monday; Tuesday is not.
    assert_eq!(world.plan(utc("2026-04-06T07:00:00Z")).actions().count(), 0);
    assert_eq!(world.plan(utc("2026-04-07T07:00:00Z")).actions().count(), 1);
}

#[test]
fn the_breaker_refuses_stops_that_no_transition_explains() {
    let config = format!("{CONFIG}limits: {{ max_stops: 3 }}\n");
    let fleet = |n: usize| -> Vec<_> {
        (0..n)
            .map(|i| database(&format!("db-{i}"), "preprod"))
            .collect()
    };
    let sunday = utc("2026-11-22T12:00:00Z");
    let plan = World::new(&config, fleet(4)).plan(sunday);
    assert_eq!(plan.actions().count(), 0);
    assert_eq!(plan.problems().count(), 4);
    assert_eq!(
        World::new(&config, fleet(3)).plan(sunday).actions().count(),
        3
    );
    assert_eq!(
        World::new(&config, fleet(40))
            .plan(utc(FRIDAY))
            .actions()
            .count(),
        40
    );
}

#[test]
fn a_sleeping_database_is_up_for_its_maintenance_window() {
    let config = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, wake_for_maintenance: true }",
    );
    let mut world = World::new(
        &config,
        vec![database("db", "preprod"), database("other", "preprod")],
    );
    world.get("db").maintenance = Some("sat:03:00-sat:03:30".to_owned());
    world.settle(FRIDAY);
    world.tick("2026-11-21T02:30:00Z");
    assert_eq!(world.get("db").observed, Observed::Starting);
    assert_eq!(world.get("other").observed, Observed::Stopped);
    world.pass();
    world.tick("2026-11-21T03:29:59Z");
    assert_eq!(world.get("db").observed, Observed::Running);
    world.tick("2026-11-21T03:30:00Z");
    assert_eq!(world.get("db").observed, Observed::Stopping);
}

#[test]
fn defect_g_an_empty_maintenance_window_costs_one_problem() {
    let config = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, wake_for_maintenance: true }",
    );
    let mut world = World::new(
        &config,
        (0..3)
            .map(|i| database(&format!("db-{i}"), "preprod"))
            .collect(),
    );
    world.get("db-1").maintenance = Some(String::new());
    let plan = world.plan(utc(FRIDAY));
    assert_eq!(plan.actions().count(), 2);
    assert_eq!(plan.problems().count(), 1);
}

#[test]
fn windows_that_cover_everything_keep_things_running() {
    let config = CONFIG.replace(
        "{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }",
        "{ start: '0 0 * * *', stop: '0 12 * * *' }\n      - { start: '0 12 * * *', stop: '0 0 * * *' }",
    ).replace("calendar: france", "timezone: UTC");
    let mut db = database("db", "preprod");
    db.observed = Observed::Stopped;
    let world = World::new(&config, vec![db, database("up", "preprod")]);
    assert_eq!(world.plan(utc("2026-11-22T12:00:00Z")).actions().count(), 1);
}

#[test]
fn a_schedule_that_has_not_begun_stops_nothing() {
    let config = CONFIG
        .replace("'0 9 * * MON-FRI'", "cron(0 9 1 1 ? 2030)")
        .replace("'0 19 * * MON-FRI'", "cron(0 19 1 1 ? 2030)");
    let world = World::new(&config, vec![database("db", "preprod")]);
    let plan = world.plan(utc("2026-11-22T12:00:00Z"));
    assert!(matches!(
        plan.steps[0].decision,
        Decision::Leave(Leave::ScheduleNotBegun)
    ));
}
