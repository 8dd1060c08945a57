//! Public holidays, any year.

use chrono::{Datelike, NaiveDate};
use nightcap_schedule::{Calendar, Country, Reason};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dates(code: &str, year: i32) -> Vec<String> {
    let holidays = Country::parse(code).unwrap().holidays(year);
    holidays
        .iter()
        .map(|(date, holiday)| format!("{} {}", date.format("%m-%d"), holiday.en))
        .collect()
}

#[test]
fn france_has_eleven() {
    assert_eq!(
        dates("FR", 2026),
        [
            "01-01 New Year's Day",
            "04-06 Easter Monday",
            "05-01 Labour Day",
            "05-08 Victory in Europe Day",
            "05-14 Ascension Day",
            "05-25 Whit Monday",
            "07-14 Bastille Day",
            "08-15 Assumption Day",
            "11-01 All Saints' Day",
            "11-11 Armistice Day",
            "12-25 Christmas Day",
        ]
    );
    let july = Country::parse("fr")
        .unwrap()
        .holiday(day("2026-07-14"))
        .unwrap();
    assert_eq!(july.fr, "Fête nationale");
}

#[test]
fn ascension_can_fall_on_another_holiday() {
    // 1 May 2008 was both; the day is closed once, and both are listed.
    let france = Country::parse("FR").unwrap();
    assert_eq!(
        france
            .holidays(2008)
            .iter()
            .filter(|(date, _)| *date == day("2008-05-01"))
            .count(),
        2
    );
    assert!(france.holiday(day("2008-05-01")).is_some());
}

#[test]
fn belgium_and_germany_are_entries_of_the_same_table() {
    assert_eq!(dates("BE", 2026).len(), 10);
    assert!(dates("BE", 2026).contains(&"07-21 National Day".to_owned()));
    assert_eq!(dates("DE", 2026).len(), 9);
    assert!(dates("DE", 2026).contains(&"04-03 Good Friday".to_owned()));
    assert_eq!(
        Country::all().map(Country::code).collect::<Vec<_>>(),
        ["FR", "BE", "DE"]
    );
}

#[test]
fn easter_monday_of_known_years() {
    // Dates of Easter Sunday as published; the earliest (1818) and latest (1943) possible among them.
    for easter in [
        "1818-03-22",
        "1943-04-25",
        "1954-04-18",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2028-04-16",
        "2029-04-01",
        "2030-04-21",
        "2038-04-25",
        "2049-04-18",
        "2076-04-19",
        "2100-03-28",
        "2285-03-22",
    ] {
        let sunday = day(easter);
        let monday = sunday.succ_opt().unwrap();
        let holiday = Country::parse("FR").unwrap().holiday(monday).unwrap();
        assert_eq!(holiday.en, "Easter Monday", "{easter}");
    }
}

#[test]
fn both_ways_to_ask_agree_in_any_year() {
    for country in Country::all() {
        for year in (-4..4)
            .chain(1582..2400)
            .chain([NaiveDate::MIN.year(), NaiveDate::MAX.year()])
        {
            for (date, _) in country.holidays(year) {
                assert!(country.holiday(date).is_some(), "{country} {date}");
            }
        }
        let listed: usize = (2020..2040)
            .map(|year| {
                let mut dates: Vec<_> = country
                    .holidays(year)
                    .into_iter()
                    .map(|(date, _)| date)
                    .collect();
                dates.dedup();
                dates.len()
            })
            .sum();
        let days = day("2020-01-01")
            .iter_days()
            .take_while(|date| date.year() < 2040);
        assert_eq!(
            days.filter(|date| country.holiday(*date).is_some()).count(),
            listed
        );
    }
}

#[test]
fn open_beats_both_reasons_to_be_closed() {
    let both = day("2026-07-14");
    let mut calendar = Calendar {
        holidays: Some(Country::parse("FR").unwrap()),
        ..Calendar::default()
    };
    assert!(
        matches!(calendar.is_closed(both), Some(Reason::Holiday(holiday)) if holiday.en == "Bastille Day")
    );
    calendar.closed.insert(both);
    calendar.closed.insert(day("2026-07-15"));
    assert!(matches!(calendar.is_closed(both), Some(Reason::Holiday(_))));
    assert_eq!(calendar.is_closed(day("2026-07-15")), Some(Reason::Listed));
    assert_eq!(calendar.is_closed(day("2026-07-16")), None);
    calendar.open.insert(both);
    calendar.open.insert(day("2026-07-15"));
    assert_eq!(calendar.is_closed(both), None);
    assert_eq!(calendar.is_closed(day("2026-07-15")), None);
}

#[test]
fn an_unknown_country_is_refused_with_the_known_ones() {
    let error = Country::parse("Germny").unwrap_err();
    assert_eq!(error.nearest.as_deref(), Some("DE"));
    assert_eq!(
        Country::parse("XX").unwrap_err().to_string(),
        "no public holidays are known for \"XX\"; known: FR, BE, DE; or list the days under `closed`"
    );
}

#[test]
fn a_calendar_reads_and_writes() {
    let text = r#"{"holidays":"FR","closed":["2026-12-24"],"open":["2026-05-25"]}"#;
    let calendar: Calendar = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&calendar).unwrap(), text);
    assert!(
        serde_json::from_str::<Calendar>(r#"{"holidays":"ZZ"}"#)
            .unwrap_err()
            .to_string()
            .contains("known: FR")
    );
}
