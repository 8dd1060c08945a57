//! Months as AWS bills them: of 28 to 31 days, with a change of the clocks or without.

use serde_json::json;

use crate::e2e::world::{CALM, COSTLY, SLEEP, Stage, config, money, news, problems};

#[test]
fn a_month_closes_once_with_what_its_forecast_was_worth_and_the_next_begins_afresh() {
    let mut stage = Stage::at("2026-11-23T10:00:00Z", &config("en", &[]));
    stage.bill(&[
        ("2026-11-01", "2026-12-01", ["0.50", "7.00", "11.00"]),
        ("2026-12-01", "2027-01-01", COSTLY),
    ]);
    assert!(news(&stage.look("2026-11-23T10:00:00Z")).contains(&"forecast: sent".to_owned()));
    stage.look("2026-11-30T10:00:00Z");
    stage.mails();
    let first = stage.look("2026-12-01T10:00:00Z");
    assert_eq!(
        news(&first),
        [""; 0],
        "its last day is provisional: {first:#}"
    );
    assert_eq!(
        (
            &first["forecast"]["month"],
            money(&first["budget"]["actual"])
        ),
        (&json!("2026-12"), 0.0)
    );
    let second = stage.look("2026-12-02T10:00:00Z");
    assert_eq!(news(&second), ["month-close: sent"], "{second:#}");
    assert_eq!(problems(&second), [""; 0]);
    let mails = stage.mails();
    assert_eq!(mails.len(), 1);
    let closed = &second["aws"]["last_month"];
    assert!((money(closed) - 555.0).abs() < 1.0, "{second:#}");
    assert!(
        mails[0].subject.contains(&format!(
            "cost {} USD of 500.00 USD",
            closed.as_str().unwrap()
        )),
        "{}",
        mails[0].subject
    );
    let body = unwrapped(&mails[0].body);
    let said = format!(
        "AWS Budgets says {} USD was spent",
        closed.as_str().unwrap()
    );
    for said in [said.as_str(), "Mean error of the month's 2 forecasts"] {
        assert!(body.contains(said), "{said}: {body}");
    }
    // The new month is told its own levels.
    let news = news(&stage.look("2026-12-10T10:00:00Z"));
    assert_eq!(
        news.iter().filter(|told| *told == "forecast: sent").count(),
        1,
        "{news:?}"
    );
}

#[test]
fn a_budget_that_sees_another_month_than_cost_explorer_is_a_problem() {
    let mut stage = Stage::at("2026-12-02T10:00:00Z", &config("en", &[]));
    stage.bill(&[("2026-11-01", "2027-01-01", CALM)]);
    let without_tax = json!({
        "AccountId": "123456789012",
        "Budget": {
            "BudgetName": crate::e2e::world::BUDGET, "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": { "Amount": "500", "Unit": "USD" }, "CostTypes": { "IncludeTax": false }
        }
    });
    let named = json!({ "AccountId": "123456789012", "BudgetName": crate::e2e::world::BUDGET });
    stage
        .aws
        .json("budgets", "AWSBudgetServiceGateway.DeleteBudget", &named);
    stage.aws.json(
        "budgets",
        "AWSBudgetServiceGateway.CreateBudget",
        &without_tax,
    );
    stage.record("2026-11-30", "Tax", "20.00");
    let early = stage.look("2026-12-02T10:00:00Z");
    assert_eq!(problems(&early), [""; 0], "its last days may still grow");
    let answer = stage.look("2026-12-03T10:00:00Z");
    assert_eq!(problems(&answer), ["other-total"], "{answer:#}");
    let message = answer["problems"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("2026-11 cost 386.00 USD by Cost Explorer and 366.00 USD"),
        "{message}"
    );
}

/// October has an hour more on Paris's clocks; AWS bills by UTC, and a hold ends by UTC's month.
#[test]
fn in_the_month_of_the_fold_a_hold_and_the_hours_are_true() {
    let weekends = "forecast > 110%: weekends off preprod";
    let mut stage = Stage::at("2026-10-15T10:00:00Z", &config("en", &[weekends]));
    stage.bill(&[("2026-10-01", "2026-11-01", COSTLY)]);
    stage.look("2026-10-15T10:00:00Z");
    let answer = stage.look("2026-10-16T10:00:00Z");
    assert_eq!(answer["ladder"][0]["state"], "take", "{answer:#}");
    let mails = stage.mails().into_iter();
    let body = unwrapped(&mails.map(|mail| mail.body).collect::<String>());
    for stretch in [
        "from Sat 17 Oct 2026 00:00 CEST to Mon 19 Oct 2026 00:00 CEST",
        "from Sat 24 Oct 2026 00:00 CEST to Mon 26 Oct 2026 00:00 CET",
        "from Sat 31 Oct 2026 00:00 CET to Sun 1 Nov 2026 01:00 CET",
    ] {
        assert!(body.contains(stretch), "{stretch}: {body}");
    }
}

#[test]
fn february_of_a_leap_year_has_its_29th() {
    let mut stage = Stage::at("2028-02-28T10:00:00Z", &config("en", &[SLEEP]));
    stage.charge("2027-09-01", "2028-04-01", CALM);
    let answer = stage.look("2028-02-28T10:00:00Z");
    assert_eq!(answer["forecast"]["month"], "2028-02");
    // Twenty-nine days of 12.20 USD; the last two are still to come.
    assert!(
        (money(&answer["forecast"]["expected"]) - 353.8).abs() < 15.0,
        "{answer:#}"
    );
    let answer = stage.look("2028-03-02T10:00:00Z");
    assert_eq!(news(&answer), ["month-close: sent"], "{answer:#}");
    assert_eq!(answer["aws"]["last_month"], "353.80");
    let mail = stage.mails().remove(0);
    assert!(
        mail.subject.contains("February 2028 cost 353.80 USD"),
        "{}",
        mail.subject
    );
    assert!(mail.body.contains("29 Feb 2028"), "{}", mail.body);
}

/// A text without the breaks of its lines.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
