//! The reconciler over plain implementations in memory: what it does when part of the
//! world does not answer, refuses, or was quicker.

use crate::memory::{Databases, Obstinate, Orders, database, error, region};
use nightcap_domain::answer::Outcome;
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Kind, Member, Observed, Resource, Tags, Text, Tier};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{self, Decision, Leave, Wait};
use nightcap_reconcile::error::Cause;
use nightcap_reconcile::ledger::{LedgerStore, NoLedger};
use nightcap_reconcile::reach::Reach;
use nightcap_reconcile::run::{self, Report, TickError};
use nightcap_reconcile::tick::Tick;

/// Preprod sleeps at this instant, and should have for two minutes.
const EVENING: &str = "2026-11-20T18:02:00Z";

const CONFIG: &str = "
timezone: Europe/Paris
schedules:
  office-hours:
    windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }]
environments:
  preprod: { schedule: office-hours }
  prod: { protected: true }
";

async fn run(
    reach: &[Reach],
    ledger: &dyn LedgerStore,
    dry_run: bool,
) -> Result<Report, TickError> {
    let tick = Tick {
        now: EVENING.parse().unwrap(),
        dry_run,
        correlation_id: "test".to_owned(),
        restarted: None,
    };
    run::tick(&Compiled::parse(CONFIG).unwrap(), reach, ledger, &tick).await
}

async fn tick(reach: &[Reach]) -> Result<Report, TickError> {
    run(reach, &NoLedger, false).await
}

fn many(count: usize) -> Vec<Resource> {
    (0..count)
        .map(|number| database(&format!("db-{number:03}"), "eu-west-3"))
        .collect()
}

/// What became of each resource: `db-1: done`.
fn outcomes(report: &Report) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::None => "none",
        Outcome::Planned => "planned",
        Outcome::Done => "done",
        Outcome::Overtaken => "overtaken",
        Outcome::Postponed => "postponed",
        Outcome::Failed(_) => "failed",
    };
    let steps = report.plan.steps.iter().zip(&report.outcomes);
    steps
        .map(|(step, outcome)| format!("{}: {}", step.resource.name, word(outcome)))
        .collect()
}

fn problems(report: &Report) -> Vec<String> {
    let problems = report.problems.iter();
    problems
        .map(|problem| format!("{} {}", problem.fault.code(), problem.name))
        .collect()
}

#[tokio::test]
async fn an_unreadable_target_does_nothing_there_and_the_others_go_on() {
    let orders = Orders::default();
    let reach = [
        region(
            "eu-west-1",
            vec![Databases::unreadable(&orders, Cause::Denied)],
        ),
        region("eu-west-3", vec![Databases::new(&orders, many(2))]),
    ];
    let report = tick(&reach).await.unwrap();
    assert_eq!(outcomes(&report), ["db-000: done", "db-001: done"]);
    assert_eq!(problems(&report), ["failed eu-west-1"]);
    assert!(
        !report.saw_everything,
        "silence about its problems means nothing"
    );
}

/// Machines, as far as the order is concerned.
const MACHINES: Kind = Kind {
    name: "auto-scaling-group",
    tier: Tier::COMPUTE,
};

fn machines(orders: &Orders, found: Vec<Resource>) -> Databases {
    let found = found.into_iter().map(|resource| Resource {
        kind: MACHINES,
        ..resource
    });
    Databases {
        kind: MACHINES,
        ..Databases::new(orders, found.collect())
    }
}

#[tokio::test]
async fn databases_are_not_stopped_under_compute_that_cannot_be_read() {
    let orders = Orders::default();
    let both = vec![
        Databases::new(&orders, many(2)),
        Databases {
            kind: MACHINES,
            ..Databases::unreadable(&orders, Cause::Throttled)
        },
    ];
    let other = Databases::new(&orders, vec![database("elsewhere", "eu-west-1")]);
    let reach = [region("eu-west-3", both), region("eu-west-1", vec![other])];
    let report = tick(&reach).await.unwrap();
    assert_eq!(
        orders.given(),
        ["stop elsewhere"],
        "what is not seen may be in use"
    );
    assert_eq!(problems(&report), ["unread eu-west-3 auto-scaling-group"]);
    let waits = |step: &plan::Step| matches!(&step.decision, Decision::Wait(Wait::StillUsedBy(names)) if *names == ["auto-scaling-group"]);
    assert_eq!(
        report.plan.steps.iter().filter(|step| waits(step)).count(),
        2
    );
    assert!(!report.saw_everything);
}

