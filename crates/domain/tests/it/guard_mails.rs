//! The mails about money: golden, in both languages, and lawful.

use crate::guard_world::{World, bill, config, greenleaf};
use nightcap_domain::guard::{Decision, NewsKind, Spent};
use nightcap_domain::message::{Mail, WIDTH};
use nightcap_domain::money::Usd;
use proptest::prelude::*;
use rust_decimal::Decimal;

const LADDER: &[&str] = &["forecast > 110% for 2 days: sleep preprod until month end"];

/// The story that leads to each mail.
#[allow(clippy::too_many_lines, reason = "one kind of mail after the other")]
fn mail(kind: NewsKind, language: &str) -> Mail {
    let pick = |decision: &Decision| {
        let news = decision
            .news
            .iter()
            .find(|news| news.kind == kind && news.mail.is_some());
        let known: Vec<_> = decision.news.iter().map(|news| news.kind).collect();
        news.unwrap_or_else(|| panic!("{kind:?} is not among {known:?}"))
            .mail
            .clone()
            .unwrap()
    };
    let costly = [60, 900, 1500];
    match kind {
        NewsKind::Spent => {
            let spent = bill([40, 560, 1300], "2026-11-23");
            pick(&World::new(config(language, &[]), spent).look("2026-11-23"))
        }
        NewsKind::Forecast => {
            let mut world = World::new(config(language, &[]), bill(costly, "2026-11-14"));
            world.inventoried = Some(greenleaf());
            pick(&world.look("2026-11-14"))
        }
        NewsKind::Recovered => {
            let mut world = World::new(config(language, &[]), bill(costly, "2026-11-10"));
            world.run("2026-11-10");
            crate::guard_world::add_days(
                &mut world.spent,
                "2026-11-10",
                "2026-11-20",
                [20, 100, 500],
            );
            pick(&world.look("2026-11-20"))
        }
        NewsKind::DataDoubtful => {
            let mut spent = bill([40, 380, 800], "2026-11-14");
            spent.add(
                crate::guard_world::day("2026-11-13"),
                "prod".into(),
                Usd::from_cents(700_000_000),
            );
            pick(&World::new(config(language, &[]), spent).look("2026-11-14"))
        }
        NewsKind::DataStale => {
            let spent = bill([40, 380, 800], "2026-11-10");
            pick(&World::new(config(language, &[]), spent).look("2026-11-16"))
        }
        NewsKind::NotCalibrated => {
            let mut world = World::new(config(language, &[]), Spent::default());
            world.inventoried = Some(greenleaf());
            pick(&world.look("2026-11-01"))
        }
        NewsKind::ActionTaken => {
            let mut world = World::new(config(language, LADDER), bill(costly, "2026-11-13"));
            world.inventoried = Some(greenleaf());
            world.run("2026-11-13");
            crate::guard_world::add_days(&mut world.spent, "2026-11-13", "2026-11-14", costly);
            pick(&world.run("2026-11-14"))
        }
        NewsKind::ActionReverted => {
            let mut world = World::new(config(language, LADDER), bill(costly, "2026-11-10"));
            world.inventoried = Some(greenleaf());
            world.run("2026-11-10");
            crate::guard_world::add_days(&mut world.spent, "2026-11-10", "2026-11-11", costly);
            world.run("2026-11-11");
            assert!(!world.holds.is_empty());
            crate::guard_world::add_days(
                &mut world.spent,
                "2026-11-11",
                "2026-11-21",
                [20, 60, 300],
            );
            pick(&world.run("2026-11-21"))
        }
        NewsKind::ActionRefused => {
            let mut world = World::new(config(language, LADDER), bill(costly, "2026-11-13"));
            world.holds.push(nightcap_domain::hold::Hold {
                id: "h1".into(),
                scope: nightcap_domain::hold::Scope::Environment("preprod".into()),
                state: nightcap_domain::time::State::Running,
                from: crate::guard_world::noon("2026-11-12"),
                until: crate::guard_world::noon("2026-11-18"),
                author: nightcap_domain::hold::Author::Person,
                by: "the release manager".into(),
                reason: "release 4.2".into(),
                made_at: crate::guard_world::noon("2026-11-12"),
            });
            world.run("2026-11-13");
            crate::guard_world::add_days(&mut world.spent, "2026-11-13", "2026-11-14", costly);
            pick(&world.run("2026-11-14"))
        }
        NewsKind::MonthClose => {
            let mut world = World::new(config(language, &[]), bill([40, 380, 800], "2026-11-10"));
            let mut on = "2026-11-10".to_owned();
            while on.as_str() < "2026-12-02" {
                world.run(&on);
                let next = crate::guard_world::next(&on);
                crate::guard_world::add_days(&mut world.spent, &on, &next, [40, 380, 800]);
                on = next;
            }
            pick(&world.run("2026-12-02"))
        }
        NewsKind::BudgetMissing => {
            let mut world = World::new(config(language, &[]), bill([40, 380, 800], "2026-11-14"));
            world.no_budget = true;
            pick(&world.look("2026-11-14"))
        }
        NewsKind::BudgetFound | NewsKind::SchedulerSilent | NewsKind::SchedulerHeard => {
            panic!("{kind:?} has no mail about money")
        }
    }
}

