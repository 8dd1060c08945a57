//! The plausibility gate.

use chrono::NaiveDate;
use nightcap_cost::forecast::DailyPlan;
use nightcap_cost::gate::{Doubt, GateInput, examine};
use nightcap_cost::{DailyCosts, Usd};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn flat(from: &str, to: &str, amount: &str) -> DailyCosts {
    day(from)
        .iter_days()
        .take_while(|d| *d < day(to))
        .map(|d| (d, usd(amount)))
        .collect()
}

fn doubts(charges: &DailyCosts, as_of: &str, flat_out: Option<&str>) -> Vec<Doubt> {
    let flat_out_day = flat_out.map(usd);
    examine(&GateInput {
        charges,
        as_of: day(as_of),
        flat_out_day,
        plan: None,
        max_age_days: 3,
    })
    .doubts
}

#[test]
fn an_ordinary_month_passes() {
    let costs = flat("2026-09-01", "2026-11-20", "12");
    assert_eq!(doubts(&costs, "2026-11-20", Some("30")), []);
    assert_eq!(doubts(&costs, "2026-11-20", None), []);
}

#[test]
fn trillions_are_not_believed_with_or_without_an_inventory() {
    let mut costs = flat("2026-09-01", "2026-11-19", "12");
    let wrong = usd("2500000000000");
    costs.add(day("2026-11-19"), wrong);
    let with = doubts(&costs, "2026-11-20", Some("30"));
    assert_eq!(
        with,
        [Doubt::AboveFlatOut {
            day: day("2026-11-19"),
            amount: wrong,
            limit: usd("30")
        }]
    );
    let without = doubts(&costs, "2026-11-20", None);
    assert_eq!(
        without,
        [Doubt::Jump {
            day: day("2026-11-19"),
            amount: wrong,
            before: usd("12")
        }]
    );
    assert!(
        without[0]
            .to_string()
            .contains("more than 10 times the dearest day before it (12.00 USD)")
    );
}

#[test]
fn a_jump_is_measured_against_the_dearest_of_four_weeks() {
    let mut costs = flat("2026-09-01", "2026-11-19", "12");
    costs.add(day("2026-11-19"), usd("120"));
    assert_eq!(
        doubts(&costs, "2026-11-20", None),
        [],
        "ten times is not more than ten times"
    );
    costs.add(day("2026-11-19"), usd("0.01"));
    assert_eq!(doubts(&costs, "2026-11-20", None).len(), 1);
    // The same day is no jump once a day like it was seen.
    costs.add(day("2026-11-10"), usd("90"));
    assert_eq!(doubts(&costs, "2026-11-20", None), []);
}

#[test]
fn cents_may_become_dollars() {
    let mut costs = flat("2026-10-01", "2026-11-19", "0.01");
    costs.add(day("2026-11-19"), usd("0.99"));
    assert_eq!(doubts(&costs, "2026-11-20", None), []);
    costs.add(day("2026-11-19"), usd("0.01"));
    assert_eq!(doubts(&costs, "2026-11-20", None).len(), 1);
}

#[test]
fn a_known_lump_is_no_surprise() {
    let mut costs = flat("2026-09-01", "2026-11-19", "12");
    costs.add(day("2026-11-15"), usd("300"));
    assert_eq!(doubts(&costs, "2026-11-19", Some("30")).len(), 1);
    let plan = DailyPlan {
        lumps: [(day("2026-11-15"), usd("300"))].into(),
        ..DailyPlan::default()
    };
    for flat_out_day in [Some(usd("30")), None] {
        let input = GateInput {
            charges: &costs,
            as_of: day("2026-11-19"),
            flat_out_day,
            plan: Some(&plan),
            max_age_days: 3,
        };
        assert!(examine(&input).is_plausible());
    }
}

#[test]
fn absent_stale_and_negative_data_are_doubted() {
    assert_eq!(
        doubts(&DailyCosts::default(), "2026-11-20", None),
        [Doubt::NoData]
    );
    let stale = flat("2026-09-01", "2026-11-15", "12");
    assert_eq!(doubts(&stale, "2026-11-17", None), []);
    assert_eq!(
        doubts(&stale, "2026-11-18", None),
        [Doubt::Stale {
            last: day("2026-11-14"),
            age: 3
        }]
    );
    let hole: DailyCosts = flat("2026-09-01", "2026-11-20", "12")
        .iter()
        .filter(|(d, _)| *d != day("2026-11-07"))
        .collect();
    assert_eq!(
        doubts(&hole, "2026-11-20", None),
        [Doubt::Missing {
            days: 1,
            first: day("2026-11-07")
        }]
    );
    let mut negative = flat("2026-09-01", "2026-11-20", "12");
    negative.add(day("2026-11-09"), usd("-300"));
    assert_eq!(
        doubts(&negative, "2026-11-20", None),
        [],
        "a correction takes back what was charged before"
    );
    negative.add(day("2026-11-09"), usd("-60"));
    assert_eq!(
        doubts(&negative, "2026-11-20", None),
        [Doubt::Negative {
            day: day("2026-11-09"),
            amount: usd("-348")
        }]
    );
}

#[test]
fn rows_of_days_not_closed_are_not_judged() {
    let mut costs = flat("2026-09-01", "2026-11-20", "12");
    costs.add(day("2026-11-20"), usd("999999"));
    assert_eq!(doubts(&costs, "2026-11-20", None), []);
}

proptest! {
    #[test]
    fn no_day_below_the_limit_is_above_it(amounts in prop::collection::vec(0_i64..3000, 1..80), limit in 1_i64..3000) {
        let first = day("2026-09-01");
        let costs: DailyCosts = first.iter_days().zip(&amounts).map(|(d, a)| (d, Usd::from_cents(*a))).collect();
        let as_of = costs.last_day().unwrap().succ_opt().unwrap();
        let limit = Usd::from_cents(limit);
        let verdict = examine(&GateInput { charges: &costs, as_of, flat_out_day: Some(limit), plan: None, max_age_days: 3 });
        let month = as_of.to_string()[..7].to_owned();
        let dear = costs.iter().filter(|(d, a)| d.to_string().starts_with(&month) && *a > limit).count();
        let named = verdict.doubts.iter().filter(|d| matches!(d, Doubt::AboveFlatOut { .. })).count();
        prop_assert!(named >= dear);
        let all_above = verdict.doubts.iter().all(|d| match d {
            Doubt::AboveFlatOut { amount, limit, .. } => amount > limit,
            _ => true,
        });
        prop_assert!(all_above);
    }
}
