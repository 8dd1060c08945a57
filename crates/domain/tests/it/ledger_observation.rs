//! What a tick may conclude from what it sees while another tick is at work.

use crate::world::{CONFIG, World, database, utc};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::ledger::{Ledger, Phase, SETTLING, Write};
use nightcap_domain::names::EnvironmentName;
use nightcap_domain::plan::Step;
use nightcap_domain::time::State;

/// Monday morning; half an hour later somebody puts preprod to sleep again.
const MORNING: &str = "2026-11-23T08:29:07Z";

fn only_step(world: &World, now: DateTime<Utc>) -> Step {
    world.plan(now).steps.into_iter().next().unwrap()
}

fn write(ledger: &mut Ledger, write: &Write) {
    ledger
        .marks
        .insert(write.resource.clone(), write.mark.clone());
    ledger.carried.insert(write.resource.clone(), write.carried);
}

/// Found by a fault run: a tick claims a start, somebody makes a hold, and a second tick sees
/// the database still down before the first has given its order. Had it concluded that the
/// hold is carried out, the start would then look like a person's, and be respected.
#[test]
fn a_state_that_an_order_under_way_is_about_to_end_is_not_taken_for_reached() {
    let mut asleep = database("db", "preprod");
    asleep.observed = nightcap_domain::fleet::Observed::Stopped;
    let mut world = World::new(CONFIG, vec![asleep]);
    let now = utc(MORNING);
    let start = only_step(&world, now);
    let claim = Write::claim(&world.ledger, &start, "tick-1", now).unwrap();
    write(&mut world.ledger, &claim);

    world.ledger.holds.push(Hold {
        id: "preprod-1".to_owned(),
        scope: Scope::Environment(EnvironmentName::new("preprod")),
        state: State::Stopped,
        from: now + TimeDelta::seconds(1),
        until: now + TimeDelta::hours(3),
        author: Author::Person,
        by: "on-call".to_owned(),
        reason: "release".to_owned(),
        made_at: now + TimeDelta::seconds(1),
    });
    let meanwhile = now + TimeDelta::seconds(15);
    let step = only_step(&world, meanwhile);
    assert_eq!(Write::observation(&world.ledger, &step, meanwhile), None);

    // Once AWS cannot be describing what was before the order any more, what is seen counts.
    let later = now + SETTLING;
    let step = only_step(&world, later);
    let observed = Write::observation(&world.ledger, &step, later).unwrap();
    assert_eq!(
        (observed.carried.to, observed.carried.phase),
        (State::Stopped, Phase::Reached)
    );
}

#[test]
fn an_order_that_has_arrived_is_noted_at_once() {
    let mut world = World::new(CONFIG, vec![database("db", "preprod")]);
    world.get("db").observed = nightcap_domain::fleet::Observed::Stopped;
    let now = utc(MORNING);
    let claim = Write::claim(&world.ledger, &only_step(&world, now), "tick-1", now).unwrap();
    write(&mut world.ledger, &claim);
    world.get("db").observed = nightcap_domain::fleet::Observed::Running;
    let soon = now + TimeDelta::seconds(30);
    let observed = Write::observation(&world.ledger, &only_step(&world, soon), soon).unwrap();
    assert_eq!(
        (observed.carried.to, observed.carried.phase),
        (State::Running, Phase::Reached)
    );
}
