//! The worked examples of `docs/semantics.md` that no other test holds.

use crate::support::{lines, schedule, with_calendar};
use nightcap_schedule::{Calendar, ZONES_BEHIND};

const PAGE: &str = include_str!("../../../../docs/semantics.md");

#[test]
fn the_page_lists_every_zone_that_is_behind() {
    for (zone, note) in ZONES_BEHIND {
        let row = PAGE
            .lines()
            .find(|line| line.starts_with('|') && line.contains(zone))
            .unwrap_or_else(|| panic!("{zone} is missing"));
        let words = note
            .strip_prefix("from ")
            .and_then(|note| note.split_once(" on it is "));
        let (instant, offsets) = words.unwrap();
        let (is, compiled) = offsets.split_once(", not ").unwrap();
        assert!(
            row.contains(instant) && row.contains(is) && row.contains(compiled),
            "{zone}: {note}\n{row}"
        );
    }
}

#[test]
fn a_night_over_the_change_of_clocks() {
    let night = schedule("America/New_York", &[("0 20 * * *", "0 1 * * *")]);
    assert_eq!(
        lines(&night, "2026-10-31T20:00:00Z", "2026-11-01T20:00:00Z"),
        [
            "2026-11-01T00:00:00Z running",
            "2026-11-01T05:00:00Z stopped"
        ]
    );
    let nearly_always = schedule("Europe/Paris", &[("0 3 * * *", "30 2 * * *")]);
    assert_eq!(
        lines(
            &nearly_always,
            "2026-03-28T12:00:00Z",
            "2026-03-30T12:00:00Z"
        ),
        [
            "2026-03-29T01:00:00Z stopped",
            "2026-03-30T01:00:00Z running"
        ]
    );
}

#[test]
fn closed_days_take_away_starts_and_no_stops() {
    let closed = |day: &str| {
        Some(Calendar {
            closed: [day.parse().unwrap()].into(),
            ..Calendar::default()
        })
    };
    let day = with_calendar(
        "Europe/Paris",
        &[("0 9 * * *", "0 19 * * *")],
        closed("2026-07-14"),
    );
    assert_eq!(
        lines(&day, "2026-07-13T12:00:00Z", "2026-07-15T12:00:00Z"),
        [
            "2026-07-13T17:00:00Z stopped",
            "2026-07-15T07:00:00Z running"
        ]
    );
    let night = with_calendar(
        "Europe/Paris",
        &[("0 22 * * *", "0 6 * * *")],
        closed("2026-07-14"),
    );
    assert_eq!(
        lines(&night, "2026-07-13T12:00:00Z", "2026-07-15T12:00:00Z"),
        [
            "2026-07-13T20:00:00Z running",
            "2026-07-14T04:00:00Z stopped"
        ]
    );
    let week = [("0 9 * * MON", "0 19 * * FRI")];
    let of_week = ("2026-07-12T00:00:00Z", "2026-07-19T00:00:00Z");
    let monday = with_calendar("Europe/Paris", &week, closed("2026-07-13"));
    assert!(lines(&monday, of_week.0, of_week.1).is_empty());
    let wednesday = with_calendar("Europe/Paris", &week, closed("2026-07-15"));
    assert_eq!(
        lines(&wednesday, of_week.0, of_week.1),
        [
            "2026-07-13T07:00:00Z running",
            "2026-07-17T17:00:00Z stopped"
        ]
    );
}
