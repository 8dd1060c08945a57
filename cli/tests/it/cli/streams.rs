//! Output that cannot be written: a closed pipe is silent, a full disk is an error, neither a panic.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::cli::nightcap::command;

const COSTS: &str = "crates/cost/data/daily_cloud_cost_2018.csv";

/// Every command that needs no AWS.
const COMMANDS: &[&[&str]] = &[
    &["--help"],
    &["--version"],
    &["plan", "--help"],
    &["check"],
    &["check", "--json"],
    &["timeline", "preprod"],
    &["timeline", "preprod", "--json"],
    &["prices"],
    &["prices", "--json"],
    &[
        "simulate",
        "--year-from",
        "2026-01",
        "--inventory",
        "crates/cost/data/greenleaf.csv",
    ],
    &[
        "forecast",
        "--costs",
        COSTS,
        "--as-of",
        "2018-06-11",
        "--budget",
        "500",
    ],
    &[
        "forecast",
        "--costs",
        COSTS,
        "--as-of",
        "2018-06-11",
        "--budget",
        "500",
        "--json",
    ],
    &["completions", "bash"],
    &["completions", "zsh"],
    &["completions", "fish"],
    &["completions", "elvish"],
    &["completions", "powershell"],
    &["man"],
    &["man", "plan"],
];

#[test]
fn a_full_disk_is_an_error_and_no_panic() {
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains("error: the output could not be written: No space left on device"),
            "{arguments:?}: {stderr}"
        );
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_closed_pipe_is_silent() {
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(arguments).stdout(writer).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn errors_that_cannot_be_written_are_no_panic() {
    for arguments in [
        &["check", "--config", "cli/tests/data/broken.yaml"][..],
        &["check", "--config", "cli/tests/data/doubtful.yaml"],
        &["check", "--config", "no-such-file.yaml"],
        &["plan"],
        &["nonsense"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = command(arguments)
            .stdout(Stdio::null())
            .stderr(full)
            .status()
            .unwrap();
        assert!(
            matches!(status.code(), Some(0..=2)),
            "{arguments:?}: {status}"
        );
    }
}

#[test]
fn tables_fit_the_terminal_and_break_between_words() {
    for columns in ["40", "60", "80", "100"] {
        let mut check = command(&["check", "--config", "cli/tests/data/zones.yaml"]);
        check.env("COLUMNS", columns);
        let text = String::from_utf8(check.output().unwrap().stdout).unwrap();
        let width: usize = columns.parse().unwrap();
        let (table, _) = text.split_once("\n\n").unwrap();
        for line in table.lines() {
            assert!(line.chars().count() <= width, "{columns}: {line:?}\n{text}");
        }
        if width >= 80 {
            for word in ["protected:", "ENVIRONMENT", "running"] {
                assert!(
                    text.contains(word) || !text.contains("prod"),
                    "{columns}: {text}"
                );
            }
        }
    }
    // A pipe without COLUMNS is left as wide as it is.
    let text = command(&["check"]).output().unwrap().stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("protected: nothing here ever stops it"),
        "{text}"
    );
}
