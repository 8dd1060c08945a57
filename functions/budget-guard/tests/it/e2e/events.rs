//! Every file of `events/` that is the guard's is sent to it; the answers' shape is a contract.

use std::collections::BTreeSet;
use std::fs;

use nightcap_tests::root;
use serde_json::Value;

use crate::e2e::world::{COSTLY, SLEEP, Stage, config};

/// Those that bring their own instant: their answers are pinned whole.
const PINNED: [&str; 4] = [
    "guard-forecast-friday-morning",
    "guard-sns-budget-actual",
    "guard-sns-alarm",
    "guard-report-friday-morning",
];
/// Those about the present, whenever that is.
const PRESENT: [&str; 5] = [
    "guard-forecast",
    "guard-report-dry-run",
    "guard-report",
    "guard-scheduled-event",
    "guard-sns-budget-forecasted",
];

const KEYS: [&str; 15] = [
    "command",
    "at",
    "dry_run",
    "correlation_id",
    "budget",
    "forecast",
    "data",
    "environments",
    "aws",
    "news",
    "ladder",
    "subscriptions",
    "problems",
    "cost",
    "notified",
];

#[test]
fn every_file_is_sent_by_a_test() {
    let there = fs::read_dir(root().join("events")).unwrap();
    let there: BTreeSet<String> = there
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| {
            file.starts_with("guard-")
                .then(|| file.replace(".json", ""))
        })
        .collect();
    let sent = PINNED.iter().chain(&PRESENT);
    assert_eq!(
        there,
        sent.map(|name| (*name).to_owned()).collect(),
        "add the file above"
    );
}

pub(crate) fn event(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("events/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn events_with_an_instant_get_their_documented_answers() {
    let mut stage = Stage::at("2026-11-20T09:00:00Z", &config("en", &[SLEEP]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    stage.aws.move_to("2026-11-20T10:00:00Z");
    for name in PINNED {
        let answer = stage.guard.invoke(&event(name)).unwrap();
        let mut settings = insta::Settings::clone_current();
        settings.add_redaction(".correlation_id", "[id]");
        settings.bind(|| insta::assert_json_snapshot!(name, answer));
    }
}

#[test]
fn events_about_the_present_are_answered_whenever_that_is() {
    let now = nightcap_aws::clock::now();
    let today = now.date_naive();
    let without = config("en", &[]).replace("\"drills\":true,", "");
    let mut stage = Stage::at(&now.to_rfc3339(), &without);
    let year = chrono::Days::new(300);
    stage.charge(
        &(today - year).to_string(),
        &(today + year).to_string(),
        ["0.40", "3.80", "8.00"],
    );
    for name in PRESENT {
        let answer = stage.guard.invoke(&event(name)).unwrap();
        for key in answer.as_object().unwrap().keys() {
            assert!(
                KEYS.contains(&key.as_str()),
                "{name}: {key} is not documented"
            );
        }
        assert_eq!(
            crate::e2e::world::problems(&answer),
            [""; 0],
            "{name}: {answer:#}"
        );
        let at = answer["at"]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>();
        assert!(at.unwrap() >= now, "{name}");
        assert_eq!(answer["data"]["doubts"], serde_json::json!([]), "{name}");
    }
    // A calm year: nobody was told anything but, perhaps, how the last month closed.
    assert!(
        stage
            .subjects()
            .iter()
            .all(|subject| subject.starts_with("Budget kept"))
    );
}
