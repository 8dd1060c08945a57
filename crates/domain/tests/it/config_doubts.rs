//! What is valid and surely not meant is doubted; what people ordinarily write is not.

use nightcap_domain::config::Config;

/// Zone, whether France's holidays count, windows.
type Written = (&'static str, bool, &'static [(&'static str, &'static str)]);

fn warnings((zone, holidays, windows): &Written, at: &str) -> Vec<(String, String)> {
    let calendar = if *holidays {
        "    calendar: france\n"
    } else {
        ""
    };
    let windows: String = windows
        .iter()
        .map(|(start, stop)| format!("      - {{ start: \"{start}\", stop: \"{stop}\" }}\n"))
        .collect();
    let calendars = if *holidays {
        "calendars:\n  france: { holidays: FR }\n"
    } else {
        ""
    };
    let text = format!(
        "timezone: {zone}\n{calendars}schedules:\n  s:\n{calendar}    windows:\n{windows}environments:\n  dev: {{ schedule: s }}\n"
    );
    let config = Config::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let warnings = config.warnings(at.parse().unwrap());
    warnings
        .into_iter()
        .map(|warning| (warning.path, warning.message))
        .collect()
}

#[rustfmt::skip]
const ORDINARY: &[Written] = &[
    // Office hours.
    ("Europe/Paris", false, &[("0 9 * * MON-FRI", "0 19 * * MON-FRI")]),
    ("Europe/Paris", true, &[("0 9 * * MON-FRI", "0 19 * * MON-FRI")]),
    ("America/New_York", false, &[("30 8 * * MON-FRI", "0 18 * * MON-FRI")]),
    ("Europe/Paris", true, &[("0 8 * * 1-5", "0 20 * * 1-5")]),
    ("UTC", false, &[("cron(0 8 ? * MON-FRI *)", "cron(0 18 ? * MON-FRI *)")]),
    ("UTC", false, &[("cron(0 8 ? * 2-6 *)", "cron(0 18 ? * 2-6 *)")]),
    ("Asia/Jerusalem", false, &[("cron(0 8 ? * 1-5 *)", "cron(0 18 ? * 1-5 *)")]),
    ("Asia/Dubai", false, &[("0 8 * * SUN-THU", "0 18 * * SUN-THU")]),
    ("Europe/Paris", true, &[("0 7 * * *", "0 22 * * *")]),
    ("Europe/Paris", true, &[("0 8 * * MON-FRI", "0 0 * * TUE-SAT")]),
    ("Europe/Paris", false, &[("0 8 * * MON-SAT", "0 20 * * MON-SAT")]),
    ("Europe/Paris", false, &[("0 8 * * MON,WED,FRI", "0 18 * * MON,WED,FRI")]),
    ("Europe/Paris", true, &[("0 8 * * MON-THU", "0 18 * * *"), ("0 8 * * FRI", "0 16 * * FRI")]),
    // Stops more often than starts, and the other way round.
    ("Europe/Paris", true, &[("0 8 * * MON-FRI", "0 20 * * *")]),
    ("Europe/Paris", false, &[("0 8-18 * * MON-FRI", "0 20 * * *")]),
    ("Europe/Paris", true, &[("0 8 * * MON-FRI", "0 20,22 * * *")]),
    // Five days in one stretch.
    ("Europe/Paris", false, &[("0 7 * * MON", "0 20 * * FRI")]),
    ("Europe/Paris", true, &[("0 7 * * MON-FRI", "0 20 * * FRI")]),
    // Two windows a day, windows that touch, windows that overlap.
    ("Europe/Paris", true, &[("0 8 * * MON-FRI", "0 12 * * MON-FRI"), ("0 13 * * MON-FRI", "0 18 * * MON-FRI")]),
    ("Europe/Paris", false, &[("0 8 * * *", "0 12 * * *"), ("0 10 * * *", "0 18 * * *")]),
    ("Europe/Paris", false, &[("0 9 * * MON-FRI", "0 18 * * MON-FRI"), ("0 10 * * SAT", "0 16 * * SAT")]),
    ("Europe/Paris", false, &[("0 8,14 * * MON-FRI", "0 12,18 * * MON-FRI")]),
    // Nights.
    ("Europe/Paris", false, &[("0 22 * * *", "0 6 * * *")]),
    ("Europe/Paris", true, &[("0 22 * * *", "0 6 * * *")]),
    ("Europe/Paris", false, &[("0 22 * * MON-FRI", "0 6 * * *")]),
    ("Europe/Paris", true, &[("0 22 * * MON-FRI", "0 6 * * TUE-SAT")]),
    ("Europe/Paris", false, &[("0 20 * * SUN-THU", "0 8 * * MON-FRI")]),
    ("UTC", false, &[("0 2 * * *", "30 4 * * *")]),
    ("UTC", false, &[("0 1 * * SUN", "0 3 * * SUN")]),
    ("UTC", false, &[("15 3 * * *", "45 3 * * *")]),
    ("UTC", false, &[("5 0 * * *", "55 3 * * *")]),
    // Weekends.
    ("Europe/Paris", false, &[("0 8 * * SAT", "0 20 * * SUN")]),
    ("Europe/Paris", false, &[("0 8 * * SAT,SUN", "0 20 * * SAT,SUN")]),
    ("Europe/Paris", false, &[("0 20 * * FRI", "0 6 * * MON")]),
    // Once in a while.
    ("Europe/Paris", false, &[("0 8 * * MON#1", "0 18 * * MON#1")]),
    ("Europe/Paris", true, &[("0 8 * * TUE#1", "0 18 * * TUE#1")]),
    ("Europe/Paris", false, &[("0 8 1 * *", "0 20 3 * *")]),
    ("Europe/Paris", false, &[("0 8 L * *", "0 20 L * *")]),
    ("Europe/Paris", false, &[("0 8 25 * *", "0 20 5 * *")]),
    ("Europe/Paris", false, &[("0 8 1 1,4,7,10 *", "0 20 5 1,4,7,10 *")]),
    ("Europe/Paris", false, &[("0 8 */2 * *", "0 20 */2 * *")]),
    // Seasons, and nights on which the clocks change.
    ("Europe/Paris", false, &[("0 8 * 6-8 MON-FRI", "0 20 * 6-8 MON-FRI")]),
    ("Europe/Paris", false, &[("0 1 * * *", "0 4 * * *")]),
    ("America/New_York", false, &[("0 0 * * *", "30 3 * * *")]),
    ("Australia/Sydney", false, &[("0 22 * * SAT", "0 6 * * SUN")]),
    // A start that fires more than once within a run, and a stop that ends it for long.
    ("UTC", false, &[("*/5 9 * * *", "0 18 * * *")]),
    ("UTC", false, &[("* 9 * * MON-FRI", "0 18 * * MON-FRI")]),
    ("UTC", false, &[("0 9-17 * * *", "30 9-17 * * *")]),
    ("Europe/Paris", false, &[("0 9 * * MON-FRI", "* 19 * * MON-FRI")]),
    ("Europe/Paris", false, &[("0 7 * * MON,TUE", "0 20 * * FRI")]),
    ("Europe/Paris", false, &[("0 9 1-7 * *", "0 18 1-7 * *")]),
    ("Europe/Paris", false, &[("0 9 * * MON-FRI", "0 19 * * MON-FRI"), ("0 2 * * SUN", "30 3 * * SUN")]),
    ("Europe/Paris", false, &[("cron(0 9 1 * ? *)", "cron(0 18 1 * ? *)")]),
    ("UTC", false, &[("0 12 * * *", "0 0 * * *")]),
    ("UTC", false, &[("0 0 * * MON-FRI", "0 0 * * SAT")]),
    // All but a pause at night.
    ("Europe/Paris", false, &[("0 5 * * *", "0 3 * * *")]),
    ("Europe/Paris", true, &[("1 0 * * *", "59 23 * * *")]),
];

