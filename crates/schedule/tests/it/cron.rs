//! Cron expressions: what fires when.

use std::time::{Duration, Instant};

use crate::support::wall;
use chrono::NaiveDateTime;
use nightcap_schedule::{CronExpression, Dialect};

fn parse(text: &str) -> CronExpression {
    CronExpression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The next times after a start, as many as `expected` has; written `MM-DD HH:MM` within the year of the start.
fn fires(text: &str, after: &str, expected: &[&str]) {
    let expression = parse(text);
    let mut now = wall(after);
    let mut back = None;
    for expected in expected {
        let found = expression
            .next_after(now)
            .unwrap_or_else(|| panic!("{text} ends before {expected}"));
        assert_eq!(
            found.format("%Y-%m-%d %H:%M").to_string(),
            *expected,
            "{text}"
        );
        assert!(expression.fires_at(found), "{text} at {found}");
        // Walking back finds the same times.
        assert_eq!(expression.at_or_before(found), Some(found), "{text}");
        if let Some(back) = back {
            assert_eq!(
                expression.previous_before(found),
                Some(back),
                "{text} before {found}"
            );
        }
        back = Some(found);
        now = found;
    }
}

#[test]
fn plain_fields() {
    fires(
        "0 9 * * *",
        "2026-01-01 09:00",
        &["2026-01-02 09:00", "2026-01-03 09:00"],
    );
    fires(
        "*/20 8-9 * * *",
        "2026-01-01 00:00",
        &[
            "2026-01-01 08:00",
            "2026-01-01 08:20",
            "2026-01-01 08:40",
            "2026-01-01 09:00",
        ],
    );
    fires(
        "5/25 0 1 * *",
        "2026-01-01 00:05",
        &["2026-01-01 00:30", "2026-01-01 00:55", "2026-02-01 00:05"],
    );
    fires(
        "0 0 29 2 *",
        "2026-01-01 00:00",
        &["2028-02-29 00:00", "2032-02-29 00:00"],
    );
    fires(
        "0 0 1 JAN,jul *",
        "2026-01-01 00:00",
        &["2026-07-01 00:00", "2027-01-01 00:00"],
    );
    fires(
        "  0\t09  * * mon-FRI ",
        "2026-01-02 09:00",
        &["2026-01-05 09:00"],
    );
    fires("0 9 ? * ?", "2026-01-02 09:00", &["2026-01-03 09:00"]);
}

#[test]
fn weekday_numbers_differ_between_the_dialects() {
    // 4 January 2026 is a Sunday.
    for sunday in [
        "0 9 * * 0",
        "0 9 * * 7",
        "0 9 * * SUN",
        "0 9 * * 7-7",
        "cron(0 9 ? * 1 *)",
        "cron(0 9 ? * SUN *)",
    ] {
        fires(
            sunday,
            "2026-01-01 00:00",
            &["2026-01-04 09:00", "2026-01-11 09:00"],
        );
    }
    for workdays in [
        "0 9 * * 1-5",
        "cron(0 9 ? * 2-6 *)",
        "cron(0 9 ? * MON-FRI *)",
    ] {
        fires(
            workdays,
            "2026-01-02 09:00",
            &["2026-01-05 09:00", "2026-01-06 09:00"],
        );
    }
    assert_eq!(parse("0 9 * * 1").dialect(), Dialect::Unix);
    assert_eq!(parse("cron(0 9 ? * 1 *)").dialect(), Dialect::EventBridge);
}

#[test]
fn weekdays_and_months_wrap() {
    let long_weekend = [
        "2026-01-02 09:00",
        "2026-01-03 09:00",
        "2026-01-04 09:00",
        "2026-01-05 09:00",
        "2026-01-09 09:00",
    ];
    for text in [
        "0 9 * * FRI-MON",
        "0 9 * * 5-1",
        "cron(0 9 ? * FRI-MON *)",
        "cron(0 9 ? * 6-2 *)",
    ] {
        fires(text, "2026-01-01 00:00", &long_weekend);
    }
    for text in ["0 9 * * SAT-SUN", "0 9 * * 6-7", "0 9 * * 6-0"] {
        fires(
            text,
            "2026-01-01 00:00",
            &["2026-01-03 09:00", "2026-01-04 09:00", "2026-01-10 09:00"],
        );
    }
    fires(
        "0 9 * * FRI-MON/2",
        "2026-01-01 00:00",
        &["2026-01-02 09:00", "2026-01-04 09:00", "2026-01-09 09:00"],
    );
    fires(
        "0 0 1 NOV-FEB *",
        "2026-01-01 00:00",
        &["2026-02-01 00:00", "2026-11-01 00:00", "2026-12-01 00:00"],
    );
}

#[test]
fn a_restricted_day_and_a_restricted_weekday_mean_either() {
    fires(
        "0 12 13 * FRI",
        "2026-01-01 00:00",
        &["2026-01-02 12:00", "2026-01-09 12:00", "2026-01-13 12:00"],
    );
    fires(
        "0 12 L * FRI#1",
        "2026-01-01 00:00",
        &["2026-01-02 12:00", "2026-01-31 12:00", "2026-02-06 12:00"],
    );
    // Restricted to every day is still restricted.
    fires(
        "0 12 1-31 * FRI",
        "2026-01-01 00:00",
        &["2026-01-01 12:00", "2026-01-02 12:00", "2026-01-03 12:00"],
    );
}

#[test]
fn a_step_restricts_and_a_star_does_not() {
    // The odd days of the month, and the Mondays.
    fires(
        "0 12 */2 * MON",
        "2026-01-01 00:00",
        &[
            "2026-01-01 12:00",
            "2026-01-03 12:00",
            "2026-01-05 12:00",
            "2026-01-07 12:00",
        ],
    );
    // Every 13th, and every Sunday, Tuesday, Thursday and Saturday.
    fires(
        "0 12 13 * */2",
        "2026-02-12 13:00",
        &[
            "2026-02-13 12:00",
            "2026-02-14 12:00",
            "2026-02-15 12:00",
            "2026-02-17 12:00",
        ],
    );
    // Steps of one and a star in a list leave nothing out.
    for days in ["*", "*/1", "*,5", "?"] {
        fires(
            &format!("0 12 {days} * MON"),
            "2026-01-01 00:00",
            &["2026-01-05 12:00", "2026-01-12 12:00"],
        );
    }
}

#[test]
fn a_day_before_w_is_made_of_digits_and_fields_are_parted_by_ascii_blanks() {
    for text in [
        "0 0 +15W * *",
        "0\u{a0}0 * * *",
        "0 0 * * *\u{3000}",
        "0\u{3000}0 * * *",
    ] {
        assert!(CronExpression::parse(text).is_err(), "{text:?}");
    }
    assert!(CronExpression::parse("\t0  0 * * *\n").is_ok());
}

#[test]
fn days_counted_from_the_end_and_workdays() {
    fires(
        "0 0 L * *",
        "2028-01-01 00:00",
        &["2028-01-31 00:00", "2028-02-29 00:00", "2028-03-31 00:00"],
    );
    fires(
        "0 0 L-30 * *",
        "2026-01-02 00:00",
        &["2026-03-01 00:00", "2026-05-01 00:00"],
    );
    // January 2026 ends on a Saturday, May on a Sunday.
    fires(
        "0 0 LW * *",
        "2026-01-01 00:00",
        &["2026-01-30 00:00", "2026-02-27 00:00"],
    );
    fires("0 0 lw 5 *", "2026-01-01 00:00", &["2026-05-29 00:00"]);
    // 15 February and 15 March 2026 are Sundays; 15 August is a Saturday.
    fires(
        "0 0 15W * *",
        "2026-02-01 00:00",
        &["2026-02-16 00:00", "2026-03-16 00:00", "2026-04-15 00:00"],
    );
    fires("0 0 15W 8 *", "2026-02-01 00:00", &["2026-08-14 00:00"]);
    // Never out of the month: 1 August 2026 is a Saturday, 31 May 2026 a Sunday.
    fires("0 0 1W 8 *", "2026-02-01 00:00", &["2026-08-03 00:00"]);
    fires(
        "0 0 31W * *",
        "2026-05-01 00:00",
        &["2026-05-29 00:00", "2026-07-31 00:00"],
    );
    fires(
        "0 0 1,L,15W * *",
        "2026-02-01 00:00",
        &["2026-02-16 00:00", "2026-02-28 00:00", "2026-03-01 00:00"],
    );
    fires(
        "cron(0 0 L * ? 2026)",
        "2026-11-30 00:00",
        &["2026-12-31 00:00"],
    );
}

#[test]
fn nth_and_last_weekdays() {
    fires(
        "0 0 * * FRI#2",
        "2026-01-01 00:00",
        &["2026-01-09 00:00", "2026-02-13 00:00"],
    );
    fires(
        "0 0 * * 5#5",
        "2026-01-01 00:00",
        &["2026-01-30 00:00", "2026-05-29 00:00"],
    );
    fires(
        "0 0 * * friL",
        "2026-01-01 00:00",
        &["2026-01-30 00:00", "2026-02-27 00:00"],
    );
    for last_sunday in [
        "0 0 * * 0L",
        "0 0 * * 7L",
        "cron(0 0 ? * 1L *)",
        "0 0 * * SUNL",
    ] {
        fires(
            last_sunday,
            "2026-01-01 00:00",
            &["2026-01-25 00:00", "2026-02-22 00:00"],
        );
    }
    fires(
        "0 0 * * MON,FRI#1",
        "2026-01-01 00:00",
        &["2026-01-02 00:00", "2026-01-05 00:00", "2026-01-12 00:00"],
    );
    // EventBridge: "the last day of the week" is 7, Saturday.
    fires(
        "cron(0 0 ? * L *)",
        "2026-01-01 00:00",
        &["2026-01-03 00:00", "2026-01-10 00:00"],
    );
}

#[test]
fn years_are_walked_in_both_directions() {
    fires(
        "cron(0 9 24 12 ? 2026,2028)",
        "2020-01-01 00:00",
        &["2026-12-24 09:00", "2028-12-24 09:00"],
    );
    let expression = parse("cron(0 9 24 12 ? 2026)");
    // From a month and day before December, of a year in which it does not fire.
    assert_eq!(
        expression.previous_before(wall("2027-03-01 00:00")),
        Some(wall("2026-12-24 09:00"))
    );
    assert_eq!(expression.next_after(wall("2026-12-24 09:00")), None);
    assert_eq!(expression.previous_before(wall("2026-12-24 09:00")), None);
}

#[test]
fn the_ends_of_time() {
    let hourly = parse("0 * * * *");
    assert_eq!(
        hourly.next_after(NaiveDateTime::MIN),
        Some(wall("1970-01-01 00:00"))
    );
    assert_eq!(hourly.next_after(wall("2100-12-31 23:00")), None);
    assert_eq!(hourly.next_after(NaiveDateTime::MAX), None);
    assert_eq!(
        hourly.previous_before(NaiveDateTime::MAX),
        Some(wall("2100-12-31 23:00"))
    );
    assert_eq!(
        hourly.at_or_before(wall("1970-01-01 00:00")),
        Some(wall("1970-01-01 00:00"))
    );
    assert_eq!(hourly.previous_before(wall("1970-01-01 00:00")), None);
    assert_eq!(hourly.at_or_before(NaiveDateTime::MIN), None);
}

#[test]
fn parts_of_seconds_do_not_matter() {
    let hourly = parse("0 * * * *");
    let half_past: NaiveDateTime = "2026-01-01T09:00:00.5".parse().unwrap();
    assert_eq!(hourly.next_after(half_past), Some(wall("2026-01-01 10:00")));
    assert_eq!(
        hourly.previous_before(half_past),
        Some(wall("2026-01-01 09:00"))
    );
    assert_eq!(
        hourly.at_or_before(half_past),
        Some(wall("2026-01-01 09:00"))
    );
    let leap_second: NaiveDateTime = "2016-12-31T23:59:60.5".parse().unwrap();
    assert_eq!(
        hourly.next_after(leap_second),
        Some(wall("2017-01-01 00:00"))
    );
    assert_eq!(
        hourly.previous_before(leap_second),
        Some(wall("2016-12-31 23:00"))
    );
}

#[test]
fn defect_a_steps_over_month_days_parse_fully_or_are_refused() {
    fires(
        "0 0 1-31/10 * *",
        "2026-01-01 00:00",
        &[
            "2026-01-11 00:00",
            "2026-01-21 00:00",
            "2026-01-31 00:00",
            "2026-02-01 00:00",
        ],
    );
    fires(
        "0 0 */2 * *",
        "2026-01-29 00:00",
        &["2026-01-31 00:00", "2026-02-01 00:00", "2026-02-03 00:00"],
    );
    fires(
        "0 0 1/12 * *",
        "2026-01-01 00:00",
        &["2026-01-13 00:00", "2026-01-25 00:00", "2026-02-01 00:00"],
    );
    for text in [
        "0 0 1/0 * *",
        "0 0 */31 * *",
        "0 0 1-/3 * *",
        "0 0 1/ * *",
        "0 0 /3 * *",
    ] {
        assert!(CronExpression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_never_fires_is_found_at_once() {
    let start = Instant::now();
    for text in [
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 31W 2 *",
        "0 0 L-30 2 *",
        "cron(0 0 29 2 ? 2026-2027)",
    ] {
        assert!(!parse(text).fires(), "{text}");
    }
    assert!(parse("0 0 29 2 *").fires());
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn an_expression_reads_and_writes_as_its_text() {
    let expression = parse(" 0 9 * * MON-FRI ");
    assert_eq!(expression.to_string(), "0 9 * * MON-FRI");
    let json = serde_json::to_string(&expression).unwrap();
    assert_eq!(json, "\"0 9 * * MON-FRI\"");
    assert_eq!(
        serde_json::from_str::<CronExpression>(&json).unwrap(),
        expression
    );
    assert!(
        serde_json::from_str::<CronExpression>("\"0 9\"")
            .unwrap_err()
            .to_string()
            .contains("column 4")
    );
}
