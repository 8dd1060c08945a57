//! Which old snapshots go: a table, and laws that hold for any mixture.

use crate::world::{database, utc};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::config::Config;
use nightcap_domain::explain::explain;
use nightcap_domain::fleet::{Resource, Snapshots, Tags};
use nightcap_domain::plan::Action;
use nightcap_domain::snapshot::{Snapshot, name, prunable};
use proptest::prelude::*;

const FRIDAY: &str = "2026-11-20T18:00:00Z";

fn at(day: i64) -> DateTime<Utc> {
    utc(FRIDAY) + TimeDelta::days(day)
}

fn ours(day: i64) -> Snapshot {
    Snapshot {
        name: name("orders", at(day)),
        of: "orders".to_owned(),
        by_order: true,
        taken_at: Some(at(day)),
        available: true,
        tags: Tags::from_iter([("nightcap:environment", "preprod")]),
    }
}

fn config() -> Config {
    Config::parse(crate::world::CONFIG).unwrap()
}

fn orders() -> Resource {
    database("orders", "preprod")
}

fn names(pruned: &[&Snapshot]) -> Vec<String> {
    pruned
        .iter()
        .map(|snapshot| snapshot.name.clone())
        .collect()
}

#[test]
fn the_oldest_go_and_a_set_number_is_kept() {
    let all: Vec<Snapshot> = [3, 1, 4, 0, 2].map(ours).into();
    assert_eq!(
        names(&prunable(&config(), &orders(), &all, 3)),
        [
            "nightcap-orders-20261120-180000",
            "nightcap-orders-20261121-180000"
        ]
    );
    assert!(prunable(&config(), &orders(), &all, 5).is_empty());
    // Nobody can ask for none: the newest is what one would restore from.
    assert_eq!(prunable(&config(), &orders(), &all, 0).len(), 4);
}

#[test]
fn nothing_goes_before_the_newest_is_available() {
    let mut all: Vec<Snapshot> = (0..5).map(ours).collect();
    all[4].available = false;
    assert!(prunable(&config(), &orders(), &all, 1).is_empty());
    // One in the middle that is not (being copied, failed) is neither kept nor deleted.
    all[4].available = true;
    all[3].available = false;
    assert_eq!(
        names(&prunable(&config(), &orders(), &all, 2)),
        names(&[&all[0], &all[1]])
    );
}

type Change = Box<dyn Fn(&mut Snapshot)>;

#[test]
fn what_is_not_ours_is_never_touched() {
    let strange: Vec<(&str, Change)> = vec![
        ("by AWS", Box::new(|s| s.by_order = false)),
        (
            "of another database",
            Box::new(|s| s.of = "orders-2".to_owned()),
        ),
        ("without tags", Box::new(|s| s.tags = Tags::default())),
        (
            "of another environment",
            Box::new(|s| s.tags = Tags::from_iter([("nightcap:environment", "dev")])),
        ),
        (
            "of production",
            Box::new(|s| {
                s.tags =
                    Tags::from_iter([("nightcap:environment", "preprod"), ("Environment", "prod")]);
            }),
        ),
        (
            "a person's name",
            Box::new(|s| s.name = "before-4-2".to_owned()),
        ),
        (
            "a name like ours",
            Box::new(|s| s.name = "nightcap-orders-final".to_owned()),
        ),
        (
            "nearly our name",
            Box::new(|s| s.name = "nightcap-orders-20261120-18000".to_owned()),
        ),
        (
            "our name with more",
            Box::new(|s| s.name = "nightcap-orders-20261120-180000-kept".to_owned()),
        ),
        (
            "another prefix",
            Box::new(|s| s.name = "orders-20261120-180000".to_owned()),
        ),
    ];
    for (what, estrange) in strange {
        let mut all: Vec<Snapshot> = (0..5).map(ours).collect();
        estrange(&mut all[0]);
        let left = names(&prunable(&config(), &orders(), &all, 1));
        assert_eq!(left.len(), 3, "{what}");
        assert!(!left.contains(&all[0].name), "{what}");
    }
    let mut production = orders();
    production.tags =
        Tags::from_iter([("nightcap:environment", "preprod"), ("environment", "Live")]);
    let all: Vec<Snapshot> = (0..5).map(ours).collect();
    assert!(prunable(&config(), &production, &all, 1).is_empty());
}