#[tokio::test]
async fn a_kind_that_cannot_be_read_costs_itself_and_what_waits_for_it() {
    let orders = Orders::default();
    // Machines sleep before databases, so that these keep them from nothing in the evening.
    let both = vec![
        machines(&orders, vec![database("web", "eu-west-3")]),
        Databases::unreadable(&orders, Cause::Denied),
    ];
    let report = tick(&[region("eu-west-3", both)]).await.unwrap();
    assert_eq!(orders.given(), ["stop web"]);
    assert_eq!(problems(&report), ["unread eu-west-3 rds-instance"]);
    // In the morning they wait for databases of which nobody knows whether they are up.
    let orders = Orders::default();
    let asleep = Resource {
        observed: Observed::Stopped,
        ..database("web", "eu-west-3")
    };
    let both = vec![
        machines(&orders, vec![asleep]),
        Databases::unreadable(&orders, Cause::Denied),
    ];
    let morning = Tick {
        now: "2026-11-20T08:02:00Z".parse().unwrap(),
        dry_run: false,
        correlation_id: "test".to_owned(),
        restarted: None,
    };
    let config = Compiled::parse(CONFIG).unwrap();
    let reach = [region("eu-west-3", both)];
    let report = run::tick(&config, &reach, &NoLedger, &morning)
        .await
        .unwrap();
    assert!(orders.given().is_empty(), "{:?}", orders.given());
    assert!(matches!(
        report.plan.steps[0].decision,
        Decision::Wait(Wait::NeedsUp(_))
    ));
}

#[tokio::test]
async fn one_right_that_two_kinds_lack_is_one_problem() {
    let orders = Orders::default();
    let kinds = vec![
        machines(&orders, vec![database("web", "eu-west-3")]),
        Databases::unreadable(&orders, Cause::Denied),
        Databases {
            kind: Kind {
                name: "aurora-cluster",
                tier: Tier::DATABASE,
            },
            ..Databases::unreadable(&orders, Cause::Denied)
        },
    ];
    let report = tick(&[region("eu-west-3", kinds)]).await.unwrap();
    assert_eq!(
        problems(&report),
        ["unread eu-west-3 rds-instance, aurora-cluster"]
    );
}

#[tokio::test]
async fn what_stops_a_protected_member_is_not_stopped_and_the_rest_is() {
    for (key, value) in [
        ("Environment", "production"),
        ("nightcap:environment", "main"),
    ] {
        let orders = Orders::default();
        let member = Member {
            name: "db-000-writer".to_owned(),
            tags: Tags::from_iter([(key, value)]),
        };
        let databases = Databases {
            members: Ok(vec![(many(1)[0].arn.clone(), vec![member])]),
            ..Databases::new(&orders, many(2))
        };
        let config = CONFIG.replace("  prod:", "  main: { protected: true }\n  prod:");
        let tick = Tick {
            now: EVENING.parse().unwrap(),
            dry_run: false,
            correlation_id: "test".to_owned(),
            restarted: None,
        };
        let config = Compiled::parse(&config).unwrap();
        let reach = [region("eu-west-3", vec![databases])];
        let report = run::tick(&config, &reach, &NoLedger, &tick).await.unwrap();
        assert_eq!(orders.given(), ["stop db-001"], "{key}={value}");
        assert_eq!(
            problems(&report),
            ["protected-member db-000"],
            "{key}={value}"
        );
    }
}

#[tokio::test]
async fn members_whose_tags_cannot_be_read_keep_their_kind_up_with_one_problem() {
    let orders = Orders::default();
    let databases = Databases {
        members: Err(error("DescribeInstances", Cause::Denied)),
        ..Databases::new(&orders, many(3))
    };
    let report = tick(&[region("eu-west-3", vec![databases])]).await.unwrap();
    assert!(orders.given().is_empty());
    assert_eq!(problems(&report), ["members-unread db-000"]);
}

