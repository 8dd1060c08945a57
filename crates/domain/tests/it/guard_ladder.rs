//! The ladder: authorised or not, told once, and never a protected environment.

use crate::guard_world::{World, add_days, bill, config, greenleaf, next, noon};
use chrono::{DateTime, Utc};
use nightcap_domain::guard::{NewsKind, StepState};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::money::Usd;
use nightcap_domain::time::State;
use proptest::prelude::*;

const COSTLY: [i64; 3] = [60, 900, 1500];
const SLEEP: &str = "forecast > 110% for 2 days: sleep non-production until month end";

fn world(ladder: &[&str], as_of: &str) -> World {
    let mut world = World::new(config("en", ladder), bill(COSTLY, as_of));
    world.inventoried = Some(greenleaf());
    world
}

fn kinds(decision: &nightcap_domain::guard::Decision) -> Vec<NewsKind> {
    decision.news.iter().map(|news| news.kind).collect()
}

fn month_end() -> DateTime<Utc> {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

#[test]
fn two_data_dates_must_agree_and_one_date_looked_at_twice_is_one() {
    let mut world = world(&[SLEEP], "2026-11-13");
    for _ in 0..3 {
        let decision = world.run("2026-11-13");
        assert_eq!(
            decision.ladder[0].state,
            StepState::Patient {
                dates: 1,
                needed: 2
            }
        );
    }
    add_days(&mut world.spent, "2026-11-13", "2026-11-14", COSTLY);
    let decision = world.run("2026-11-14");
    assert!(kinds(&decision).contains(&NewsKind::ActionTaken));
    assert_eq!(world.holds.len(), 2, "dev and preprod");
    for hold in &world.holds {
        assert_eq!((hold.state, hold.author), (State::Stopped, Author::Guard));
        assert_eq!((hold.from, hold.until), (noon("2026-11-14"), month_end()));
    }
    // The next day it stands, and says nothing.
    add_days(&mut world.spent, "2026-11-14", "2026-11-15", COSTLY);
    let decision = world.run("2026-11-15");
    assert_eq!(decision.ladder[0].state, StepState::Standing);
    assert!(!kinds(&decision).contains(&NewsKind::ActionTaken));
}

#[test]
fn doubtful_data_authorises_nothing() {
    let mut world = world(&[SLEEP], "2026-11-13");
    world.run("2026-11-13");
    add_days(&mut world.spent, "2026-11-13", "2026-11-14", COSTLY);
    world.spent.add(
        crate::guard_world::day("2026-11-13"),
        "prod".into(),
        Usd::from_cents(1_000_000_000_000),
    );
    let decision = world.run("2026-11-14");
    assert_eq!(decision.ladder[0].state, StepState::Idle);
    let mails: Vec<NewsKind> = decision
        .news
        .iter()
        .filter(|news| news.mail.is_some())
        .map(|news| news.kind)
        .collect();
    assert_eq!(mails, [NewsKind::DataDoubtful]);
    assert!(world.holds.is_empty());
    assert!(world.run("2026-11-14").news.is_empty(), "told once");
}

#[test]
fn money_that_is_spent_needs_no_second_date() {
    let rule = "actual > 100%: sleep preprod until month end";
    let mut world = world(&[rule], "2026-11-24");
    let decision = world.run("2026-11-24");
    assert!(kinds(&decision).contains(&NewsKind::ActionTaken));
    // Below the limit the same rule does nothing.
    let mut early = self::world(&[rule], "2026-11-20");
    assert_eq!(early.run("2026-11-20").ladder[0].state, StepState::Idle);
}

#[test]
fn a_persons_hold_outranks_and_the_rest_is_done() {
    let mut world = world(&[SLEEP], "2026-11-13");
    world.holds.push(Hold {
        id: "h1".into(),
        scope: Scope::Environment("preprod".into()),
        state: State::Running,
        from: noon("2026-11-12"),
        until: noon("2026-11-20"),
        author: Author::Person,
        by: "the release manager".into(),
        reason: "release".into(),
        made_at: noon("2026-11-12"),
    });
    world.run("2026-11-13");
    add_days(&mut world.spent, "2026-11-13", "2026-11-14", COSTLY);
    world.run("2026-11-14");
    let mine: Vec<&Scope> = world
        .holds
        .iter()
        .filter(|hold| hold.author == Author::Guard)
        .map(|hold| &hold.scope)
        .collect();
    assert_eq!(mine, [&Scope::Environment("dev".into())]);
}

#[test]
fn weekends_off_are_weekends_of_this_month_on_the_clocks_of_the_zone() {
    let mut world = world(&["forecast > 110%: weekends off preprod"], "2026-11-13");
    world.run("2026-11-13");
    add_days(&mut world.spent, "2026-11-13", "2026-11-14", COSTLY);
    world.run("2026-11-14");
    let stretches: Vec<(String, String)> = world
        .holds
        .iter()
        .map(|hold| (hold.from.to_rfc3339(), hold.until.to_rfc3339()))
        .collect();
    let expected = [
        ("2026-11-14T12:00:00+00:00", "2026-11-15T23:00:00+00:00"),
        ("2026-11-20T23:00:00+00:00", "2026-11-22T23:00:00+00:00"),
        ("2026-11-27T23:00:00+00:00", "2026-11-29T23:00:00+00:00"),
    ];
    let expected = expected.map(|(from, until)| (from.to_owned(), until.to_owned()));
    assert_eq!(stretches, expected);
}

#[test]
fn a_month_later_nothing_is_left_of_it() {
    let mut world = world(&[SLEEP], "2026-11-13");
    world.run("2026-11-13");
    add_days(&mut world.spent, "2026-11-13", "2026-11-14", COSTLY);
    world.run("2026-11-14");
    let mut on = "2026-11-14".to_owned();
    while on.as_str() < "2026-12-03" {
        let after = next(&on);
        add_days(&mut world.spent, &on, &after, [20, 200, 600]);
        on = after;
        world.run(&on);
    }
    assert!(world.holds.iter().all(|hold| hold.until <= month_end()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever costs, rules and days: no hold on a protected environment, none beyond its
    /// month, none that starts anything, and no key twice.
    #[test]
    fn never_a_protected_environment(
        daily in prop::collection::vec(0_i64..400_000, 6),
        named in prop::sample::select(vec!["prod", "preprod, prod", "non-production", "dev"]),
        measure in prop::sample::select(vec!["forecast", "actual"]),
        level in 1_u32..200,
        effect in prop::sample::select(vec!["sleep", "weekends off"]),
    ) {
        let rule = format!("{measure} > {level}%: {effect} {named}");
        let text = format!(
            "timezone: Europe/Paris\nschedules:\n  office:\n    windows:\n      - {{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }}\nenvironments:\n  dev: {{ schedule: office }}\n  preprod: {{ schedule: office }}\n  prod: {{ protected: true }}\nbudget: {{ name: b, limit: 500, ladder: ['{rule}'] }}\n"
        );
        // The configuration refuses a rule that names prod: then there is nothing to run.
        let Ok(config) = nightcap_domain::config::Compiled::parse(&text) else {
            prop_assert!(named.contains("prod"));
            return Ok(());
        };
        let mut world = World::new(config, bill([40, 380, 800], "2026-11-20"));
        let mut on = "2026-11-20".to_owned();
        let mut seen = std::collections::BTreeSet::new();
        for cents in daily {
            let after = next(&on);
            add_days(&mut world.spent, &on, &after, [40, cents + 3, 800]);
            on = after;
            for news in &world.run(&on).news {
                prop_assert!(seen.insert(news.key.clone()), "{} twice", news.key);
            }
        }
        for hold in &world.holds {
            prop_assert_ne!(&hold.scope, &Scope::Environment("prod".into()));
            prop_assert_eq!(hold.state, State::Stopped);
            prop_assert!(hold.until <= month_end());
            prop_assert!(hold.author == Author::Guard);
        }
    }
}
