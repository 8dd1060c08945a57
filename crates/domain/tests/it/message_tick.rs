//! Golden mails: what a person reads after a tick, in both languages.

use crate::world::{CONFIG, World, capacity, database, fixed, group, utc};
use chrono::TimeDelta;
use nightcap_domain::answer::Outcome;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::config::Language;
use nightcap_domain::fleet::{Memory, Observed, Resource, Tags, Text};
use nightcap_domain::message::{Mail, NothingRead, TickNews, WIDTH, nothing_done, tick};
use nightcap_domain::plan::{Arrived, Decision, Fault, Gate, Late, Plan, Problem, Stage};

const FRIDAY: &str = "2026-11-20T18:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";
const REFERENCE: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const PARIS: chrono_tz::Tz = chrono_tz::Europe::Paris;

/// Both languages in one golden file, checked to be what SNS and a mail program take.
fn both(write: impl Fn(Language) -> Mail) -> String {
    let mails = [Language::En, Language::Fr].map(|language| {
        let mail = write(language);
        checked(&mail);
        format!("Subject: {}\n\n{}", mail.subject, mail.body)
    });
    mails.join("\n=======================================================\n\n")
}

fn checked(mail: &Mail) {
    assert!(mail.subject.len() <= 99, "{}", mail.subject);
    assert!(
        mail.subject.bytes().all(|b| (b' '..=b'~').contains(&b)),
        "{}",
        mail.subject
    );
    for line in mail.body.lines() {
        // Only a word that is wider itself, such as an ARN to be copied, may stand out.
        let alone = line.split_whitespace().count() <= 1;
        assert!(line.chars().count() <= WIDTH || alone, "{line}");
        assert_eq!(line, line.trim_end());
    }
    assert!(mail.body.ends_with('\n'));
}

fn done(plan: &Plan) -> Vec<Outcome> {
    let outcomes = plan.steps.iter().map(|step| match step.decision {
        Decision::Act(_) => Outcome::Done,
        _ => Outcome::None,
    });
    outcomes.collect()
}

fn about(plan: &Plan, outcomes: &[Outcome], problems: &[Problem], over: &[String]) -> String {
    both(|language| {
        tick(&TickNews {
            plan,
            outcomes,
            problems,
            standing: 0,
            over,
            awake: &[],
            zone: PARIS,
            language,
            reference: REFERENCE,
        })
    })
}

fn greenleaf() -> Vec<Resource> {
    let mut prod = database("greenleaf-prod-db", "prod");
    prod.tags = Tags::from_iter([("nightcap:environment", "prod"), ("Environment", "prod")]);
    let mut replica = fixed(database("greenleaf-preprod-replica", "preprod"), "");
    replica.observed = Observed::Fixed(Text::fixed(
        "a read replica of greenleaf-preprod-reports: AWS cannot stop replicas",
        "réplica en lecture de greenleaf-preprod-reports : AWS ne sait pas arrêter un réplica",
    ));
    vec![
        group("greenleaf-preprod-app", "preprod", "2/2/4"),
        database("greenleaf-preprod-db", "preprod"),
        replica,
        prod,
    ]
}

#[test]
fn an_environment_goes_to_sleep() {
    let mut world = World::new(CONFIG, greenleaf());
    let first = world.tick(FRIDAY);
    insta::assert_snapshot!("sleep_compute", about(&first, &done(&first), &[], &[]));
    world.pass();
    let second = world.tick("2026-11-20T18:05:00Z");
    insta::assert_snapshot!("sleep_databases", about(&second, &done(&second), &[], &[]));
}

#[test]
fn a_stop_with_a_snapshot_says_so() {
    let config = CONFIG.replace(
        "{ schedule: office-hours }",
        "{ schedule: office-hours, snapshot_on_stop: true }",
    );
    let plan = World::new(&config, vec![database("db", "preprod")]).plan(utc(FRIDAY));
    insta::assert_snapshot!(about(&plan, &done(&plan), &[], &[]));
}

#[test]
fn an_environment_wakes_up() {
    let mut world = World::new(CONFIG, greenleaf());
    world.settle(FRIDAY);
    let first = world.tick(MONDAY);
    insta::assert_snapshot!("wake_databases", about(&first, &done(&first), &[], &[]));
    world.pass();
    let second = world.tick("2026-11-23T08:10:00Z");
    insta::assert_snapshot!("wake_compute", about(&second, &done(&second), &[], &[]));
}

