//! The dead man's mails: who is silent, since when, told once, and once when it is over.

use crate::guard_world::{World, bill, config};
use chrono::{DateTime, Utc};
use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::guard::{NewsKind, Overdue, overdue};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::ledger::{Carried, GuardBeat, Ledger, Mark, Phase};
use nightcap_domain::message::{Heard, Letter, Mail, Silent, WIDTH, heard, silent};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::time::State;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A ledger in which the stop of Friday the 13th, 19:00 in Paris, was carried out on a database.
fn worked() -> Ledger {
    let arn = ResourceArn::new("arn:aws:rds:eu-west-3:123456789012:db:preprod");
    let mut ledger = Ledger::default();
    let carried = Carried {
        transition: at("2026-11-13T18:00:00Z"),
        to: State::Stopped,
        phase: Phase::Reached,
    };
    let mark = Mark {
        version: 2,
        odd_version: None,
        at: at("2026-11-13T18:10:00Z"),
        lease: None,
        order: None,
    };
    ledger.carried.insert(arn.clone(), carried);
    ledger.marks.insert(arn, mark);
    ledger
}

fn hold(from: &str, until: &str) -> Hold {
    Hold {
        id: "h".into(),
        scope: Scope::Environment("preprod".into()),
        state: State::Stopped,
        from: at(from),
        until: at(until),
        author: Author::Person,
        by: "the on-call".into(),
        reason: "holidays".into(),
        made_at: at(from),
    }
}

fn missed(config: &Compiled, ledger: &Ledger, now: &str) -> Option<(String, State)> {
    let overdue = overdue(config, ledger, at(now))?;
    Some((overdue.due.to_rfc3339(), overdue.to))
}

#[test]
fn a_transition_after_which_nothing_was_written_is_overdue() {
    let config = config("en", &[]);
    let monday = Some(("2026-11-16T08:00:00+00:00".to_owned(), State::Running));
    let mut ledger = worked();
    // A weekend is no silence, and two hours are nobody's death.
    for now in ["2026-11-15T12:00:00Z", "2026-11-16T10:00:00Z"] {
        assert_eq!(missed(&config, &ledger, now), None, "{now}");
    }
    assert_eq!(missed(&config, &ledger, "2026-11-16T10:00:01Z"), monday);
    assert_eq!(
        missed(&config, &ledger, "2026-11-20T10:00:00Z"),
        monday,
        "the first of them"
    );
    // Whatever it writes is a sign of life.
    ledger.marks.values_mut().next().unwrap().at = at("2026-11-16T08:01:00Z");
    assert_eq!(missed(&config, &ledger, "2026-11-16T15:00:00Z"), None);
}

#[test]
fn what_tells_nothing_of_the_scheduler_is_no_silence() {
    let config = config("en", &[]);
    let now = "2026-11-16T12:00:00Z";
    assert_eq!(
        missed(&config, &Ledger::default(), now),
        None,
        "it never worked"
    );
    let mut held = worked();
    held.holds
        .push(hold("2026-11-16T07:00:00Z", "2026-11-16T09:00:00Z"));
    // dev shares the schedule and is not held: what was done may have been dev's.
    assert!(missed(&config, &held, now).is_some());
    let mut dev = hold("2026-11-16T07:00:00Z", "2026-11-16T09:00:00Z");
    dev.scope = Scope::Environment("dev".into());
    held.holds.push(dev);
    assert_eq!(missed(&config, &held, now), None, "nothing was due");
    let mut another = worked();
    for carried in another.carried.values_mut() {
        carried.transition = at("2026-11-13T12:00:00Z");
    }
    assert_eq!(
        missed(&config, &another, now),
        None,
        "by a hold's end, not by this schedule"
    );
}

fn due() -> Overdue {
    overdue(&config("en", &[]), &worked(), at("2026-11-17T09:00:00Z")).unwrap()
}

#[test]
fn a_silent_scheduler_is_told_once_and_its_return_once() {
    let mut world = World::new(config("en", &[]), bill([40, 380, 800], "2026-11-20"));
    let about = |world: &mut World, on: &str| -> Vec<NewsKind> {
        let kinds = world.run(on).news.into_iter().map(|news| news.kind);
        kinds
            .filter(|kind| matches!(kind, NewsKind::SchedulerSilent | NewsKind::SchedulerHeard))
            .collect()
    };
    assert_eq!(about(&mut world, "2026-11-16"), []);
    world.overdue = Some(due());
    assert_eq!(about(&mut world, "2026-11-17"), [NewsKind::SchedulerSilent]);
    assert_eq!(about(&mut world, "2026-11-18"), []);
    world.overdue = None;
    assert_eq!(about(&mut world, "2026-11-19"), [NewsKind::SchedulerHeard]);
    assert_eq!(about(&mut world, "2026-11-19"), []);
    world.overdue = Some(due());
    assert_eq!(
        about(&mut world, "2026-11-20"),
        [NewsKind::SchedulerSilent],
        "another time"
    );
}

