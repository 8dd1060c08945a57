//! Figures that cannot be believed: a word about them, and nothing else.

use serde_json::json;

use crate::e2e::world::{CALM, COSTLY, FRIDAY, SLEEP, Stage, THURSDAY, config, money, news};

/// A costly November, the guard one data date short of acting.
fn about_to_act() -> Stage {
    let mut stage = Stage::at(THURSDAY, &config("en", &[SLEEP]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    stage.look(THURSDAY);
    stage.mails();
    stage
}

#[test]
fn absurd_amounts_are_told_and_authorise_nothing() {
    let mut stage = about_to_act();
    stage.record("2026-11-12", "Usage", "7000000000000.00");
    stage.aws.forget_calls();
    let answer = stage.look(FRIDAY);
    assert_eq!(answer["ladder"][0]["state"], "idle", "{answer:#}");
    let mails = stage.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].subject.starts_with("The cost data looks wrong"),
        "{}",
        mails[0].subject
    );
    assert!(
        mails[0].body.contains("stop nothing because of"),
        "{}",
        mails[0].body
    );
    assert!(!mails[0].body.contains("Cost Explorer's own"), "made of it");
    assert!(
        !stage
            .aws
            .orders()
            .iter()
            .any(|call| call.action == "TransactWriteItems"),
        "no hold"
    );
    assert_eq!(
        news(&stage.look("2026-11-13T18:00:00Z")),
        [""; 0],
        "told once"
    );
    // Corrected, the same figures are acted on as if nothing had been.
    stage.aws.money(&json!({ "clear_from": "2026-11-01" }));
    stage.charge("2026-11-01", "2026-12-01", COSTLY);
    stage.look("2026-11-14T10:00:00Z");
    let answer = stage.look("2026-11-15T10:00:00Z");
    assert_eq!(
        answer["ladder"][0]["state"], "take",
        "two dates that agree: {answer:#}"
    );
}

#[test]
fn a_gap_is_told_and_authorises_nothing() {
    let mut stage = Stage::at(THURSDAY, &config("en", &[SLEEP]));
    stage.bill(&[
        ("2026-11-01", "2026-11-05", COSTLY),
        ("2026-11-08", "2026-12-01", COSTLY),
    ]);
    let answer = stage.look(THURSDAY);
    let doubts = answer["data"]["doubts"][0].as_str().unwrap();
    assert!(
        doubts.starts_with("3 days of the month have no cost, the first 2026-11-05"),
        "{doubts}"
    );
    stage.look(FRIDAY);
    let subjects = stage.subjects();
    assert_eq!(subjects.len(), 1, "{subjects:#?}");
    assert!(subjects[0].starts_with("The cost data looks wrong"));
}

#[test]
fn figures_that_no_longer_come_are_told_once_and_again_after_they_came() {
    let mut stage = Stage::at(THURSDAY, &config("en", &[SLEEP]));
    stage.bill(&[("2026-11-01", "2026-11-10", CALM)]);
    assert_eq!(news(&stage.look(THURSDAY)), [""; 0]);
    let answer = stage.look(FRIDAY);
    assert_eq!(news(&answer), ["data-stale: sent"], "{answer:#}");
    assert_eq!(news(&stage.look("2026-11-14T10:00:00Z")), [""; 0]);
    assert!(stage.subjects()[0].starts_with("No fresh cost data"));
    stage.charge("2026-11-10", "2026-11-15", CALM);
    assert_eq!(news(&stage.look("2026-11-15T10:00:00Z")), [""; 0]);
    assert_eq!(
        news(&stage.look("2026-11-19T10:00:00Z")),
        ["data-stale: sent"]
    );
}

#[test]
fn credits_and_refunds_hide_no_spend() {
    let mut stage = Stage::at("2026-11-24T10:00:00Z", &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    // AWS Budgets subtracts both, and sees no breach.
    stage.record("2026-11-20", "Credit", "-300.00");
    stage.record("2026-11-21", "Refund", "-40.00");
    let answer = stage.look("2026-11-24T10:00:00Z");
    assert_eq!(answer["budget"]["credits"], "-340.00");
    let (spent, aws) = (
        money(&answer["budget"]["actual"]),
        money(&answer["aws"]["actual"]),
    );
    assert!(spent > 500.0 && aws < 400.0, "{answer:#}");
    assert!(news(&answer).contains(&"spent: sent".to_owned()));
    let mails = stage.mails();
    let spent = mails
        .iter()
        .find(|mail| mail.subject.starts_with("80 %"))
        .unwrap();
    assert!(
        spent.body.contains("credits and refunds, not subtracted"),
        "{}",
        spent.body
    );
    assert!(spent.body.contains("-340.00 USD"), "{}", spent.body);
}

#[test]
fn tax_and_support_stand_under_their_own_names() {
    let mut stage = Stage::at(FRIDAY, &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", CALM)]);
    stage.record("2026-11-01", "Tax", "12.00");
    stage.record("2026-11-01", "Support", "29.00");
    stage.record("2026-11-05", "Usage", "1.50");
    let answer = stage.look(FRIDAY);
    let environments = answer["environments"].as_array().unwrap();
    let spent = |name: &str| {
        let found = environments
            .iter()
            .find(|environment| environment["name"] == name);
        money(&found.unwrap_or_else(|| panic!("no {name}: {answer:#}"))["spent"])
    };
    assert_eq!(
        (spent("tax"), spent("support"), spent("untagged")),
        (12.0, 29.0, 1.5)
    );
    let sum: f64 = environments
        .iter()
        .map(|environment| money(&environment["spent"]))
        .sum();
    assert!(
        (sum - money(&answer["budget"]["actual"])).abs() < 0.001,
        "{answer:#}"
    );
}
