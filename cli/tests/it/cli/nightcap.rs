//! Running the binary.

use std::process::{Command, Stdio};

use nightcap_tests::{environment, root};
use serde_json::Value;

/// What a run of the binary left behind.
pub(crate) struct Ran {
    shown: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// The binary, about to run in the repository's root with an environment of its own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    environment(&mut command)
        .current_dir(root())
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// Runs the binary with no AWS in reach.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    finish(command(arguments), arguments)
}

/// Runs a command that [`command`] has made.
pub(crate) fn finish(mut command: Command, arguments: &[&str]) -> Ran {
    let output = command.output().unwrap();
    Ran {
        shown: arguments.join(" "),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

impl Ran {
    /// The whole terminal.
    pub(crate) fn terminal(&self) -> String {
        let errors = match self.stderr.as_str() {
            "" => String::new(),
            errors => format!("--- standard error\n{errors}"),
        };
        format!(
            "$ nightcap {}\n{}{errors}--- exit {}",
            self.shown, self.stdout, self.code
        )
    }

    /// Standard output, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.terminal()))
    }
}

/// Several terminals, one after the other.
pub(crate) fn terminals(runs: &[&[&str]]) -> String {
    let shown: Vec<String> = runs.iter().map(|run_| run(run_).terminal()).collect();
    shown.join("\n\n")
}
