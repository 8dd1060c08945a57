//! `nightcap check`.

use std::fs;

use crate::cli::nightcap::{command, finish, run, terminals};

const FRIDAY: &str = "2026-11-20T18:00:00Z";

#[test]
fn a_valid_configuration_is_shown() {
    insta::assert_snapshot!(terminals(&[
        &["check", "--at", FRIDAY],
        &["check", "--at", FRIDAY, "--json"],
        &[
            "check",
            "--at",
            "2026-11-23T08:00:00Z",
            "--config",
            "cli/tests/data/zones.yaml"
        ],
    ]));
}

#[test]
fn doubts_are_warnings_and_no_problem() {
    let path = "cli/tests/data/doubtful.yaml";
    insta::assert_snapshot!(terminals(&[
        &["check", "--at", FRIDAY, "--config", path],
        &["check", "--at", FRIDAY, "--config", path, "--json"],
    ]));
}

#[test]
fn every_error_is_told_at_once_and_is_a_problem() {
    let path = "cli/tests/data/broken.yaml";
    insta::assert_snapshot!(terminals(&[
        &["check", "--config", path],
        &["check", "--config", path, "--json"],
    ]));
}

#[test]
fn what_is_no_configuration_is_named() {
    insta::assert_snapshot!(terminals(&[
        &["check", "--config", "no-such-file.yaml"],
        &["check", "--config", "cli"],
        &["check", "--config", "https://example.com/nightcap.yaml"],
        &["check", "--config", ""],
        &["check", "--config", "{}"],
        &["check", "--confg", "nightcap.yaml"],
        &["check", "--at", "Friday"],
    ]));
}

#[test]
fn every_other_command_refuses_a_broken_configuration_just_so() {
    let path = "cli/tests/data/broken.yaml";
    let expected = run(&["timeline", "--schedule", "office-hours", "--config", path]);
    assert_eq!(expected.code, 1);
    for place in [
        "Europe/Pariss",
        "FX",
        "frnace",
        "0 25",
        "ofice-hours",
        "capcity",
    ] {
        assert!(
            expected.stderr.contains(place),
            "{place}: {}",
            expected.stderr
        );
    }
    for arguments in [vec!["plan"], vec!["explain", "greenleaf-preprod-db"]] {
        let ran = run(&[&arguments[..], &["--config", path]].concat());
        assert_eq!((ran.code, &ran.stderr), (1, &expected.stderr));
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn the_configuration_is_named_by_option_or_environment_or_stands_there() {
    let text = fs::read_to_string(nightcap_tests::root().join("nightcap.yaml")).unwrap();
    let arguments = ["check", "--at", FRIDAY, "--json"];
    for place in ["nightcap.yaml", text.as_str()] {
        let mut named = command(&arguments);
        named.env("NIGHTCAP_CONFIG", place);
        let ran = finish(named, &arguments);
        assert_eq!(ran.json()["valid"], true, "{}", ran.terminal());
    }
    let mut outvoted = command(&["check", "--config", "nightcap.yaml"]);
    outvoted.env("NIGHTCAP_CONFIG", "no-such-file.yaml");
    assert_eq!(finish(outvoted, &[]).code, 0);
}