#[tokio::test]
async fn a_problem_of_what_was_not_read_is_not_over() {
    let orders = Orders::default();
    let both = vec![
        Databases::new(&orders, many(1)),
        Databases {
            kind: MACHINES,
            ..Databases::unreadable(&orders, Cause::Denied)
        },
    ];
    let report = tick(&[region("eu-west-3", both)]).await.unwrap();
    let seen = format!("failed {}", many(1)[0].arn);
    assert!(report.looked_for(&seen), "it was read");
    let unseen = "failed arn:aws:autoscaling:eu-west-3:123456789012:autoScalingGroup:x";
    assert!(!report.looked_for(unseen), "nobody looked");
    let elsewhere = "failed arn:aws:rds:eu-west-1:123456789012:db:x";
    assert!(report.looked_for(elsewhere));
}

#[tokio::test]
async fn nothing_readable_is_an_error_and_nothing_is_done() {
    let orders = Orders::default();
    let reach = ["eu-west-1", "eu-west-3"]
        .map(|name| region(name, vec![Databases::unreadable(&orders, Cause::Denied)]));
    let ledger = Obstinate::default();
    let error = run(&reach, &ledger, false).await.unwrap_err();
    assert_eq!(error.about(), "eu-west-1");
    let told = error.to_string();
    assert!(told.contains("so nothing was done"), "{told}");
    assert!(told.contains("allow rds:DescribeDBInstances"), "{told}");
    assert!(ledger.written.lock().unwrap().is_empty());
}

#[tokio::test]
async fn without_its_ledger_a_tick_does_nothing() {
    let unreadable = Obstinate {
        unreadable: true,
        ..Obstinate::default()
    };
    let unwritable = Obstinate {
        unwritable: true,
        ..Obstinate::default()
    };
    for ledger in [unreadable, unwritable] {
        let orders = Orders::default();
        let reach = [region("eu-west-3", vec![Databases::new(&orders, many(3))])];
        let error = run(&reach, &ledger, false).await.unwrap_err();
        assert_eq!(error.about(), "ledger");
        assert_eq!(orders.given(), [""; 0]);
    }
}

#[tokio::test]
async fn what_cannot_be_written_down_about_the_arrived_is_no_failure() {
    let orders = Orders::default();
    let mut asleep = database("db", "eu-west-3");
    asleep.observed = Observed::Stopped;
    let reach = [region(
        "eu-west-3",
        vec![Databases::new(&orders, vec![asleep])],
    )];
    let ledger = Obstinate {
        unwritable: true,
        ..Obstinate::default()
    };
    let report = run(&reach, &ledger, false).await.unwrap();
    assert_eq!(outcomes(&report), ["db: none"]);
    assert_eq!(problems(&report), [""; 0]);
}

#[tokio::test]
async fn one_failure_among_a_hundred_costs_one_problem() {
    let orders = Orders::default();
    let databases = Databases::new(&orders, many(100)).refusing("db-042", Cause::Other);
    let report = tick(&[region("eu-west-3", vec![databases])]).await.unwrap();
    assert_eq!(orders.given().len(), 99);
    assert_eq!(problems(&report), ["failed db-042"]);
    let failed: Vec<String> = outcomes(&report)
        .into_iter()
        .filter(|outcome| !outcome.ends_with(": done"))
        .collect();
    assert_eq!(failed, ["db-042: failed"]);
    assert!(report.is_eventful());
}

#[tokio::test]
async fn orders_are_given_side_by_side_but_not_all_at_once() {
    let orders = Orders::default();
    let reach = [region(
        "eu-west-3",
        vec![Databases::new(&orders, many(100))],
    )];
    tick(&reach).await.unwrap();
    assert_eq!(orders.given().len(), 100);
    let most = orders.most_at_once();
    assert!((2..=16).contains(&most), "{most} at once");
}

#[tokio::test]
async fn a_resource_that_changed_meanwhile_is_overtaken_and_no_problem() {
    let orders = Orders::default();
    let databases = Databases::new(&orders, many(3))
        .refusing("db-000", Cause::State)
        .refusing("db-001", Cause::Gone);
    let report = tick(&[region("eu-west-3", vec![databases])]).await.unwrap();
    assert_eq!(
        outcomes(&report),
        ["db-000: overtaken", "db-001: overtaken", "db-002: done"]
    );
    assert_eq!(problems(&report), [""; 0]);
}

