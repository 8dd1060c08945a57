//! What looks like production is left alone, unless it is released by name.

use crate::world::{CONFIG, World, capacity, database, group, utc};
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Memory, Observed, Resource, Tags};
use nightcap_domain::ledger::{Carried, Mark, Order, Phase};
use nightcap_domain::plan::{Action, Decision, Fault, Leave, Plan};
use nightcap_domain::time::State;

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const NIGHT: &str = "2026-11-20T21:00:00Z";

fn config(name: &str, release: &str) -> String {
    CONFIG.replace(
        "preprod: {",
        &format!("preprod: {{ schedule: office-hours }}\n  {name}: {{"),
    ) + release
}

fn tagged(mut resource: Resource, tags: &[(&str, &str)]) -> Resource {
    resource.tags = tags.iter().copied().collect::<Tags>();
    resource
}

fn fault(plan: &Plan) -> Option<Fault> {
    plan.problems().next().map(|problem| problem.fault)
}

#[test]
fn an_environment_that_looks_like_production_is_read_and_not_scheduled() {
    for name in [
        "prd",
        "prod-eu",
        "eu-prod",
        "production_2",
        "prod1",
        "live-shop",
        "eu1Prod",
    ] {
        let text = config(name, "");
        let world = World::new(
            &text,
            vec![database("db", name), database("other", "preprod")],
        );
        assert!(
            world.config.environment(name).unwrap().1.protected,
            "{name}"
        );
        let plan = world.plan(utc(FRIDAY));
        let stopped: Vec<&str> = plan
            .actions()
            .map(|(s, _)| s.resource.name.as_str())
            .collect();
        assert_eq!(stopped, ["other"], "{name}");
        let told = Fault::LooksLikeProduction {
            name: name.to_owned(),
        };
        assert_eq!(fault(&plan), Some(told));
        let warnings = world.config.config().warnings(utc(FRIDAY));
        let warned = warnings
            .iter()
            .find(|w| w.path == format!("environments.{name}"));
        assert!(
            warned.unwrap().message.contains("NOT carried out"),
            "{warnings:?}"
        );
    }
}

#[test]
fn an_environment_that_does_not_look_like_it_is_scheduled() {
    for name in [
        "pre-prod", "pre_prod", "nonprod", "non-prod", "nprod", "delivery", "product",
    ] {
        let text = config(name, "");
        let plan = World::new(&text, vec![database("db", name)]).plan(utc(FRIDAY));
        assert_eq!(plan.actions().count(), 1, "{name}");
        assert_eq!(fault(&plan), None, "{name}");
    }
}

#[test]
fn a_name_is_released_by_name_and_with_a_reason() {
    let release = "not_production: [{ name: LIVE-shop, reason: a demonstration for fairs }]\n";
    let text = config("live-shop", release);
    let world = World::new(
        &text,
        vec![
            database("db", "live-shop"),
            tagged(
                database("tagged", ""),
                &[("nightcap:environment", "preprod"), ("Env", "live-shop")],
            ),
            tagged(
                database("other", ""),
                &[("nightcap:environment", "preprod"), ("Env", "live-shop2")],
            ),
        ],
    );
    let plan = world.plan(utc(FRIDAY));
    let stopped: Vec<&str> = plan
        .actions()
        .map(|(s, _)| s.resource.name.as_str())
        .collect();
    assert_eq!(stopped, ["db", "tagged"]);
    assert!(matches!(
        fault(&plan),
        Some(Fault::ProductionInDisguise { .. })
    ));
    assert_eq!(world.config.config().warnings(utc(FRIDAY)).len(), 0);
}

#[test]
fn what_is_production_for_iam_cannot_be_released_and_a_reason_is_asked_for() {
    for (release, says) in [
        (
            "{ name: prod, reason: x }",
            "production whatever this file says",
        ),
        (
            "{ name: LIVE, reason: x }",
            "production whatever this file says",
        ),
        ("{ name: prd }", "reason"),
        ("{ name: prd, reason: '' }", "reason"),
        ("{ name: '', reason: x }", "name"),
    ] {
        let text = format!("{CONFIG}not_production: [{release}]\n");
        let errors = Compiled::parse(&text).unwrap_err().to_string();
        assert!(errors.contains(says), "{release}: {errors}");
    }
    let idle = format!("{CONFIG}not_production: [{{ name: staging, reason: x }}]\n");
    let warnings = Compiled::parse(&idle)
        .unwrap()
        .config()
        .warnings(utc(FRIDAY));
    assert!(warnings[0].message.starts_with("without effect"));
}

