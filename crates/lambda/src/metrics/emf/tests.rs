//! Lines against the documented structure.

use nightcap_tests::embedded_metrics;
use serde_json::Value;

use super::*;

const NOW: &str = "2026-11-20T18:00:00Z";

fn rendered(line: &Line) -> Value {
    let text = line.render("Nightcap", "scheduler", NOW.parse().unwrap());
    assert!(!text.contains('\n'), "one line: {text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    embedded_metrics(&value).unwrap();
    value
}

#[test]
fn a_line_has_the_documented_structure() {
    let line = Line::default()
        .gauge("Heartbeat", Unit::Count, 1_u64)
        .gauge("Duration", Unit::Milliseconds, 41_u64)
        .sum("HoursAsleep", Unit::None, "186.5".parse().unwrap())
        .property("correlation_id", "id-1");
    let expected = json!({
        "_aws": {
            "Timestamp": 1_795_197_600_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "Nightcap",
                "Dimensions": [["Function"]],
                "Metrics": [
                    { "Name": "Heartbeat", "Unit": "Count" },
                    { "Name": "Duration", "Unit": "Milliseconds" },
                    { "Name": "HoursAsleep", "Unit": "None" },
                ],
            }],
        },
        "Function": "scheduler",
        "Heartbeat": 1,
        "Duration": 41,
        "HoursAsleep": 186.5,
        "correlation_id": "id-1",
    });
    assert_eq!(rendered(&line), expected);
}

#[test]
fn what_did_not_happen_is_told_and_not_paid() {
    let line = Line::default()
        .gauge("Heartbeat", Unit::Count, 0_u64)
        .count("Started", 0)
        .count("Stopped", 2)
        .sum("HoursAsleep", Unit::None, Decimal::ZERO);
    let line = rendered(&line);
    let metrics = embedded_metrics(&line).unwrap();
    assert_eq!(
        metrics,
        [("Heartbeat".to_owned(), 0.0), ("Stopped".to_owned(), 2.0)].into()
    );
    assert_eq!(
        (&line["Started"], &line["HoursAsleep"]),
        (&json!(0), &json!(0.0))
    );
}

#[test]
fn more_than_a_hundred_metrics_are_several_directives() {
    const NAMES: [&str; 3] = ["A", "B", "C"];
    let line = (0..201).fold(Line::default(), |line, place| {
        line.gauge(NAMES[place % 3], Unit::Count, 1_u64)
    });
    let line = rendered(&line);
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let sizes: Vec<usize> = directives
        .iter()
        .map(|directive| directive["Metrics"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [100, 100, 1]);
}

#[test]
fn the_largest_amounts_are_numbers_still() {
    for amount in [
        Decimal::MAX,
        Decimal::MIN,
        Decimal::new(1, 28),
        Decimal::ZERO,
    ] {
        rendered(&Line::default().gauge("SpentUsd", Unit::None, number(amount)));
    }
    assert_eq!(number("412.37".parse().unwrap()).to_string(), "412.37");
}

#[test]
fn the_test_itself_sees_what_cloudwatch_would_not_take() {
    let good = rendered(&Line::default().gauge("Heartbeat", Unit::Count, 1_u64));
    for (place, wrong) in [
        ("/_aws/Timestamp", json!("2026-11-20T18:00:00Z")),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("")),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("AWS/Lambda")),
        (
            "/_aws/CloudWatchMetrics/0/Dimensions",
            json!([["Environment"]]),
        ),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("Hours")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Name", json!("Missing")),
        ("/Heartbeat", json!("1")),
        ("/Heartbeat", json!(null)),
        ("/Function", json!(7)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = wrong.clone();
        assert!(embedded_metrics(&bad).is_err(), "{place} = {wrong}");
    }
}
