//! The platform's cost, planned with true hours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use common::{choices, office_hours};
use nightcap_domain::money::plan::{Inventory, Period, Planner, Scenario, Schedules, simulate};
use nightcap_domain::money::price::PriceBook;

#[test]
fn print() {
    let book = PriceBook::embedded().unwrap();
    let region = "eu-west-3".into();
    let inv = |dev, preprod, nat| {
        Inventory::greenleaf().unwrap().choose(&choices(&[("dev", dev), ("preprod", preprod), ("nat", nat)])).unwrap()
    };
    let office = office_hours();
    let on = Schedules::none();
    let sched = Schedules::none().with("preprod", &office);
    let sched2 = Schedules::none().with("preprod", &office).with("dev", &office);
    for pre in ["slim", "iso"] {
        let a = inv("spot", pre, "instance");
        let p = |s| Planner { inventory: &a, book: &book, region: &region, schedules: s };
        println!("{}", p(&sched).month("2026-11".parse().unwrap()).table());
        for period in [Period::Month("2026-11".parse().unwrap()), Period::YearFrom("2027-01".parse().unwrap())] {
            let c = simulate(period, &Scenario { name: "always on", planner: p(&on) }, &Scenario { name: "schedule", planner: p(&sched) });
            println!("{}", c.table());
        }
        let g = inv("on-demand", pre, "gateway");
        let pg = Planner { inventory: &g, book: &book, region: &region, schedules: &sched2 };
        println!("{}", pg.month("2026-11".parse().unwrap()).summary());
    }
}
