//! The wall clock of every zone: gaps, folds, and data that is behind the world.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use nightcap_schedule::{
    ZONES_BEHIND, ZoneDoubt, parse_zone, resolve, zone_data_is_outdated, zone_doubt,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The instants at which the newer database changes a zone's offset.
fn changes(zone: &jiff::tz::TimeZone, from: &str, to: &str) -> Vec<DateTime<Utc>> {
    let (from, to): (Timestamp, Timestamp) = (from.parse().unwrap(), to.parse().unwrap());
    zone.following(from)
        .map(|change| change.timestamp())
        .take_while(|change| *change < to)
        .map(|change| DateTime::from_timestamp(change.as_second(), 0).unwrap())
        .collect()
}

#[test]
fn every_wall_clock_time_happens_when_the_clock_first_reaches_it() {
    let database = TimeZoneDatabase::bundled();
    let mut checked = 0;
    for zone in TZ_VARIANTS {
        let Ok(newer) = database.get(zone.name()) else {
            continue;
        };
        let changes = changes(&newer, "1970-01-02T00:00:00Z", "2040-01-01T00:00:00Z");
        for (index, change) in changes.iter().enumerate() {
            let before = local(zone, *change - TimeDelta::seconds(1));
            let after = local(zone, *change);
            for wall in [
                before,
                before + TimeDelta::minutes(10),
                after,
                after + TimeDelta::minutes(10),
                after - TimeDelta::minutes(10),
            ] {
                let happens = resolve(zone, wall);
                assert!(
                    local(zone, happens) >= wall,
                    "{zone} {wall}: too early, {happens}"
                );
                let not_yet = happens - TimeDelta::seconds(1);
                assert!(
                    local(zone, not_yet) < wall,
                    "{zone} {wall}: too late, {happens}"
                );
                for earlier in changes[index.saturating_sub(3)..=index]
                    .iter()
                    .filter(|earlier| **earlier <= happens)
                {
                    let shown = local(zone, *earlier - TimeDelta::seconds(1));
                    assert!(
                        shown < wall || *earlier - TimeDelta::seconds(1) >= happens,
                        "{zone} {wall}: shown already before {earlier}"
                    );
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 100_000, "{checked} times checked");
}

#[test]
fn zones_behind_the_world_are_exactly_the_published_ones() {
    let database = TimeZoneDatabase::bundled();
    let mut behind = Vec::new();
    for zone in TZ_VARIANTS {
        let Ok(newer) = database.get(zone.name()) else {
            behind.push((
                zone.name().to_owned(),
                "the zone is no longer in the database".to_owned(),
            ));
            continue;
        };
        if let Some((first, compiled, current)) = first_difference(zone, &newer) {
            let note = format!(
                "from {} on it is {current}, not {compiled}",
                first.format("%Y-%m-%d %H:%MZ")
            );
            behind.push((zone.name().to_owned(), note));
        }
    }
    let published: Vec<_> = ZONES_BEHIND
        .iter()
        .map(|(zone, note)| ((*zone).to_owned(), (*note).to_owned()))
        .collect();
    let lines: Vec<String> = behind
        .iter()
        .map(|(zone, note)| format!("    ({zone:?}, {note:?}),"))
        .collect();
    assert_eq!(
        behind,
        published,
        "the list should be:\n{}",
        lines.join("\n")
    );
}

/// The first instant of 2024 to 2030 at which the compiled data and the newer disagree, and the offsets of both.
fn first_difference(
    zone: Tz,
    newer: &jiff::tz::TimeZone,
) -> Option<(DateTime<Utc>, String, String)> {
    let (from, to) = ("2024-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
    // Every change of the newer data is compared to the second; every fifth day finds changes that only
    // the compiled data has.
    let days = (0..)
        .step_by(5)
        .map(|day| at(from) + TimeDelta::days(day))
        .take_while(|day| *day < at(to));
    let around = changes(newer, from, to)
        .into_iter()
        .flat_map(|change| [change - TimeDelta::seconds(1), change]);
    let mut instants: Vec<_> = days.chain(around).collect();
    instants.sort();
    instants.into_iter().find_map(|instant| {
        let compiled = zone
            .offset_from_utc_datetime(&instant.naive_utc())
            .fix()
            .local_minus_utc();
        let current = newer
            .to_offset(Timestamp::from_second(instant.timestamp()).unwrap())
            .seconds();
        (compiled != current).then(|| (instant, shown(compiled), shown(current)))
    })
}

fn shown(offset: i32) -> String {
    let minutes = offset.abs() / 60;
    format!(
        "UTC{}{:02}:{:02}",
        if offset < 0 { '-' } else { '+' },
        minutes / 60,
        minutes % 60
    )
}

#[test]
fn a_zone_behind_the_world_says_so() {
    for (name, note) in ZONES_BEHIND {
        assert_eq!(
            zone_data_is_outdated(parse_zone(name).unwrap()),
            Some(*note)
        );
    }
    assert_eq!(
        zone_data_is_outdated(parse_zone("Europe/Paris").unwrap()),
        None
    );
}

#[test]
fn defect_n_any_iana_name_is_a_zone() {
    for zone in TZ_VARIANTS {
        assert_eq!(parse_zone(zone.name()), Ok(zone));
    }
    for name in [
        "Etc/GMT+5",
        "America/Port-au-Prince",
        "UTC",
        "EST5EDT",
        "GB-Eire",
        "America/Argentina/Buenos_Aires",
    ] {
        assert!(parse_zone(name).is_ok(), "{name}");
    }
}

#[test]
fn an_abbreviation_is_answered_with_every_place_that_uses_it() {
    for (asked, places) in [
        (
            "IST",
            &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"][..],
        ),
        ("CEST", &["Europe/Paris", "Europe/Berlin"]),
        ("EDT", &["America/New_York"]),
        ("PST", &["America/Los_Angeles", "Asia/Manila"]),
        (
            "CST",
            &["America/Chicago", "Asia/Shanghai", "America/Havana"],
        ),
        ("BST", &["Europe/London", "Asia/Dhaka"]),
        ("mez", &["Europe/Berlin", "Europe/Paris"]),
        // POSIX: the summer time tells the place.
        ("CET-1CEST", &["Europe/Paris", "Europe/Berlin"]),
        (
            "CET-1CEST,M3.5.0,M10.5.0/3",
            &["Europe/Paris", "Europe/Berlin"],
        ),
        ("EST5EDT,M3.2.0,M11.1.0", &["America/New_York"]),
        ("AEST-10AEDT", &["Australia/Sydney"]),
    ] {
        let unknown = parse_zone(asked).unwrap_err();
        assert_eq!(unknown.places, places, "{asked}");
        // Nothing is chosen for the writer.
        assert_eq!((unknown.nearest.clone(), unknown.offset), (None, None));
        let told = unknown.to_string();
        for place in places {
            assert!(told.contains(place), "{told}");
        }
    }
}

#[test]
fn a_posix_distance_counts_to_the_west_and_its_zone_is_the_same_clock() {
    for (asked, minutes, zone) in [
        ("<+02>-2", 120, Some("Etc/GMT-2")),
        ("<-03>3", -180, Some("Etc/GMT+3")),
        ("EST+5", -300, Some("Etc/GMT+5")),
        ("<+0530>-5:30", 330, None),
        // Everyday speech, not POSIX.
        ("UTC+2", 120, Some("Etc/GMT-2")),
        ("GMT-5", -300, Some("Etc/GMT+5")),
    ] {
        let told = parse_zone(asked).unwrap_err();
        assert_eq!(told.offset.unwrap().minutes, minutes, "{asked}");
        match zone {
            Some(zone) => assert!(told.to_string().contains(zone), "{told}"),
            None => assert!(!told.to_string().contains("Etc/"), "{told}"),
        }
    }
    let told = parse_zone("UTC+0").unwrap_err().to_string();
    assert!(!told.contains("opposite sign"), "{told}");
}

#[test]
fn a_name_of_windows_is_answered_with_the_zone_that_cldr_gives() {
    for (asked, zone) in [
        ("Romance Standard Time", "Europe/Paris"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time", "Europe/London"),
        ("Eastern Standard Time", "America/New_York"),
        ("Eastern Daylight Time", "America/New_York"),
        ("India Standard Time", "Asia/Kolkata"),
        ("China Standard Time", "Asia/Shanghai"),
        ("Central European Standard Time", "Europe/Warsaw"),
        ("Europe\\Paris", "Europe/Paris"),
        ("Bruxelles", "Europe/Brussels"),
        ("Asia/Bombay", "Asia/Kolkata"),
    ] {
        let unknown = parse_zone(asked).unwrap_err();
        assert_eq!(unknown.nearest.as_deref(), Some(zone), "{asked}");
    }
    assert_eq!(parse_zone("Lunar Standard Time").unwrap_err().nearest, None);
}

#[test]
fn defect_q_an_unknown_zone_is_refused_with_the_nearest_name() {
    for (asked, nearest) in [
        ("Europe/Pariss", Some("Europe/Paris")),
        ("europe/paris", Some("Europe/Paris")),
        ("Paris", Some("Europe/Paris")),
        ("New York", Some("America/New_York")),
        ("America/NewYork", Some("America/New_York")),
        ("Asia/Calcuta", Some("Asia/Calcutta")),
        ("Europ/Paris", Some("Europe/Paris")),
        ("Asia/Mumbai", Some("Asia/Kolkata")),
        ("Asia/Delhi", Some("Asia/Kolkata")),
        ("France", Some("Europe/Paris")),
        // Several clocks, or none that is near.
        ("West", None),
        ("Oran", None),
        ("CET+1", None),
        ("", None),
        ("Narnia/Cair Paravel", None),
    ] {
        let error = parse_zone(asked).unwrap_err();
        assert_eq!(
            (error.name.as_str(), error.nearest.as_deref()),
            (asked, nearest)
        );
    }
    assert_eq!(
        parse_zone(&"Europe/".repeat(100_000)).unwrap_err().nearest,
        None
    );
}

#[test]
fn odd_jumps() {
    for (zone, wall, instant) in [
        // Half an hour forward at 02:00, back at 02:00.
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:15:00",
            "2026-10-03T15:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-05T01:45:00",
            "2026-04-04T14:45:00Z",
        ),
        // Offsets of 45 minutes.
        (
            "Pacific/Chatham",
            "2026-09-27T03:00:00",
            "2026-09-26T14:00:00Z",
        ),
        (
            "Pacific/Chatham",
            "2026-04-05T03:00:00",
            "2026-04-04T13:15:00Z",
        ),
        // A whole day skipped.
        (
            "Pacific/Apia",
            "2011-12-30T23:59:00",
            "2011-12-30T10:00:00Z",
        ),
        (
            "Pacific/Kwajalein",
            "1993-08-21T12:00:00",
            "1993-08-21T12:00:00Z",
        ),
        // Midnight does not exist, or comes twice.
        (
            "America/Sao_Paulo",
            "2018-11-04T00:30:00",
            "2018-11-04T03:00:00Z",
        ),
        (
            "America/Sao_Paulo",
            "2018-02-17T23:30:00",
            "2018-02-18T01:30:00Z",
        ),
        // Winter time is the exception here, and Ramadan moves it.
        (
            "Africa/Casablanca",
            "2026-03-22T02:30:00",
            "2026-03-22T02:00:00Z",
        ),
        // Minus 44 minutes and 30 seconds until January 1972.
        (
            "Africa/Monrovia",
            "1971-06-01T12:00:00",
            "1971-06-01T12:44:30Z",
        ),
        // Beyond anything a calendar says.
        (
            "Europe/Paris",
            "+200000-01-01T00:00:00",
            "+199999-12-31T23:00:00Z",
        ),
    ] {
        let wall: NaiveDateTime = wall.parse().unwrap();
        assert_eq!(
            resolve(parse_zone(zone).unwrap(), wall),
            at(instant),
            "{zone} {wall}"
        );
    }
    for wall in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
        for zone in TZ_VARIANTS {
            // No panic at the ends of time.
            resolve(zone, wall);
        }
    }
}

#[test]
fn an_offset_is_never_answered_with_the_zone_of_the_opposite_sign() {
    for (asked, minutes, zone) in [
        ("GMT+2", 120, Some("Etc/GMT-2")),
        ("GMT+1", 60, Some("Etc/GMT-1")),
        ("UTC+1", 60, Some("Etc/GMT-1")),
        ("utc-5", -300, Some("Etc/GMT+5")),
        ("UTC 2", 120, Some("Etc/GMT-2")),
        ("GMT+02:00", 120, Some("Etc/GMT-2")),
        ("+01:00", 60, Some("Etc/GMT-1")),
        ("-0800", -480, Some("Etc/GMT+8")),
        ("UTC+5:30", 330, None),
        ("Etc/UTC+2", 120, Some("Etc/GMT-2")),
        ("Etc/GMT+13", 780, Some("Etc/GMT-13")),
    ] {
        let error = parse_zone(asked).unwrap_err();
        assert_eq!(error.nearest, None, "{asked}");
        assert_eq!(error.offset.unwrap().minutes, minutes, "{asked}");
        let hint = error.to_string();
        assert_eq!(
            hint.split(['"', ' ', ','])
                .find(|word| word.starts_with("Etc/GMT") && *word != asked),
            zone,
            "{hint}"
        );
        if let Some(zone) = zone {
            let summer = at("2026-07-01T00:00:00Z").naive_utc();
            let offset = parse_zone(zone).unwrap().offset_from_utc_datetime(&summer);
            assert_eq!(offset.fix().local_minus_utc(), minutes * 60, "{zone}");
        }
    }
    for asked in ["Etc/GMT+15", "GMT+99", "UTC+1:75"] {
        assert_eq!(parse_zone(asked).unwrap_err().nearest, None, "{asked}");
    }
}

#[test]
fn a_nearest_zone_has_the_clock_that_was_meant() {
    // One letter of each name goes missing: what is proposed shows the same time.
    let winter = at("2026-01-15T12:00:00Z").naive_utc();
    let summer = at("2026-07-15T12:00:00Z").naive_utc();
    let mut proposed = 0;
    for zone in TZ_VARIANTS {
        let name = zone.name();
        if name.starts_with("Etc/") || name.contains(['+', '-']) {
            continue;
        }
        let first = name.rfind('/').map_or(0, |slash| slash + 1);
        for gone in [first, usize::midpoint(first, name.len()), name.len() - 1] {
            let mut asked = name.to_owned();
            asked.remove(gone);
            let is_another = |zone: &Tz| zone.name().eq_ignore_ascii_case(&asked);
            if TZ_VARIANTS.iter().any(is_another) {
                continue;
            }
            let Err(unknown) = parse_zone(&asked) else {
                continue;
            };
            let Some(nearest) = unknown.nearest else {
                continue;
            };
            let nearest = parse_zone(&nearest).unwrap();
            for instant in [winter, summer] {
                assert_eq!(
                    nearest.offset_from_utc_datetime(&instant).fix(),
                    zone.offset_from_utc_datetime(&instant).fix(),
                    "{asked} of {name}: {nearest}"
                );
            }
            proposed += 1;
        }
    }
    assert!(proposed > 800, "{proposed}");
}

#[test]
fn zones_that_may_not_be_meant_are_doubted_with_what_they_are() {
    for (name, part) in [
        ("Etc/GMT+2", Some("UTC-02:00, 2 h west")),
        ("Etc/GMT-2", Some("UTC+02:00, 2 h east")),
        ("EST", Some("UTC-05:00 all year round; America/New_York")),
        ("GMT", Some("Europe/London")),
        ("CET", Some("Europe/Paris")),
        ("EST5EDT", Some("America/New_York")),
        ("US/Eastern", Some("America/New_York")),
        ("UTC", None),
        ("Etc/UTC", None),
        ("Etc/GMT", None),
        ("Europe/Paris", None),
    ] {
        let doubt = zone_doubt(parse_zone(name).unwrap()).map(|doubt| doubt.to_string());
        match part {
            Some(part) => assert!(doubt.as_ref().unwrap().contains(part), "{name}: {doubt:?}"),
            None => assert_eq!(doubt, None, "{name}"),
        }
    }
    // An old name's city has the same clocks.
    let mut compared = 0;
    for zone in TZ_VARIANTS {
        if let Some(ZoneDoubt::OldName { city }) = zone_doubt(zone) {
            let city = parse_zone(city).unwrap();
            for day in 0..365 * 4 {
                let instant = (at("2026-01-01T12:00:00Z") + TimeDelta::days(day)).naive_utc();
                assert_eq!(
                    zone.offset_from_utc_datetime(&instant).fix(),
                    city.offset_from_utc_datetime(&instant).fix(),
                    "{zone} {city} {instant}"
                );
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 21);
}
