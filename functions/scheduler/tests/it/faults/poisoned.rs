//! One poisoned resource among a hundred costs one problem.

use nightcap_tests::{Asked, EmbeddedAws, Fault, REGION};
use serde_json::Value;

use crate::e2e::world::{create_database, problems, tick};
use crate::faults::stage::{Process, TABLE};

const POISONED: &str = "db-042";

/// What every order to the one database meets, and what becomes of the others.
const POISONS: [(&str, Fault, &str); 2] = [
    (
        "2026-11-20T18:00:00Z",
        Fault::Refused {
            status: 400,
            code: "KMSKeyNotAccessibleFault",
        },
        "stopped",
    ),
    ("2026-11-21T08:00:00Z", Fault::Stalled, "started"),
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
    for (at, poison, done) in POISONS {
        let answer = ask(&aws, &mut process, at, Some(poison));
        assert_eq!(answer["summary"][done], 99, "{poison:?}");
        let told = problems(&answer);
        assert_eq!(told.len(), 1, "{poison:?}: {told:?}");
        assert!(told[0].contains(POISONED), "{told:?}");
        // The next tick makes it good.
        let later = at.replace(":00:00Z", ":05:00Z");
        let healed = ask(&aws, &mut process, &later, None);
        assert_eq!(healed["summary"][done], 1, "{poison:?}");
        assert_eq!(problems(&healed), [""; 0]);
    }
}

/// One tick, with every order to the one database struck by this.
fn ask(aws: &EmbeddedAws, process: &mut Process, at: &str, poison: Option<Fault>) -> Value {
    aws.move_to(at);
    aws.forget_calls();
    let strikes = move |asked: &Asked| poison.filter(|_| asked.resource == POISONED);
    process.proxy.strike(strikes);
    process.invoke(&tick(at)).unwrap().unwrap()
}
