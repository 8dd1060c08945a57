//! Rows of a CSV file, one at a time, with the line they stand on.

use std::io::{self, Read};

use csv::ByteRecord;

use super::ReadError;
use super::source::{Opened, Text, Whole, open};
use super::tags::bare;
use super::text::short;
use crate::{Currency, CurrencyError};

/// The longest row read: no row of a cost export comes near, and memory stays bounded.
pub(super) const LONGEST_ROW: u64 = 4 * 1024 * 1024;

/// A CSV file of which one row at a time is in memory.
pub(super) struct Rows<R> {
    reader: csv::Reader<LineLimit<Source<R>>>,
    record: ByteRecord,
    /// The names as they stand.
    header: Vec<String>,
    /// Their letters and digits, by which they are found.
    keys: Vec<String>,
    separator: u8,
}

/// Where the rows come from.
type Source<R> = Whole<Text<R>>;

impl<R: Read> Rows<R> {
    /// Reads the header.
    pub(super) fn new(source: R) -> Result<Self, ReadError> {
        let Opened { text, separator } = open(source)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(LineLimit::new(text, separator));
        let mut record = ByteRecord::new();
        let found = reader
            .read_byte_record(&mut record)
            .map_err(|e| broken(&e, 1))?;
        if !found {
            return Err(ReadError::Empty);
        }
        let name = |field: &[u8]| {
            let name = String::from_utf8_lossy(field);
            name.trim().trim_matches('"').to_owned()
        };
        let header: Vec<String> = record.iter().map(name).collect();
        Ok(Self {
            reader,
            record,
            keys: header.iter().map(|name| bare(name)).collect(),
            header,
            separator,
        })
    }

    /// What separates the fields.
    pub(super) const fn separator(&self) -> u8 {
        self.separator
    }

    /// The position of a column, whatever its case and marks.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let key = bare(name);
        self.keys.iter().position(|column| *column == key)
    }

    /// The position of a column that must be there.
    pub(super) fn needed(&self, name: &'static str) -> Result<usize, ReadError> {
        self.column(name).ok_or_else(|| self.missing(name))
    }

    /// That a column is not there.
    pub(super) fn missing(&self, name: &'static str) -> ReadError {
        ReadError::MissingColumn {
            column: name,
            found: self.summary(),
        }
    }

    /// That the amounts are in another currency, where a column is named after one.
    pub(super) fn other_currency(&self) -> Option<ReadError> {
        const KNOWN: [&str; 12] = [
            "eur", "gbp", "jpy", "cny", "inr", "cad", "aud", "chf", "sek", "brl", "krw", "sgd",
        ];
        let named = |key: &&String| KNOWN.contains(&key.as_str());
        let currency: Currency = self.keys.iter().find(named)?.parse().ok()?;
        let source = CurrencyError::NotUsd(currency);
        Some(ReadError::Currency { line: 1, source })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    fn summary(&self) -> String {
        let text: String = self
            .header
            .iter()
            .take(8)
            .map(|name| short(name))
            .collect::<Vec<_>>()
            .join(", ");
        if self.header.len() > 8 {
            return format!("{text} and {} more", self.header.len() - 8);
        }
        text
    }

    /// Goes to the next row; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, ReadError> {
        let line = self.reader.position().line();
        let found = self
            .reader
            .read_byte_record(&mut self.record)
            .map_err(|e| broken(&e, line))?;
        if found && self.record.len() != self.header.len() {
            return Err(ReadError::Fields {
                line: self.line(),
                found: self.record.len(),
                expected: self.header.len(),
            });
        }
        Ok(found)
    }

    /// The line on which the current row begins; 1 is the header.
    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// A field of the current row, trimmed; `NULL` is how FOCUS writes an empty one.
    pub(super) fn field(&self, column: usize) -> Result<&str, ReadError> {
        let bytes = self.record.get(column).unwrap_or_default();
        let text = std::str::from_utf8(bytes)
            .map_err(|_| ReadError::NotText { line: self.line() })?
            .trim();
        Ok(if text == "NULL" { "" } else { text })
    }

    /// A field of a column that need not be there; empty without one.
    pub(super) fn optional(&self, column: Option<usize>) -> Result<&str, ReadError> {
        column.map_or(Ok(""), |column| self.field(column))
    }
}

fn broken(error: &csv::Error, line: u64) -> ReadError {
    let line = error.position().map_or(line, csv::Position::line);
    ReadError::Broken {
        line,
        reason: error.to_string(),
    }
}

/// Refuses a row that does not end (no line break, or a quote never closed) before it fills the
/// memory.
struct LineLimit<R> {
    source: R,
    separator: u8,
    line: u64,
    length: u64,
    quoted: bool,
    field_start: bool,
}

impl<R> LineLimit<R> {
    const fn new(source: R, separator: u8) -> Self {
        Self {
            source,
            separator,
            line: 1,
            length: 0,
            quoted: false,
            field_start: true,
        }
    }

    fn count(&mut self, byte: u8) {
        self.length += 1;
        match byte {
            b'"' if self.quoted => self.quoted = false,
            // A doubled quote inside a quoted field closes and opens again.
            b'"' if self.field_start => self.quoted = true,
            b'\n' if !self.quoted => {
                self.line += 1;
                self.length = 0;
            }
            _ => {}
        }
        self.field_start = byte == self.separator || matches!(byte, b'\n' | b'"');
    }
}

impl<R: Read> Read for LineLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buffer)?;
        for byte in buffer.iter().take(n) {
            self.count(*byte);
        }
        if self.length > LONGEST_ROW {
            let message = format!(
                "line {} begins a row longer than {LONGEST_ROW} bytes: a quote may be unclosed, or this is no cost export",
                self.line
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(n)
    }
}
