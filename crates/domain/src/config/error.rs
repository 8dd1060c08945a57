//! What is wrong with a text, all of it, and where.

use std::fmt::{self, Write};

use serde::Serialize;
use thiserror::Error;

use super::{
    excerpt::{is_unsafe, rendered, within},
    position::Position,
};

/// The name that errors give the text when nobody says where it came from.
const USUAL_NAME: &str = "nightcap.yaml";

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Error)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What it is about: `schedules.office-hours.windows[0].start`; empty for the whole text.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would have been right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The valid name that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl ConfigError {
    pub(super) fn new(
        position: Position,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            line: position.line,
            column: position.column,
            path: path.into(),
            message: message.into(),
            expected: None,
            nearest: None,
        }
    }

    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    pub(super) fn expecting(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    pub(super) fn meaning(self, nearest: Option<String>) -> Self {
        Self { nearest, ..self }
    }

    /// Where it is.
    pub fn position(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
        }
    }
}

impl fmt::Display for ConfigError {
    /// Without the place: `schedules.office: unknown key "window"; did you mean "windows"?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean {nearest:?}?")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, " (expected {expected})")?;
        }
        Ok(())
    }
}

/// Everything wrong with a configuration, in the order of the text. Never empty.
///
/// `Display` writes one line each, `file:line:column: path: what`; [`ConfigErrors::render`]
/// adds the source line with a caret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Error)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    /// Errors found beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    further: usize,
}

/// Without control characters, and cut when it is very long: the text may be hostile, and what
/// reports on it (a cron expression's error, say) may quote any part of it as it is.
fn printable(message: &str) -> String {
    const LONGEST: usize = 500;
    let mut shown: String = message
        .chars()
        .take(LONGEST)
        .map(|c| if is_unsafe(c) { '\u{fffd}' } else { c })
        .collect();
    if message.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

// The signature is serde's.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl ConfigErrors {
    /// The most errors that are listed; nobody reads more, and work stays bounded.
    pub const MOST: usize = 100;

    pub(super) fn new(mut errors: Vec<ConfigError>, further: usize) -> Self {
        errors.sort_by_key(ConfigError::position);
        Self { errors, further }
    }

    /// With every place inside the text, and everything quoted from it fit to print.
    pub(super) fn within(mut self, text: &str) -> Self {
        for error in &mut self.errors {
            error.message = printable(&error.message);
            error.expected = error.expected.as_deref().map(printable);
            let position = within(error.position(), text);
            (error.line, error.column) = (position.line, position.column);
        }
        self
    }

    /// The errors, in the order of the text.
    pub fn as_slice(&self) -> &[ConfigError] {
        &self.errors
    }

    /// The errors, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.errors.iter()
    }

    /// How many there are, listed or not.
    pub fn total(&self) -> usize {
        self.errors.len() + self.further
    }

    /// For a person: each error with its source line and a caret under the place.
    ///
    /// `file_name` is shown as given; `text` must be what was parsed.
    pub fn render(&self, file_name: &str, text: &str) -> String {
        let mut out: String = self
            .errors
            .iter()
            .map(|error| rendered(file_name, text, error.position(), error))
            .collect();
        if self.further > 0 {
            // Writing to a String does not fail.
            let _ = writeln!(out, "{file_name}: and {} more errors", self.further);
        }
        out
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{USUAL_NAME}:{}:{}: {error}", error.line, error.column)?;
        }
        if self.further > 0 {
            write!(f, "\n{USUAL_NAME}: and {} more errors", self.further)?;
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