#[test]
fn ordinary_schedules_are_not_doubted() {
    assert!(ORDINARY.len() >= 50);
    for written in ORDINARY {
        for at in ["2026-03-15T00:00:00Z", "2026-12-01T12:00:00Z"] {
            assert_eq!(warnings(written, at), [], "{written:?} at {at}");
        }
    }
}

/// Windows; the path of the doubt, and parts of it.
type Doubted = (Written, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const DOUBTED: &[Doubted] = &[
    // A stop that takes the start of the next day, written for a day and night each working day.
    (("UTC", false, &[("0 9 * * MON-FRI", "0 9 * * TUE-SAT")]), "schedules.s.windows[0]",
        &["starts fall on a stop", "Tue 17 Mar 2026 09:00", "leave that stop out"]),
    (("UTC", false, &[("0 22 * * *", "0 22 * * TUE-SUN")]), "schedules.s.windows[0]",
        &["starts fall on a stop"]),
    // A week lost to one holiday.
    (("Europe/Paris", true, &[("0 7 * * MON", "0 20 * * FRI")]), "schedules.s.windows[0]",
        &["Mon 6 Apr 2026", "Easter Monday", "109 h", "until Mon 13 Apr 2026 07:00", "2 closed days", "0 7 * * MON-FRI"]),
    (("Europe/Paris", true, &[("0 20 * * FRI", "0 6 * * MON")]), "schedules.s.windows[0]",
        &["Fri 1 May 2026", "Labour Day", "58 h"]),
    (("Europe/Paris", true, &[("0 8 1 * *", "0 20 3 * *")]), "schedules.s.windows[0]",
        &["Fri 1 May 2026", "Labour Day", "nothing runs until Mon 1 Jun 2026 08:00"]),
    (("Europe/Paris", true, &[("0 8 * * MON#1", "0 18 * * MON#1")]), "schedules.s.windows[0]",
        &["Mon 6 Apr 2026", "nothing runs until Mon 4 May 2026 08:00"]),
    // Start and stop exchanged.
    (("Europe/Paris", false, &[("0 20 * * MON-FRI", "0 9 * * MON-FRI")]), "schedules.s.windows[0]",
        &["61 h", "13 h", "with start and stop exchanged it runs 55 h of 168 h a week instead of 113 h"]),
    (("UTC", false, &[("cron(0 19 ? * MON-FRI *)", "cron(0 8 ? * MON-FRI *)")]), "schedules.s.windows[0]",
        &["start and stop exchanged"]),
    // Midnight written as hour 0 of the same day.
    (("UTC", false, &[("0 8 * * MON-FRI", "0 0 * * MON-FRI")]), "schedules.s.windows[0]",
        &["the run from Fri 20 Mar 2026 08:00 lasts 64 h, most others 16 h", "with the stop 0 0 * * TUE-SAT every run lasts 16 h"]),
    (("Europe/Paris", false, &[("0 22 * * MON-FRI", "0 6 * * MON-FRI")]), "schedules.s.windows[0]",
        &["56 h", "0 6 * * TUE-SAT"]),
    // No stop on some day, or only in another month.
    (("UTC", false, &[("0 8 * * *", "0 20 * * MON-FRI")]), "schedules.s.windows[0]", &["36 h", "12 h"]),
    (("UTC", false, &[("0 8 * * MON#1", "0 20 * * TUE#1")]), "schedules.s.windows[0]", &["36 h", "Mon 7 Sep 2026 08:00"]),
    // Minute and hour exchanged.
    (("Europe/Paris", false, &[("9 0 * * MON-FRI", "20 0 * * MON-FRI")]), "schedules.s.windows[0]",
        &["11 min", "0 9 * * MON-FRI and 0 20 * * MON-FRI it is 11 h"]),
    (("Europe/Paris", false, &[("cron(8 0 ? * MON-FRI *)", "cron(18 0 ? * MON-FRI *)")]), "schedules.s.windows[0]",
        &["10 min", "cron(0 8 ? * MON-FRI *)"]),
    (("Europe/Paris", false, &[("9 15 * * *", "18 15 * * *")]), "schedules.s.windows[0]",
        &["9 min", "15 9 * * *"]),
    // A day of month and a weekday: Unix wants either.
    (("Europe/Paris", false, &[("0 9 1-7 * MON", "0 18 * * *")]), "schedules.s.windows[0]",
        &["0 9 1-7 * MON fires on every day", "not on the 12 that both name", "write 0 9 * * MON#1"]),
    (("Europe/Paris", false, &[("0 9 8-14 * TUE,THU", "0 18 * * *")]), "schedules.s.windows[0]",
        &["write 0 9 * * TUE#2,THU#2"]),
    (("Europe/Paris", false, &[("0 9 13 * FRI", "0 18 13 * FRI")]), "schedules.s.windows[0]",
        &["0 9 13 * FRI fires", "write * for the one that is not meant"]),
    (("Europe/Paris", false, &[("0 9 */2 * *", "0 18 */2 * MON-FRI")]), "schedules.s.windows[0]",
        &["0 18 */2 * MON-FRI fires"]),
    // Over before anything is up.
    (("Europe/Paris", false, &[("0 9 * * MON-FRI", "1 9 * * MON-FRI")]), "schedules.s.windows[0]",
        &["each run lasts 1 min", "a database needs minutes to start"]),
    (("Europe/Paris", false, &[("8 7 * * *", "20 7 * * *")]), "schedules.s.windows[0]",
        &["each run lasts 12 min"]),
    // A start that fires all the time undoes the stop.
    (("Europe/Paris", false, &[("* * * * *", "0 19 * * *")]), "schedules.s.windows[0]",
        &["1 min after the stop of Sun 15 Mar 2026 19:00 it runs again", "let the start fire once"]),
    (("Europe/Paris", false, &[("0 * * * MON-FRI", "0 19 * * *")]), "schedules.s.windows[0]",
        &["1 h after the stop", "runs again"]),
    (("Europe/Paris", false, &[("*/30 * * * *", "0 20 * * *")]), "schedules.s.windows[0]",
        &["30 min after the stop"]),
    // Starts every day, stops once a month.
    (("Europe/Paris", false, &[("0 9 * * *", "0 19 1 * *")]), "schedules.s.windows[0]",
        &["stops once", "give it a stop as often as a start"]),
    (("Europe/Paris", false, &[("0 9 * * MON-FRI", "0 19 L * *")]), "schedules.s.windows[0]",
        &["stops once"]),
    // No stop at weekends: a day's run is not exchanged for a night's.
    (("Europe/Paris", false, &[("30 9 * * *", "30 19 * * MON-FRI")]), "schedules.s.windows[0]", &["34 h", "10 h"]),
    // EventBridge's numbers.
    (("UTC", false, &[("cron(0 8 ? * 1-5 *)", "cron(0 18 ? * MON-FRI *)")]), "schedules.s.windows[0].start",
        &["1-5 is SUN-THU", "MON-FRI"]),
    (("UTC", false, &[("cron(0 8 ? * 1,2,3,4,5 *)", "cron(0 18 ? * * *)")]), "schedules.s.windows[0].start",
        &["SUN-THU"]),
    (("UTC", false, &[("cron(0 8 ? * 6-7 *)", "cron(0 18 ? * FRI,SAT *)")]), "schedules.s.windows[0].start",
        &["6-7 is FRI,SAT", "SAT,SUN"]),
    // Zones.
    (("Etc/GMT+2", false, &[("0 9 * * *", "0 10 * * *")]), "timezone", &["UTC-02:00", "Etc/GMT-2"]),
    (("US/Eastern", false, &[("0 9 * * *", "0 10 * * *")]), "timezone", &["America/New_York"]),
];

#[test]
fn what_is_surely_not_meant_is_doubted_with_what_would_be_regular() {
    for (written, path, parts) in DOUBTED {
        let warnings = warnings(written, "2026-03-15T00:00:00Z");
        let found = warnings.iter().find(|(at, _)| at == path);
        let Some((_, message)) = found else {
            panic!("{written:?}: no doubt at {path}, but {warnings:?}");
        };
        for part in *parts {
            assert!(
                message.contains(part),
                "{written:?}: no {part:?} in {message}"
            );
        }
    }
}

#[test]
fn a_run_within_the_day_is_not_exchanged_for_one_at_night() {
    let doubts = warnings(
        &(
            "Europe/Paris",
            false,
            &[("30 9 * * *", "30 19 * * MON-FRI")],
        ),
        "2026-03-15T00:00:00Z",
    );
    assert!(!format!("{doubts:?}").contains("exchanged"), "{doubts:?}");
}

#[test]
fn what_a_doubt_proposes_is_not_doubted_again() {
    for written in [
        (
            "Europe/Paris",
            true,
            &[("0 7 * * MON-FRI", "0 20 * * FRI")][..],
        ),
        (
            "Europe/Paris",
            false,
            &[("0 9 * * MON-FRI", "0 20 * * MON-FRI")],
        ),
        ("UTC", false, &[("0 8 * * MON-FRI", "0 0 * * TUE-SAT")]),
    ] {
        assert_eq!(
            warnings(&written, "2026-03-15T00:00:00Z"),
            [],
            "{written:?}"
        );
    }
}

#[test]
fn many_windows_are_compared_in_bounded_time() {
    let windows = "      - { start: \"* * * * *\", stop: \"*/2 * * * *\" }\n".repeat(1000);
    let text = format!(
        "timezone: Europe/Paris\ncalendars: {{ f: {{ holidays: FR }} }}\nschedules:\n  s:\n    calendar: f\n    windows:\n{windows}environments:\n  dev: {{ schedule: s }}\n"
    );
    let config = Config::parse(&text).unwrap();
    let began = std::time::Instant::now();
    let doubts = config.compile();
    let (_, schedule) = doubts.schedules().next().unwrap();
    let now = "2026-03-15T00:00:00Z".parse().unwrap();
    let _ = schedule.doubts(now, now + chrono::TimeDelta::days(366));
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn environments_that_look_the_same_are_doubted() {
    let schedule = "timezone: UTC\nschedules:\n  s:\n    windows:\n      - { start: 0 9 * * MON-FRI, stop: 0 18 * * MON-FRI }\nenvironments:\n";
    for (one, other, alike) in [
        ("dev", "Dev", true),
        ("qa1", "QA1", true),
        ("dev", "dev2", false),
        ("dev-eu", "dev-us", false),
    ] {
        let text = format!("{schedule}  {one}: {{ schedule: s }}\n  {other}: {{ schedule: s }}\n");
        let config = Config::parse(&text).unwrap();
        let warnings = config.warnings("2026-03-15T00:00:00Z".parse().unwrap());
        let told = warnings.iter().any(|warning| {
            warning
                .message
                .contains(&format!("{one} and {other} look the same"))
                || warning
                    .message
                    .contains(&format!("{other} and {one} look the same"))
        });
        assert_eq!(told, alike, "{one} {other}: {warnings:?}");
    }
}

#[test]
fn a_doubt_calls_an_environment_by_its_name_alone() {
    let text = "timezone: UTC\nschedules:\n  s:\n    windows:\n      - { start: 0 9 * * MON-FRI, stop: 0 18 * * MON-FRI }\nenvironments:\n  prd: { schedule: s }\n";
    let warnings = Config::parse(text)
        .unwrap()
        .warnings("2026-03-15T00:00:00Z".parse().unwrap());
    let [only] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert!(
        only.message.starts_with("prd looks like production"),
        "{}",
        only.message
    );
}
