//! What a group remembers while it sleeps: never lost, never more than is allowed.

use crate::world::{CONFIG, World, capacity, group, utc};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Memory, Observed, Resource};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::plan::{Action, Decision, Fault, Plan};
use nightcap_domain::time::State;
use proptest::prelude::*;

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const NIGHT: &str = "2026-11-20T21:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";

fn asleep() -> World {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "2/2/4")]);
    world.orders = true;
    world.settle(FRIDAY);
    assert_eq!(world.size("app"), "0/0/0");
    world
}

/// Somebody gives it another size by hand.
fn set(world: &mut World, size: &str) {
    world.get("app").size.as_mut().unwrap().now = capacity(size);
    world.pass();
}

fn tag(world: &mut World) -> Memory {
    world.get("app").size.as_ref().unwrap().memory.clone()
}

fn held(resource: &Resource, state: State, from: &str, until: &str) -> Hold {
    Hold {
        id: format!("{}-{state}", resource.name),
        scope: Scope::Resource(resource.arn.clone()),
        state,
        from: utc(from),
        until: utc(until),
        author: Author::Person,
        by: "on-call".to_owned(),
        reason: "release".to_owned(),
        made_at: utc(from),
    }
}

fn fault(plan: &Plan) -> Fault {
    plan.problems().next().unwrap().fault
}

#[test]
fn a_capacity_lowered_at_night_is_given_back_in_the_morning() {
    for (night, morning) in [
        ("1/1/1", "2/2/4"),
        ("0/1/4", "2/2/4"),
        ("0/0/1", "2/2/4"),
        ("2/2/2", "2/2/4"),
        ("0/0/6", "2/2/6"),
        ("4/4/8", "4/4/8"),
        ("3/3/3", "3/3/4"),
    ] {
        for respect in [true, false] {
            let mut world = asleep();
            if !respect {
                // As without a ledger: nobody knows what was carried out.
                world.ledger = nightcap_domain::ledger::Ledger::default();
            }
            set(&mut world, night);
            if respect {
                let plan = world.tick(NIGHT);
                assert_eq!(
                    plan.actions().count(),
                    0,
                    "{night} is left until the transition"
                );
            }
            assert_eq!(tag(&mut world), Memory::Of(capacity("2/2/4")), "{night}");
            world.settle(MONDAY);
            assert_eq!(world.size("app"), morning, "{night}, ledger {respect}");
        }
    }
}

#[test]
fn a_stop_by_another_ground_does_not_overwrite_what_has_not_been_given_back() {
    for night in ["1/1/1", "0/1/4", "0/3/4"] {
        let mut world = asleep();
        set(&mut world, night);
        let hold = held(
            world.get("app"),
            State::Stopped,
            NIGHT,
            "2026-11-21T06:00:00Z",
        );
        world.ledger.holds.push(hold);
        world.settle(NIGHT);
        assert_eq!(world.size("app"), "0/0/0");
        world.settle(MONDAY);
        assert_eq!(world.size("app"), "2/2/4", "{night}");
    }
}

#[test]
fn a_hold_gives_back_the_capacity_too() {
    let mut world = asleep();
    set(&mut world, "1/1/1");
    let hold = held(
        world.get("app"),
        State::Running,
        NIGHT,
        "2026-11-21T06:00:00Z",
    );
    world.ledger.holds.push(hold);
    world.settle(NIGHT);
    assert_eq!(world.size("app"), "2/2/4");
    world.settle("2026-11-21T06:00:00Z");
    world.settle(MONDAY);
    assert_eq!(world.size("app"), "2/2/4");
}

#[test]
fn what_its_own_scaling_does_by_day_is_not_undone() {
    let revert = CONFIG.replace(
        "preprod: { schedule: office-hours }",
        "preprod: { schedule: office-hours, manual_changes: revert }",
    );
    for config in [CONFIG, &revert] {
        let mut world = World::new(config, vec![group("app", "preprod", "2/4/6")]);
        world.orders = true;
        world.settle(FRIDAY);
        world.settle(MONDAY);
        set(&mut world, "2/2/6");
        // The deletion of the tag had failed.
        world.get("app").size.as_mut().unwrap().memory = Memory::Of(capacity("2/4/6"));
        assert_eq!(world.plan(utc("2026-11-23T12:00:00Z")).actions().count(), 0);
        world.settle("2026-11-23T18:00:00Z");
        assert_eq!(tag(&mut world), Memory::Of(capacity("2/2/6")));
    }
}

#[test]
fn a_tag_deleted_at_night_is_made_good_by_the_ledger() {
    for now in ["0/0/0", "1/1/1"] {
        let mut world = asleep();
        set(&mut world, now);
        world.get("app").size.as_mut().unwrap().memory = Memory::None;
        world.settle(MONDAY);
        assert_eq!(world.size("app"), "2/2/4", "{now}");
    }
}

#[test]
fn a_tag_that_was_changed_at_night_counts_for_less_than_the_ledger_and_is_told() {
    for forged in ["9/9/9", "1/1/1", "0/0/4294967295"] {
        let mut world = asleep();
        world.get("app").size.as_mut().unwrap().memory = Memory::Of(capacity(forged));
        let plan = world.tick(MONDAY);
        let told = Fault::MemoryDiffers {
            tag: capacity(forged),
            written: capacity("2/2/4"),
        };
        assert_eq!(fault(&plan), told);
        assert_eq!(world.size("app"), "2/2/4");
    }
}

