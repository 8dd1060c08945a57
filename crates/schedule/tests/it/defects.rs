//! Defects of other schedulers, each as a test that carries its letter (A is in `cron.rs`, N and Q
//! in `zones.rs`).

use crate::support::{at, lines, schedule, with_calendar};
use nightcap_schedule::{Calendar, Country, State, Warning};

const NEW_YORK: &str = "America/New_York";
const PARIS: &str = "Europe/Paris";

#[test]
fn defect_b_fold_runs_once_contiguously() {
    let night = schedule(NEW_YORK, &[("0 0 * * *", "30 1 * * *")]);
    assert_eq!(
        lines(&night, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"),
        [
            "2026-11-01T04:00:00Z running",
            "2026-11-01T05:30:00Z stopped"
        ]
    );
    // 01:00 to 01:30 comes again from 06:00Z on: it has happened.
    for second_pass in [
        "2026-11-01T06:00:00Z",
        "2026-11-01T06:15:00Z",
        "2026-11-01T06:29:59Z",
        "2026-11-01T06:30:00Z",
    ] {
        assert_eq!(
            night.state_at(at(second_pass)),
            State::Stopped,
            "{second_pass}"
        );
    }
}

#[test]
fn defect_c_a_start_in_the_gap_happens_at_the_jump() {
    let early = schedule(NEW_YORK, &[("30 2 * * *", "0 5 * * *")]);
    assert_eq!(
        lines(&early, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"),
        [
            "2026-03-08T07:00:00Z running",
            "2026-03-08T09:00:00Z stopped"
        ]
    );
}

#[test]
fn defect_c_a_window_wholly_inside_the_gap_is_empty_and_warned_about() {
    let inside = schedule(NEW_YORK, &[("10 2 * * *", "50 2 * * *")]);
    assert_eq!(
        lines(&inside, "2026-03-07T00:00:00Z", "2026-03-10T00:00:00Z"),
        [
            "2026-03-07T07:10:00Z running",
            "2026-03-07T07:50:00Z stopped",
            "2026-03-09T06:10:00Z running",
            "2026-03-09T06:50:00Z stopped"
        ]
    );
    let warnings = inside.warnings(at("2026-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"));
    let expected = Warning::LostInClockChange {
        window: 0,
        start: "2026-03-08T02:10:00".parse().unwrap(),
        at: at("2026-03-08T07:00:00Z"),
    };
    assert_eq!(warnings, [expected]);
    assert_eq!(
        warnings[0].to_string(),
        "window 1: the start of 2026-03-08 02:10 does not run: the clocks jump at 2026-03-08T07:00:00Z, \
         and its stop falls on that instant"
    );
}

#[test]
fn defect_d_windows_cross_midnight_anchored_to_the_day_they_start() {
    let night = schedule(PARIS, &[("0 22 * * *", "0 6 * * *")]);
    assert_eq!(
        lines(&night, "2026-01-05T12:00:00Z", "2026-01-06T12:00:00Z"),
        [
            "2026-01-05T21:00:00Z running",
            "2026-01-06T05:00:00Z stopped"
        ]
    );
    // Fri 22-06 is Friday night, not Friday's small hours.
    let friday_night = schedule(PARIS, &[("0 22 * * FRI", "0 6 * * *")]);
    assert_eq!(
        lines(
            &friday_night,
            "2026-01-05T00:00:00Z",
            "2026-01-12T00:00:00Z"
        ),
        [
            "2026-01-09T21:00:00Z running",
            "2026-01-10T05:00:00Z stopped"
        ]
    );
}

#[test]
fn defect_e_overlapping_windows_are_one_stretch() {
    let expected = [
        "2026-01-05T07:00:00Z running",
        "2026-01-05T17:00:00Z stopped",
    ];
    for windows in [
        [("0 8 * * *", "0 12 * * *"), ("0 10 * * *", "0 18 * * *")],
        [("0 10 * * *", "0 18 * * *"), ("0 8 * * *", "0 12 * * *")],
        // Touching is enough.
        [("0 8 * * *", "0 12 * * *"), ("0 12 * * *", "0 18 * * *")],
    ] {
        let day = schedule(PARIS, &windows);
        assert_eq!(
            lines(&day, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
            expected
        );
        assert_eq!(
            day.state_at(at("2026-01-05T11:00:00Z")),
            State::Running,
            "noon in Paris"
        );
    }
}

#[test]
fn defect_j_a_stop_in_the_fold_or_the_gap_happens_once() {
    let off_at_one = schedule(NEW_YORK, &[("0 20 * * *", "0 1 * * *")]);
    assert_eq!(
        lines(&off_at_one, "2026-11-01T02:00:00Z", "2026-11-01T23:00:00Z"),
        ["2026-11-01T05:00:00Z stopped"]
    );
    let off_at_two = schedule(NEW_YORK, &[("0 20 * * *", "0 2 * * *")]);
    assert_eq!(
        lines(&off_at_two, "2026-03-08T02:00:00Z", "2026-03-08T23:00:00Z"),
        ["2026-03-08T07:00:00Z stopped"]
    );
}

#[test]
fn defect_k_next_is_always_later_than_now() {
    let half_past_one = schedule(NEW_YORK, &[("30 1 * * *", "0 9 * * *")]);
    // Asked between the two 01:30 of the fold, and at the second: the start has happened, the stop is next.
    for now in [
        "2026-11-01T05:30:00Z",
        "2026-11-01T06:00:00Z",
        "2026-11-01T06:30:00Z",
        "2026-11-01T06:45:00Z",
    ] {
        let next = half_past_one.next(at(now)).unwrap();
        assert_eq!(
            (next.at, next.to),
            (at("2026-11-01T14:00:00Z"), State::Stopped),
            "asked at {now}"
        );
    }
    let in_the_gap = schedule(NEW_YORK, &[("30 2 * * *", "0 9 * * *")]);
    let next = in_the_gap.next(at("2026-03-08T06:59:59Z")).unwrap();
    assert_eq!(
        (next.at, next.to),
        (at("2026-03-08T07:00:00Z"), State::Running),
        "not an hour early"
    );
    assert_eq!(
        in_the_gap.next(next.at).unwrap().at,
        at("2026-03-08T13:00:00Z")
    );
}

#[test]
fn defect_m_closed_days_are_days_of_the_schedules_zone() {
    // 14 July in Auckland begins on 13 July 12:00Z and ends on 14 July 12:00Z.
    let calendar = || Calendar {
        closed: ["2026-07-14".parse().unwrap()].into(),
        ..Calendar::default()
    };
    let shift = schedule("Pacific/Auckland", &[("0 1 * * *", "30 23 * * *")]);
    assert_eq!(
        shift
            .transitions(at("2026-07-13T12:00:00Z"), at("2026-07-14T12:00:00Z"))
            .len(),
        2
    );
    let shift = with_calendar(
        "Pacific/Auckland",
        &[("0 1 * * *", "30 23 * * *")],
        Some(calendar()),
    );
    assert_eq!(
        lines(&shift, "2026-07-12T12:00:00Z", "2026-07-15T12:00:00Z"),
        [
            "2026-07-12T13:00:00Z running",
            "2026-07-13T11:30:00Z stopped",
            "2026-07-14T13:00:00Z running",
            "2026-07-15T11:30:00Z stopped"
        ]
    );
    // A stop is never suppressed: what started the evening before ends on the closed day.
    let night = with_calendar(
        "Pacific/Auckland",
        &[("0 22 * * *", "0 6 * * *")],
        Some(calendar()),
    );
    assert_eq!(
        lines(&night, "2026-07-13T00:00:00Z", "2026-07-15T00:00:00Z"),
        [
            "2026-07-13T10:00:00Z running",
            "2026-07-13T18:00:00Z stopped"
        ]
    );
}

#[test]
fn defect_o_a_window_that_starts_monday_and_ends_friday_sleeps_at_the_weekend() {
    let week = schedule(PARIS, &[("0 9 * * MON", "0 19 * * FRI")]);
    assert_eq!(
        lines(&week, "2026-01-05T00:00:00Z", "2026-01-13T00:00:00Z"),
        [
            "2026-01-05T08:00:00Z running",
            "2026-01-09T18:00:00Z stopped",
            "2026-01-12T08:00:00Z running"
        ]
    );
    assert_eq!(
        week.state_at(at("2026-01-11T12:00:00Z")),
        State::Stopped,
        "Sunday"
    );
    assert_eq!(
        week.state_at(at("2026-01-07T02:00:00Z")),
        State::Running,
        "the night from Tuesday"
    );
}

#[test]
fn defect_r_the_boundary_belongs_to_what_begins() {
    let day = schedule(PARIS, &[("0 9 * * *", "0 19 * * *")]);
    for (instant, state) in [
        ("2026-01-05T07:59:59.999999999Z", State::Stopped),
        ("2026-01-05T08:00:00Z", State::Running),
        ("2026-01-05T17:59:59.999999999Z", State::Running),
        ("2026-01-05T18:00:00Z", State::Stopped),
    ] {
        assert_eq!(day.state_at(at(instant)), state, "{instant}");
        let timeline = day.over(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert_eq!(timeline.state_at(at(instant)), Some(state), "{instant}");
    }
    // Strictly inside: neither end of the range is listed.
    assert!(lines(&day, "2026-01-05T08:00:00Z", "2026-01-05T18:00:00Z").is_empty());
    assert_eq!(
        day.last(at("2026-01-05T08:00:00Z")).unwrap().at,
        at("2026-01-05T08:00:00Z")
    );
    assert_eq!(
        day.next(at("2026-01-05T08:00:00Z")).unwrap().at,
        at("2026-01-05T18:00:00Z")
    );
}

#[test]
fn a_public_holiday_in_paris_has_no_start() {
    let calendar = Calendar {
        holidays: Some(Country::parse("FR").unwrap()),
        closed: ["2026-12-24".parse().unwrap()].into(),
        open: ["2026-05-25".parse().unwrap()].into(),
    };
    let office = with_calendar(
        PARIS,
        &[("0 9 * * MON-FRI", "0 19 * * MON-FRI")],
        Some(calendar),
    );
    let runs_on = |day: &str| office.state_at(at(&format!("{day}T12:00:00Z"))) == State::Running;
    assert!(!runs_on("2026-07-14") && runs_on("2026-07-15"));
    assert!(!runs_on("2026-12-24") && !runs_on("2026-12-25") && runs_on("2026-12-28"));
    assert!(runs_on("2026-05-25"), "Whit Monday, listed as open");
}
