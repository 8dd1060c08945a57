//! What the terminal shows: tables, colours where it is a terminal, exit codes.

use std::process::ExitCode;

use anstream::println;
use anstyle::{AnsiColor, Style};
use anyhow::Context;
use comfy_table::{Table, presets};
use serde::Serialize;

/// A heading.
pub(crate) const HEAD: Style = Style::new().bold();
/// Something good, or running.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Something asleep, or quiet.
pub(crate) const QUIET: Style = AnsiColor::Blue.on_default();
/// Something in between.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default();
/// Something bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All is well.
    Fine,
    /// A problem was found.
    Problem,
    /// It was called wrongly.
    Usage,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Fine => 0,
            Ending::Problem => 1,
            Ending::Usage => 2,
        })
    }
}

/// An error in how the command was called, found only after its arguments had been read.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Prints a value as JSON, indented for a person who looks.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value).context("the answer could not be written")?;
    println!("{text}");
    Ok(())
}

/// A table without borders.
pub(crate) fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(heads.iter().map(|head| styled(HEAD, head)));
    table
}

/// Prints a table, without the spaces that fill its last column.
pub(crate) fn print(table: &Table) {
    for line in table.lines() {
        println!("{}", line.trim_end());
    }
}

/// A text in a style; the terminal's stream drops the style where there is no terminal.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A word for a state, in its colour.
pub(crate) fn state(word: &str) -> String {
    let style = match word {
        "running" => GOOD,
        "stopped" => QUIET,
        "fixed" | "unmanaged" => Style::new(),
        _ => DOUBT,
    };
    styled(style, word)
}
