//! AWS refuses, is slow, or has nothing to say; and functions that die at their worst moment.

use serde_json::{Value, json};

use crate::e2e::scheduler::Sleeper;
use crate::e2e::world::{
    CALM, COSTLY, FRIDAY, Stage, THURSDAY, config, guard, news, problems, report,
};

fn costly() -> Stage {
    let stage = Stage::at(THURSDAY, &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    stage
}

#[test]
fn a_second_look_at_the_same_day_pays_nothing() {
    let mut stage = costly();
    stage.aws.limit_pages(200);
    stage.aws.forget_calls();
    let first = stage.look(THURSDAY);
    let pages = first["cost"]["pages"].as_u64().unwrap();
    assert!(
        pages > 3,
        "a year on several pages, and the second opinion: {first:#}"
    );
    assert_eq!(
        usize::try_from(pages).unwrap(),
        stage.paid_calls(),
        "counted as AWS counts"
    );
    assert_eq!(first["cost"]["usd"], format!("0.{pages:02}"));
    let second = stage.look("2026-11-12T20:00:00Z");
    assert_eq!(second["cost"], json!({ "pages": 0, "usd": "0.00" }));
    assert_eq!(usize::try_from(pages).unwrap(), stage.paid_calls());
    for same in ["forecast", "budget", "environments"] {
        assert_eq!(first[same], second[same]);
    }
    // Another instance of the function, with the same ledger, pays nothing either; the next day does.
    let mut other = guard(&stage.aws, &stage.greenleaf, &config("en", &[])).start();
    let answer = other.invoke(&report("2026-11-12T21:00:00Z")).unwrap();
    assert_eq!(answer["cost"]["pages"], 0);
    assert_ne!(stage.look(FRIDAY)["cost"]["pages"], 0);
}

#[test]
fn throttled_it_waits_and_for_good_it_says_so() {
    let mut stage = costly();
    let throttled = |times: Option<u32>| json!({ "service": "ce", "action": "GetCostAndUsage", "error": "ThrottlingException", "times": times });
    stage.aws.fail(&throttled(Some(1)));
    assert_eq!(problems(&stage.look(THURSDAY)), [""; 0]);
    stage.mails();
    stage.aws.fail(&throttled(None));
    stage.aws.move_to(FRIDAY);
    let error = stage.guard.invoke(&report(FRIDAY)).unwrap_err();
    assert_eq!(error.kind, "Unread", "{error}");
    assert!(
        error.message.contains("nothing was told") && error.message.contains("To mend it"),
        "{error}"
    );
    assert_eq!(stage.subjects(), [""; 0]);
}

#[test]
fn a_missing_permission_is_named_and_costs_no_more_than_it_must() {
    let mut stage = costly();
    let denied = |service: &str, action: &str| {
        stage.aws.fail(
            &json!({ "service": service, "action": action, "error": "AccessDeniedException" }),
        );
    };
    denied("ce", "GetCostForecast");
    denied("budgets", "DescribeBudgets");
    denied("sns", "ListSubscriptionsByTopic");
    stage.aws.move_to(THURSDAY);
    let answer = stage.guard.invoke(&report(THURSDAY)).unwrap();
    assert_eq!(answer["aws"]["second_opinion"], Value::Null);
    assert_eq!(
        problems(&answer),
        ["budget-unread", "subscriptions-unread"],
        "{answer:#}"
    );
    let remedies = answer["problems"].to_string();
    assert!(
        remedies.contains("budgets:ViewBudget")
            && remedies.contains("sns:ListSubscriptionsByTopic"),
        "{remedies}"
    );
    assert!(
        news(&answer).contains(&"forecast: sent".to_owned()),
        "what is known is told: {answer:#}"
    );

    stage.aws.heal();
    stage
        .aws
        .fail(&json!({ "service": "ce", "error": "AccessDeniedException" }));
    stage.aws.move_to(FRIDAY);
    let error = stage.guard.invoke(&report(FRIDAY)).unwrap_err();
    assert_eq!(error.kind, "Unread");
    assert!(error.message.contains("ce:GetCostAndUsage"), "{error}");
}

#[test]
fn a_mail_that_sns_refuses_waits_in_the_outbox_and_is_sent_once_by_the_scheduler() {
    let mut stage = costly();
    stage
        .aws
        .fail(&json!({ "service": "sns", "action": "Publish", "error": "InternalFailure" }));
    let answer = stage.look(THURSDAY);
    assert!(
        news(&answer).contains(&"forecast: posted".to_owned()),
        "{answer:#}"
    );
    stage.aws.heal();
    stage.look("2026-11-12T10:10:00Z");
    assert_eq!(
        stage.subjects(),
        [""; 0],
        "the scheduler sends it, nobody else"
    );
    let topic = Some(stage.greenleaf.topic_arn.as_str());
    let scheduler = Sleeper::telling(&stage.aws, &config("en", &[]), topic);
    let mut mails = vec![];
    for at in ["2026-11-12T10:15:00Z", "2026-11-12T10:20:00Z"] {
        stage.aws.move_to(at);
        scheduler.invoke(&json!({ "command": "tick", "at": at }));
        mails.extend(stage.subjects());
    }
    let of_money = mails.iter().filter(|subject| subject.contains("budget"));
    assert_eq!(of_money.count(), 1, "{mails:?}");
}

#[test]
fn without_its_ledger_it_tells_nothing() {
    let mut stage = costly();
    stage.aws.fail(
        &json!({ "service": "dynamodb", "action": "Query", "error": "AccessDeniedException" }),
    );
    let error = stage.guard.invoke(&report(THURSDAY)).unwrap_err();
    assert_eq!(error.kind, "Ledger");
    assert!(error.message.contains("dynamodb:Query"), "{error}");
    assert_eq!(stage.subjects(), [""; 0]);
}

/// Between its claim and its mail a run holds a lease; who dies there is taken over.
#[test]
fn a_function_killed_between_its_claim_and_its_mail_loses_none_and_sends_none_twice() {
    let mut stage = costly();
    // The mail stays on its way until the function is dead, and never arrives.
    stage.aws.fail(&json!({ "service": "sns", "action": "Publish", "error": "InternalFailure", "delay_ms": 1500 }));
    stage.aws.forget_calls();
    let aws = &stage.aws;
    let dies = || aws.calls().iter().any(|call| call.action == "Publish");
    assert!(stage.guard.invoke_unless(&report(THURSDAY), dies).is_none());
    stage.aws.heal();
    assert_eq!(stage.subjects(), [""; 0]);
    let mut next = guard(&stage.aws, &stage.greenleaf, &config("en", &[])).start();
    let soon = next.invoke(&report("2026-11-12T10:04:00Z")).unwrap();
    assert!(
        !news(&soon).contains(&"forecast: sent".to_owned()),
        "the dead run may still be at it: {soon:#}"
    );
    let later = next.invoke(&report("2026-11-12T10:06:00Z")).unwrap();
    assert!(
        news(&later).contains(&"forecast: sent".to_owned()),
        "{later:#}"
    );
    assert_eq!(stage.mails().len(), 1);
    let again = next.invoke(&report("2026-11-12T10:20:00Z")).unwrap();
    assert_eq!(news(&again), [""; 0]);
}

/// The event comes twice, and other functions are at it at the same time.
#[test]
fn any_number_of_functions_at_once_send_each_mail_once() {
    let stage = costly();
    let mut functions: Vec<_> = (0..4)
        .map(|_| guard(&stage.aws, &stage.greenleaf, &config("en", &[])).start())
        .collect();
    std::thread::scope(|scope| {
        for function in &mut functions {
            scope.spawn(|| {
                for _ in 0..5 {
                    let answer = function.invoke(&report(THURSDAY)).unwrap();
                    assert_eq!(problems(&answer), [""; 0]);
                }
            });
        }
    });
    assert_eq!(stage.mails().len(), 1);
}

#[test]
fn another_instant_needs_drills_and_a_forecast_does_not() {
    let without = config("en", &[]).replace("\"drills\":true,", "");
    assert!(!without.contains("drills"));
    let stage = Stage::at(THURSDAY, &without);
    stage.bill(&[("2026-11-01", "2026-12-01", CALM)]);
    let mut guard = guard(&stage.aws, &stage.greenleaf, &without).start();
    let error = guard.invoke(&report(THURSDAY)).unwrap_err();
    assert_eq!(error.kind, "DrillsForbidden");
    assert!(error.message.contains("use forecast to look"), "{error}");
    let answer = guard
        .invoke(&json!({ "command": "forecast", "at": THURSDAY }))
        .unwrap();
    assert_eq!(
        (&answer["at"], &answer["dry_run"]),
        (&json!(THURSDAY), &json!(true))
    );
}
