//! Which problems are news, and whose.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::names::{Region, ResourceArn};
use nightcap_domain::plan::{Fault, Progress, plan};

use super::story::{News, home, is_configured, news};
use super::*;
use crate::prune::Pruned;

const NOW: &str = "2026-11-20T18:00:00Z";
const ROLE: &str = "arn:aws:iam::111111111111:role/nightcap";

fn config() -> Compiled {
    Compiled::parse(&format!(
        "timezone: UTC
schedules: {{ office: {{ windows: [{{ start: '0 9 * * *', stop: '0 19 * * *' }}] }} }}
environments:
  preprod: {{ schedule: office, roles: ['{ROLE}'], regions: [eu-west-3, eu-west-1] }}
  dev: {{ schedule: office }}
  prod: {{ protected: true, regions: [us-east-1] }}
"
    ))
    .unwrap()
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn problem(about: &str) -> Problem {
    Problem {
        about: about.to_owned(),
        name: about.to_owned(),
        fault: Fault::OverlappingTags(vec![]),
    }
}

/// A report of a tick that read these targets and met these problems, `(about, home)`.
fn report(seen: &[&str], problems: &[(&str, &str)], told: &[&str]) -> Report {
    let ledger = Ledger {
        told: told.iter().map(|key| ((*key).to_owned(), now())).collect(),
        ..Ledger::default()
    };
    let homes = problems
        .iter()
        .map(|(about, home)| ((*about).to_owned(), (*home).to_owned()));
    Report {
        postponed: vec![],
        plan: plan(&config(), vec![], &ledger, now()),
        outcomes: vec![],
        problems: problems.iter().map(|(about, _)| problem(about)).collect(),
        saw_everything: true,
        blind: BTreeSet::new(),
        seen: seen.iter().map(|&target| target.to_owned()).collect(),
        homes: homes.collect(),
        slept: TimeDelta::zero(),
        progress: Progress::default(),
        pruned: Pruned::default(),
        ledger,
    }
}

fn begun(news: &News) -> Vec<&str> {
    news.begun
        .iter()
        .map(|problem| problem.about.as_str())
        .collect()
}

#[test]
fn a_tick_speaks_for_the_targets_it_has_read() {
    let there = format!("eu-west-3 as {ROLE}");
    let elsewhere = format!("eu-west-1 as {ROLE}");
    let told = [
        format!("overlapping-tags db-1 @ {there}"),
        format!("overlapping-tags db-2 @ {there}"),
        format!("overlapping-tags db-3 @ {elsewhere}"),
        format!("nothing-done {there} @ {there}"),
        "nothing-done ledger".to_owned(),
    ];
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let found = report(&[&there], &[("db-2", &there), ("db-4", &there)], &told);
    let news = news(&config(), &found);
    assert_eq!(begun(&news), ["db-4"]);
    let over: Vec<&str> = news.over.iter().map(|key| without_home(key)).collect();
    let nothing_done = format!("nothing-done {there}");
    assert_eq!(
        over,
        [
            nothing_done.as_str(),
            "nothing-done ledger",
            "overlapping-tags db-1"
        ]
    );
}

#[test]
fn the_same_problem_of_two_targets_is_two_problems() {
    let found = report(
        &["eu-west-3", "eu-west-1"],
        &[("db-1", "eu-west-3")],
        &["overlapping-tags db-1 @ eu-west-1"],
    );
    let news = news(&config(), &found);
    assert_eq!(begun(&news), ["db-1"]);
    assert_eq!(news.over, ["overlapping-tags db-1 @ eu-west-1"]);
}

#[test]
fn what_a_target_told_that_is_no_more_is_over() {
    let gone = "overlapping-tags db-1 @ eu-west-3 as arn:aws:iam::999999999999:role/nightcap";
    let still = format!("overlapping-tags db-1 @ eu-west-3 as {ROLE}");
    let found = report(&["us-east-1"], &[], &[gone, &still]);
    assert_eq!(news(&config(), &found).over, [gone]);
}

#[test]
fn every_target_of_the_configuration_is_known_as_one() {
    let config = config();
    for target in crate::target::targets(&config, &Region::new("eu-central-1")) {
        assert!(is_configured(&config, &target.to_string()), "{target}");
    }
    assert!(!is_configured(&config, &format!("us-east-1 as {ROLE}")));
}

#[test]
fn targets_that_told_lately_are_counted_once_each() {
    let mut ledger = Ledger::default();
    for (key, minutes) in [
        ("failed a @ eu-west-3", 1),
        ("failed b @ eu-west-3", 2),
        ("failed a @ eu-west-1", 14),
        ("failed a @ eu-west-2", 15),
    ] {
        let at = now() - TimeDelta::minutes(minutes);
        ledger.told.insert(key.to_owned(), at);
    }
    assert_eq!(lately(&ledger, now()), 2);
}

#[test]
fn a_problem_is_told_by_its_key_and_home() {
    let arn = ResourceArn::new("arn:aws:rds:eu-west-3:111111111111:db:a");
    let found = report(&[], &[(arn.as_str(), "eu-west-3")], &[]);
    let key = told_key(&found, &found.problems[0]);
    assert_eq!(key, format!("overlapping-tags {arn} @ eu-west-3"));
    assert_eq!(home(&key), Some("eu-west-3"));
}