#[test]
fn a_date_in_a_name_makes_no_snapshot_newer_than_aws_says() {
    let mut all: Vec<Snapshot> = (0..4).map(ours).collect();
    // Somebody gave the oldest one a name of next year.
    all[0].name = name("orders", at(400));
    assert_eq!(
        names(&prunable(&config(), &orders(), &all, 3)),
        ["nightcap-orders-20271225-180000"]
    );
    // What AWS has no date for, although it is there, is left alone.
    all[0].taken_at = None;
    assert!(prunable(&config(), &orders(), &all, 3).is_empty());
    // What is being taken has no date yet, and is the newest all the same.
    all[3].taken_at = None;
    all[3].available = false;
    assert!(prunable(&config(), &orders(), &all, 1).is_empty());
}

prop_compose! {
    fn any_snapshot()(
        day in 0i64..40,
        own_name in prop::bool::weighted(0.8),
        own in prop::bool::weighted(0.8),
        by_order in prop::bool::weighted(0.8),
        available in prop::bool::weighted(0.8),
        tagged in prop::bool::weighted(0.8),
    ) -> Snapshot {
        let mut snapshot = ours(day);
        if !own_name {
            snapshot.name = format!("by-hand-{day}");
        }
        if !own {
            snapshot.of = "other".to_owned();
        }
        if !tagged {
            snapshot.tags = Tags::default();
        }
        Snapshot { by_order, available, ..snapshot }
    }
}

proptest! {
    /// Of any mixture: only ours go, only available ones, the newest `keep` of ours stay, and
    /// a second look finds nothing more to do.
    #[test]
    fn only_old_ones_of_ours_go(
        mut all in prop::collection::vec(any_snapshot(), 0..30),
        keep in 1u32..10,
    ) {
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.dedup_by(|a, b| a.name == b.name);
        let database = orders();
        let gone = names(&prunable(&config(), &database, &all, keep));
        let is_ours = |s: &&Snapshot| {
            s.by_order && s.of == "orders" && s.name.starts_with("nightcap-") && s.tags != Tags::default()
        };
        for name in &gone {
            let snapshot = all.iter().find(|s| s.name == *name).unwrap();
            prop_assert!(is_ours(&snapshot) && snapshot.available);
        }
        let left: Vec<Snapshot> = all.iter().filter(|s| !gone.contains(&s.name)).cloned().collect();
        let kept = left.iter().filter(is_ours).filter(|s| s.available).count();
        prop_assert!(gone.is_empty() || kept == usize::try_from(keep).unwrap());
        // Instants in their names sort as text.
        let oldest_left = left.iter().filter(is_ours).filter(|s| s.available).map(|s| &s.name).min();
        prop_assert!(gone.iter().all(|name| oldest_left.is_none_or(|oldest| name < oldest)));
        prop_assert!(prunable(&config(), &database, &left, keep).is_empty());
    }
}

#[test]
fn what_takes_no_snapshot_is_not_told_to_and_its_explanation_says_so() {
    let config = crate::world::CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, snapshot_on_stop: true }",
    );
    let mut cluster = database("search", "preprod");
    cluster.facts.snapshots = Snapshots::None;
    let world = crate::world::World::new(&config, vec![orders(), cluster]);
    let plan = world.plan(utc(FRIDAY));
    let taken: Vec<(&str, bool)> = plan
        .actions()
        .map(|(step, action)| {
            let with = matches!(action, Action::Stop { snapshot: true, .. });
            (step.resource.name.as_str(), with)
        })
        .collect();
    assert_eq!(taken, [("orders", true), ("search", false)]);
    for (name, said) in [("orders", false), ("search", true)] {
        let explained = explain(&world.config, &plan, &world.ledger, name).unwrap();
        let fact = explained
            .facts
            .iter()
            .any(|fact| fact.contains("AWS takes none"));
        assert_eq!(fact, said, "{name}");
    }
}
