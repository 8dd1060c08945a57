//! Colour, only where somebody sees it.

use crate::cli::nightcap::{command, run};

const ESCAPE: char = '\u{1b}';
const SHOWN: [&str; 3] = ["check", "--at", "2026-11-20T18:00:00Z"];

#[test]
fn there_is_no_colour_where_there_is_no_terminal() {
    for arguments in [
        &SHOWN[..],
        &["check", "--config", "cli/tests/data/broken.yaml"],
        &["check", "--config", "cli/tests/data/doubtful.yaml"],
        &["timeline", "--schedule", "office-hours"],
        &["timeline", "--schedule", "none"],
        &["--help"],
        &["tmeline"],
    ] {
        let ran = run(arguments);
        assert!(!ran.stdout.contains(ESCAPE), "{}", ran.terminal());
        assert!(!ran.stderr.contains(ESCAPE), "{}", ran.terminal());
    }
}

/// `script` gives the binary a terminal; of its options only Linux's are known here.
#[cfg(target_os = "linux")]
#[test]
fn there_is_colour_on_a_terminal_unless_somebody_minds() {
    let on_a_terminal = |variables: &[(&str, &str)]| {
        let line = format!("{} {}", env!("CARGO_BIN_EXE_nightcap"), SHOWN.join(" "));
        let mut script = std::process::Command::new("script");
        nightcap_tests::environment(&mut script)
            .current_dir(nightcap_tests::root())
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied())
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .stdin(std::process::Stdio::null());
        let output = script.output().expect("script, of util-linux");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains("preprod"), "{shown}");
        shown
    };
    assert!(
        on_a_terminal(&[]).contains("\u{1b}[34mstopped"),
        "asleep is blue"
    );
    assert!(!on_a_terminal(&[("NO_COLOR", "1")]).contains(ESCAPE));
    assert!(!on_a_terminal(&[("TERM", "dumb")]).contains(ESCAPE));
}

#[test]
fn colour_can_be_asked_for() {
    let mut forced = command(&SHOWN);
    let output = forced.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains(ESCAPE));
}