#[test]
fn a_budget_that_aws_does_not_have_is_told_once_and_again_after_it_was_there() {
    let mut world = World::new(config("en", &[]), bill([40, 380, 800], "2026-11-20"));
    world.no_budget = true;
    let about = |world: &mut World, on: &str| -> Vec<(NewsKind, bool)> {
        let news = world.run(on).news.into_iter();
        news.filter(|news| matches!(news.kind, NewsKind::BudgetMissing | NewsKind::BudgetFound))
            .map(|news| (news.kind, news.mail.is_some()))
            .collect()
    };
    assert_eq!(
        about(&mut world, "2026-11-16"),
        [(NewsKind::BudgetMissing, true)]
    );
    assert_eq!(about(&mut world, "2026-11-17"), []);
    // Where AWS could not be asked, nothing is known.
    world.no_budget = false;
    assert_eq!(about(&mut world, "2026-11-18"), []);
}

#[test]
fn a_guard_is_silent_after_two_days_and_only_where_there_is_a_budget() {
    let with = config("en", &[]);
    let without =
        Compiled::parse("timezone: Europe/Paris\nenvironments:\n  prod: { protected: true }\n")
            .unwrap();
    let mut ledger = Ledger::default();
    let now = at("2026-11-20T09:00:00Z");
    assert_eq!(
        ledger.silent_guard(&with, now),
        None,
        "nobody waits for it yet"
    );
    ledger.guard = Some(GuardBeat {
        at: at("2026-11-18T09:00:00Z"),
        looked: true,
        error: None,
    });
    assert_eq!(ledger.silent_guard(&with, now), None);
    let later = at("2026-11-20T09:00:01Z");
    assert!(ledger.silent_guard(&with, later).is_some());
    assert_eq!(ledger.silent_guard(&without, later), None);
}

fn letter(language: Language) -> Letter<'static> {
    Letter {
        at: at("2026-11-20T09:00:00Z"),
        zone: "Europe/Paris".parse().unwrap(),
        language,
        reference: "run-1",
    }
}

/// Every mail, with its name.
fn mails(language: Language) -> Vec<(&'static str, Mail)> {
    let letter = letter(language);
    let beat = |looked, error: Option<&str>| GuardBeat {
        at: at("2026-11-18T09:00:00Z"),
        looked,
        error: error.map(str::to_owned),
    };
    let refused = "the costs could not be read, so nothing was told: ce:GetCostAndUsage is not allowed. To mend it: allow ce:GetCostAndUsage to the function's role";
    let stop = Overdue {
        due: at("2026-11-16T18:00:00Z"),
        to: State::Stopped,
        ..due()
    };
    vec![
        ("guard", silent(Silent::Guard(&beat(true, None)), &letter)),
        (
            "guard-fails",
            silent(Silent::Guard(&beat(true, Some(refused))), &letter),
        ),
        (
            "guard-never",
            silent(Silent::Guard(&beat(false, Some(refused))), &letter),
        ),
        ("guard-back", heard(Heard::Guard, &letter)),
        ("scheduler-wake", silent(Silent::Scheduler(&due()), &letter)),
        ("scheduler-sleep", silent(Silent::Scheduler(&stop), &letter)),
        ("scheduler-back", heard(Heard::Scheduler, &letter)),
    ]
}

#[test]
fn golden_and_lawful_in_both_languages() {
    for (word, language, labels) in [
        (
            "en",
            Language::En,
            ["What:", "Since:", "Why:", "Effect:", "Next:"],
        ),
        (
            "fr",
            Language::Fr,
            ["Quoi:", "Depuis:", "Pourquoi:", "Effet:", "Ensuite:"],
        ),
    ] {
        for (name, Mail { subject, body }) in mails(language) {
            assert!(subject.is_ascii() && subject.len() <= 99, "{subject}");
            assert!(!subject.ends_with("..."), "{name}: {subject} was cut");
            assert!(
                body.lines().all(|line| line.chars().count() <= WIDTH),
                "{body}"
            );
            let top = body.split("\n\n").next().unwrap().lines();
            let top: Vec<&str> = top.filter(|line| !line.starts_with(' ')).collect();
            assert_eq!(top.len(), 5, "{body}");
            assert!(
                top.iter()
                    .zip(labels)
                    .all(|(line, label)| line.starts_with(label))
            );
            insta::assert_snapshot!(format!("{name}-{word}"), format!("{subject}\n\n{body}"));
        }
    }
}
