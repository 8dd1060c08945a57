//! What the mails tell people to type is what the command line takes.

use std::fs;
use std::process::{Command, Output};

use nightcap_tests::{environment, root};

/// The commands in a mail as it is pinned, each on a line of its own.
fn commands(snapshot: &str) -> Vec<String> {
    let folder = root().join("crates/domain/tests/it/snapshots");
    let text = fs::read_to_string(folder.join(format!("it__{snapshot}.snap"))).unwrap();
    let lines = text.lines().map(str::trim);
    let found = lines.filter_map(|line| line.strip_prefix("nightcap "));
    found.map(str::to_owned).collect()
}

/// Typed in a shell, where there is no AWS to ask.
fn typed(command: &str) -> Output {
    let words: Vec<String> = command
        .split(' ')
        .map(|word| word.trim_matches('"').to_owned())
        .collect();
    environment(&mut Command::new(env!("CARGO_BIN_EXE_nightcap")))
        .env("USER", "on-call")
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn the_command_that_wakes_what_the_ladder_put_to_bed_is_understood() {
    for language in ["en", "fr"] {
        let commands = commands(&format!("guard_mails__action-taken-{language}"));
        assert_eq!(commands.len(), 1, "{commands:?}");
        assert!(commands[0].starts_with("hold preprod --running"));
        let output = typed(&commands[0]);
        let said = String::from_utf8(output.stderr).unwrap();
        // It was read to its end, and only then missed a region.
        assert!(said.contains("set AWS_REGION"), "{said}");
        let wrong = typed(&commands[0].replace("--running", "--up"));
        let said = String::from_utf8(wrong.stderr).unwrap();
        assert!(
            said.contains("--up") && !said.contains("AWS_REGION"),
            "{said}"
        );
    }
}
