//! Calendar dates, written one way only.

use chrono::{Datelike, NaiveDate};

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateError {
    /// Not four digits, two digits, two digits.
    Form,
    /// The month or day does not exist.
    NoSuchDay,
}

/// Reads `YYYY-MM-DD` and nothing else: chrono alone would take `+2026-1-1` too.
pub(super) fn parse(text: &str) -> Result<NaiveDate, DateError> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !form {
        return Err(DateError::Form);
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| date.year() >= 1970)
        .ok_or(DateError::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_only() {
        assert!(parse("2028-02-29").is_ok());
        for (text, error) in [
            ("2026-02-29", DateError::NoSuchDay),
            ("2026-13-01", DateError::NoSuchDay),
            ("0001-01-01", DateError::NoSuchDay),
            ("2026-2-9", DateError::Form),
            ("24-12-2026", DateError::Form),
            ("2026-12-24T00", DateError::Form),
            ("2026/12/24", DateError::Form),
            ("", DateError::Form),
            ("２026-12-2", DateError::Form),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }
}
