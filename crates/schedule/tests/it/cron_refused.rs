//! What is no cron expression: refused with the place, the field, the reason and the remedy.

use Field::{DayOfMonth, Hour, Minute, Month, Weekday, Year};
use nightcap_schedule::{CronExpression, CronRemedy, Field};

/// Text; column and field of the trouble; a part of the message.
type Refusal = (&'static str, usize, Option<Field>, &'static str);

#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    ("", 1, None, "the expression is empty; expected five fields"),
    ("   ", 1, None, "empty"),
    ("0 9 * *", 8, None, "4 fields instead of five"),
    ("0 0 9 * * MON", 11, None, "6 fields instead of five; expected five fields without seconds: 0 9 * * MON"),
    ("15 9 * * MON 2026", 14, None, "no seconds, no year), or EventBridge's form inside cron(…): cron(15 9 ? * MON 2026)"),
    ("60 9 * * *", 1, Some(Minute), "60 is out of range; expected 0-59"),
    ("0 24 * * *", 3, Some(Hour), "24 is out of range; expected 0-23; midnight is hour 0 of the next day: 0 0 * * *"),
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
    ("0 9 ５ * *", 5, Some(DayOfMonth), "only look like them: 0 9 5 * *"),
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

/// Text; what is offered in its place: nothing where it may have meant two things.
type Offer = (&'static str, Option<&'static str>);

