//! Holds: what can be asked for, what it costs, which one counts, what follows its end.

use crate::world::{CONFIG, World, database, fixed, group, utc};
use chrono::TimeDelta;
use nightcap_domain::fleet::Tags;
use nightcap_domain::hold::{
    About, Asked, Author, End, Hold, HoldAnswer, HoldError, HoldsAnswer, ReleaseAnswer, Released,
    Scope, make, release,
};
use nightcap_domain::plan::{Decision, Desired, Fault, Leave};
use nightcap_domain::time::State;

/// Friday 19:00 in Paris: preprod has just gone to sleep.
const FRIDAY: &str = "2026-11-20T18:00:00Z";

fn fleet() -> World {
    World::new(
        CONFIG,
        vec![
            group("preprod-app", "preprod", "2/2/4"),
            database("preprod-db", "preprod"),
            fixed(database("preprod-replica", "preprod"), "a read replica"),
            database("prod-db", "prod"),
        ],
    )
}

fn asked(about: About, state: State, end: End) -> Asked {
    Asked {
        about,
        state,
        end,
        by: "on-call".to_owned(),
        reason: "release 4.2".to_owned(),
    }
}

fn preprod() -> About {
    About::Environment("preprod".to_owned())
}

fn until(text: &str) -> End {
    End::Until(text.to_owned())
}

fn made(world: &World, asked: &Asked, now: &str) -> Result<Hold, HoldError> {
    let now = utc(now);
    make(&world.config, &world.plan(now), asked, now)
}

fn answer(world: &World, hold: &Hold) -> HoldAnswer {
    let plan = world.plan(hold.made_at);
    HoldAnswer::new(&world.config, &plan, &world.ledger, hold, false)
}

#[test]
fn a_hold_says_what_it_costs_against_the_schedule() {
    let world = fleet();
    for (state, end, now, text) in [
        (
            State::Running,
            until("23:00"),
            FRIDAY,
            "keeps preprod-app and preprod-db up 4 h beyond the schedule: no price is known",
        ),
        // From Friday 17:30 on: the first hour and a half is in office hours.
        (
            State::Running,
            until("23:00"),
            "2026-11-20T16:30:00Z",
            "keeps preprod-app and preprod-db up 4 h beyond the schedule: no price is known",
        ),
        (
            State::Running,
            End::For("45m".parse().unwrap()),
            FRIDAY,
            "keeps preprod-app and preprod-db up 45 min beyond the schedule: no price is known",
        ),
        // Monday has ten hours in which it would be up.
        (
            State::Stopped,
            until("2026-11-24 08:00"),
            FRIDAY,
            "keeps preprod-app and preprod-db down 10 h beyond the schedule: no price is known",
        ),
        (
            State::Stopped,
            until("23:00"),
            FRIDAY,
            "keeps 2 resources down, as the schedule does",
        ),
    ] {
        let hold = made(&world, &asked(preprod(), state, end.clone()), now).unwrap();
        let cost = answer(&world, &hold).cost;
        assert_eq!(cost.text, text, "{end:?} at {now}");
        assert_eq!(
            cost.resources,
            ["preprod-app", "preprod-db"],
            "not the replica"
        );
    }
    let one = asked(
        About::Resource("preprod-db".to_owned()),
        State::Running,
        until("20:30"),
    );
    let hold = made(&world, &one, FRIDAY).unwrap();
    let cost = answer(&world, &hold).cost;
    assert_eq!(
        cost.text,
        "keeps preprod-db up 1 h 30 beyond the schedule: no price is known"
    );
    assert_eq!(cost.minutes_beyond_schedule, 90);
}

