//! The guard dies at any of its calls, or any of its calls never answers: no alert is lost, and
//! none comes twice but where nobody can know whether SNS has it (docs/decisions/notifications.md).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nightcap_domain::money::price::PriceBook;
use nightcap_tests::{Asked, Fault, Function, Proxy, Running, runs};
use serde_json::{Value, json};

use crate::e2e::scheduler::Sleeper;
use crate::e2e::world::{COSTLY, FRIDAY, SLEEP, Stage, THURSDAY, config, guard, problems, report};

/// A guard whose calls go through a proxy, with something to tell: on Friday the ladder's step
/// and on Thursday the forecast.
struct Doomed {
    stage: Stage,
    proxy: Proxy,
}

impl Doomed {
    fn new() -> Self {
        let stage = Stage::at("2026-11-12T08:30:00Z", &config("en", &[SLEEP]));
        stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
        let proxy = Proxy::before(&stage.aws);
        Self { stage, proxy }
    }

    fn function(&self) -> Function {
        guard(
            &self.stage.aws,
            &self.stage.greenleaf,
            &config("en", &[SLEEP]),
        )
        .through(&self.proxy)
    }

    /// A run at this instant; none if it died.
    fn run(&self, running: &mut Running, at: &str) -> Option<Value> {
        self.stage.aws.move_to(at);
        let said = running.invoke_unless(&report(at), || self.proxy.was_the_last())?;
        Some(said.unwrap_or_else(|error| json!({ "error": error.to_string() })))
    }

    /// How often each mail came since the last look.
    fn mails(&self) -> BTreeMap<String, usize> {
        let mut count = BTreeMap::new();
        for subject in self.stage.subjects() {
            *count.entry(subject).or_default() += 1;
        }
        count
    }
}

/// Mails of a costly Thursday and Friday when nothing goes wrong.
fn expected() -> BTreeMap<String, usize> {
    let doomed = Doomed::new();
    let mut running = doomed.function().start();
    for at in [THURSDAY, FRIDAY] {
        doomed.run(&mut running, at).unwrap();
    }
    let mails = doomed.mails();
    assert!(mails.len() >= 2, "{mails:#?}");
    mails
}

/// The guard dies at the call of this place among those that change something: one that dies at a
/// call that reads leaves everything as the call before it did. With `NIGHTCAP_FAULT_RUNS` every
/// call counts.
fn kill_at(place: usize, kill: Fault) -> impl FnMut(&Asked) -> Option<Fault> + Send {
    let every = runs(0) > 0;
    let mut count = 0;
    move |asked| {
        let counts = every || !asked.reads();
        let here = counts && count == place;
        count += usize::from(counts);
        here.then_some(kill)
    }
}

/// Each mail of `expected` at least once, and at most once more in all.
fn assert_told(
    mails: &BTreeMap<String, usize>,
    expected: &BTreeMap<String, usize>,
    repeats: usize,
    what: &str,
) {
    let keys = |mails: &BTreeMap<String, usize>| mails.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(mails), keys(expected), "{what}");
    let more = mails.values().sum::<usize>() - expected.values().sum::<usize>();
    assert!(more <= repeats, "{what}: {more} too many: {mails:#?}");
}

/// Kills the guard at every call of its Friday, on which a step of the ladder is taken, with one
/// that runs at the same time or without; the next runs find what it left.
fn killed_at_every_call(kill: Fault, companions: usize) -> usize {
    let expected = expected();
    let mut killed = 0;
    for place in 0.. {
        let doomed = Doomed::new();
        let mut first = doomed.function().start();
        doomed.run(&mut first, THURSDAY).unwrap();
        let mut others: Vec<Running> = (0..companions)
            .map(|_| {
                guard(
                    &doomed.stage.aws,
                    &doomed.stage.greenleaf,
                    &config("en", &[SLEEP]),
                )
                .start()
            })
            .collect();
        doomed.stage.aws.move_to(FRIDAY);
        doomed.proxy.strike(kill_at(place, kill));
        let died = std::thread::scope(|scope| {
            for other in &mut others {
                scope.spawn(|| other.invoke(&report(FRIDAY)).unwrap());
            }
            doomed.run(&mut first, FRIDAY).is_none()
        });
        let struck = doomed.proxy.struck();
        let what = format!("{}: {struck:?}", kill.word());
        if !died {
            break;
        }
        killed += 1;
        // Behind the mail, its mark is all that says it was sent.
        let sent = |asked: &Asked| asked.action == "Publish";
        let behind = doomed.proxy.seen().iter().any(sent) && struck[0].0.action != "Publish";
        let repeats = behind || (struck[0].0.action == "Publish" && kill == Fault::DiesAfter);
        doomed.proxy.heal();
        let mut next = doomed.function().start();
        for at in ["2026-11-13T10:06:00Z", "2026-11-13T10:30:00Z"] {
            let answer = doomed.run(&mut next, at).unwrap();
            assert_eq!(problems(&answer), [""; 0], "{what}: {answer:#}");
        }
        assert_told(&doomed.mails(), &expected, usize::from(repeats), &what);
        let sleeper = Sleeper::new(&doomed.stage.aws, &config("en", &[SLEEP]));
        let holds = sleeper.invoke(&json!({ "command": "holds", "at": "2026-11-13T11:00:00Z" }));
        assert_eq!(
            holds["holds"].as_array().unwrap().len(),
            1,
            "{what}: one hold"
        );
    }
    println!(
        "{} with {companions} more: killed at {killed} calls",
        kill.word()
    );
    killed
}

