//! Ten thousand resources with the longest names that AWS allows, every one of them a problem or
//! refused: no command's answer is more than Lambda takes, and the answer says what it leaves out.

use nightcap_tests::{Function, SteadyAws};
use serde_json::{Value, json};

/// Lambda's limit of a synchronous answer.
const LAMBDA: usize = 6_291_556;
const COUNT: usize = 10_000;
const NOW: &str = "2026-11-20T18:00:00Z";

/// A name of 63 characters: the most of a DB instance.
fn name(number: usize) -> String {
    format!("{}-{number:05}", "x".repeat(57))
}

/// What each command answers about this fleet.
fn answers(aws: &SteadyAws, config: &str) -> Vec<(Value, Value)> {
    let mut function = Function::at(env!("CARGO_BIN_EXE_scheduler"))
        .timed_by(aws)
        .with("NIGHTCAP_CONFIG", config)
        .with("NIGHTCAP_TABLE", "nightcap")
        .within(std::time::Duration::from_mins(10))
        .start();
    let hold = |extra: Value| {
        let mut event = json!({
            "command": "hold", "environment": "preprod", "state": "stopped", "for": "4h",
            "by": "y".repeat(200), "reason": "z".repeat(200), "at": NOW,
        });
        for (key, value) in extra.as_object().unwrap() {
            event[key] = value.clone();
        }
        event
    };
    let events = [
        json!({ "command": "plan", "at": NOW, "days": 31 }),
        json!({ "command": "tick", "at": NOW, "dry_run": true }),
        json!({ "command": "tick", "at": NOW }),
        json!({ "command": "explain", "resource": name(77), "at": NOW }),
        hold(json!({ "dry_run": true })),
        hold(json!({})),
        json!({ "command": "holds", "at": NOW }),
        json!({ "command": "release", "environment": "preprod", "by": "on-call",
                "reason": "done", "at": NOW }),
    ];
    events
        .into_iter()
        .map(|event| {
            let answer = match function.invoke(&event) {
                Ok(answer) => answer,
                Err(error) => json!({ "error": error.to_string() }),
            };
            (event, answer)
        })
        .collect()
}

fn fleet() -> SteadyAws {
    let aws = SteadyAws::taking(std::time::Duration::from_millis(1));
    for number in 0..COUNT {
        aws.create_database("123456789012", &name(number));
    }
    aws
}

const SCHEDULES: &str = "timezone: Europe/Paris\ndrills: true\nschedules:\n  office: { windows: \
                         [{ start: 0 9 * * MON-FRI, stop: 0 19 * * MON-FRI }] }\n";

fn verify(answers: &[(Value, Value)]) -> usize {
    let mut cut = 0;
    for (event, answer) in answers {
        let bytes = answer.to_string().len();
        assert!(bytes < LAMBDA, "{event}: {bytes} bytes");
        if let Some(missing) = answer["cut"].as_object() {
            cut += 1;
            assert!(
                missing.values().all(|count| count.as_u64() > Some(0)),
                "{missing:?}"
            );
        }
    }
    cut
}

#[test]
#[ignore = "minutes in a debug build: run by hand, with --ignored"]
fn no_answer_about_ten_thousand_refused_resources_is_more_than_lambda_takes() {
    let config = format!(
        "{SCHEDULES}environments: {{ preprod: {{ schedule: office }}, prod: {{ protected: true }} }}\n"
    );
    let answers = answers(&fleet(), &config);
    assert!(
        verify(&answers) > 0,
        "nothing had to be cut: the fleet is too small"
    );
    let held = answers.iter().find(|(event, _)| event["command"] == "hold");
    assert!(held.unwrap().1["hold"].is_object(), "{:#}", held.unwrap().1);
}

#[test]
#[ignore = "minutes in a debug build: run by hand, with --ignored"]
fn no_answer_about_ten_thousand_problems_is_more_than_lambda_takes() {
    let config = format!(
        "{SCHEDULES}environments: {{ preprd: {{ schedule: office }}, prod: {{ protected: true }} }}\n"
    );
    let answers = answers(&fleet(), &config);
    verify(&answers);
    let (_, plan) = &answers[0];
    assert!(
        plan["problems"].as_array().unwrap().len() > 1_000,
        "no problems"
    );
}