#[test]
fn what_cannot_be_held_is_refused_with_what_to_do() {
    let mut world = fleet();
    let mut disguised = database("disguised", "preprod");
    disguised.tags =
        Tags::from_iter([("nightcap:environment", "preprod"), ("Environment", "Live")]);
    world.fleet.push(disguised);
    world.fleet.push(database("lost", "preprd"));
    let resource = |name: &str| About::Resource(name.to_owned());
    let environment = |name: &str| About::Environment(name.to_owned());
    let mut refused = String::new();
    for (about, end) in [
        (environment("prod"), until("23:00")),
        (environment("prepord"), until("23:00")),
        (resource("prod-db"), until("23:00")),
        (resource("disguised"), until("23:00")),
        (resource("lost"), until("23:00")),
        (resource("preprod-replica"), until("23:00")),
        (resource("preprod-bd"), until("23:00")),
        (preprod(), until("tonight")),
        (preprod(), until("2026-11-20T18:00:00Z")),
        (preprod(), End::For("169h".parse().unwrap())),
        (preprod(), until("2026-12-25 12:00")),
    ] {
        let error = made(&world, &asked(about.clone(), State::Running, end), FRIDAY).unwrap_err();
        refused.push_str(&format!("{about:?}\n  {error}\n"));
    }
    for (by, reason) in [("", "release"), ("on-call", " "), ("on-call", "a\nb")] {
        let asked = Asked {
            by: by.to_owned(),
            reason: reason.to_owned(),
            ..asked(preprod(), State::Running, until("23:00"))
        };
        let error = made(&world, &asked, FRIDAY).unwrap_err();
        refused.push_str(&format!("by {by:?} because {reason:?}\n  {error}\n"));
    }
    insta::assert_snapshot!(refused);
}

#[test]
fn seven_days_are_allowed_unless_the_configuration_says_otherwise() {
    let week = asked(preprod(), State::Stopped, End::For("7d".parse().unwrap()));
    assert!(made(&fleet(), &week, FRIDAY).is_ok());
    let mut strict = fleet();
    let config = format!("{CONFIG}limits: {{ max_hold: 12h }}\n");
    strict.config = nightcap_domain::config::Compiled::parse(&config).unwrap();
    let error = made(&strict, &week, FRIDAY).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a hold may last 12h (limits.max_hold), so until Sat 21 Nov 2026 07:00 CET at the latest; \
         make it shorter and renew it, or raise limits.max_hold"
    );
}

fn hold(id: &str, scope: Scope, state: State, author: Author, made_at: &str) -> Hold {
    Hold {
        id: id.to_owned(),
        scope,
        state,
        from: utc(made_at),
        until: utc(made_at) + TimeDelta::hours(4),
        author,
        by: "somebody".to_owned(),
        reason: "reasons".to_owned(),
        made_at: utc(made_at),
    }
}

