//! The list ahead: holds, the order of waking, and its bounds.

use crate::world::{CONFIG, World, database, group, utc};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::plan::{Ahead, MAX_UPCOMING, upcoming};
use nightcap_domain::time::State;

fn fleet() -> World {
    World::new(
        CONFIG,
        vec![
            group("app", "preprod", "2/2/4"),
            group("worker", "preprod", "1/1/1"),
            database("db", "preprod"),
        ],
    )
}

fn hold(world: &mut World, name: &str, state: State, from: &str, until: &str) {
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
    world.ledger.holds.push(hold);
}

fn ahead(world: &World, now: &str, until: &str) -> Ahead {
    let plan = world.plan(utc(now));
    upcoming(&world.config, &plan, &world.ledger, utc(until))
}

fn lines(ahead: &Ahead) -> Vec<String> {
    ahead
        .transitions
        .iter()
        .map(|one| {
            let at = one.transition.at.format("%dT%H:%M");
            format!("{at} {} {}", one.transition.to, one.resources.join(" "))
        })
        .collect()
}

#[test]
fn what_wakes_is_listed_in_the_order_of_waking() {
    let ahead = ahead(&fleet(), "2026-11-20T12:00:00Z", "2026-11-24T00:00:00Z");
    assert_eq!(
        lines(&ahead),
        [
            "20T18:00 stopped app worker db",
            "23T08:00 running db app worker",
            "23T18:00 stopped app worker db",
        ]
    );
    assert!(!ahead.truncated);
}

#[test]
fn a_hold_on_an_environment_moves_what_lies_ahead() {
    let mut world = fleet();
    hold(
        &mut world,
        "preprod",
        State::Running,
        "2026-11-20T12:00:00Z",
        "2026-11-20T22:00:00Z",
    );
    let until = "2026-11-21T00:00:00Z";
    assert_eq!(
        lines(&ahead(&world, "2026-11-20T12:00:00Z", until)),
        ["20T22:00 stopped app worker db"]
    );
    let mut world = fleet();
    hold(
        &mut world,
        "preprod",
        State::Stopped,
        "2026-11-20T12:00:00Z",
        "2026-11-20T15:00:00Z",
    );
    assert_eq!(
        lines(&ahead(&world, "2026-11-20T12:00:00Z", until)),
        [
            "20T15:00 running db app worker",
            "20T18:00 stopped app worker db"
        ]
    );
    // Beyond the night and the next morning: nothing happens at its end.
    let mut world = fleet();
    hold(
        &mut world,
        "preprod",
        State::Running,
        "2026-11-19T12:00:00Z",
        "2026-11-20T10:00:00Z",
    );
    assert_eq!(
        lines(&ahead(&world, "2026-11-19T12:00:00Z", until)),
        ["20T18:00 stopped app worker db"]
    );
}

#[test]
fn a_hold_on_machines_sets_them_apart_with_what_they_need() {
    let mut world = fleet();
    hold(
        &mut world,
        "app",
        State::Running,
        "2026-11-20T12:00:00Z",
        "2026-11-20T22:00:00Z",
    );
    assert_eq!(
        lines(&ahead(
            &world,
            "2026-11-20T12:00:00Z",
            "2026-11-21T00:00:00Z"
        )),
        ["20T18:00 stopped worker", "20T22:00 stopped app db"]
    );
    let mut world = fleet();
    hold(
        &mut world,
        "db",
        State::Stopped,
        "2026-11-20T12:00:00Z",
        "2026-11-20T15:00:00Z",
    );
    assert_eq!(
        lines(&ahead(
            &world,
            "2026-11-20T12:00:00Z",
            "2026-11-21T00:00:00Z"
        )),
        ["20T15:00 running db", "20T18:00 stopped app worker db"]
    );
}

#[test]
fn a_list_without_end_is_cut_and_says_so() {
    let minutely = CONFIG.replace(
        "{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }",
        "{ start: '*/2 * * * *', stop: '1-59/2 * * * *' }",
    );
    let mut world = World::new(&minutely, vec![database("db", "preprod")]);
    let long = ahead(&world, "2026-11-20T12:00:00Z", "2027-11-20T12:00:00Z");
    assert_eq!(
        (long.transitions.len(), long.truncated),
        (MAX_UPCOMING, true)
    );
    // Many resources, few transitions: the names are what is long.
    world.fleet = (0..10_000)
        .map(|n| database(&format!("{n:063}"), "preprod"))
        .collect();
    let wide = ahead(&world, "2026-11-20T12:00:00Z", "2027-11-20T12:00:00Z");
    assert!(wide.truncated);
    assert_eq!(wide.transitions[0].more_resources, 9_000);
    let bytes: usize = wide
        .transitions
        .iter()
        .flat_map(|one| &one.resources)
        .map(String::len)
        .sum();
    assert!(bytes < 1_200_000, "{bytes}");
}
