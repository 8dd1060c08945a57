//! One poisoned resource among a hundred costs one problem.

use nightcap_tests::{Asked, EmbeddedAws, Fault, REGION};
use serde_json::Value;

use crate::stage::{Process, TABLE};
use crate::world::{create_database, problems, tick};

const POISONED: &str = "db-042";

/// What every order to the one database meets, evening after evening.
const POISONS: [Fault; 3] = [
    Fault::Refused {
        status: 400,
        code: "KMSKeyNotAccessibleFault",
    },
    Fault::Dropped,
    Fault::Stalled,
];

#[test]
fn one_poisoned_database_among_a_hundred_costs_one_problem() {
    let aws = EmbeddedAws::start("2026-11-20T12:00:00Z");
    aws.create_ledger(TABLE);
    for number in 0..100 {
        let tags = [("nightcap:environment", "preprod")];
        create_database(&aws, REGION, &format!("db-{number:03}"), &tags);
    }
    let mut process = Process::before(&aws, None);
    for (day, poison) in (20..).zip(POISONS) {
        let evening = ask(&aws, &mut process, day, "18:00", Some(poison));
        assert_eq!(evening["summary"]["stopped"], 99, "{poison:?}");
        let told = problems(&evening);
        assert_eq!(told.len(), 1, "{poison:?}: {told:?}");
        assert!(told[0].contains(POISONED), "{told:?}");
        // The next tick makes good what can be made good.
        let healed = ask(&aws, &mut process, day, "18:05", None);
        assert_eq!(healed["summary"]["stopped"], 1, "{poison:?}");
        assert_eq!(problems(&healed), [""; 0]);
        let morning = ask(&aws, &mut process, day + 1, "08:00", None);
        assert_eq!(morning["summary"]["started"], 100, "{poison:?}");
    }
}

/// One tick, with every order to the one database struck by this.
fn ask(
    aws: &EmbeddedAws,
    process: &mut Process,
    day: u32,
    time: &str,
    poison: Option<Fault>,
) -> Value {
    let at = format!("2026-11-{day}T{time}:00Z");
    aws.move_to(&at);
    aws.forget_calls();
    let strikes = move |asked: &Asked| poison.filter(|_| asked.resource == POISONED);
    process.proxy.strike(strikes);
    process.invoke(&tick(&at)).unwrap().unwrap()
}
