//! Holds pass the same gates as schedules: what is held up keeps what it needs.

use crate::world::{CONFIG, World, capacity, database, fixed, group, utc};
use nightcap_domain::fleet::Tags;
use nightcap_domain::hold::{Author, Hold, HoldAnswer, HoldWarning, Scope};
use nightcap_domain::plan::{Action, Because, Decision, Desired, Plan, Step, Wait};
use nightcap_domain::time::State;
use proptest::prelude::*;

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const NIGHT: &str = "2026-11-20T21:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";

fn fleet() -> World {
    let mut other = database("other-db", "preprod");
    other.region = "eu-west-1".into();
    let mut world = World::new(
        CONFIG,
        vec![
            group("app", "preprod", "2/2/4"),
            group("worker", "preprod", "1/1/1"),
            database("db", "preprod"),
            fixed(database("replica", "preprod"), "a read replica"),
            other,
        ],
    );
    world.orders = true;
    world
}

fn hold(world: &mut World, name: &str, state: State, from: &str, until: &str) -> Hold {
    let hold = Hold {
        id: format!("{name}-{state}"),
        scope: match name {
            "preprod" => Scope::Environment("preprod".into()),
            name => Scope::Resource(world.get(name).arn.clone()),
        },
        state,
        from: utc(from),
        until: utc(until),
        author: Author::Person,
        by: "on-call".to_owned(),
        reason: "release".to_owned(),
        made_at: utc(from),
    };
    world.ledger.holds.push(hold.clone());
    hold
}

fn step<'p>(plan: &'p Plan, name: &str) -> &'p Step {
    plan.steps
        .iter()
        .find(|step| step.resource.name == name)
        .unwrap()
}

fn stops(plan: &Plan) -> Vec<&str> {
    plan.actions()
        .filter(|(_, action)| matches!(action, Action::Stop { .. }))
        .map(|(step, _)| step.resource.name.as_str())
        .collect()
}

#[test]
fn a_hold_on_machines_keeps_their_databases() {
    let mut world = fleet();
    hold(
        &mut world,
        "app",
        State::Running,
        "2026-11-20T17:58:00Z",
        "2026-11-20T23:00:00Z",
    );
    let plan = world.tick(FRIDAY);
    // The worker sleeps, and the database of another region, which the machines do not use.
    assert_eq!(stops(&plan), ["worker", "other-db"]);
    world.settle("2026-11-20T18:05:00Z");
    let plan = world.plan(utc(NIGHT));
    assert!(matches!(
        &step(&plan, "db").desired,
        Desired::State { because: Because::Needed { by, .. }, .. } if by == "app"
    ));
    assert_eq!(plan.actions().count(), 0);
    // When the hold is over, all of it sleeps, in order, and without the breaker.
    let plan = world.tick("2026-11-20T23:00:00Z");
    assert_eq!(stops(&plan), ["app"]);
    assert!(matches!(
        step(&plan, "db").decision,
        Decision::Wait(Wait::StillUsedBy(_))
    ));
    world.pass();
    let plan = world.tick("2026-11-20T23:05:00Z");
    assert_eq!(stops(&plan), ["db"]);
}

#[test]
fn a_hold_that_wakes_machines_at_night_wakes_their_databases_first() {
    let mut world = fleet();
    world.settle(FRIDAY);
    hold(
        &mut world,
        "app",
        State::Running,
        NIGHT,
        "2026-11-20T23:00:00Z",
    );
    let plan = world.tick(NIGHT);
    let started: Vec<&str> = plan
        .actions()
        .map(|(step, _)| step.resource.name.as_str())
        .collect();
    assert_eq!(started, ["db"]);
    assert!(matches!(
        step(&plan, "app").decision,
        Decision::Wait(Wait::NeedsUp(_))
    ));
    world.settle("2026-11-20T21:05:00Z");
    assert_eq!(world.size("app"), "2/2/4");
    assert_eq!(world.size("worker"), "0/0/0");
}

#[test]
fn machines_held_up_in_an_environment_held_down_keep_their_databases() {
    let mut world = fleet();
    hold(
        &mut world,
        "app",
        State::Running,
        "2026-11-20T10:00:00Z",
        "2026-11-20T16:00:00Z",
    );
    let down = hold(
        &mut world,
        "preprod",
        State::Stopped,
        "2026-11-20T11:00:00Z",
        "2026-11-20T16:00:00Z",
    );
    let plan = world.plan(utc("2026-11-20T11:00:00Z"));
    assert_eq!(stops(&plan), ["worker", "other-db"]);
    let answer = HoldAnswer::new(&world.config, &plan, &world.ledger, &down, false);
    let kept = HoldWarning::KeptUp {
        resources: vec!["app".to_owned()],
    };
    assert_eq!(answer.warnings, [kept]);
}

