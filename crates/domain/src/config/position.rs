//! Where something stands in the text.

use std::collections::BTreeMap;

use serde::Serialize;

/// A place in the text: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Position {
    /// The first character.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place `characters` further on in the same line.
    #[must_use]
    pub fn right(self, characters: usize) -> Self {
        Self {
            line: self.line,
            column: self.column.saturating_add(characters),
        }
    }
}

/// Places by path (`schedules.office-hours.windows[0].start`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positions(BTreeMap<String, Position>);

impl Positions {
    pub(super) fn insert(&mut self, path: String, position: Position) {
        self.0.insert(path, position);
    }

    /// The place of the path, or of the nearest thing around it.
    pub(super) fn of(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(position) = self.0.get(path) {
                return *position;
            }
            match path.rfind(['.', '[']).and_then(|end| path.get(..end)) {
                Some(around) => path = around,
                None => return Position::START,
            }
        }
    }
}