#[test]
fn tags_that_look_like_production_protect_under_every_key() {
    for (key, value) in [
        ("Environment", "Prod-EU"),
        ("Env", "prd"),
        ("ENV", "production-eu"),
        ("stage", "live-demo"),
        ("Stage", "prod,preprod"),
        ("Environment", "'prod'"),
        ("Environment", "prod\u{200b}"),
        ("Environment", "рrоd"),
        ("Environment", "ｐｒｏｄ"),
    ] {
        let db = tagged(
            database("db", ""),
            &[("nightcap:environment", "preprod"), (key, value)],
        );
        let plan = World::new(CONFIG, vec![db]).plan(utc(FRIDAY));
        assert_eq!(plan.actions().count(), 0, "{key}={value}");
        let told = fault(&plan).unwrap();
        assert!(
            matches!(told, Fault::ProductionInDisguise { .. }),
            "{told:?}"
        );
        let remedy = told.remedy(nightcap_domain::config::Language::En);
        assert!(remedy.contains("not_production"), "{remedy}");
    }
    for (key, value) in [
        ("Env", "preprod"),
        ("Stage", "non-prod"),
        ("Name", "prod-db"),
    ] {
        let db = tagged(
            database("db", ""),
            &[("nightcap:environment", "preprod"), (key, value)],
        );
        let plan = World::new(CONFIG, vec![db]).plan(utc(FRIDAY));
        assert_eq!(plan.actions().count(), 1, "{key}={value}");
    }
}

/// A ledger entry as Nightcap leaves it when it has put something to sleep.
fn asleep(world: &mut World, name: &str, phase: Phase, action: &str) {
    let arn = world.get(name).arn.clone();
    let carried = Carried {
        transition: utc(FRIDAY),
        to: State::Stopped,
        phase,
    };
    world.ledger.carried.insert(arn.clone(), carried);
    let order = Order {
        at: utc(FRIDAY),
        first: None,
        tick: "tick".to_owned(),
        action: action.to_owned(),
        by: "schedule office-hours".to_owned(),
        why: String::new(),
        hold: None,
        ran_on: vec![],
        remembered: None,
        counted: false,
    };
    let order = Some(order).filter(|_| !action.is_empty());
    let mark = Mark {
        version: 1,
        odd_version: None,
        at: utc(FRIDAY),
        lease: None,
        order,
    };
    world.ledger.marks.insert(arn, mark);
}

#[test]
fn what_nightcap_stopped_before_is_woken_once_and_left_alone() {
    let mut db = database("db", "prd");
    db.observed = Observed::Stopped;
    let mut app = group("app", "prd", "0/0/0");
    app.size.as_mut().unwrap().memory = Memory::Of(capacity("2/2/4"));
    let mut disguised = tagged(
        database("disguised", ""),
        &[("nightcap:environment", "preprod"), ("Env", "prd")],
    );
    disguised.observed = Observed::Stopped;
    let mut world = World::new(&config("prd", ""), vec![app, db, disguised]);
    world.orders = true;
    for name in ["app", "db", "disguised"] {
        asleep(&mut world, name, Phase::Reached, "stop");
    }
    let plan = world.tick(NIGHT);
    let started: Vec<&str> = plan
        .actions()
        .map(|(step, action)| {
            assert!(matches!(action, Action::Start { .. }));
            step.resource.name.as_str()
        })
        .collect();
    // Databases first, as ever; and what is wrong is told all the same.
    assert_eq!(started, ["db", "disguised"]);
    let faults: Vec<&str> = plan
        .problems()
        .map(|problem| problem.fault.code())
        .collect();
    assert_eq!(faults, ["looks-like-production", "production-in-disguise"]);
    world.pass();
    world.settle("2026-11-20T21:05:00Z");
    assert_eq!(world.size("app"), "2/2/4");
    assert_eq!(world.get("db").observed, Observed::Running);
    // From now on it is nobody's business here, whoever stops it.
    world.get("db").observed = Observed::Stopped;
    world.get("app").size.as_mut().unwrap().now = capacity("0/0/0");
    world.pass();
    for later in [
        "2026-11-20T22:00:00Z",
        "2026-11-23T08:00:00Z",
        "2026-11-23T18:00:00Z",
    ] {
        assert_eq!(world.tick(later).actions().count(), 0, "{later}");
    }
}

#[test]
fn what_somebody_else_stopped_is_not_woken() {
    for (phase, action) in [
        (Phase::Changed, "stop"),
        (Phase::Reached, ""),
        (Phase::Reached, "start"),
    ] {
        let mut db = database("db", "prod");
        db.observed = Observed::Stopped;
        let mut world = World::new(CONFIG, vec![db]);
        asleep(&mut world, "db", phase, action);
        let plan = world.plan(utc(NIGHT));
        assert!(matches!(
            plan.steps[0].decision,
            Decision::Leave(Leave::ProtectedTag(_))
        ));
    }
    let mut db = database("db", "prod");
    db.observed = Observed::Stopped;
    let plan = World::new(CONFIG, vec![db, group("app", "prod", "0/0/0")]).plan(utc(NIGHT));
    assert_eq!(plan.actions().count(), 0);
}