/// The id of the hold that counts for the database at 19:30.
fn in_force(holds: &[Hold]) -> String {
    let mut world = fleet();
    world.ledger.holds = holds.to_vec();
    let plan = world.plan(utc("2026-11-20T18:30:00Z"));
    let step = plan
        .steps
        .iter()
        .find(|step| step.resource.name == "preprod-db");
    match &step.unwrap().desired {
        Desired::State {
            because: nightcap_domain::plan::Because::Hold(hold),
            ..
        } => hold.id.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_person_outranks_the_guard_then_the_narrower_then_the_newer() {
    let environment = || Scope::Environment("preprod".into());
    let resource = || Scope::Resource(database("preprod-db", "preprod").arn);
    let (up, down) = (State::Running, State::Stopped);
    let person = hold(
        "person",
        environment(),
        up,
        Author::Person,
        "2026-11-20T17:00:00Z",
    );
    let guard = hold(
        "guard",
        resource(),
        down,
        Author::Guard,
        "2026-11-20T18:10:00Z",
    );
    assert_eq!(in_force(&[person.clone(), guard.clone()]), "person");
    let narrow = hold(
        "narrow",
        resource(),
        down,
        Author::Person,
        "2026-11-20T16:00:00Z",
    );
    assert_eq!(
        in_force(&[narrow.clone(), person.clone(), guard.clone()]),
        "narrow"
    );
    let newer = hold(
        "newer",
        environment(),
        down,
        Author::Person,
        "2026-11-20T17:30:00Z",
    );
    assert_eq!(in_force(&[newer.clone(), person.clone()]), "newer");
    assert_eq!(in_force(&[person.clone(), newer]), "newer");

    // Told when it is made, too.
    let mut world = fleet();
    world.ledger.holds = vec![narrow];
    let about = About::Resource("preprod-db".to_owned());
    let guards = Hold {
        author: Author::Guard,
        ..made(&world, &asked(about, up, until("23:00")), FRIDAY).unwrap()
    };
    let outranked = answer(&world, &guards).outranked_by.unwrap();
    assert_eq!(outranked.id, "narrow");
}

#[test]
fn the_same_hold_asked_for_twice_is_one_and_another_is_another() {
    let mut world = fleet();
    let request = asked(preprod(), State::Running, until("23:00"));
    let first = made(&world, &request, FRIDAY).unwrap();
    world.ledger.holds.push(first.clone());
    let copy = made(&world, &request, "2026-11-20T18:00:07Z").unwrap();
    assert_eq!(copy.id, first.id);
    assert!(answer(&world, &copy).already);
    let longer = asked(preprod(), State::Running, until("23:30"));
    let longer = made(&world, &longer, FRIDAY).unwrap();
    assert_ne!(longer.id, first.id);
    assert!(!answer(&world, &longer).already);
    assert!(first.id.starts_with("preprod-"), "{}", first.id);
}

#[test]
fn a_hold_wakes_what_sleeps_and_its_end_puts_it_back() {
    let mut world = fleet();
    world.settle(FRIDAY);
    let request = asked(preprod(), State::Running, until("23:00"));
    let hold = made(&world, &request, "2026-11-20T19:00:00Z").unwrap();
    world.ledger.holds.push(hold);
    world.settle("2026-11-20T19:00:00Z");
    assert_eq!(world.size("preprod-app"), "2/2/4");
    assert_eq!(world.get("preprod-db").observed.word(), "running");
    // A minute before its end it still counts; at its end it does not.
    assert_eq!(world.plan(utc("2026-11-20T21:59:59Z")).actions().count(), 0);
    world.settle("2026-11-20T22:00:00Z");
    assert_eq!(world.get("preprod-db").observed.word(), "stopped");
    assert_eq!(world.size("preprod-app"), "0/0/0");
}

#[test]
fn what_the_end_of_a_hold_stops_is_expected_by_the_breaker() {
    let config = format!("{CONFIG}limits: {{ max_stops: 1 }}\n");
    let databases = (0..5).map(|i| database(&format!("db-{i}"), "preprod"));
    let mut world = World::new(&config, databases.collect());
    let now = utc("2026-11-20T22:05:00Z");
    let refused = world.plan(now);
    assert!(matches!(
        refused.problems().next().unwrap().fault,
        Fault::TooManyStops { stops: 5, .. }
    ));
    let scope = Scope::Environment("preprod".into());
    let ended = hold("h", scope, State::Running, Author::Person, FRIDAY);
    world.ledger.holds = vec![ended];
    assert_eq!(world.plan(now).actions().count(), 5);
    // Three hours later they are as unexpected as ever.
    assert_eq!(world.plan(utc("2026-11-21T01:05:00Z")).actions().count(), 0);
}

#[test]
fn holds_are_released_by_id_by_environment_and_by_resource() {
    let environment = Scope::Environment("preprod".into());
    let resource = Scope::Resource(database("preprod-db", "preprod").arn);
    let (up, down) = (State::Running, State::Stopped);
    let holds = [
        hold("preprod-1", environment.clone(), up, Author::Person, FRIDAY),
        hold("preprod-2", environment, down, Author::Guard, FRIDAY),
        hold("preprod-db-3", resource, up, Author::Person, FRIDAY),
    ];
    let now = utc("2026-11-20T19:00:00Z");
    let released = |which: &Released| -> Vec<String> {
        let ended = release(&holds, which, now).unwrap();
        assert!(
            ended
                .iter()
                .all(|hold| hold.until == now && hold.has_ended(now))
        );
        ended.into_iter().map(|hold| hold.id).collect()
    };
    assert_eq!(
        released(&Released::Id("preprod-2".to_owned())),
        ["preprod-2"]
    );
    assert_eq!(
        released(&Released::About(preprod())),
        ["preprod-1", "preprod-2"]
    );
    for name in [
        "preprod-db",
        "preprod-db-3",
        holds[2].scope.to_string().as_str(),
    ] {
        assert_eq!(
            released(&Released::Named(name.to_owned())),
            ["preprod-db-3"],
            "{name}"
        );
    }
    let error = release(&holds, &Released::Named("prepord".to_owned()), now).unwrap_err();
    assert!(
        error.to_string().contains("did you mean \"preprod\"?"),
        "{error}"
    );
    let later = now + TimeDelta::hours(4);
    let error = release(&holds, &Released::About(preprod()), later).unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing holds \"preprod\"; there are no holds"
    );

    let mut world = fleet();
    world.ledger.holds = holds.to_vec();
    let ended = release(&holds, &Released::About(preprod()), now).unwrap();
    let answer = ReleaseAnswer::new(&world.config, &world.ledger, &ended, now, false);
    assert_eq!(answer.remaining.len(), 1);
    assert_eq!(
        HoldsAnswer::new(&world.config, &world.ledger, now)
            .holds
            .len(),
        3
    );
    assert_eq!(
        HoldsAnswer::new(&world.config, &world.ledger, later)
            .holds
            .len(),
        0
    );
}

#[test]
fn a_held_environment_says_what_comes_after() {
    let mut world = fleet();
    let next = |world: &World| match &world.plan(utc(FRIDAY)).environments[0].desired {
        Desired::State { until, .. } => until.map(|next| (next.at.to_rfc3339(), next.to)),
        Desired::Unmanaged(_) => None,
    };
    let request = asked(preprod(), State::Running, until("23:00"));
    world.ledger.holds = vec![made(&world, &request, FRIDAY).unwrap()];
    let end = ("2026-11-20T22:00:00+00:00".to_owned(), State::Stopped);
    assert_eq!(next(&world), Some(end));
    let request = asked(preprod(), State::Stopped, until("23:00"));
    world.ledger.holds = vec![made(&world, &request, FRIDAY).unwrap()];
    let monday = ("2026-11-23T08:00:00+00:00".to_owned(), State::Running);
    assert_eq!(next(&world), Some(monday));
}

#[test]
fn production_stays_out_of_reach_of_every_hold() {
    let mut world = fleet();
    world.ledger.holds = vec![
        hold(
            "e",
            Scope::Environment("prod".into()),
            State::Stopped,
            Author::Person,
            FRIDAY,
        ),
        hold(
            "r",
            Scope::Resource(database("prod-db", "prod").arn),
            State::Stopped,
            Author::Guard,
            FRIDAY,
        ),
    ];
    let plan = world.plan(utc(FRIDAY));
    let step = plan
        .steps
        .iter()
        .find(|step| step.resource.name == "prod-db")
        .unwrap();
    assert!(matches!(
        step.decision,
        Decision::Leave(Leave::ProtectedTag(_) | Leave::ProtectedEnvironment)
    ));
}

/// Every part of what is asked for changes the id, and nothing can be moved from one part to the
/// next: the same id means the same hold.
#[test]
fn holds_that_differ_in_anything_have_different_ids_and_the_same_has_the_same() {
    let world = fleet();
    let mut seen = std::collections::BTreeMap::new();
    let texts = [
        "a", "b", "ab", "a b", "b a", "a\u{301}", "\u{e1}", "running", "0",
    ];
    let abouts = [preprod(), About::Resource("preprod-db".to_owned())];
    for (about, by, reason) in abouts.iter().flat_map(|about| {
        let pairs = texts
            .iter()
            .flat_map(|by| texts.iter().map(move |reason| (by, reason)));
        pairs.map(move |(by, reason)| (about, by, reason))
    }) {
        for state in [State::Running, State::Stopped] {
            for end in ["20:30", "20:31", "23:00"] {
                let request = Asked {
                    by: (*by).to_owned(),
                    reason: (*reason).to_owned(),
                    ..asked(about.clone(), state, until(end))
                };
                let id = made(&world, &request, FRIDAY).unwrap().id;
                assert_eq!(
                    id,
                    made(&world, &request, "2026-11-20T18:00:30Z").unwrap().id
                );
                let digits = id.rsplit('-').next().unwrap_or_default();
                assert_eq!(digits.len(), 32, "128 bits: {id}");
                let what = format!("{about:?} {by:?} {reason:?} {state} {end}");
                let other = seen.insert(id, what.clone());
                assert_eq!(other, None, "the same id as {what}");
            }
        }
    }
    assert_eq!(seen.len(), 2 * texts.len() * texts.len() * 6);
}
