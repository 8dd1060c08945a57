//! Who does not do its work is told by the other: the real functions, the real ledger.

use serde_json::json;

use crate::e2e::scheduler::Sleeper;
use crate::e2e::world::{BUDGET, CALM, FRIDAY, Stage, THURSDAY, config, news, problems, report};

/// A tick of the scheduler; the subjects of the mails it has sent.
fn tick(stage: &Stage, at: &str) -> Vec<String> {
    stage.aws.move_to(at);
    let topic = Some(stage.greenleaf.topic_arn.as_str());
    let scheduler = Sleeper::telling(&stage.aws, &config("en", &[]), topic);
    scheduler.invoke(&json!({ "command": "tick", "at": at }));
    let about = |subject: &String| subject.contains("udget");
    stage.subjects().into_iter().filter(about).collect()
}

#[test]
fn a_guard_that_stops_looking_is_told_once_and_once_when_it_is_back() {
    let mut stage = Stage::with_fleet(THURSDAY, &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", CALM)]);
    stage.look(THURSDAY);
    Sleeper::new(&stage.aws, &config("en", &[])).settle("2026-11-14T08:00:00Z");
    stage.mails();
    assert_eq!(tick(&stage, "2026-11-14T09:55:00Z"), [""; 0]);
    let silent = "Budget not watched: the guard has not looked since 12 Nov 2026 (Nightcap)";
    assert_eq!(tick(&stage, "2026-11-14T10:05:00Z"), [silent]);
    // Told once, and a quiet tick asks for nothing because of it.
    stage.aws.forget_calls();
    assert_eq!(tick(&stage, "2026-11-14T10:10:00Z"), [""; 0]);
    let calls = stage.aws.calls();
    let calls: Vec<_> = calls.iter().filter(|call| call.service != "sqs").collect();
    assert!(calls.len() <= 4, "{calls:#?}");
    // It tries, and fails: that is no look, and the ledger has its error.
    stage
        .aws
        .fail(&json!({ "service": "ce", "error": "AccessDeniedException" }));
    stage.aws.move_to("2026-11-14T11:00:00Z");
    let failed = stage
        .guard
        .invoke(&report("2026-11-14T11:00:00Z"))
        .unwrap_err();
    assert_eq!(failed.kind, "Unread");
    assert_eq!(tick(&stage, "2026-11-14T11:05:00Z"), [""; 0]);
    stage.aws.heal();
    stage.look("2026-11-14T12:00:00Z");
    stage.mails();
    let back = "The budget is watched again (Nightcap)";
    assert_eq!(tick(&stage, "2026-11-14T12:05:00Z"), [back]);
    assert_eq!(tick(&stage, "2026-11-14T12:10:00Z"), [""; 0]);
}

#[test]
fn a_guard_that_fails_every_day_is_told_with_its_error() {
    let mut stage = Stage::with_fleet(THURSDAY, &config("en", &[]));
    stage
        .aws
        .fail(&json!({ "service": "ce", "error": "AccessDeniedException" }));
    for at in [THURSDAY, FRIDAY] {
        stage.aws.move_to(at);
        stage.guard.invoke(&report(at)).unwrap_err();
    }
    let at = "2026-11-16T20:00:00Z";
    stage.aws.move_to(at);
    Sleeper::telling(
        &stage.aws,
        &config("en", &[]),
        Some(&stage.greenleaf.topic_arn),
    )
    .invoke(&json!({ "command": "tick", "at": at }));
    let mails = stage.mails();
    let mail = mails
        .iter()
        .find(|mail| mail.subject.contains("not looked once"));
    let mail = mail.unwrap_or_else(|| panic!("{mails:#?}"));
    let body = mail.body.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(body.contains("ce:GetCostAndUsage"), "{body}");
    assert!(body.contains("Thu 12 Nov 2026 11:00 CET"), "{body}");
}

#[test]
fn a_scheduler_that_does_nothing_is_told_by_the_guard() {
    let mut stage = Stage::with_fleet("2026-11-12T17:52:00Z", &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", CALM)]);
    Sleeper::new(&stage.aws, &config("en", &[])).settle("2026-11-12T18:00:30Z");
    assert_eq!(problems(&stage.look("2026-11-12T20:00:00Z")), [""; 0]);
    stage.mails();
    // On Friday nobody woke preprod at nine.
    let answer = stage.look("2026-11-13T12:00:00Z");
    assert_eq!(problems(&answer), ["scheduler-silent"], "{answer:#}");
    assert!(
        news(&answer).contains(&"scheduler-silent: sent".to_owned()),
        "{answer:#}"
    );
    let mails = stage.mails();
    let subject = "Not woken: the scheduler has done nothing since 12 Nov 2026 (Nightcap)";
    assert!(
        mails.iter().any(|mail| mail.subject == subject),
        "{mails:#?}"
    );
    assert_eq!(news(&stage.look("2026-11-13T13:00:00Z")), [""; 0], "once");
    Sleeper::new(&stage.aws, &config("en", &[])).settle("2026-11-13T13:10:00Z");
    let answer = stage.look("2026-11-13T14:00:00Z");
    assert_eq!(news(&answer), ["scheduler-heard: sent"]);
    assert_eq!(problems(&answer), [""; 0]);
}

#[test]
fn a_budget_that_aws_does_not_have_is_a_problem_and_a_mail_once() {
    let mut stage = Stage::at(
        THURSDAY,
        &config("en", &[]).replace(BUDGET, "greenleaf-yearly"),
    );
    stage.bill(&[("2026-11-01", "2026-12-01", CALM)]);
    let answer = stage.look(THURSDAY);
    assert_eq!(problems(&answer), ["no-budget"], "{answer:#}");
    assert!(
        answer["problems"]
            .to_string()
            .contains("create the budget greenleaf-yearly")
    );
    assert_eq!(news(&answer), ["budget-missing: sent"]);
    let mails = stage.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0]
            .body
            .contains("no budget with the name greenleaf-yearly"),
        "{}",
        mails[0].body
    );
    let answer = stage.look(FRIDAY);
    assert_eq!(
        (problems(&answer), news(&answer)),
        (vec!["no-budget"], vec![])
    );
    let budget = json!({ "AccountId": "123456789012", "Budget": {
        "BudgetName": "greenleaf-yearly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": { "Amount": "500", "Unit": "USD" } } });
    stage
        .aws
        .json("budgets", "AWSBudgetServiceGateway.CreateBudget", &budget);
    let answer = stage.look("2026-11-14T10:00:00Z");
    assert_eq!(
        (problems(&answer), news(&answer)),
        (vec![], vec!["budget-found: noted".to_owned()])
    );
}
