//! The ladder: a hold is written, the scheduler obeys it, a person outranks it, and it ends.

use serde_json::{Value, json};

use crate::e2e::scheduler::{Sleeper, asleep, awake, preprod};
use crate::e2e::world::{
    CALM, COSTLY, FRIDAY, SLEEP, Stage, THURSDAY, config, guard, news, problems, report,
};

const START: &str = "2026-11-12T08:30:00Z";

/// GreenLeaf in a costly November; the guard has looked on Thursday and on Friday.
fn acted(ladder: &[&str]) -> (Stage, Value) {
    let mut stage = Stage::with_fleet(START, &config("en", ladder));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    let first = stage.look(THURSDAY);
    assert_eq!(first["ladder"][0]["state"], "patient", "{first:#}");
    assert_eq!(problems(&first), [""; 0], "{first:#}");
    stage.mails();
    let second = stage.look(FRIDAY);
    (stage, second)
}

#[test]
fn a_step_puts_preprod_to_bed_a_person_wakes_it_and_production_is_as_it_was() {
    let (stage, answer) = acted(&[SLEEP]);
    let untouchables = stage.greenleaf.untouchables(&stage.aws);
    assert_eq!(answer["ladder"][0]["state"], "take", "{answer:#}");
    assert!(news(&answer).contains(&"action-taken: sent".to_owned()));
    let mails = stage.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    insta::assert_snapshot!(
        "action_mail",
        format!(
            "{}\n\n{}",
            mails[0].subject,
            without_reference(&mails[0].body)
        )
    );

    // The guard itself has stopped nothing.
    assert_eq!(preprod(&stage.aws), awake());
    let sleeper = Sleeper::new(&stage.aws, &config("en", &[SLEEP]));
    sleeper.settle("2026-11-13T10:05:00Z");
    assert_eq!(
        preprod(&stage.aws),
        asleep(),
        "in the middle of office hours"
    );
    let holds = sleeper.invoke(&json!({ "command": "holds", "at": "2026-11-13T11:00:00Z" }));
    let held = &holds["holds"][0];
    assert_eq!(
        (&held["author"], &held["on"]["environment"], &held["until"]),
        (
            &json!("guard"),
            &json!("preprod"),
            &json!("2026-12-01T00:00:00Z")
        )
    );

    // On Monday it sleeps on, until a person says otherwise; and again after that.
    sleeper.settle("2026-11-16T09:00:00Z");
    assert_eq!(preprod(&stage.aws), asleep());
    stage.aws.move_to("2026-11-16T09:30:00Z");
    sleeper.invoke(&json!({
        "command": "hold", "environment": "preprod", "state": "running", "for": "4h",
        "by": "the release manager", "reason": "release 4.2", "at": "2026-11-16T09:30:00Z"
    }));
    sleeper.settle("2026-11-16T09:35:00Z");
    assert_eq!(preprod(&stage.aws), awake(), "a person outranks the guard");
    sleeper.settle("2026-11-16T13:30:00Z");
    assert_eq!(preprod(&stage.aws), asleep());

    // It ends by itself with the month.
    sleeper.settle("2026-12-01T09:00:00Z");
    assert_eq!(preprod(&stage.aws), awake());
    assert_eq!(stage.greenleaf.untouchables(&stage.aws), untouchables);
}

