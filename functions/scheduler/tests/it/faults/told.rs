//! What is wrong is told when the process that tells of it dies at any of its calls: each problem
//! once when it begins and once when it is over, and twice only where
//! `docs/decisions/notifications.md` says that nobody can know.

use nightcap_tests::{Asked, EmbeddedAws, Fault, runs};
use serde_json::json;

use crate::e2e::world::{create_database, tick};
use crate::faults::stage::{APP, BEAT, CONFIG, Stage, Turn};

const KILLS: [Fault; 2] = [Fault::DiesBefore, Fault::DiesAfter];

/// Nothing is due for days: ticks find what is wrong, and order nothing.
fn quiet() -> String {
    let quiet = CONFIG.replace("0 8 * * *", "0 8 1 * *");
    let quiet = quiet.replace("0 18 * * *", "0 18 28 * *");
    assert_ne!(quiet, CONFIG);
    quiet
}

/// A database whose environment nobody knows, which is a problem while it is there.
fn stray(aws: &EmbeddedAws, name: &str) {
    create_database(
        aws,
        "eu-west-3",
        name,
        &[("nightcap:environment", "preprd")],
    );
}

fn delete(aws: &EmbeddedAws, name: &str) {
    let named = [
        ("DBInstanceIdentifier", name),
        ("SkipFinalSnapshot", "true"),
    ];
    aws.query("rds", "DeleteDBInstance", &named);
}

/// The process dies at the call of this place.
fn kill_at(place: usize, kill: Fault) -> impl FnMut(&Asked) -> Option<Fault> + Send {
    move |asked| (asked.place == place).then_some(kill)
}

/// The process dies at the call of this place among those that change something: one that dies at
/// a call that reads leaves everything as the call before it did. With `NIGHTCAP_FAULT_RUNS` every
/// call counts.
fn kill_at_order(place: usize, kill: Fault) -> impl FnMut(&Asked) -> Option<Fault> + Send {
    let every = runs(0) > 0;
    let mut count = 0;
    move |asked| {
        let counts = every || !asked.reads();
        let here = counts && count == place;
        count += usize::from(counts);
        here.then_some(kill)
    }
}

/// Mails since the last look in which all of these words stand.
fn told(stage: &Stage, words: &[&str]) -> usize {
    let mails = stage.greenleaf.mails(&stage.aws).into_iter();
    let texts = mails.map(|mail| format!("{}\n{}", mail.subject, mail.body));
    texts
        .filter(|text| words.iter().all(|word| text.contains(word)))
        .count()
}

/// Whether the death falls between SNS taking a mail and the outbox knowing of it: then it comes
/// twice. Anywhere else it comes once.
fn may_repeat(stage: &Stage) -> bool {
    stage.processes[0]
        .proxy
        .struck()
        .iter()
        .any(|(asked, fault)| {
            matches!(
                (asked.action.as_str(), fault),
                ("Publish", Fault::DiesAfter) | ("BatchWriteItem", Fault::DiesBefore)
            )
        })
}

/// One tick in which the first process dies at this call, and then fair ones until the lease of
/// whatever it left is long over. Whether it died, and how often these words were told.
fn killed_and_told(
    stage: &mut Stage,
    kill: impl FnMut(&Asked) -> Option<Fault> + Send + 'static,
    words: &[&str],
) -> (bool, usize, bool) {
    stage.processes[0].proxy.strike(kill);
    let died = stage.tick(stage.processes.len())[0].is_none();
    let repeats = may_repeat(stage);
    for process in &stage.processes {
        process.proxy.heal();
    }
    for _ in 0..3 {
        for said in stage.tick(stage.processes.len()) {
            said.unwrap().unwrap();
        }
    }
    (died, told(stage, words), repeats)
}

fn assert_told(count: usize, repeats: bool, what: &str) {
    let most = if repeats { 2 } else { 1 };
    assert!((1..=most).contains(&count), "{what}: told {count} times");
}