#[tokio::test]
async fn a_member_of_a_blue_green_deployment_is_left_with_the_reason() {
    let orders = Orders::default();
    let why = Text::fixed("it belongs to a deployment", "un déploiement");
    let mut databases = Databases::new(&orders, many(2)).refusing("db-000", Cause::State);
    databases.reasons = vec![("db-000".to_owned(), why.clone())];
    let report = tick(&[region("eu-west-3", vec![databases])]).await.unwrap();
    assert_eq!(outcomes(&report), ["db-000: none", "db-001: done"]);
    let left = &report.plan.steps[0];
    assert_eq!(left.decision, Decision::Leave(Leave::Fixed(why.clone())));
    assert_eq!(left.resource.observed, Observed::Fixed(why));
    assert_eq!(problems(&report), [""; 0]);
}

#[tokio::test]
async fn what_another_tick_has_claimed_is_left_to_it() {
    let orders = Orders::default();
    let reach = [region("eu-west-3", vec![Databases::new(&orders, many(3))])];
    let ledger = Obstinate {
        lost: vec![ResourceArn::new(
            "arn:aws:rds:eu-west-3:123456789012:db:db-001",
        )],
        ..Obstinate::default()
    };
    let report = run(&reach, &ledger, false).await.unwrap();
    assert_eq!(
        outcomes(&report),
        ["db-000: done", "db-001: overtaken", "db-002: done"]
    );
    assert_eq!(orders.given().len(), 2);
    assert_eq!(problems(&report), [""; 0]);

    let everything = Obstinate {
        lost: many(3).into_iter().map(|resource| resource.arn).collect(),
        ..Obstinate::default()
    };
    let orders_before = orders.given();
    let report = run(&reach, &everything, false).await.unwrap();
    assert_eq!(orders.given(), orders_before);
    assert!(!report.is_eventful(), "there is nothing to tell");
}

#[tokio::test]
async fn a_dry_run_orders_nothing_and_writes_nothing() {
    let orders = Orders::default();
    let reach = [region("eu-west-3", vec![Databases::new(&orders, many(2))])];
    let ledger = Obstinate::default();
    let report = run(&reach, &ledger, true).await.unwrap();
    assert_eq!(outcomes(&report), ["db-000: planned", "db-001: planned"]);
    assert_eq!(orders.given(), [""; 0]);
    assert!(ledger.written.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_conflict_is_a_problem_and_so_is_not_being_able_to_look_and_neither_fails_the_tick() {
    let orders = Orders::default();
    let mut conflicting = Databases::new(&orders, many(2));
    let what = Text::fixed(
        "a scheduled action at 0 6 * * *",
        "a scheduled action at 0 6 * * *",
    );
    conflicting.conflicts = Ok(vec![("db-001".to_owned(), what)]);
    let report = tick(&[region("eu-west-3", vec![conflicting])])
        .await
        .unwrap();
    assert_eq!(problems(&report), ["conflict db-001"]);

    let mut blind = Databases::new(&orders, many(2));
    blind.conflicts = Err(error("DescribeScheduledActions", Cause::Denied));
    let report = tick(&[region("eu-west-3", vec![blind])]).await.unwrap();
    assert_eq!(problems(&report), ["conflicts-unread db-000"]);
    assert!(
        !report.problems[0].lasts(),
        "it is looked for only where something is done"
    );
    assert_eq!(outcomes(&report), ["db-000: done", "db-001: done"]);
}

#[tokio::test]
async fn an_environment_is_managed_only_where_it_is_configured() {
    let orders = Orders::default();
    let mut foreign = region(
        "us-east-1",
        vec![Databases::new(&orders, vec![database("db", "us-east-1")])],
    );
    foreign.target.environments = vec!["dev".into()];
    let report = tick(&[foreign]).await.unwrap();
    assert_eq!(outcomes(&report), [""; 0]);
    assert_eq!(orders.given(), [""; 0]);
}