#[test]
fn a_step_that_is_no_longer_needed_ends_and_preprod_wakes() {
    let (mut stage, _) = acted(&[SLEEP]);
    let sleeping = config("en", &[SLEEP]);
    Sleeper::new(&stage.aws, &sleeping).settle("2026-11-13T10:05:00Z");
    assert_eq!(preprod(&stage.aws), asleep());
    stage.mails();

    // AWS corrects its figures: the month was a calm one.
    stage.aws.money(&json!({ "clear_from": "2026-11-01" }));
    stage.charge("2026-11-01", "2026-12-01", CALM);
    let answer = stage.look("2026-11-17T10:00:00Z");
    assert_eq!(answer["ladder"][0]["state"], "revert", "{answer:#}");
    let subjects = stage.subjects();
    for start in ["Back on schedule", "Back below 100 % of the budget"] {
        assert!(
            subjects.iter().any(|subject| subject.starts_with(start)),
            "{start}: {subjects:#?}"
        );
    }
    Sleeper::new(&stage.aws, &sleeping).settle("2026-11-17T10:05:00Z");
    assert_eq!(preprod(&stage.aws), awake());
    let again = stage.look("2026-11-17T11:00:00Z");
    assert_eq!(news(&again), [""; 0]);
    assert_eq!(stage.subjects(), [""; 0]);
    // The hold's history names the guard twice: made, and released.
    let history = json!({
        "TableName": "nightcap",
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": "history#preprod" } },
    });
    let rows = stage
        .aws
        .json("dynamodb", "DynamoDB_20120810.Query", &history);
    let rows: Vec<(&str, &str)> = rows["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["action"]["S"].as_str().unwrap(),
                row["by"]["S"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [("hold", "budget guard"), ("release", "budget guard")]
    );
}

#[test]
fn a_person_who_holds_preprod_up_is_not_overruled() {
    let config = config("en", &[SLEEP]);
    let mut stage = Stage::with_fleet(START, &config);
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    Sleeper::new(&stage.aws, &config).invoke(&json!({
        "command": "hold", "environment": "preprod", "state": "running", "for": "7d",
        "by": "the release manager", "reason": "release 4.2", "at": START
    }));
    stage.look(THURSDAY);
    stage.mails();
    let answer = stage.look(FRIDAY);
    assert_eq!(answer["ladder"][0]["state"], "refused");
    assert_eq!(answer["ladder"][0]["refused"][0]["why"], "held-by-person");
    let mails = stage.mails();
    assert!(
        mails[0]
            .body
            .contains("the release manager decided otherwise"),
        "{mails:#?}"
    );
    Sleeper::new(&stage.aws, &config).settle("2026-11-13T20:00:00Z");
    assert_eq!(preprod(&stage.aws), awake());
}

#[test]
fn a_protected_environment_is_never_among_those_that_sleep() {
    let (mut stage, answer) =
        acted(&["forecast > 110% for 2 days: sleep non-production until month end"]);
    assert_eq!(answer["ladder"][0]["state"], "take", "{answer:#}");
    let held = answer["ladder"][0]["holds"].to_string();
    assert!(
        held.contains("-preprod-") && held.contains("-dev-") && !held.contains("-prod-"),
        "{held}"
    );
    // A rule that names it is no configuration, and nothing is looked at by it.
    let naming = config("en", &["forecast > 110%: sleep prod until month end"]);
    stage.guard = guard(&stage.aws, &stage.greenleaf, &naming).start();
    stage.aws.forget_calls();
    let error = stage.guard.invoke(&report(FRIDAY)).unwrap_err();
    assert_eq!(error.kind, "InvalidConfiguration");
    assert!(error.message.contains("\"prod\" is protected"), "{error}");
    // All it leaves is word of this failure, for the scheduler.
    let calls = stage.aws.calls().into_iter();
    let calls: Vec<_> = calls.filter(|call| call.action != "UpdateItem").collect();
    assert_eq!(calls, []);
}

#[test]
fn dry_run_and_forecast_change_nothing() {
    let mut stage = Stage::with_fleet(START, &config("en", &[SLEEP]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    stage.look(THURSDAY);
    stage.mails();
    stage.aws.move_to(FRIDAY);
    stage.aws.forget_calls();
    for event in [
        json!({ "command": "report", "dry_run": true, "at": FRIDAY }),
        json!({ "command": "forecast", "at": FRIDAY }),
    ] {
        let answer = stage.guard.invoke(&event).unwrap();
        assert_eq!(answer["dry_run"], true);
        assert_eq!(answer["ladder"][0]["state"], "take", "{answer:#}");
        assert!(news(&answer).contains(&"action-taken: planned".to_owned()));
    }
    assert_eq!(stage.aws.orders(), []);
    assert_eq!(stage.subjects(), [""; 0]);
    // What was only looked at is still to be done.
    let answer = stage.look(FRIDAY);
    assert!(
        news(&answer).contains(&"action-taken: sent".to_owned()),
        "{answer:#}"
    );
}

/// The body without the line that has the invocation's id.
fn without_reference(body: &str) -> String {
    let kept = body.lines().filter(|line| !line.contains("Reference"));
    kept.collect::<Vec<_>>().join("\n")
}
