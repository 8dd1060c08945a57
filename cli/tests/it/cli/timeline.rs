//! `nightcap timeline`: a contract, and what a person reads.

use serde_json::json;

use crate::cli::nightcap::{run, terminals};

/// The working week in which Armistice Day is a Wednesday.
const WEEK: [&str; 4] = [
    "--from",
    "2026-11-09T00:00:00Z",
    "--to",
    "2026-11-14T00:00:00Z",
];

fn timeline<'a>(schedule: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["timeline", "--schedule", schedule][..], rest].concat()
}

#[test]
fn a_week_with_a_holiday() {
    let human = timeline("office-hours", &WEEK);
    insta::assert_snapshot!(terminals(&[&human]));
}

#[test]
fn the_json_is_the_contract_to_the_letter() {
    let arguments = timeline("office-hours", &[&WEEK[..], &["--json"]].concat());
    let ran = run(&arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let at = |at: &str, to: &str| json!({ "at": at, "to": to });
    let expected = json!({
        "schedule": "office-hours",
        "timezone": "Europe/Paris",
        "state_at_start": "stopped",
        "transitions": [
            at("2026-11-09T08:00:00Z", "running"),
            at("2026-11-09T18:00:00Z", "stopped"),
            at("2026-11-10T08:00:00Z", "running"),
            at("2026-11-10T18:00:00Z", "stopped"),
            at("2026-11-12T08:00:00Z", "running"),
            at("2026-11-12T18:00:00Z", "stopped"),
            at("2026-11-13T08:00:00Z", "running"),
            at("2026-11-13T18:00:00Z", "stopped"),
        ],
    });
    // As text: the order of the keys is part of it.
    assert_eq!(ran.stdout, format!("{expected:#}\n"));
}

#[test]
fn transitions_lie_strictly_inside_the_range() {
    let ends = [
        "--from",
        "2026-11-09T08:00:00Z",
        "--to",
        "2026-11-09T18:00:00Z",
        "--json",
    ];
    let answer = run(&timeline("office-hours", &ends)).json();
    assert_eq!(
        answer["state_at_start"], "running",
        "the instant belongs to what follows"
    );
    assert_eq!(answer["transitions"], json!([]));
    let second = [
        "--from",
        "2026-11-09T07:59:59Z",
        "--to",
        "2026-11-09T18:00:01Z",
        "--json",
    ];
    let answer = run(&timeline("office-hours", &second)).json();
    assert_eq!(answer["state_at_start"], "stopped");
    assert_eq!(answer["transitions"].as_array().unwrap().len(), 2);
}

#[test]
fn an_offset_is_understood() {
    let offset = [
        "--from",
        "2026-11-09T01:00:00+01:00",
        "--to",
        "2026-11-14T01:00:00+01:00",
        "--json",
    ];
    let utc = [&WEEK[..], &["--json"]].concat();
    assert_eq!(
        run(&timeline("office-hours", &offset)).stdout,
        run(&timeline("office-hours", &utc)).stdout
    );
}

#[test]
fn weeks_in_which_the_clocks_change() {
    let config = ["--config", "cli/tests/data/zones.yaml"];
    let week = |schedule, from, to| {
        timeline(
            schedule,
            &[&config[..], &["--from", from, "--to", to]].concat(),
        )
    };
    let paris_spring = week("nights", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z");
    let paris_autumn = week("nights", "2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z");
    let fold = week("fold", "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z");
    let gap = week("gap", "2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z");
    insta::assert_snapshot!(terminals(&[&paris_spring, &paris_autumn, &fold, &gap]));
}

#[test]
fn wrong_usage_is_told_with_what_would_be_right() {
    let backwards = [
        "--from",
        "2026-11-14T00:00:00Z",
        "--to",
        "2026-11-09T00:00:00Z",
    ];
    let nothing = [
        "--from",
        "2026-11-09T00:00:00Z",
        "--to",
        "2026-11-09T00:00:00Z",
    ];
    insta::assert_snapshot!(terminals(&[
        &timeline("office-hours", &backwards),
        &timeline("office-hours", &nothing),
        &timeline("ofice-hours", &[]),
        &timeline("office-hours", &["--from", "Monday"]),
    ]));
    for run_ in [backwards, nothing] {
        assert_eq!(run(&timeline("office-hours", &run_)).code, 2);
    }
}

#[test]
fn a_range_without_a_transition_says_so() {
    let night = [
        "--from",
        "2026-11-21T00:00:00Z",
        "--to",
        "2026-11-22T00:00:00Z",
    ];
    insta::assert_snapshot!(terminals(&[&timeline("office-hours", &night)]));
}
