//! Answers that end in the middle or make no sense: what was not read whole was not read.

use nightcap_tests::{Asked, Fault};

use crate::stage::{APP, Stage, Turn};
use crate::world::group;

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
    nothing_is_done(Stage::open(1), &SPOILT);
}

#[test]
fn a_truncated_or_malformed_page_of_any_kind_is_no_page() {
    nothing_is_done(Stage::of_every_kind(1), &SPOILT_OF_EVERY_KIND);
}

fn nothing_is_done(mut stage: Stage, spoilt: &'static [(&str, Fault)]) {
    stage.go_to(Turn::Evening);
    for &(listing, fault) in spoilt {
        let spoil = move |asked: &Asked| (asked.action == listing).then_some(fault);
        stage.processes[0].proxy.strike(spoil);
        let said = stage.tick(1).remove(0).unwrap();
        let error = said.expect_err(&format!("{listing} {fault:?} was taken for the fleet"));
        assert_eq!(error.kind, "NothingDone", "{error}");
        let operation = match listing.split_once(' ') {
            Some(_) => "DescribeNodegroup",
            None => listing,
        };
        assert!(error.message.contains(operation), "{error}");
        // JSON is read by the SDK, in its own words or in none.
        let told = ["cut short or malformed", "without a code", "response error"];
        assert!(
            told.iter().any(|told| error.message.contains(told)),
            "{error}"
        );
    }
    assert_eq!(group(&stage.aws, APP).0, "2/2/4", "nothing was done");
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
