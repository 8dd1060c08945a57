//! Where the configuration may stand, and instants as people write them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::cli::nightcap::{Ran, command, finish, run};

const CONFIG: &str = "timezone: Europe/Paris\nschedules:\n  dev-hours:\n    windows:\n      - { start: \"0 9 * * MON-FRI\", stop: \"0 20 * * MON-FRI\" }\n  us-hours:\n    timezone: America/New_York\n    windows:\n      - { start: \"0 9 * * MON-FRI\", stop: \"0 18 * * MON-FRI\" }\nenvironments:\n  dev: { schedule: dev-hours }\n  us: { schedule: us-hours }\n  prod: { protected: true }\n";

/// A folder of its own, with a folder in it.
fn folder(name: &str, file: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let inner = folder.join("sub/sub");
    fs::create_dir_all(&inner).unwrap();
    fs::write(folder.join(file), CONFIG).unwrap();
    inner
}

fn inside(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = command(arguments);
    command.current_dir(folder);
    finish(command, arguments)
}

#[test]
fn a_file_is_found_in_the_folders_above_and_by_its_other_ending() {
    let inner = folder("above", "nightcap.yaml");
    let ran = inside(&inner, &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.terminal());
    assert!(
        ran.stdout.contains("../../nightcap.yaml is valid"),
        "{}",
        ran.stdout
    );
    let inner = folder("ending", "nightcap.yml");
    let ran = inside(&inner.join("../.."), &["check"]);
    assert!(
        ran.stdout.contains("nightcap.yml is valid"),
        "{}",
        ran.terminal()
    );
    // What is named is not looked for elsewhere.
    assert_eq!(inside(&inner, &["check", "--config", "other.yaml"]).code, 1);
}

#[test]
fn a_file_is_named_by_itself_or_comes_by_standard_input_or_stands_in_a_line() {
    let ran = run(&["check", "cli/tests/data/zones.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.terminal());
    assert!(ran.stdout.contains("cli/tests/data/zones.yaml is valid"));

    let mut child = command(&["check", "--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(CONFIG.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("standard input is valid"), "{text}");

    let ran = run(&["check", "--config", "timezone: UTC"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("missing key \"environments\""),
        "{}",
        ran.stderr
    );
    let ran = run(&["check", "--config", CONFIG]);
    assert!(
        ran.stdout
            .contains("the configuration in --config is valid"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_cannot_be_read_is_json_too() {
    let ran = run(&["check", "--json", "--config", "no-such-file.yaml"]);
    assert_eq!(ran.code, 1);
    let answer = ran.json();
    assert_eq!(answer["valid"], false);
    assert_eq!(answer["config"], "no-such-file.yaml");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("there is no such file"), "{message}");
}

#[test]
fn hours_a_week_are_shown() {
    let ran = run(&["check", "--config", CONFIG]);
    assert!(ran.stdout.contains("55 of 168 (33 %)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("45 of 168 (27 %)"), "{}", ran.stdout);
}

#[test]
fn an_environment_has_the_timeline_of_its_schedule() {
    let timeline = |arguments: &[&str]| {
        let period = [
            "--from",
            "2026-11-09",
            "--to",
            "2026-11-11",
            "--config",
            CONFIG,
            "--json",
        ];
        run(&[&["timeline"][..], arguments, &period].concat())
    };
    let by_environment = timeline(&["dev"]);
    let by_schedule = timeline(&["--schedule", "dev-hours"]);
    assert_eq!(by_environment.code, 0, "{}", by_environment.terminal());
    assert_eq!(by_environment.stdout, by_schedule.stdout);
    // On the clocks of the schedule's zone: midnight in New York is 05:00Z.
    let transitions = timeline(&["us"]).json()["transitions"].clone();
    assert_eq!(transitions[0]["at"], "2026-11-09T14:00:00Z");

    for (arguments, parts) in [
        (
            &["--schedule", "dev"][..],
            &["environment dev follows dev-hours", "--schedule dev-hours"][..],
        ),
        (
            &["--schedule", "dev-hour"],
            &["did you mean \"dev-hours\"?"],
        ),
        (&["dve"], &["did you mean \"dev\"?"]),
        (&["prod"], &["environment prod is protected"]),
        (
            &[],
            &["name an environment or --schedule", "dev-hours, us-hours"],
        ),
    ] {
        let ran = timeline(arguments);
        assert_eq!(ran.code, 2, "{}", ran.terminal());
        for part in parts {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.terminal());
        }
    }
}

#[test]
fn instants_are_read_on_the_clocks_of_the_zone_or_with_an_offset() {
    let now = |at: &str| {
        let ran = run(&["check", "--config", CONFIG, "--at", at]);
        (
            ran.code,
            ran.stdout.lines().nth(1).unwrap_or_default().to_owned(),
            ran.stderr,
        )
    };
    for at in [
        "2026-11-20 19:30",
        "2026-11-20T18:30:00Z",
        "2026-11-20T19:30",
    ] {
        let (code, row, stderr) = now(at);
        assert_eq!(
            (code, row.contains("running")),
            (0, true),
            "{at}: {row} {stderr}"
        );
    }
    let (_, row, _) = now("2026-11-20");
    assert!(row.contains("stopped"), "{row}");
    let (code, _, stderr) = now("Friday");
    assert_eq!(code, 2);
    assert!(
        stderr.contains("--at: \"Friday\" is no time") && stderr.contains("Europe/Paris"),
        "{stderr}"
    );
}

#[test]
fn a_timeline_shows_the_closed_days() {
    let ran = run(&[
        "timeline",
        "preprod",
        "--from",
        "2026-11-09",
        "--to",
        "2026-11-14",
    ]);
    let closed: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.contains("closed"))
        .collect();
    assert_eq!(closed.len(), 1, "{}", ran.stdout);
    assert!(
        closed[0].contains("Wed 11 Nov 2026") && closed[0].contains("Armistice Day"),
        "{}",
        closed[0]
    );
}

#[test]
fn a_profile_that_does_not_exist_is_told_before_aws_is_asked() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("aws-config");
    fs::write(&file, "[profile dev]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = ops\nregion = eu-west-3\n[sso-session work]\nsso_start_url = https://example.com/start\nsso_region = eu-west-3\n").unwrap();
    let with = |arguments: &[&str]| {
        let mut command = command(arguments);
        command
            .env("AWS_CONFIG_FILE", &file)
            .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none"))
            .env("HOME", &folder);
        finish(command, arguments)
    };
    let ran = with(&["plan", "--profile", "dve"]);
    assert_eq!(ran.code, 2, "{}", ran.terminal());
    assert!(
        ran.stderr
            .contains("there is no profile \"dve\" (did you mean \"dev\"?)"),
        "{}",
        ran.stderr
    );
    // A profile of IAM Identity Center without a session.
    let ran = with(&["plan", "--profile", "dev"]);
    assert_eq!(ran.code, 1, "{}", ran.terminal());
    assert!(
        ran.stderr.contains("aws sso login --profile dev"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("set AWS_PROFILE"), "{}", ran.stderr);
}
