//! What is no cron expression: refused with the place, the field, the reason and the remedy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use Field::{DayOfMonth, Hour, Minute, Month, Weekday, Year};
use nightcap_domain::time::{CronExpression, Field};

/// Text; column and field of the trouble; a part of the message.
type Refusal = (&'static str, usize, Option<Field>, &'static str);

#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    ("", 1, None, "the expression is empty; expected five fields"),
    ("   ", 1, None, "empty"),
    ("0 9 * *", 8, None, "4 fields instead of five"),
    ("0 0 9 * * MON", 11, None, "6 fields instead of five; expected five fields without seconds: 0 9 * * MON"),
    ("15 9 * * MON 2026", 14, None, "no seconds, no year"),
    ("60 9 * * *", 1, Some(Minute), "60 is out of range; expected 0-59"),
    ("0 24 * * *", 3, Some(Hour), "24 is out of range; expected 0-23"),
    ("0 9 0 * *", 5, Some(DayOfMonth), "0 is out of range; expected 1-31"),
    ("0 9 1,2,32 * *", 9, Some(DayOfMonth), "32 is out of range"),
    ("0 9 * 13 *", 7, Some(Month), "13 is out of range; expected 1-12 or JAN-DEC"),
    ("0 9 * * 8", 9, Some(Weekday), "8 is out of range; expected 0-7 (Sunday is 0 or 7)"),
    ("cron(0 9 ? * 0 *)", 14, Some(Weekday), "0 is out of range; expected 1-7 (Sunday is 1)"),
    ("0 9 * * MON-FRY", 13, Some(Weekday), "did you mean FRI?"),
    ("0 9 * * Monday", 9, Some(Weekday), "did you mean MON?"),
    ("0 9 * JANUARY *", 7, Some(Month), "did you mean JAN?"),
    ("0 nine * * *", 3, Some(Hour), "\"nine\" is not an hour"),
    ("0 9,, * * *", 5, Some(Hour), "a value is missing"),
    ("0 22-6 * * *", 3, Some(Hour), "runs backwards; write 22-23,0-6"),
    ("0 9 30-2 * *", 5, Some(DayOfMonth), "runs backwards; write 30-31,1-2"),
    ("*/0 9 * * *", 3, Some(Minute), "a step of 0 goes nowhere"),
    ("*/60 9 * * *", 3, Some(Minute), "a step of 60 never gets anywhere"),
    ("*/-5 9 * * *", 3, Some(Minute), "\"-5\" is not a step"),
    ("0 9 * * L", 9, Some(Weekday), "write for instance FRIL"),
    ("0 9 * * FRI#6", 13, Some(Weekday), "\"6\" is not 1 to 5"),
    ("0 9 L-31 * *", 7, Some(DayOfMonth), "not 0 to 30"),
    ("0 9 32W * *", 5, Some(DayOfMonth), "not a day followed by W"),
    ("0 9 +5W * *", 5, Some(DayOfMonth), "not a day followed by W"),
    ("? 9 * * *", 1, Some(Minute), "? stands alone"),
    ("0 9 ?/2 * *", 5, Some(DayOfMonth), "? stands alone"),
    ("0 9 +5 * *", 5, Some(DayOfMonth), "not a day of month"),
    ("0 9 ５ * *", 5, Some(DayOfMonth), "not a day of month"),
    ("@daily", 1, None, "the same in five fields: 0 0 * * *"),
    (" @Weekly", 2, None, "0 0 * * 0"),
    ("@reboot", 1, None, "names no time"),
    ("rate(5 minutes)", 1, None, "rate(…) is not a time of the wall clock"),
    ("kron(0 9 * * ? *)", 1, None, "not cron"),
    ("cron(0 9 * * ? *", 17, None, "closing parenthesis"),
    ("cron(0 9 * * ?)", 15, None, "5 fields instead of six"),
    ("cron(0 0 9 * * ? *)", 18, None, "7 fields instead of six"),
    ("cron(0 9 * * MON *)", 14, Some(Weekday), "none of day of month and weekday are ?"),
    ("cron(0 9 ? * ? *)", 14, Some(Weekday), "both of day of month and weekday are ?"),
    ("cron(0 9 * * ? 2199)", 16, Some(Year), "2199 is out of range; expected 1970-2100"),
];

#[test]
fn refusals_name_place_field_and_remedy() {
    for (text, column, field, part) in REFUSALS {
        let error = CronExpression::parse(text).expect_err(text);
        assert_eq!(
            (error.column, error.field),
            (*column, *field),
            "{text}: {error}"
        );
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    assert!(
        CronExpression::parse(&"1,".repeat(10_000))
            .unwrap_err()
            .to_string()
            .contains("too long")
    );
}