#[rustfmt::skip]
const OFFERS: &[Offer] = &[
    // Quartz counts weekdays from 1, Sunday, and asks for a `?`.
    ("0 0 15 ? * 1", Some("0 15 ? * SUN")),
    ("0 0 18 ? * 2-6", Some("0 18 ? * MON-FRI")),
    ("0 0 18 ? * 7,1", Some("0 18 ? * SAT,SUN")),
    ("0 0 18 ? * 6L", Some("0 18 ? * FRIL")),
    ("0 0 18 ? * 6#3", Some("0 18 ? * FRI#3")),
    ("0 0 18 ? * 2/2", Some("0 18 ? * MON/2")),
    ("0 0 18 ? * L", Some("0 18 ? * SAT")),
    ("0 0 15 ? * SUN", Some("0 15 ? * SUN")),
    ("0 0 8 L * ?", Some("0 8 L * ?")),
    ("0 15 10 ? * *", Some("15 10 ? * *")),
    ("0 0 15 ? * 0", None),
    ("0 0 9 ? * 2-6 *", Some("cron(0 9 ? * 2-6 *)")),
    ("0 0 9 ? * MON-FRI 2027", Some("cron(0 9 ? * MON-FRI 2027)")),
    // Without a `?` nobody knows what 1 is.
    ("0 0 9 * * 1", None),
    ("0 0 9 * * 1-5", None),
    ("0 0 9 * * MON-FRI", Some("0 9 * * MON-FRI")),
    ("0 0 9 * * *", Some("0 9 * * *")),
    ("0 0 9 * * 1-5 *", None),
    // Both days in one cron, either in another.
    ("0 0 9 13 * FRI", None),
    // Half a minute is lost.
    ("30 0 9 * * MON", None),
    // EventBridge's fields without its name.
    ("0 9 ? * MON-FRI *", Some("cron(0 9 ? * MON-FRI *)")),
    ("0 9 ? * 2-6 *", Some("cron(0 9 ? * 2-6 *)")),
    ("0 9 * * MON-FRI *", Some("cron(0 9 ? * MON-FRI *)")),
    ("0 9 1 * ? 2027", Some("cron(0 9 1 * ? 2027)")),
    ("0 9 * * 2-6 2027", None),
    // 15:09 every day, or 09:00 on the 15th.
    ("0 9 15 * * *", None),
    // Every ten seconds, or every ten minutes; 8:30 on the 1st, or 1:08:30.
    ("*/10 * * * * *", None),
    // Seconds in front, or a year behind: a number for a weekday tells neither.
    ("0 9 * * 1-5 *", None),
    ("0 9 * * 1 *", None),
    ("0 22 * * 5 2027", None),
    ("0 0 * * 1-5 *", None),
    ("0 7 1 * 1 *", None),
    ("30 8 1 * * *", None),
    ("5 4 * * * *", None),
    ("* * 9 * * ?", None),
    ("0 */5 * * * *", None),
    // What follows seconds cannot be a month, a weekday.
    ("30 8 1 * ? 2027", Some("cron(30 8 1 * ? 2027)")),
    ("15 9 * * MON *", Some("cron(15 9 ? * MON *)")),
    ("cron(0 9 * * MON-FRI *)", Some("cron(0 9 ? * MON-FRI *)")),
    ("cron(0 9 15 * * *)", Some("cron(0 9 15 * ? *)")),
    ("cron(0 9 ? * ? *)", Some("cron(0 9 * * ? *)")),
    ("cron(0 9 13 * FRI *)", None),
    ("cron(0 9 ? * MON-FRI)", Some("cron(0 9 ? * MON-FRI *)")),
    ("cron(0 9 * * 1-5)", None),
    ("cron(0 0 9 ? * MON-FRI *)", Some("cron(0 9 ? * MON-FRI *)")),
    ("cron(0 0 9 ? * MON-FRI)", Some("cron(0 9 ? * MON-FRI *)")),
    // Hour 24: the days move on by one.
    ("0 24 * * MON-FRI", Some("0 0 * * TUE-SAT")),
    ("0 24 * * 1-5", Some("0 0 * * TUE-SAT")),
    ("0 24 * * SAT", Some("0 0 * * SUN")),
    ("0 24 * * SAT,SUN", Some("0 0 * * SUN,MON")),
    ("0 24 * * SUN-THU", Some("0 0 * * MON-FRI")),
    ("30 24 * * FRI", Some("30 0 * * SAT")),
    ("0 24 15 * *", Some("0 0 16 * *")),
    ("0 24 L * *", Some("0 0 1 * *")),
    ("cron(0 24 ? * 2-6 *)", Some("cron(0 0 ? * TUE-SAT *)")),
    ("cron(0 24 ? * 2-6 2027)", None),
    ("0 24 30 * *", None),
    ("0 24 * 6 MON", None),
    ("0 24 * * FRI#2", None),
    ("0 24 13 * FRI", None),
    ("0 8-24 * * *", None),
    // Instance Scheduler's times.
    ("09:00", Some("0 9 * * *")),
    ("9:30", Some("30 9 * * *")),
    ("24:00", None),
    ("09:60", None),
    ("9h", Some("0 9 * * *")),
    ("9h30", Some("30 9 * * *")),
    ("9am", Some("0 9 * * *")),
    ("12am", Some("0 0 * * *")),
    ("12pm", Some("0 12 * * *")),
    ("5:30pm", Some("30 17 * * *")),
    ("9:00 AM", Some("0 9 * * *")),
    ("13pm", None),
    ("0900", None),
    ("MON-FRI 09:00", Some("0 9 * * MON-FRI")),
    ("19h30 MON-FRI", Some("30 19 * * MON-FRI")),
    ("1-5 09:00", None),
    ("0 9h * * MON-FRI", Some("0 9 * * MON-FRI")),
    ("0 9:30 * * *", None),
    ("@daily", Some("0 0 * * *")),
    ("@weekly", Some("0 0 * * 0")),
    ("@every 5m", None),
    ("@noon", None),
    // Characters that only look right.
    ("0 9 * * MON\u{2013}FRI", Some("0 9 * * MON-FRI")),
    ("0\u{a0}9 * * *", Some("0 9 * * *")),
    ("\u{201c}0 9 * * *\u{201d}", Some("0 9 * * *")),
    ("0 9 * * \u{41c}\u{41e}N-FRI", Some("0 9 * * MON-FRI")),
    ("0 9 * * \u{ff2d}\u{ff2f}\u{ff2e}", Some("0 9 * * MON")),
    ("0 \u{ff19} * * *", Some("0 9 * * *")),
    ("0 9 * * MON\u{200b}", Some("0 9 * * MON")),
    ("O 9 * * *", Some("0 9 * * *")),
    ("0 1O * * *", Some("0 10 * * *")),
    ("0 9 * OCT *\u{200b}", Some("0 9 * OCT *")),
    ("0 0\u{a0}9 * * MON-FRI", Some("0 9 * * MON-FRI")),
    ("0 0\u{a0}15 ? * 1", Some("0 15 ? * SUN")),
    ("\u{d7} 9 * * *", Some("* 9 * * *")),
    // Blanks within a field, and other ways to write lists and ranges.
    ("0 9 * * MON, FRI", Some("0 9 * * MON,FRI")),
    ("0 9 * * MON - FRI", Some("0 9 * * MON-FRI")),
    ("0 9 * * MON..FRI", Some("0 9 * * MON-FRI")),
    ("0 9 * * MON to FRI", Some("0 9 * * MON-FRI")),
    ("0 9 * * 1;2;3", Some("0 9 * * 1,2,3")),
    ("0 9 * * -1", None),
    ("0 9 * * 1-5 # weekdays", Some("0 9 * * 1-5")),
    ("0 9 * * 1-5 /usr/bin/start", None),
    // A zone in front: without it the rest means other times.
    ("TZ=Europe/Paris 0 9 * * *", None),
    ("CRON_TZ=UTC 0 9 * * 1-5", None),
];