#[test]
fn a_hold_that_stops_a_database_under_running_machines_warns_and_does_it() {
    let mut world = fleet();
    let day = "2026-11-20T10:00:00Z";
    let before = world.plan(utc(day));
    let down = hold(
        &mut world,
        "db",
        State::Stopped,
        day,
        "2026-11-20T16:00:00Z",
    );
    world.ledger.holds.clear();
    let answer = HoldAnswer::new(&world.config, &before, &world.ledger, &down, false);
    let users = vec!["app".to_owned(), "worker".to_owned()];
    assert_eq!(answer.warnings, [HoldWarning::StopsUnder { users }]);
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["warnings"][0]["code"], "stops-under");
    assert!(
        json["warnings"][0]["message"]
            .as_str()
            .unwrap()
            .contains("app, worker")
    );
    world.ledger.holds.push(down);
    assert_eq!(stops(&world.plan(utc(day))), ["db"]);
    // At night, when nothing runs, there is nothing to warn of.
    let mut world = fleet();
    world.settle(FRIDAY);
    let before = world.plan(utc(NIGHT));
    let down = hold(
        &mut world,
        "db",
        State::Stopped,
        NIGHT,
        "2026-11-20T23:00:00Z",
    );
    world.ledger.holds.clear();
    let answer = HoldAnswer::new(&world.config, &before, &world.ledger, &down, false);
    assert_eq!(answer.warnings, []);
}

#[test]
fn a_hold_says_what_else_it_keeps_up_and_what_it_cannot() {
    let mut world = fleet();
    let up = hold(
        &mut world,
        "app",
        State::Running,
        NIGHT,
        "2026-11-20T23:00:00Z",
    );
    world.ledger.holds.clear();
    let plan = world.plan(utc(NIGHT));
    let answer = HoldAnswer::new(&world.config, &plan, &world.ledger, &up, false);
    assert_eq!(answer.needs, ["db"]);
    assert_eq!(answer.cost.resources, ["app", "db"]);
    assert_eq!(answer.warnings, []);
    hold(
        &mut world,
        "db",
        State::Stopped,
        FRIDAY,
        "2026-11-20T23:00:00Z",
    );
    let answer = HoldAnswer::new(&world.config, &plan, &world.ledger, &up, false);
    let down = HoldWarning::NeedsHeldDown {
        resources: vec!["db".to_owned()],
    };
    assert_eq!(answer.warnings, [down]);
    assert!(answer.needs.is_empty());
}

#[test]
fn machines_woken_by_hand_keep_their_databases_until_the_next_transition() {
    let mut world = fleet();
    let _ = world.tick(FRIDAY);
    world.pass();
    let _ = world.tick("2026-11-20T18:01:00Z");
    // The machines have gone, the database is being stopped; somebody wakes both again.
    world.pass();
    let _ = world.tick("2026-11-20T18:02:00Z");
    world.get("app").size.as_mut().unwrap().now = capacity("1/1/1");
    world.pass();
    world.get("db").restarted_by_aws = true;
    world.get("db").observed = nightcap_domain::fleet::Observed::Running;
    let plan = world.plan(utc(NIGHT));
    assert!(matches!(
        &step(&plan, "db").decision,
        Decision::Wait(Wait::KeptUpFor(names)) if names == &["app"]
    ));
    world.get("db").restarted_by_aws = false;
    world.settle(MONDAY);
    assert_eq!(world.size("app"), "2/2/4");
}

#[test]
fn a_tier_of_its_own_makes_a_resource_needed_or_not() {
    let mut world = fleet();
    world.get("worker").tags =
        Tags::from_iter([("nightcap:environment", "preprod"), ("nightcap:tier", "15")]);
    hold(
        &mut world,
        "app",
        State::Running,
        "2026-11-20T17:58:00Z",
        "2026-11-20T23:00:00Z",
    );
    let plan = world.plan(utc(FRIDAY));
    assert_eq!(stops(&plan), ["other-db"]);
}

proptest! {
    /// Whatever is held, nothing that a resource held up needs is ever stopped, unless by a hold
    /// on that very thing.
    #[test]
    fn what_is_held_up_never_loses_what_it_needs(
        held in prop::sample::select(vec!["app", "worker", "db", "preprod"]),
        also in prop::sample::select(vec!["app", "worker", "db", "preprod"]),
        states in (any::<bool>(), any::<bool>()),
        minutes in 0i64..4_000,
    ) {
        let mut world = fleet();
        let state = |up| if up { State::Running } else { State::Stopped };
        hold(&mut world, held, state(states.0), "2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z");
        hold(&mut world, also, state(states.1), "2026-11-20T13:00:00Z", "2026-11-22T13:00:00Z");
        let now = utc("2026-11-20T13:00:00Z") + chrono::TimeDelta::minutes(minutes);
        let plan = world.plan(now);
        for up in plan.steps.iter().filter(|step| {
            step.desired.state() == Some(State::Running) && step.resource.size.is_some()
        }) {
            let database = step(&plan, "db");
            let own = matches!(
                &database.desired,
                Desired::State { because: Because::Hold(hold), .. }
                    if matches!(hold.scope, Scope::Resource(_))
            );
            let stopped = matches!(database.decision, Decision::Act(Action::Stop { .. }));
            prop_assert!(!stopped || own, "{} is stopped under {}", database.resource.name, up.resource.name);
        }
    }
}
