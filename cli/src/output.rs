//! What the terminal shows: tables, colours where it is a terminal, exit codes.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::{self, ExitCode};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use comfy_table::{ContentArrangement, Table, presets};
use nightcap_domain::config::Language;
use nightcap_domain::explain::observed_in;
use nightcap_domain::text::visible_lines;
use serde::Serialize;

/// Writes to standard output, as the macro of that name does, but without a panic.
macro_rules! print {
    ($($text:tt)*) => { $crate::output::write(::std::format_args!($($text)*)) };
}
/// Writes a line to standard output, without a panic.
macro_rules! println {
    () => { $crate::output::write(::std::format_args!("\n")) };
    ($($text:tt)*) => {{
        $crate::output::write(::std::format_args!($($text)*));
        $crate::output::write(::std::format_args!("\n"));
    }};
}
/// Writes to standard error; what cannot be written there can be told nowhere.
macro_rules! eprint {
    ($($text:tt)*) => { $crate::output::complain(::std::format_args!($($text)*)) };
}
/// Writes a line to standard error.
macro_rules! eprintln {
    ($($text:tt)*) => {{
        $crate::output::complain(::std::format_args!($($text)*));
        $crate::output::complain(::std::format_args!("\n"));
    }};
}
pub(crate) use {eprint, eprintln, print, println};

/// Writes to standard output; the process ends where that cannot be done.
pub(crate) fn write(text: Arguments<'_>) {
    let text = shown(&text.to_string());
    ended(anstream::stdout().lock().write_all(text.as_bytes()));
}

/// What our styles and the help write: all the escape sequences that a terminal ever gets from us.
const SEQUENCES: [&str; 7] = [
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[4m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
    "\u{1b}[34m",
];

/// A text as a terminal may have it. Names, tags and AWS's own words stand in it: whatever else
/// in them would steer the terminal, turn the line round or be invisible is marked.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let ours = SEQUENCES
            .iter()
            .find_map(|ours| Some((*ours, rest.strip_prefix(ours)?)));
        if let Some((ours, after)) = ours {
            shown.push_str(ours);
            rest = after;
            continue;
        }
        // Up to the next escape, but for one at the beginning, which is nobody's.
        let end = rest
            .char_indices()
            .skip(1)
            .find_map(|(at, character)| (character == '\u{1b}').then_some(at));
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        shown.push_str(&visible_lines(piece));
        rest = after;
    }
    shown
}

/// Writes to standard output as it is: what is no text for a terminal (roff, a script).
pub(crate) fn write_bytes(bytes: &[u8]) {
    ended(io::stdout().lock().write_all(bytes));
}

/// Writes what is still kept back.
pub(crate) fn flush() {
    ended(io::stdout().lock().flush());
}

pub(crate) fn complain(text: Arguments<'_>) {
    let text = shown(&text.to_string());
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// A reader that has seen enough (`| head`) is no error; a full disk is one.
fn ended(written: io::Result<()>) {
    let Err(error) = written else {
        return;
    };
    if error.kind() == ErrorKind::BrokenPipe {
        process::exit(0);
    }
    eprintln!("{BAD}error:{BAD:#} the output could not be written: {error}");
    process::exit(1);
}

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

/// The width to keep to: that of `COLUMNS`, or of the terminal. A file has none.
fn width() -> Option<u16> {
    /// What is narrower shows nothing but broken words.
    const NARROWEST: u16 = 40;
    let columns = std::env::var("COLUMNS").ok();
    let given = columns.and_then(|columns| columns.trim().parse().ok());
    let measured = || {
        let terminal = io::stdout().is_terminal();
        let size = terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(terminal_size::Width(width), _)| width)
    };
    given
        .filter(|width| *width > 0)
        .or_else(measured)
        .map(|width: u16| width.max(NARROWEST))
}

/// A table without borders, that fits the terminal: what is too wide goes on in a further line.
pub(crate) fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width() {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(heads.iter().map(|head| styled(HEAD, head)));
    table
}

/// Prints a table, without the spaces that fill its last column.
pub(crate) fn show(table: &Table) {
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
    state_in(word, Language::En)
}

/// The same for a reader of any language; AWS's own words stay.
pub(crate) fn state_in(word: &str, language: Language) -> String {
    let style = match word {
        "running" => GOOD,
        "stopped" => QUIET,
        "fixed" | "unmanaged" => Style::new(),
        _ => DOUBT,
    };
    styled(style, observed_in(word, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_our_styles_and_nothing_else_that_steers_it() {
        for style in [HEAD, GOOD, QUIET, DOUBT, BAD] {
            let text = styled(style, "word");
            assert_eq!(shown(&text), text, "{text:?}");
        }
        let hostile = "a\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}\u{9b}31m\u{202e}\u{200b}\r\nb\u{1b}";
        let written = shown(&format!("{}{hostile}", styled(BAD, "error:")));
        let (style, rest) = written.split_once("error:").unwrap();
        assert_eq!(style, BAD.render().to_string());
        let rest = rest.strip_prefix("\u{1b}[0m").unwrap();
        let hidden = |c: char| c != '\n' && nightcap_domain::text::is_hidden(c);
        assert!(!rest.contains(hidden), "{rest:?}");
        assert!(rest.starts_with("a\u{fffd}]0;title"), "{rest:?}");
    }
}