#[test]
fn a_zone_in_front_is_sent_to_its_key() {
    for (text, parts) in [
        (
            "TZ=Europe/Paris 0 9 * * *",
            ["timezone: Europe/Paris", "here 0 9 * * *"],
        ),
        (
            "CRON_TZ=UTC 0 9 * * 1-5",
            ["timezone: UTC", "here 0 9 * * 1-5"],
        ),
    ] {
        let error = CronExpression::parse(text).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}

#[test]
fn a_remedy_keeps_the_meaning_and_is_accepted() {
    for (text, right) in OFFERS {
        let error = CronExpression::parse(text).expect_err(text);
        let offered = error.remedy.as_ref().and_then(CronRemedy::text);
        assert_eq!(offered.as_deref(), *right, "{text}: {error}");
        if let Some(offered) = offered {
            assert!(CronExpression::parse(&offered).unwrap().fires(), "{text}");
            assert!(error.to_string().contains(&offered), "{text}: {error}");
        }
    }
}

#[test]
fn an_hour_24_moved_on_happens_an_hour_after_hour_23() {
    let hour_24 = OFFERS.iter().filter(|(text, _)| text.contains(" 24 "));
    let mut compared = 0;
    for (text, right) in hour_24 {
        let Some(right) = right else { continue };
        let offered = CronExpression::parse(right).unwrap();
        let late = CronExpression::parse(&text.replace(" 24 ", " 23 ")).unwrap();
        let (mut one, mut other) = (
            "2026-01-01T00:00:00".parse().unwrap(),
            "2026-01-01T01:00:00".parse().unwrap(),
        );
        for _ in 0..200 {
            one = late.next_after(one).unwrap();
            other = offered.next_after(other).unwrap();
            assert_eq!(one + chrono::TimeDelta::hours(1), other, "{text}");
            compared += 1;
        }
    }
    assert!(compared >= 1_000);
}

#[test]
fn a_weekday_of_another_language_is_proposed_as_that_day_or_not_at_all() {
    for (text, part) in [
        ("0 9 * * LUN-VEN", Some("did you mean MON-FRI?")),
        ("0 9 * * LUN", Some("did you mean MON?")),
        ("cron(0 9 ? * MO-FR *)", Some("did you mean MON-FRI?")),
        ("0 9 * AOÛT *", Some("did you mean AUG?")),
        ("0 9 * * MON-FRY,LUN", Some("did you mean MON-FRI,MON?")),
        ("0 9 * * weekdays", Some("did you mean MON-FRI?")),
        ("cron(0 9 ? * WEEKEND *)", Some("did you mean SAT,SUN?")),
        ("0 9 * * DI", None),
        ("0 9 * * MON-XYZ,FRY", None),
    ] {
        let error = CronExpression::parse(text).unwrap_err().to_string();
        match part {
            Some(part) => assert!(error.contains(part), "{text}: {error}"),
            None => assert!(!error.contains("did you mean"), "{text}: {error}"),
        }
    }
}