const KINDS: [(NewsKind, &str); 11] = [
    (NewsKind::Spent, "spent"),
    (NewsKind::Forecast, "forecast"),
    (NewsKind::Recovered, "recovered"),
    (NewsKind::DataDoubtful, "data-doubtful"),
    (NewsKind::DataStale, "data-stale"),
    (NewsKind::NotCalibrated, "not-calibrated"),
    (NewsKind::ActionTaken, "action-taken"),
    (NewsKind::ActionReverted, "action-reverted"),
    (NewsKind::ActionRefused, "action-refused"),
    (NewsKind::MonthClose, "month-close"),
    (NewsKind::BudgetMissing, "budget-missing"),
];

#[test]
fn golden_in_both_languages() {
    for (kind, name) in KINDS {
        for language in ["en", "fr"] {
            let Mail { subject, body } = mail(kind, language);
            insta::assert_snapshot!(format!("{name}-{language}"), format!("{subject}\n\n{body}"));
        }
    }
}

#[test]
fn every_mail_has_the_form() {
    for (kind, name) in KINDS {
        for (language, labels) in [
            (
                "en",
                ["How much:", "Against:", "By when:", "How sure:", "Next:"],
            ),
            (
                "fr",
                ["Combien:", "Sur:", "Quand:", "Certitude:", "Ensuite:"],
            ),
        ] {
            let Mail { subject, body } = mail(kind, language);
            assert!(
                subject.is_ascii() && subject.len() <= 99,
                "{name} {subject}"
            );
            assert!(!subject.ends_with("..."), "{name}: {subject} was cut");
            for line in body.lines() {
                assert!(line.chars().count() <= WIDTH, "{name} {language}: {line}");
            }
            let top: Vec<&str> = body
                .split("\n\n")
                .next()
                .unwrap()
                .lines()
                .filter(|line| !line.starts_with(' '))
                .collect();
            assert_eq!(top.len(), 5, "{name} {language}: {top:?}");
            for (line, label) in top.iter().zip(labels) {
                assert!(line.starts_with(label), "{name} {language}: {line}");
            }
        }
    }
}

/// The amounts of a section's rows, in cents.
fn amounts(body: &str, heading: &str) -> Vec<Decimal> {
    let section = body
        .split("\n\n")
        .find(|section| section.starts_with(heading))
        .unwrap_or_else(|| panic!("no {heading} in\n{body}"));
    section
        .lines()
        .skip(1)
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words[words.len() - 2].parse().unwrap()
        })
        .collect()
}

/// What is wrong with the sums of a mail, if anything.
fn unequal(body: &str) -> Option<String> {
    let why = amounts(body, "Why, in money");
    let (parts, total) = (&why[..why.len() - 2], why[why.len() - 2]);
    if parts.iter().sum::<Decimal>() != total {
        return Some(format!("the parts are not the whole:\n{body}"));
    }
    if (total - Decimal::from(500)).abs() != why[why.len() - 1] {
        return Some(format!("the distance to the budget:\n{body}"));
    }
    if body.contains("By environment") {
        let all = amounts(body, "By environment");
        let (parts, total) = (&all[..all.len() - 1], all[all.len() - 1]);
        if parts.iter().sum::<Decimal>() != total {
            return Some(format!("the environments are not the whole:\n{body}"));
        }
    }
    None
}

#[test]
fn sums_add_up() {
    for (kind, name) in KINDS {
        assert_eq!(unequal(&mail(kind, "en").body), None, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Bills of AWS have many digits, and every rounding must end somewhere.
    #[test]
    fn sums_add_up_whatever_the_bill(
        days in prop::collection::vec([0_u64..9_000_000_000, 0..9_000_000_000, 0..30_000_000_000], 12..26),
        planned in any::<bool>(),
    ) {
        let mut spent = bill([0, 0, 0], "2026-11-01");
        let first = crate::guard_world::day("2026-11-01");
        for (on, amounts) in first.iter_days().zip(&days) {
            for (name, nanos) in ["dev", "preprod", "prod"].into_iter().zip(amounts) {
                let usd = Usd::new(Decimal::new(i64::try_from(*nanos).unwrap(), 9));
                spent.add(on, name.into(), usd);
            }
        }
        let on = first + chrono::Days::new(u64::try_from(days.len()).unwrap());
        let mut world = World::new(config("en", &[]), spent);
        world.inventoried = planned.then(greenleaf);
        // This one comes whatever is spent.
        world.no_budget = true;
        let decision = world.look(&on.to_string());
        let mails: Vec<&Mail> = decision.news.iter().filter_map(|news| news.mail.as_ref()).collect();
        prop_assert!(!mails.is_empty());
        for mail in mails {
            let wrong = unequal(&mail.body);
            prop_assert!(wrong.is_none(), "{}", wrong.unwrap());
        }
    }
}
