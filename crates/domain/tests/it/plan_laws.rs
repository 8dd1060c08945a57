//! What holds for every fleet, every configuration and every instant.

use crate::world::{CONFIG, World, database, group};
use chrono::{DateTime, Utc};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Memory, Observed, Resource, Text};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::ledger::{Carried, Phase};
use nightcap_domain::plan::{Action, Decision};
use nightcap_domain::time::State;
use proptest::prelude::*;

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (1_700_000_000i64..1_900_000_000).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap())
}

fn observed() -> impl Strategy<Value = Observed> {
    prop_oneof![
        Just(Observed::Running),
        Just(Observed::Stopped),
        Just(Observed::Starting),
        Just(Observed::Stopping),
        any::<bool>().prop_map(|serving| Observed::Busy {
            status: "backing-up".to_owned(),
            serving
        }),
        Just(Observed::Fixed(Text::fixed("x", "x"))),
        Just(Observed::Faulty {
            status: "failed".to_owned(),
            remedy: Text::fixed("x", "x")
        }),
    ]
}

fn size() -> impl Strategy<Value = Capacity> {
    (0u32..4, 0u32..4, 0u32..4).prop_map(|(a, b, c)| {
        let mut sizes = [a, b, c];
        sizes.sort_unstable();
        Capacity::new(sizes[0], sizes[1], sizes[2]).unwrap()
    })
}

fn resource() -> impl Strategy<Value = Resource> {
    let environment = prop_oneof![Just("preprod"), Just("prod"), Just("nowhere")];
    let production = prop::option::of((
        prop_oneof![
            Just("Environment"),
            Just("environment"),
            Just("ENVIRONMENT")
        ],
        prop_oneof![
            Just("prod"),
            Just("Production"),
            Just("LIVE"),
            Just("preprod")
        ],
    ));
    (
        any::<u16>(),
        environment,
        production,
        observed(),
        prop::option::of(size()),
        any::<bool>(),
    )
        .prop_map(|(id, environment, production, observed, size, woken)| {
            let name = format!("r-{id}");
            let mut resource = match size {
                None => {
                    let mut database = database(&name, environment);
                    database.observed = observed;
                    database
                }
                Some(size) => group(&name, environment, &size.to_string()),
            };
            resource.restarted_by_aws = woken;
            resource.tags = production
                .into_iter()
                .chain([("nightcap:environment", environment)])
                .collect();
            resource
        })
}

fn hold() -> impl Strategy<Value = Hold> {
    (
        instant(),
        0i64..10_000_000,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(from, length, up, person, prod)| Hold {
            id: "h".to_owned(),
            scope: Scope::Environment(if prod { "prod" } else { "preprod" }.into()),
            state: if up { State::Running } else { State::Stopped },
            from,
            until: from + chrono::TimeDelta::seconds(length),
            author: if person {
                Author::Person
            } else {
                Author::Guard
            },
            by: "on-call".to_owned(),
            reason: "release".to_owned(),
            made_at: from,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the tags, the states, the holds and the hour: production is never acted on.
    #[test]
    fn production_is_never_acted_on(
        fleet in prop::collection::vec(resource(), 0..12),
        holds in prop::collection::vec(hold(), 0..4),
        now in instant(),
    ) {
        let mut world = World::new(CONFIG, fleet);
        world.ledger.holds = holds;
        let plan = world.plan(now);
        for (step, _) in plan.actions() {
            prop_assert!(step.resource.protected_by().is_none(), "{step:?}");
            prop_assert_eq!(step.environment.as_ref().unwrap().as_str(), "preprod");
        }
    }

    /// Databases never stop while compute that uses them is there, and compute never starts
    /// before its databases are up.
    #[test]
    fn the_order_is_kept(fleet in prop::collection::vec(resource(), 0..12), now in instant()) {
        let plan = World::new(CONFIG, fleet).plan(now);
        for (step, action) in plan.actions() {
            let tier = step.resource.tier().unwrap();
            for other in plan.steps.iter().filter(|o| o.environment == step.environment) {
                let unsettled = matches!(other.decision, Decision::Act(_) | Decision::Wait(_));
                let before = match action {
                    Action::Start { .. } => other.resource.tier().unwrap() < tier,
                    Action::Stop { .. } => other.resource.tier().unwrap() > tier,
                };
                prop_assert!(!(unsettled && before), "{step:?} before {other:?}");
            }
        }
    }

    /// From any state, ticks come to rest, and a second night restores what the first found.
    #[test]
    fn a_fleet_settles_and_every_capacity_comes_back(
        sizes in prop::collection::vec(size(), 1..5),
        databases in 0usize..4,
    ) {
        let mut fleet: Vec<Resource> = sizes
            .iter()
            .enumerate()
            .map(|(i, size)| group(&format!("g-{i}"), "preprod", &size.to_string()))
            .collect();
        fleet.extend((0..databases).map(|i| database(&format!("d-{i}"), "preprod")));
        let mut world = World::new(CONFIG, fleet);
        world.settle("2026-11-20T18:00:00Z");
        for resource in &world.fleet {
            prop_assert_eq!(&resource.observed, &Observed::Stopped);
        }
        world.settle("2026-11-23T08:00:00Z");
        for (i, size) in sizes.iter().enumerate() {
            prop_assert_eq!(world.size(&format!("g-{i}")), size.to_string());
        }
    }

    /// A capacity of zero is never remembered, whatever the group looks like.
    #[test]
    fn zero_is_never_remembered(now_size in size(), remembered in prop::option::of(size()), now in instant()) {
        let mut app = group("app", "preprod", &now_size.to_string());
        if let Some(capacity) = remembered.filter(|c| !c.is_zero()) {
            app.size.as_mut().unwrap().memory = Memory::Of(capacity);
        }
        for (_, action) in World::new(CONFIG, vec![app]).plan(now).actions() {
            if let Action::Stop { remember, .. } = action {
                prop_assert!(!remember.unwrap().is_zero());
            }
        }
    }

    /// A transition that has been completed is never carried out a second time.
    #[test]
    fn a_completed_transition_is_not_repeated(now in instant(), state in observed()) {
        let mut db = database("db", "preprod");
        db.observed = state;
        let mut world = World::new(CONFIG, vec![db]);
        let by = world.plan(now).steps[0].desired.since().unwrap();
        world.ledger.carried.insert(
            world.fleet[0].arn.clone(),
            Carried { transition: by.at, to: by.to, phase: Phase::Reached },
        );
        prop_assert_eq!(world.plan(now).actions().count(), 0);
    }
}
