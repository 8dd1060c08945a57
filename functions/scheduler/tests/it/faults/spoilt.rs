//! Answers that end in the middle or make no sense: what was not read whole was not read.

use nightcap_tests::{Asked, Fault};

use crate::faults::stage::{Stage, Turn};

const LISTINGS: [&str; 3] = [
    "DescribeDBInstances",
    "DescribeDBClusters",
    "DescribeAutoScalingGroups",
];

/// At a half, and just before the last tags are closed. Each costs the seconds
/// that four attempts take; every other combination is left to chance (`weather.rs`).
const SPOILT: [(&str, Fault); 3] = [
    (LISTINGS[0], Fault::Cut(500)),
    (LISTINGS[1], Fault::Garbled(500)),
    (LISTINGS[2], Fault::Cut(990)),
];

/// How the other kinds are read: XML of our own reading, JSON, and JSON on many paths.
const SPOILT_OF_EVERY_KIND: [(&str, Fault); 5] = [
    ("DescribeInstances", Fault::Cut(990)),
    ("GetResources", Fault::Cut(500)),
    ("DescribeServices", Fault::Garbled(500)),
    ("DescribeScalableTargets", Fault::Cut(500)),
    ("GET /clusters/shop/node-groups/workers", Fault::Cut(990)),
];

#[test]
fn a_truncated_or_malformed_page_is_no_page() {
    for spoilt in SPOILT {
        what_was_not_read_is_not_touched(Stage::open(1), spoilt);
    }
}

#[test]
fn a_truncated_or_malformed_page_of_any_kind_is_no_page() {
    for spoilt in SPOILT_OF_EVERY_KIND {
        what_was_not_read_is_not_touched(Stage::of_every_kind(1), spoilt);
    }
}

/// The orders that nothing may give which did not read this listing whole. Machines of a group may
/// need every database.
fn orders_of(listing: &str) -> &'static [&'static str] {
    match listing {
        "DescribeDBInstances" => &["StopDBInstance"],
        "DescribeDBClusters" => &["StopDBCluster"],
        "DescribeAutoScalingGroups" => &["UpdateAutoScalingGroup", "StopDB"],
        "DescribeInstances" => &["StopInstances"],
        "DescribeServices" | "DescribeScalableTargets" => &["UpdateService"],
        "GetResources" => &["UpdateService", "POST /clusters"],
        _ => &["POST /clusters"],
    }
}

fn what_was_not_read_is_not_touched(mut stage: Stage, (listing, fault): (&'static str, Fault)) {
    stage.go_to(Turn::Evening);
    let spoil = move |asked: &Asked| (asked.action == listing).then_some(fault);
    stage.processes[0].proxy.strike(spoil);
    stage.aws.forget_calls();
    let answer = stage.tick(1).remove(0).unwrap().unwrap();
    let operation = match listing.split_once(' ') {
        Some(_) => "DescribeNodegroup",
        None => listing,
    };
    let problems = answer["problems"].to_string();
    assert!(problems.contains(operation), "{listing}: {problems}");
    // JSON is read by the SDK, in its own words or in none.
    let told = ["cut short or malformed", "without a code", "response error"];
    assert!(
        told.iter().any(|told| problems.contains(told)),
        "{listing}: {problems}"
    );
    for order in stage.aws.orders() {
        let touches = |forbidden: &&str| order.action.starts_with(*forbidden);
        assert!(
            !orders_of(listing).iter().any(touches),
            "{listing}: {order:#?}"
        );
    }
    stage.processes[0].proxy.strike(|_: &Asked| None);
    stage.settle();
    stage.verify(Turn::Evening);
}

#[test]
fn a_page_that_was_spoilt_or_never_came_once_is_asked_for_again() {
    let mut stage = Stage::open(1);
    stage.go_to(Turn::Evening);
    for fault in [
        Fault::Cut(500),
        Fault::Garbled(500),
        Fault::Torn(500),
        Fault::Hung,
    ] {
        let spoil = move |asked: &Asked| {
            (asked.nth == 0 && LISTINGS.contains(&asked.action.as_str())).then_some(fault)
        };
        stage.processes[0].proxy.strike(spoil);
        let answer = stage.tick(1).remove(0).unwrap().unwrap();
        assert_eq!(answer["summary"]["problems"], 0, "{fault:?}: {answer:#}");
        assert_eq!(stage.processes[0].proxy.struck().len(), 3, "{fault:?}");
    }
    stage.settle();
    stage.verify(Turn::Evening);
}