#[test]
fn a_memory_above_the_limit_is_refused_and_never_clipped() {
    for (config, limit) in [
        (CONFIG.to_owned(), 100),
        (format!("{CONFIG}limits: {{ max_capacity: 5 }}\n"), 5),
        (
            CONFIG.replace("office-hours }", "office-hours, max_capacity: 7 }"),
            7,
        ),
    ] {
        let mut app = group("app", "preprod", "0/0/0");
        let above = Capacity::new(1, 1, limit + 1).unwrap();
        app.size.as_mut().unwrap().memory = Memory::Of(above);
        let mut world = World::new(&config, vec![app]);
        let plan = world.tick(MONDAY);
        let told = Fault::CapacityAboveLimit {
            capacity: above,
            limit,
            waking: true,
        };
        assert_eq!(fault(&plan), told);
        assert_eq!(world.size("app"), "0/0/0");
        world.get("app").size.as_mut().unwrap().memory =
            Memory::Of(Capacity::new(1, 1, limit).unwrap());
        world.settle(MONDAY);
        assert_eq!(world.size("app"), format!("1/1/{limit}"));
    }
}

#[test]
fn what_could_not_be_woken_is_not_put_to_sleep() {
    let mut world = World::new(CONFIG, vec![group("app", "preprod", "2/2/500")]);
    let plan = world.tick(FRIDAY);
    assert!(matches!(
        fault(&plan),
        Fault::CapacityAboveLimit {
            waking: false,
            limit: 100,
            ..
        }
    ));
    assert_eq!(world.size("app"), "2/2/500");
}

#[test]
fn the_limit_holds_for_what_is_configured_and_what_was_raised() {
    let config = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, capacity: { min: 1, desired: 1, max: 200 } }",
    );
    let mut world = World::new(&config, vec![group("app", "preprod", "0/0/0")]);
    assert!(matches!(
        fault(&world.tick(MONDAY)),
        Fault::CapacityAboveLimit { waking: true, .. }
    ));
    let mut world = asleep();
    let app = world.get("app");
    app.size.as_mut().unwrap().now = capacity("0/0/5000");
    app.observed = Observed::Stopped;
    assert!(matches!(
        fault(&world.tick(MONDAY)),
        Fault::CapacityAboveLimit { waking: true, .. }
    ));
}

fn sizes() -> impl Strategy<Value = Capacity> {
    (0u32..5, 0u32..5, 0u32..5).prop_map(|(a, b, c)| {
        let mut sizes = [a, b, c];
        sizes.sort_unstable();
        Capacity::new(sizes[0], sizes[1], sizes[2]).unwrap()
    })
}

proptest! {
    /// Whatever people set at night, however often, with holds in between, with a ledger or
    /// without, changes respected or reverted: the morning has at least what the day before had.
    #[test]
    fn a_remembered_capacity_is_never_lost(
        day in sizes().prop_filter("a size to come back to", |size| size.min() > 0),
        nights in prop::collection::vec((sizes(), prop::option::of(any::<bool>())), 0..5),
        revert in any::<bool>(),
        ledger in any::<bool>(),
    ) {
        let config = if revert {
            CONFIG.replace("office-hours }", "office-hours, manual_changes: revert }")
        } else {
            CONFIG.to_owned()
        };
        let mut world = World::new(&config, vec![group("app", "preprod", &day.to_string())]);
        world.orders = true;
        world.settle(FRIDAY);
        let mut at = utc(NIGHT);
        for (size, hold) in nights {
            // What a hold has woken has its capacity back: what is changed then is another day's.
            if tag(&mut world) != Memory::None {
                set(&mut world, &size.to_string());
            }
            if let Some(up) = hold {
                let state = if up { State::Running } else { State::Stopped };
                let text = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339();
                let until = at + chrono::TimeDelta::hours(2);
                let mut hold = held(world.get("app"), state, &text(at), &text(until));
                hold.id = format!("{at}");
                world.ledger.holds = vec![hold];
            }
            let plan = world.tick(&at.to_rfc3339());
            for (_, action) in plan.actions() {
                if let Action::Stop { remember: Some(capacity), .. } = action {
                    prop_assert!(capacity.covers(day), "{capacity} for {day}");
                }
            }
            // What runs again at what its tag says, or more, loses the tag (`stale.rs`).
            let woken = plan.steps[0].reached.is_some_and(|reached| reached.to == State::Running);
            let size = world.get("app").size.as_mut().unwrap();
            if woken && matches!(size.memory, Memory::Of(tag) if size.now.covers(tag)) {
                size.memory = Memory::None;
            }
            world.pass();
            if !ledger {
                world.ledger.carried.clear();
                world.ledger.marks.clear();
            }
            at += chrono::TimeDelta::hours(3);
        }
        world.ledger.holds.clear();
        world.settle(MONDAY);
        let morning: Capacity = world.size("app").parse().unwrap();
        prop_assert!(morning.covers(day), "{morning} for {day}");
    }

    /// No tag, whatever it says, starts more than is allowed.
    #[test]
    fn no_tag_starts_more_than_is_allowed(
        memory in (0u32..400, 0u32..400, 0u32..400),
        now in sizes(),
        limit in 1u32..300,
    ) {
        let mut numbers = [memory.0, memory.1, memory.2];
        numbers.sort_unstable();
        let memory = Capacity::new(numbers[0], numbers[1], numbers[2]).unwrap();
        prop_assume!(!memory.is_zero());
        let config = format!("{CONFIG}limits: {{ max_capacity: {limit} }}\n");
        let mut app = group("app", "preprod", &now.to_string());
        app.size.as_mut().unwrap().memory = Memory::Of(memory);
        for step in World::new(&config, vec![app]).plan(utc(MONDAY)).steps {
            if let Decision::Act(Action::Start { capacity }) = step.decision {
                prop_assert!(capacity.unwrap().max() <= limit);
            }
        }
    }
}