#[test]
fn an_alert_survives_the_guards_death_before_any_of_its_calls() {
    let killed = killed_at_every_call(Fault::DiesBefore, 0);
    assert!(killed >= 5, "{killed}");
}

#[test]
fn an_alert_survives_the_guards_death_after_any_of_its_calls() {
    let killed = killed_at_every_call(Fault::DiesAfter, 0);
    assert!(killed >= 5, "{killed}");
}

#[test]
fn an_alert_survives_the_death_of_one_of_two_guards_at_work_at_once() {
    for kill in [Fault::DiesBefore, Fault::DiesAfter] {
        let killed = killed_at_every_call(kill, 1);
        assert!(killed >= 3, "{killed}");
    }
}

/// SNS refuses, so the alert goes into the outbox, and the guard dies at every call of that.
#[test]
fn an_alert_that_sns_refuses_survives_the_guards_death_at_any_call() {
    let expected = expected();
    for kill in [Fault::DiesBefore, Fault::DiesAfter] {
        let mut killed = 0;
        for place in 0.. {
            let doomed = Doomed::new();
            let mut first = doomed.function().start();
            doomed.run(&mut first, THURSDAY).unwrap();
            doomed.stage.aws.fail(&json!({
                "service": "sns", "action": "Publish", "error": "AuthorizationError"
            }));
            doomed.proxy.strike(kill_at(place, kill));
            let died = doomed.run(&mut first, FRIDAY).is_none();
            let what = format!("{}: {:?}", kill.word(), doomed.proxy.struck());
            if !died {
                break;
            }
            killed += 1;
            doomed.proxy.heal();
            doomed.stage.aws.heal();
            let topic = Some(doomed.stage.greenleaf.topic_arn.as_str());
            let scheduler = Sleeper::telling(&doomed.stage.aws, &config("en", &[SLEEP]), topic);
            let of_money = |doomed: &Doomed| {
                let mut mails = doomed.mails();
                mails.retain(|subject, _| expected.contains_key(subject));
                mails
            };
            scheduler.settle("2026-11-13T10:01:00Z");
            let mut next = doomed.function().start();
            doomed.run(&mut next, "2026-11-13T12:06:00Z").unwrap();
            scheduler.settle("2026-11-13T12:10:00Z");
            // Put into the outbox and not marked: it may come from there and again.
            assert_told(&of_money(&doomed), &expected, 1, &what);
        }
        println!("{}: killed at {killed} calls", kill.word());
        assert!(killed >= 5, "{killed}");
    }
}

/// How long the guard has in these tests: calls have four fifths of it.
const TIMEOUT: Duration = Duration::from_secs(15);
const SATURDAY: &str = "2026-11-14T10:00:00Z";

/// Read for what they add, and done without: nobody is told that they are missing.
const QUIET: [&str; 3] = [
    "GetCostForecast",
    "DescribeBudgetPerformanceHistory",
    "GetItem",
];

/// Without these there is nothing to tell, or nobody can be told, or it may be told already.
const NEEDED: [&str; 6] = [
    "GetParameter",
    "Query",
    "GetCostAndUsage",
    "PutItem",
    "TransactWriteItems",
    "Publish",
];