#[test]
fn two_environments_and_two_directions_are_told_in_one_mail() {
    let config = CONFIG.replace(
        "environments:",
        "  nights:\n    windows:\n      - { start: '0 19 * * *', stop: '0 7 * * *' }\nenvironments:\n  batch: { schedule: nights }",
    );
    let mut nightly = database("nightly", "batch");
    nightly.observed = Observed::Stopped;
    let world = World::new(&config, vec![nightly, database("db", "preprod")]);
    let plan = world.plan(utc(FRIDAY));
    assert_eq!(plan.actions().count(), 2);
    insta::assert_snapshot!(about(&plan, &done(&plan), &[], &[]));
}

#[test]
fn every_problem_has_its_remedy() {
    let mut overlapping = database("overlapping", "preprod");
    overlapping.tags = Tags::from_iter([
        ("nightcap:environment", "preprod"),
        ("Nightcap:Environment", "dev"),
    ]);
    let mut disguised = database("disguised", "preprod");
    disguised.tags = Tags::from_iter([
        ("nightcap:environment", "preprod"),
        ("Environment", "production"),
    ]);
    let mut tierless = database("tierless", "preprod");
    tierless.tags = Tags::from_iter([
        ("nightcap:environment", "preprod"),
        ("nightcap:tier", "one"),
    ]);
    let mut full = database("full", "preprod");
    full.observed = Observed::Faulty {
        status: "storage-full".to_owned(),
        remedy: Text::fixed("give it more storage", "donnez-lui plus de stockage"),
    };
    let forgetful = group("forgetful", "preprod", "0/0/0");
    let mut confused = group("confused", "preprod", "0/0/0");
    confused.size.as_mut().unwrap().memory = Memory::Unreadable("two".to_owned());
    let lost = database("lost", "preprd");
    let fleet = vec![
        overlapping,
        disguised,
        tierless,
        full,
        forgetful,
        confused,
        lost,
    ];
    let plan = World::new(CONFIG, fleet).plan(utc(MONDAY));
    let mut problems: Vec<Problem> = plan.problems().collect();
    assert_eq!(problems.len(), 7, "{problems:#?}");
    let busy = database("busy", "preprod");
    problems.push(Problem::of(
        &busy,
        Fault::Conflict(Text::fixed(
            "a scheduled action at 0 6 * * *",
            "une action programmée à 0 6 * * *",
        )),
    ));
    problems.push(Problem::of(
        &busy,
        Fault::UnreadableMaintenance(String::new()),
    ));
    problems.push(Problem::of(
        &busy,
        Fault::TooManyStops {
            stops: 120,
            allowed: 50,
        },
    ));
    problems.push(Problem::of(
        &busy,
        Fault::Failed {
            action: "start",
            error: "rds StartDBInstance: AccessDenied: User: arn:aws:sts::123456789012:assumed-role/nightcap-scheduler/nightcap-scheduler is not authorized".to_owned(),
            remedy: Text::fixed("allow rds:StartDBInstance", "autorisez rds:StartDBInstance"),
        },
    ));
    insta::assert_snapshot!(about(&plan, &done(&plan), &problems, &[]));
}

#[test]
fn what_failed_is_not_told_as_done() {
    let plan = World::new(
        CONFIG,
        vec![database("a", "preprod"), database("b", "preprod")],
    )
    .plan(utc(FRIDAY));
    let failed = Problem::of(
        &plan.steps[1].resource,
        Fault::Failed {
            action: "stop",
            error: "rds StopDBInstance: InternalFailure".to_owned(),
            remedy: Text::fixed("try again", "réessayez"),
        },
    );
    let outcomes = [Outcome::Done, Outcome::Failed(failed.clone())];
    insta::assert_snapshot!(about(&plan, &outcomes, &[failed], &[]));
}

#[test]
fn what_there_was_no_time_for_is_told_as_waiting() {
    let plan = World::new(
        CONFIG,
        vec![database("a", "preprod"), database("b", "preprod")],
    )
    .plan(utc(FRIDAY));
    let outcomes = [Outcome::Done, Outcome::Postponed];
    insta::assert_snapshot!(about(&plan, &outcomes, &[], &[]));
}

#[test]
fn problems_that_are_over_are_told_by_name() {
    let plan = World::new(CONFIG, vec![database("db", "preprod")]).plan(utc(MONDAY));
    let over = [
        "no-capacity arn:aws:autoscaling:eu-west-3:123456789012:autoScalingGroup:dcb58f57-a614-48e6-9745-4edd46958c9c:autoScalingGroupName/greenleaf-preprod-app",
        "failed arn:aws:rds:eu-west-3:123456789012:db:greenleaf-preprod-db",
        "failed eu-west-3 as arn:aws:iam::123456789012:role/nightcap",
        "nothing-done ledger",
    ];
    let over = over.map(str::to_owned);
    let mail = about(&plan, &done(&plan), &[], &over);
    assert!(
        !mail.contains("dcb58f57"),
        "an ARN is wider than a mail: {mail}"
    );
    insta::assert_snapshot!(mail);
}

