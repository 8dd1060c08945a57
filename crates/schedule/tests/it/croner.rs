//! `croner` as a second opinion on cron, over random expressions.

use crate::support::cron::{Days, any_cron};
use crate::support::wall;
use chrono::{NaiveDateTime, TimeDelta};
use croner::parser::{CronParser, Seconds, Year};
use nightcap_schedule::{CronExpression, Dialect, LAST_YEAR};
use proptest::prelude::*;
use proptest::sample::select;

/// The same expression as croner is to read it.
///
/// Differences that are meant, each translated so that croner can still be asked:
/// - EventBridge's form has no seconds, croner's form with a year has.
/// - `5/10` (from 5 on) needs croner's `sloppy_ranges`.
/// - Weekday ranges that wrap, and `L-n`, are unknown to croner: not generated here, and covered by
///   `cron.rs` and `walk.rs`.
fn croner(expression: &CronExpression) -> croner::Cron {
    let text = expression.as_str();
    let parser = CronParser::builder().sloppy_ranges(true);
    if expression.dialect() == Dialect::EventBridge {
        let inside = text
            .strip_prefix("cron(")
            .unwrap()
            .strip_suffix(')')
            .unwrap();
        let parser = parser
            .seconds(Seconds::Required)
            .year(Year::Required)
            .alternative_weekdays(true);
        return parser.build().parse(&format!("0 {inside}")).unwrap();
    }
    parser
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(text)
        .unwrap()
}

/// Follows both in both directions for a while.
fn same(text: &str, from: NaiveDateTime) -> Result<(), TestCaseError> {
    let ours = CronExpression::parse(text)
        .map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
    let theirs = croner(&ours);
    let in_range =
        |found: &NaiveDateTime| (1970..=LAST_YEAR).contains(&chrono::Datelike::year(found));
    let mut now = from;
    for _ in 0..12 {
        let expected = theirs
            .find_next_occurrence(&now, false)
            .ok()
            .filter(in_range);
        prop_assert_eq!(ours.next_after(now), expected, "{} after {}", text, now);
        let Some(next) = expected else { break };
        now = next;
    }
    now = from;
    for _ in 0..12 {
        let expected = theirs
            .find_previous_occurrence(&now, false)
            .ok()
            .filter(in_range);
        prop_assert_eq!(
            ours.previous_before(now),
            expected,
            "{} before {}",
            text,
            now
        );
        let Some(previous) = expected else { break };
        now = previous;
    }
    Ok(())
}

fn any_time() -> impl Strategy<Value = NaiveDateTime> {
    (0..60i64 * 366 * 1440)
        .prop_map(|minutes| wall("2000-01-01 00:00") + TimeDelta::minutes(minutes))
}

/// A field of steps, ranges, names and lists, as people write them.
fn unix_text() -> impl Strategy<Value = String> {
    let minute = select(vec![
        "*", "0", "*/15", "5/10", "10-50/20", "0,30", "7,13,59", "58-59",
    ]);
    let hour = select(vec![
        "*", "9", "*/6", "8-18/2", "0,12", "22-23", "3/7", "00",
    ]);
    let day = select(vec![
        "*", "?", "1", "*/2", "1-31", "1-31/10", "15,30", "31", "29-31", "L", "LW", "1W", "15W",
        "30W", "5/9",
    ]);
    let month = select(vec![
        "*", "JAN", "feb", "*/3", "MAR-OCT", "2,6,12", "6-9/2", "2",
    ]);
    let weekday = select(vec![
        "*", "?", "MON-FRI", "0", "7", "sat,SUN", "1-5/2", "*/2", "FRI#2", "5#5", "FRIL", "0L",
        "MON,THU", "5-7",
    ]);
    (minute, hour, day, month, weekday).prop_map(|(minute, hour, day, month, weekday)| {
        format!("{minute} {hour} {day} {month} {weekday}")
    })
}

fn eventbridge_text() -> impl Strategy<Value = String> {
    let days = select(vec![
        ("?", "MON-FRI"),
        ("?", "1"),
        ("?", "7"),
        ("?", "2-6/2"),
        ("?", "6#3"),
        ("?", "6L"),
        ("?", "SAT,SUN"),
        ("*", "?"),
        ("L", "?"),
        ("LW", "?"),
        ("15W", "?"),
        ("1-10/3", "?"),
        ("?", "*"),
        ("31", "?"),
    ]);
    let month = select(vec!["*", "1/3", "JUN-AUG", "2,11"]);
    let year = select(vec!["*", "2026", "2024-2030", "2020/4", "1999,2050"]);
    (days, month, year).prop_map(|((day, weekday), month, year)| {
        format!("cron(0/20 8-18/5 {day} {month} {weekday} {year})")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unix_expressions_fire_when_croner_says(text in unix_text(), from in any_time()) {
        same(&text, from)?;
    }

    #[test]
    fn eventbridge_expressions_fire_when_croner_says(text in eventbridge_text(), from in any_time()) {
        same(&text, from)?;
    }

    #[test]
    fn random_expressions_fire_when_croner_says(cron in any_cron(), from in any_time()) {
        prop_assume!(!matches!(cron.days, Days::BeforeLast(1..)));
        same(&cron.text(), from)?;
    }
}