/// A guard with its configuration in Parameter Store and its prices in S3.
fn of_files() -> Doomed {
    let doomed = Doomed::new();
    let aws = &doomed.stage.aws;
    let parameter = json!({
        "Name": "/nightcap/config", "Type": "String", "Tier": "Advanced",
        "Value": config("en", &[SLEEP]),
    });
    aws.json("ssm", "AmazonSSM.PutParameter", &parameter);
    let prices = PriceBook::embedded().unwrap().to_csv().unwrap();
    aws.put_object("greenleaf-settings", "prices.csv", &prices);
    doomed
}

fn function(doomed: &Doomed) -> Running {
    doomed
        .function()
        .with("NIGHTCAP_CONFIG", "ssm:///nightcap/config")
        .with("NIGHTCAP_PRICES", "s3://greenleaf-settings/prices.csv")
        .within(TIMEOUT)
        .start()
}

/// A Thursday, a Friday and a Saturday, with this on Friday; the mails of all three.
fn three_days(doomed: &Doomed, mut friday: impl FnMut(&mut Running)) -> BTreeMap<String, usize> {
    let mut running = function(doomed);
    doomed.run(&mut running, THURSDAY).unwrap();
    friday(&mut running);
    doomed.proxy.heal();
    // What waits in the outbox is sent by the scheduler.
    let topic = Some(doomed.stage.greenleaf.topic_arn.as_str());
    let scheduler = Sleeper::telling(&doomed.stage.aws, &config("en", &[SLEEP]), topic);
    scheduler.settle("2026-11-13T10:05:00Z");
    doomed.run(&mut running, SATURDAY).unwrap();
    scheduler.settle("2026-11-14T10:05:00Z");
    let mut mails = doomed.mails();
    mails.retain(|subject, _| subject.contains("budget"));
    mails
}

#[test]
fn whatever_call_of_the_guard_hangs_it_answers_in_time_and_no_alert_is_lost() {
    let healthy = of_files();
    let mut asked: Vec<String> = vec![];
    let expected = three_days(&healthy, |running| {
        healthy.proxy.heal();
        healthy.run(running, FRIDAY).unwrap();
        asked.extend(healthy.proxy.seen().into_iter().map(|one| one.action));
    });
    assert!(!expected.is_empty(), "nothing to tell");
    asked.sort();
    asked.dedup();
    for needed in NEEDED {
        assert!(
            asked.iter().any(|action| action == needed),
            "{needed}: {asked:?}"
        );
    }
    let hangs: Vec<(String, Fault)> = asked
        .iter()
        .flat_map(|action| {
            [
                (action.clone(), Fault::Stalled),
                (action.clone(), Fault::Hung),
            ]
        })
        .collect();
    // They wait more than they work.
    for some in hangs.chunks(6) {
        std::thread::scope(|scope| {
            for (action, fault) in some {
                let expected = &expected;
                scope.spawn(move || hung(action, *fault, expected));
            }
        });
    }
    println!("{} actions hung: {asked:?}", asked.len());
}

fn hung(action: &str, fault: Fault, expected: &BTreeMap<String, usize>) {
    let doomed = of_files();
    let what = format!("{action}, {}", fault.word());
    let mut attempts = 0;
    let mails = three_days(&doomed, |running| {
        let hangs = action.to_owned();
        doomed
            .proxy
            .strike(move |asked| (asked.action == hangs).then_some(fault));
        let begun = Instant::now();
        let answer = doomed.run(running, FRIDAY);
        let answer = answer.unwrap_or_else(|| panic!("{what}: no answer in {TIMEOUT:?}"));
        assert!(begun.elapsed() < TIMEOUT, "{what}");
        attempts = doomed.proxy.struck().len();
        assert!(attempts > 0, "{what}: nothing hung");
        // What SNS did not take waits for the scheduler's next tick, and the answer says so.
        let told = answer.get("error").is_some()
            || !problems(&answer).is_empty()
            || answer["news"].to_string().contains("\"posted\"");
        assert!(
            told || QUIET.contains(&action),
            "{what}: no problem: {answer:#}"
        );
        if !NEEDED.contains(&action) {
            assert!(answer.get("error").is_none(), "{what}: {answer:#}");
            let news = answer["news"].to_string();
            assert!(
                news.contains("\"sent\""),
                "{what} kept an alert back: {answer:#}"
            );
        }
    });
    // Nobody knows whether SNS has a mail that it never answered: it has one of each attempt, and
    // one more comes from the outbox.
    let repeats = match (action, fault) {
        ("Publish", Fault::Hung) => attempts,
        ("PutItem", Fault::Hung) => 1,
        _ => 0,
    };
    assert_told(&mails, expected, repeats, &what);
}