#[test]
fn a_long_list_is_counted() {
    let fleet: Vec<Resource> = (0..45)
        .map(|number| database(&format!("db-{number:02}"), "preprod"))
        .collect();
    let plan = World::new(CONFIG, fleet).plan(utc(FRIDAY));
    let mail = about(&plan, &done(&plan), &[], &[]);
    assert!(mail.contains("45 stops"), "{mail}");
    assert!(mail.contains("db-19") && !mail.contains("db-20"), "{mail}");
    assert!(mail.contains("+25"), "{mail}");
}

#[test]
fn names_of_every_length_fit() {
    for length in [1, 20, 40, 48] {
        let name = "x".repeat(length);
        let config = CONFIG.replace("preprod", &name);
        let mut app = group(&name, &name, "2/2/4");
        app.size.as_mut().unwrap().memory = Memory::Of(Capacity::ZERO);
        let plan = World::new(&config, vec![app, database(&name, &name)]).plan(utc(FRIDAY));
        about(&plan, &done(&plan), &[], &[]);
    }
    assert_eq!(capacity("2/2/4").to_string(), "2/2/4");
}

#[test]
fn a_tick_that_could_do_nothing_says_so() {
    let error = "the fleet of eu-west-3 could not be read, so nothing was done: rds DescribeDBInstances: AccessDenied: not authorized. To mend it: allow rds:DescribeDBInstances to the role that runs Nightcap";
    insta::assert_snapshot!(both(|language| nothing_done(
        NothingRead::Fleet,
        error,
        utc(FRIDAY),
        PARIS,
        language,
        REFERENCE
    )));
}

#[test]
fn an_environment_is_awake() {
    let mut world = World::new(CONFIG, greenleaf());
    world.settle(FRIDAY);
    world.settle(MONDAY);
    let plan = world.plan(utc("2026-11-23T08:07:00Z"));
    let awake = [Arrived {
        environment: "preprod".into(),
        stage: Stage::Awake,
        awake_since: Some(plan.at),
        news: true,
    }];
    insta::assert_snapshot!(both(|language| tick(&TickNews {
        plan: &plan,
        outcomes: &done(&plan),
        problems: &[],
        standing: 0,
        over: &[],
        awake: &awake,
        zone: PARIS,
        language,
        reference: REFERENCE,
    })));
}

/// Each gate whose deadline has passed, as one mail tells it, and one that is over.
#[test]
fn gates_that_were_not_passed_in_time() {
    let world = World::new(CONFIG, greenleaf());
    let plan = world.plan(utc("2026-11-23T09:00:00Z"));
    let late = |name: &str, gate, en, fr| {
        Problem::of(
            &database(name, "preprod"),
            Fault::Late(Late {
                gate,
                waited: TimeDelta::minutes(61),
                deadline: TimeDelta::minutes(30),
                seen: Text::fixed(en, fr),
            }),
        )
    };
    let problems = [
        late(
            "db",
            Gate::Available,
            "AWS says starting",
            "AWS indique starting",
        ),
        late(
            "app",
            Gate::InService,
            "starting, machines in service: 1 of 2, set to 2/2/4",
            "starting, machines en service : 1 sur 2, réglé sur 2/2/4",
        ),
        late(
            "app",
            Gate::Healthy,
            "healthy targets in app: 1 of 2 (unhealthy: Target.FailedHealthChecks)",
            "cibles saines dans app : 1 sur 2 (unhealthy: Target.FailedHealthChecks)",
        ),
        late(
            "app",
            Gate::Drained,
            "stopping, machines in service: 0 of 1, set to 0/0/0",
            "stopping, machines en service : 0 sur 1, réglé sur 0/0/0",
        ),
        late(
            "db",
            Gate::Stopped,
            "AWS says stopping",
            "AWS indique stopping",
        ),
        Problem::of(
            &database("db", "preprod"),
            Fault::Unpruned {
                why: Text::fixed("they bear no tags", "ils ne portent pas d'étiquette"),
                remedy: Text::fixed("set CopyTagsToSnapshot", "activez CopyTagsToSnapshot"),
            },
        ),
    ];
    let over = ["not-available arn:aws:rds:eu-west-3:123456789012:db:orders".to_owned()];
    insta::assert_snapshot!(about(&plan, &[], &problems, &over));
}
