//! What a hold costs in money, and what is said where a price is missing.

use crate::world::{CONFIG, World, capacity, database, fixed, group, utc};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Memory, Observed, Part};
use nightcap_domain::hold::{About, Asked, Cost, End, HoldAnswer, make};
use nightcap_domain::ledger::{Ledger, Write};
use nightcap_domain::money::price::PriceBook;
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
        ],
    )
}

fn part(make: &str, price: &str, count: u32) -> Part {
    Part {
        make: make.to_owned(),
        price: price.to_owned(),
        count,
    }
}

fn priced() -> World {
    let mut world = fleet();
    world.get("preprod-app").facts.runs_on = vec![part("t3.small", "ec2:t3.small", 2)];
    let medium = part("db.t3.medium", "rds-postgresql:db.t3.medium:single-az", 1);
    world.get("preprod-db").facts.runs_on = vec![medium];
    world
}

fn cost_of(world: &World, state: State, end: &str) -> Cost {
    let asked = Asked {
        about: About::Environment("preprod".to_owned()),
        state,
        end: End::Until(end.to_owned()),
        by: "on-call".to_owned(),
        reason: "release 4.2".to_owned(),
    };
    let plan = world.plan(utc(FRIDAY));
    let hold = make(&world.config, &plan, &asked, utc(FRIDAY)).unwrap();
    HoldAnswer::new(&world.config, &plan, &world.ledger, &hold, false).cost
}

#[test]
fn a_hold_says_what_it_costs_in_money() {
    let mut world = priced();
    // 4 h x (2 x 0.0236 + 0.082) = 0.5168 USD.
    let cost = cost_of(&world, State::Running, "23:00");
    assert_eq!(
        cost.text,
        "keeps 2 x t3.small and db.t3.medium up 4 h beyond the schedule: about 0.52 USD"
    );
    assert_eq!(cost.usd.unwrap().to_string(), "0.52");
    let cost = cost_of(&world, State::Stopped, "2026-11-24 08:00");
    assert_eq!(
        cost.text,
        "keeps 2 x t3.small and db.t3.medium down 10 h beyond the schedule: saves about 1.29 USD"
    );
    // Where the schedule has it so anyway, it costs nothing more.
    let cost = cost_of(&world, State::Stopped, "23:00");
    assert_eq!(cost.text, "keeps 2 resources down, as the schedule does");
    assert_eq!(cost.usd.unwrap().to_string(), "0.00");
    // A missing price is said, and never a zero in the sum.
    let odd = part("db.x9.huge", "rds-postgresql:db.x9.huge:single-az", 1);
    world.get("preprod-db").facts.runs_on = vec![odd];
    let cost = cost_of(&world, State::Running, "23:00");
    assert_eq!(
        cost.text,
        "keeps 2 x t3.small and preprod-db up 4 h beyond the schedule: about 0.19 USD, without preprod-db, which has no price"
    );
    assert!(
        cost.unpriced[0]
            .why
            .contains("no price for rds-postgresql:db.x9.huge")
    );
}

#[test]
fn a_hold_is_priced_by_the_book_that_is_named() {
    let world = priced();
    let book = PriceBook::from_csv(
        "item,unit,amount,currency,region,as_of,status,source\n\
         ec2:t3.small,hour,1,USD,eu-west-3,2026,found,an invoice\n\
         rds-postgresql:db.t3.medium:single-az,hour,2,USD,eu-west-3,2026,found,an invoice\n",
    )
    .unwrap();
    let asked = Asked {
        about: About::Environment("preprod".to_owned()),
        state: State::Running,
        end: End::Until("23:00".to_owned()),
        by: "on-call".to_owned(),
        reason: "release 4.2".to_owned(),
    };
    let plan = world.plan(utc(FRIDAY));
    let hold = make(&world.config, &plan, &asked, utc(FRIDAY)).unwrap();
    let answer = HoldAnswer::priced(&world.config, &plan, &world.ledger, &hold, false, &book);
    assert_eq!(
        answer.cost.usd.unwrap().to_string(),
        "16.00",
        "4 h x (2 x 1 + 2)"
    );
}

#[test]
fn asleep_a_group_is_priced_by_what_it_ran_on_and_remembers() {
    let mut world = priced();
    // The order to sleep writes down what it ran on; asleep, AWS tells of no machines.
    let plan = world.plan(utc(FRIDAY));
    let stops = plan
        .steps
        .iter()
        .filter(|step| step.resource.name == "preprod-app");
    for step in stops {
        let write = Write::claim(&world.ledger, step, "tick", utc(FRIDAY)).unwrap();
        assert_eq!(write.mark.order.as_ref().unwrap().ran_on.len(), 1);
        world.ledger.marks.insert(write.resource, write.mark);
    }
    let app = world.get("preprod-app");
    app.facts.runs_on = vec![];
    app.observed = Observed::Stopped;
    let size = app.size.as_mut().unwrap();
    (size.now, size.machines) = (Capacity::ZERO, 0);
    size.memory = Memory::Of(capacity("1/3/4"));
    let cost = cost_of(&world, State::Running, "23:00");
    assert_eq!(
        cost.text,
        "keeps 3 x t3.small and db.t3.medium up 4 h beyond the schedule: about 0.61 USD"
    );
    // Without the ledger's word, its hours alone.
    world.ledger = Ledger::default();
    let cost = cost_of(&world, State::Running, "23:00");
    assert_eq!(
        cost.unpriced[0].why,
        "nobody knows what it runs on while it sleeps"
    );
}

#[test]
fn a_cluster_is_priced_by_its_members() {
    let mut world = priced();
    let member = &mut world.get("preprod-replica").facts;
    member.member_of = Some("preprod-db".to_owned());
    member.runs_on = vec![part("t3.micro", "ec2:t3.micro", 1)];
    world.get("preprod-db").facts.runs_on = vec![];
    let cost = cost_of(&world, State::Running, "23:00");
    assert!(
        cost.text.starts_with("keeps 2 x t3.small and t3.micro up"),
        "{}",
        cost.text
    );
}
