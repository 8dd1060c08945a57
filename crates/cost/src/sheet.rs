//! Small CSV files with a fixed header: the price book and the inventory.

use csv::{Position, ReaderBuilder, StringRecord};

/// Why such a file was refused. Lines count from 1, which is the header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The header differs.
    #[error("line 1: the header must be {expected}")]
    Header {
        /// What it must be.
        expected: String,
    },
    /// Not CSV, or a row of another length.
    #[error("line {line}: {reason}")]
    Csv {
        /// Line.
        line: u64,
        /// What the reader says.
        reason: String,
    },
    /// A field that cannot be understood.
    #[error("line {line}: {field} is {found:?}, but {expected}")]
    Field {
        /// Line.
        line: u64,
        /// The column.
        field: &'static str,
        /// What stands there, shortened.
        found: String,
        /// What may stand there.
        expected: String,
    },
}

/// A row, by the position of its columns in the header.
pub(super) struct Row<'a> {
    /// The line it stands on.
    pub(super) line: u64,
    header: &'static [&'static str],
    record: &'a StringRecord,
}

/// Reads every row below a header that must be this one, and stops at the first that is refused.
pub(super) fn read<T, E: From<SheetError>>(
    text: &str,
    header: &'static [&'static str],
    mut row: impl FnMut(&Row<'_>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let first = records.next().transpose().map_err(|e| broken(&e))?;
    if !first.is_some_and(|first| first.iter().eq(header.iter().copied())) {
        let expected = header.join(",");
        return Err(SheetError::Header { expected }.into());
    }
    records
        .map(|record| {
            let record = record.map_err(|e| broken(&e))?;
            row(&Row {
                line: record.position().map_or(0, Position::line),
                header,
                record: &record,
            })
        })
        .collect()
}

fn broken(error: &csv::Error) -> SheetError {
    SheetError::Csv {
        line: error.position().map_or(0, Position::line),
        reason: error.to_string(),
    }
}

impl Row<'_> {
    /// A field, trimmed.
    pub(super) fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default().trim()
    }

    /// A field that must not be empty.
    pub(super) fn filled(&self, column: usize) -> Result<&str, SheetError> {
        match self.text(column) {
            "" => Err(self.error(column, "must not be empty")),
            text => Ok(text),
        }
    }

    /// What is wrong with a field.
    pub(super) fn error(&self, column: usize, expected: impl Into<String>) -> SheetError {
        SheetError::Field {
            line: self.line,
            field: self.header.get(column).copied().unwrap_or_default(),
            found: self.text(column).chars().take(40).collect(),
            expected: expected.into(),
        }
    }
}
