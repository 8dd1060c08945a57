//! The time module against what other projects' test suites expect.
//!
//! The cases are data (`tests/corpora/*.json`, described in the README there). All failing cases
//! are reported at once, each with its source. Where Nightcap differs by design, the case says
//! what theirs does, what ours does, and why.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

mod cron;
mod data;
mod windows;

use data::{Case, Subject, Suite};

/// Every suite, so that a file that goes missing is noticed.
const FILES: [&str; 6] = [
    "aws-croniter.json",
    "croner.json",
    "croniter.json",
    "custodian.json",
    "instance-scheduler.json",
    "robfig-cron.json",
];

const PERMISSIVE: [&str; 4] = ["Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause"];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpora")
}

fn suites() -> Vec<(&'static str, Suite)> {
    let read = |name: &'static str| {
        let text = std::fs::read_to_string(directory().join(name)).expect(name);
        let suite = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, suite)
    };
    FILES.into_iter().map(read).collect()
}

fn examine(case: &Case) -> Vec<String> {
    match case.subject() {
        Subject::Cron(subject) => cron::examine(&subject),
        Subject::Windows(subject) => windows::examine(&subject),
    }
}

#[test]
fn every_case_of_every_suite_holds() {
    let mut failures = Vec::new();
    for (file, suite) in suites() {
        for case in &suite.cases {
            let source = &suite.sources[&case.source];
            for reason in examine(case) {
                failures.push(format!("{file} {}: {reason}\n    from {source}", case.id));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn files_hold_what_they_state() {
    let present: BTreeSet<String> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    assert_eq!(
        present,
        FILES.map(str::to_owned).into(),
        "the runner reads other files than there are"
    );
    for (file, suite) in suites() {
        assert_eq!(
            suite.counted(),
            suite.counts,
            "{file}: update the counts at its head"
        );
        assert!(
            suite.counts.cases >= 40,
            "{file} has only {} cases",
            suite.counts.cases
        );
        let ids: BTreeSet<&str> = suite.cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids.len(), suite.cases.len(), "{file}: an id occurs twice");
    }
}

#[test]
fn every_case_names_a_permissively_licensed_source() {
    for (file, suite) in suites() {
        assert!(
            PERMISSIVE.contains(&suite.licence.as_str()),
            "{file}: licence {}",
            suite.licence
        );
        assert!(
            !suite.licence_seen.is_empty(),
            "{file}: where was the licence read?"
        );
        assert!(
            !suite.name.is_empty() && !suite.notes.is_empty(),
            "{file}: say what it is"
        );
        for (name, source) in &suite.sources {
            if let Err(problem) = source.check() {
                panic!("{file}: source {name}: {problem}");
            }
        }
        let used: BTreeSet<&String> = suite.cases.iter().map(|case| &case.source).collect();
        assert_eq!(
            used,
            suite.sources.keys().collect(),
            "{file}: sources named and used differ"
        );
    }
}

#[test]
fn every_disagreement_is_one_and_has_a_reason() {
    let mut problems = Vec::new();
    for (file, suite) in suites() {
        for case in &suite.cases {
            problems.extend(
                case.unjustified()
                    .map(|problem| format!("{file} {}: {problem}", case.id)),
            );
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
