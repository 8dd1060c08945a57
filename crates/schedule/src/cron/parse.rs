//! From text to fields.

use super::error::CronError;
use super::field::{Dialect, Field, Spec};
use super::item::{FieldSet, Token, read_field};
use super::remedy::{self, CronRemedy};

/// Longer than any expression a person writes; a longer text is a mistake, and work for nothing.
pub(super) const LONGEST: usize = 1_000;

const UNIX_FORM: &str =
    "five fields (minute, hour, day of month, month, weekday), such as 0 9 * * MON-FRI";
const EVENTBRIDGE_FORM: &str =
    "cron(minute hour day-of-month month weekday year), such as cron(0 9 ? * MON-FRI *)";

/// The fields of an expression as they were written.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) dialect: Dialect,
    pub(super) minutes: FieldSet,
    pub(super) hours: FieldSet,
    pub(super) days: FieldSet,
    pub(super) months: FieldSet,
    pub(super) weekdays: FieldSet,
    pub(super) years: FieldSet,
}

/// Reads an expression; the error says what to write instead, where that is certain.
pub(super) fn read(text: &str) -> Result<Fields, CronError> {
    read_strictly(text).map_err(|error| remedy::attached(error, text))
}

/// Reads an expression.
pub(super) fn read_strictly(text: &str) -> Result<Fields, CronError> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(CronError::new(
            LONGEST + 1,
            format!("{length} characters are too long for a cron expression"),
            UNIX_FORM,
        ));
    }
    let blank = |c: char| c.is_ascii_whitespace();
    let trimmed = text.trim_matches(blank);
    let column = 1 + text.chars().take_while(|c| blank(*c)).count();
    if trimmed.is_empty() {
        return Err(CronError::new(1, "the expression is empty", UNIX_FORM));
    }
    if trimmed.starts_with('@') {
        return Err(nickname(trimmed, column));
    }
    match trimmed.split_once('(') {
        Some((name, rest)) => read_call(name, rest, column),
        None => read_unix(trimmed, column),
    }
}

fn nickname(text: &str, column: usize) -> CronError {
    let same = match text.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        "@monthly" => Some("0 0 1 * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@hourly" => Some("0 * * * *"),
        _ => None,
    };
    let word: String = text.chars().take(24).collect();
    match same {
        Some(same) => {
            let remedy = CronRemedy::FiveFields(same.to_owned());
            CronError {
                remedy: Some(remedy.clone()),
                ..CronError::new(
                    column,
                    format!("{word} is not accepted"),
                    remedy.to_string(),
                )
            }
        }
        None => CronError::new(
            column,
            format!("{word} names no time of the wall clock"),
            UNIX_FORM,
        ),
    }
}

/// `cron(…)`, and the other forms of EventBridge that are not cron.
fn read_call(name: &str, rest: &str, column: usize) -> Result<Fields, CronError> {
    let inside_at = column + name.chars().count() + 1;
    match name {
        "cron" => {}
        "rate" | "at" => {
            return Err(CronError::new(
                column,
                format!("{name}(…) is not a time of the wall clock"),
                EVENTBRIDGE_FORM,
            ));
        }
        _ => {
            return Err(CronError::new(
                column,
                "the text before ( is not cron",
                EVENTBRIDGE_FORM,
            ));
        }
    }
    let Some(inside) = rest.strip_suffix(')') else {
        let end = inside_at + rest.chars().count();
        return Err(CronError::new(
            end,
            "the closing parenthesis is missing",
            EVENTBRIDGE_FORM,
        ));
    };
    let tokens = split(inside, inside_at);
    let [minutes, hours, days, months, weekdays, years] = tokens.as_slice() else {
        let place = tokens
            .get(6)
            .map_or(inside_at + inside.chars().count(), |token| token.column);
        return Err(CronError::new(
            place,
            format!("{} instead of six", count(tokens.len())),
            EVENTBRIDGE_FORM,
        ));
    };
    let read = |token: &Token<'_>, field| {
        read_field(
            *token,
            Spec {
                field,
                dialect: Dialect::EventBridge,
            },
        )
    };
    let fields = Fields {
        dialect: Dialect::EventBridge,
        minutes: read(minutes, Field::Minute)?,
        hours: read(hours, Field::Hour)?,
        days: read(days, Field::DayOfMonth)?,
        months: read(months, Field::Month)?,
        weekdays: read(weekdays, Field::Weekday)?,
        years: read(years, Field::Year)?,
    };
    match (days.text == "?", weekdays.text == "?") {
        (true, false) | (false, true) => Ok(fields),
        (both, _) => Err(CronError {
            column: weekdays.column,
            field: Some(Field::Weekday),
            reason: format!(
                "{} of day of month and weekday are ?",
                if both { "both" } else { "none" }
            ),
            expected: "exactly one of the two to be ?, as EventBridge requires".to_owned(),
            remedy: None,
        }),
    }
}

fn read_unix(text: &str, column: usize) -> Result<Fields, CronError> {
    let tokens = split(text, column);
    let [minutes, hours, days, months, weekdays] = tokens.as_slice() else {
        return Err(wrong_count(&tokens, column + text.chars().count()));
    };
    let read = |token: &Token<'_>, field| {
        read_field(
            *token,
            Spec {
                field,
                dialect: Dialect::Unix,
            },
        )
    };
    Ok(Fields {
        dialect: Dialect::Unix,
        minutes: read(minutes, Field::Minute)?,
        hours: read(hours, Field::Hour)?,
        days: read(days, Field::DayOfMonth)?,
        months: read(months, Field::Month)?,
        weekdays: read(weekdays, Field::Weekday)?,
        years: every_year(),
    })
}

fn every_year() -> FieldSet {
    let spec = Spec {
        field: Field::Year,
        dialect: Dialect::EventBridge,
    };
    FieldSet {
        unrestricted: true,
        values: spec.all().collect(),
        rules: Vec::new(),
    }
}

fn wrong_count(tokens: &[Token<'_>], end: usize) -> CronError {
    let column = tokens.get(5).map_or(end, |token| token.column);
    let expected = if tokens.len() == 6 {
        format!("five fields (no seconds, no year), or with a year {EVENTBRIDGE_FORM}")
    } else {
        UNIX_FORM.to_owned()
    };
    CronError::new(
        column,
        format!("{} instead of five", count(tokens.len())),
        expected,
    )
}

fn count(fields: usize) -> String {
    match fields {
        1 => "1 field".to_owned(),
        _ => format!("{fields} fields"),
    }
}

/// The words of the text with the column of each.
fn split(text: &str, first_column: usize) -> Vec<Token<'_>> {
    let mut column = first_column;
    let mut tokens = Vec::new();
    for word in text.split(|c: char| c.is_ascii_whitespace()) {
        if !word.is_empty() {
            tokens.push(Token { text: word, column });
        }
        column += word.chars().count() + 1;
    }
    tokens
}
