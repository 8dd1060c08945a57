//! The breaker counts what a transition stops: across tiers, and across ticks.

use crate::world::{CONFIG, World, database, group, utc};
use nightcap_domain::fleet::{Resource, Tags};
use nightcap_domain::plan::{Decision, Fault, Plan};

const SUNDAY: &str = "2026-11-22T12:00:00Z";

fn databases(from: usize, count: usize) -> Vec<Resource> {
    (from..from + count)
        .map(|i| database(&format!("db-{i}"), "preprod"))
        .collect()
}

fn groups(count: usize) -> Vec<Resource> {
    (0..count)
        .map(|i| group(&format!("app-{i}"), "preprod", "1/1/1"))
        .collect()
}

fn world(fleet: Vec<Resource>) -> World {
    let mut world = World::new(CONFIG, fleet);
    world.orders = true;
    world
}

fn refused(plan: &Plan) -> usize {
    plan.steps
        .iter()
        .filter(|step| matches!(step.decision, Decision::Refuse(Fault::TooManyStops { .. })))
        .count()
}

#[test]
fn groups_and_the_databases_behind_them_are_counted_together() {
    let mut fleet = groups(31);
    fleet.extend(databases(0, 32));
    let mut world = world(fleet);
    for _ in 0..3 {
        let plan = world.tick(SUNDAY);
        assert_eq!((plan.actions().count(), refused(&plan)), (0, 63));
        world.pass();
    }
}

#[test]
fn a_tier_of_its_own_gives_no_second_allowance() {
    let mut fleet = databases(0, 61);
    for database in fleet.iter_mut().take(30) {
        database.tags =
            Tags::from_iter([("nightcap:environment", "preprod"), ("nightcap:tier", "20")]);
    }
    let plan = world(fleet).plan(utc(SUNDAY));
    assert_eq!((plan.actions().count(), refused(&plan)), (0, 61));
}

#[test]
fn what_is_allowed_is_carried_out_to_its_end() {
    let mut fleet = groups(20);
    fleet.extend(databases(0, 30));
    let mut world = world(fleet);
    assert_eq!(world.tick(SUNDAY).actions().count(), 20);
    world.pass();
    let plan = world.tick("2026-11-22T12:05:00Z");
    assert_eq!((plan.actions().count(), refused(&plan)), (30, 0));
}

#[test]
fn later_ticks_of_the_same_transition_have_what_is_left_of_the_allowance() {
    let mut world = world(databases(0, 30));
    assert_eq!(world.tick(SUNDAY).actions().count(), 30);
    world.pass();
    let _ = world.tick("2026-11-22T12:05:00Z");
    world.fleet.extend(databases(100, 21));
    let plan = world.plan(utc("2026-11-22T12:10:00Z"));
    assert_eq!((plan.actions().count(), refused(&plan)), (0, 21));
    world.fleet.pop();
    let plan = world.tick("2026-11-22T12:10:00Z");
    assert_eq!((plan.actions().count(), refused(&plan)), (20, 0));
    // The next transition has an allowance of its own, and expects everything.
    world.settle("2026-11-23T08:00:00Z");
    let plan = world.tick("2026-11-23T18:00:00Z");
    assert_eq!(refused(&plan), 0);
}

#[test]
fn what_a_transition_explains_counts_for_nothing_later() {
    let mut world = world(databases(0, 60));
    world.settle("2026-11-20T18:00:00Z");
    world.fleet.extend(databases(100, 50));
    let plan = world.tick(SUNDAY);
    assert_eq!((plan.actions().count(), refused(&plan)), (50, 0));
}

#[test]
fn machines_that_take_long_to_drain_do_not_trip_it() {
    let mut fleet = groups(1);
    fleet.extend(databases(0, 60));
    let mut world = world(fleet);
    world.settle("2026-11-20T08:00:00Z");
    assert_eq!(world.tick("2026-11-20T18:00:00Z").actions().count(), 1);
    // Its last machine is there for two hours; somebody tags another database meanwhile.
    world.fleet.extend(databases(100, 1));
    let plan = world.tick("2026-11-20T19:30:00Z");
    assert_eq!((plan.actions().count(), refused(&plan)), (0, 0));
    world.pass();
    let plan = world.tick("2026-11-20T20:00:00Z");
    assert_eq!((plan.actions().count(), refused(&plan)), (61, 0));
    // That hour is no licence for what was not in anybody's care by then.
    world.fleet.extend(databases(200, 60));
    let plan = world.tick("2026-11-20T20:05:00Z");
    assert_eq!((plan.actions().count(), refused(&plan)), (0, 60));
}
