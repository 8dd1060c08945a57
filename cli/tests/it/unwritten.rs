//! Commands that ask AWS, and output that cannot be written: a closed pipe is silent, a full disk
//! is an error, neither a panic.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

use nightcap_tests::{EmbeddedAws, environment, root};

const CONFIG: &str = "
timezone: Europe/Paris
schedules: { office-hours: { windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  preprod: { schedule: office-hours }
  prod: { protected: true }
budget: { name: greenleaf-monthly, limit: 500, alerts: ['actual > 80%'] }
";

/// Every command that asks AWS; `uninstall` last, after which there is nothing left to ask for.
const COMMANDS: &[&[&str]] = &[
    &["plan"],
    &["plan", "--json"],
    &["explain", "greenleaf-preprod-db"],
    &["explain", "greenleaf-preprod-db", "--json"],
    &[
        "hold",
        "preprod",
        "--running",
        "--for",
        "4h",
        "--reason",
        "release",
        "--dry-run",
    ],
    &[
        "hold",
        "preprod",
        "--running",
        "--for",
        "4h",
        "--reason",
        "release",
    ],
    &["holds"],
    &["holds", "--json"],
    &["release", "preprod", "--reason", "done", "--dry-run"],
    &[
        "report",
        "--as-of",
        "2026-11-20",
        "--inventory",
        "greenleaf",
    ],
    &["doctor"],
    &["doctor", "--json"],
    &["doctor", "--policy"],
    &["uninstall", "--yes", "--every", "1"],
    &["uninstall", "--yes", "--json", "--every", "1"],
];

fn run(aws: &EmbeddedAws, arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .envs(aws.environment())
        .current_dir(root())
        .env("NIGHTCAP_CONFIG", CONFIG)
        .env("NIGHTCAP_TABLE", "ledger")
        .env("USER", "on-call")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stdout)
        .output()
        .unwrap()
}

fn account() -> EmbeddedAws {
    let aws = EmbeddedAws::start("2026-11-20T12:00:00Z");
    aws.seed();
    aws.create_ledger("ledger");
    aws
}

#[test]
fn a_full_disk_is_an_error_and_no_panic_for_every_command_that_asks_aws() {
    let aws = account();
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = run(&aws, arguments, full);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains("the output could not be written: No space left on device"),
            "{arguments:?}: {stderr}"
        );
    }
}

#[test]
fn a_closed_pipe_is_no_error_and_no_panic_for_every_command_that_asks_aws() {
    let aws = account();
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = run(&aws, arguments, writer);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    }
}