/// Kills the first of so many processes at every call of a tick that finds something wrong, and
/// of one that finds it over; tells at how many.
fn problems_through_kills(processes: usize, kill: Fault) -> usize {
    let mut stage = Stage::open(processes).set("NIGHTCAP_CONFIG", Some(&quiet()));
    stage.settle();
    told(&stage, &[]);
    let (mut killed, mut repeated) = (0, 0);
    for place in 0.. {
        let name = format!("stray-{place:03}");
        let mut reached = false;
        for begins in [true, false] {
            if begins {
                stray(&stage.aws, &name);
            } else {
                delete(&stage.aws, &name);
            }
            let (died, count, repeats) =
                killed_and_told(&mut stage, kill_at(place, kill), &[&name]);
            assert_told(
                count,
                repeats,
                &format!("{name}, begins: {begins}, {kill:?}"),
            );
            reached |= died;
            killed += usize::from(died);
            repeated += count - 1;
        }
        if !reached {
            break;
        }
    }
    println!(
        "{processes} at once, {}: killed at {killed} calls, {repeated} mails twice",
        kill.word()
    );
    killed
}

#[test]
fn a_problem_is_told_and_its_end_is_though_the_process_dies_before_any_of_its_calls() {
    let killed = problems_through_kills(1, Fault::DiesBefore);
    assert!(killed >= 10, "{killed}");
}

#[test]
fn a_problem_is_told_and_its_end_is_though_the_process_dies_after_any_of_its_calls() {
    let killed = problems_through_kills(1, Fault::DiesAfter);
    assert!(killed >= 10, "{killed}");
}

#[test]
fn of_two_ticks_at_once_one_dies_at_any_of_its_calls_and_what_is_wrong_is_told_all_the_same() {
    for kill in KILLS {
        let killed = problems_through_kills(2, kill);
        assert!(killed >= 10, "{killed}");
    }
}

/// An order that AWS refuses, in a tick that also orders and tells what it did.
#[test]
fn a_refused_order_is_told_and_its_end_is_though_the_process_dies_at_any_call() {
    for kill in KILLS {
        let mut stage = Stage::open(1);
        let mut killed = 0;
        for place in 0.. {
            stage.go_to(Turn::Evening);
            told(&stage, &[]);
            told(&stage, &[]);
            stage.aws.fail(&json!({
                "action": "UpdateAutoScalingGroup", "resource": APP, "error": "AccessDenied"
            }));
            let words = ["AccessDenied"];
            let (died, count, repeats) =
                killed_and_told(&mut stage, kill_at_order(place, kill), &words);
            assert_told(
                count,
                repeats,
                &format!("refused, at call {place}, {kill:?}"),
            );
            stage.aws.heal();
            let over = ["(failed)"];
            let (_, count, repeats) =
                killed_and_told(&mut stage, kill_at_order(place, kill), &over);
            assert_told(count, repeats, &format!("over, at call {place}, {kill:?}"));
            stage.settle();
            stage.go_to(Turn::Morning);
            stage.settle();
            if !died {
                break;
            }
            killed += 1;
        }
        println!("{}: killed at {killed} calls", kill.word());
        assert!(killed >= 5, "{killed}");
    }
}

/// Without a ledger nothing outlives the process: Lambda gives its event to another one, within
/// the time in which a cold process tells what it finds.
#[test]
fn without_a_ledger_the_retry_of_a_transitions_tick_tells_what_a_dead_process_could_not() {
    for kill in KILLS {
        let mut stage = Stage::open(1).set("NIGHTCAP_TABLE", None);
        let mut killed = 0;
        for place in 0.. {
            let name = format!("stray-{place:03}");
            stage.go_to(Turn::Evening);
            stray(&stage.aws, &name);
            told(&stage, &[]);
            stage.processes[0].proxy.strike(kill_at(place, kill));
            let event = tick(&stage.now.to_rfc3339());
            let died = stage.deliver(std::slice::from_ref(&event))[0].is_none();
            let repeats = may_repeat(&stage);
            stage.processes[0].proxy.heal();
            if died {
                let retried = stage.deliver(&[event]).remove(0);
                retried.unwrap().unwrap();
                killed += 1;
            }
            stage.pass(BEAT);
            for _ in 0..3 {
                stage.tick(1).remove(0).unwrap().unwrap();
            }
            assert_told(
                told(&stage, &[&name]),
                repeats,
                &format!("{name}, {kill:?}"),
            );
            delete(&stage.aws, &name);
            stage.settle();
            let over = told(&stage, &[&name]);
            assert_eq!(over, 1, "{name} is over, {kill:?}");
            stage.go_to(Turn::Morning);
            stage.settle();
            if !died {
                break;
            }
        }
        println!("{}: killed at {killed} calls", kill.word());
        assert!(killed >= 6, "{killed}");
    }
}
