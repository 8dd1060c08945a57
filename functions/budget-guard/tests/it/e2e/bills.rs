//! What the guard makes of a bill that is more than usage, and of a budget or a bill it cannot use.

use serde_json::{Value, json};

use crate::e2e::world::{FRIDAY, Stage, THURSDAY, config, money, news, problems};

/// The first half of November: what a Savings Plan covers and takes back again, its fee, and what
/// it does not cover.
fn covered(stage: &Stage) {
    for (record, usd) in [
        ("SavingsPlanCoveredUsage", "48"),
        ("SavingsPlanNegation", "-48"),
        ("SavingsPlanRecurringFee", "31.20"),
        ("Usage", "10"),
        ("EdpDiscount", "-1"),
    ] {
        stage.aws.money(&json!({ "charges": [{
            "from": "2026-08-01", "to": "2026-11-30", "environment": "prod", "record": record, "usd": usd
        }] }));
    }
}

#[test]
fn negations_and_discounts_net_and_nobody_is_alarmed() {
    let mut stage = Stage::at(THURSDAY, &config("en", &[]).replace("500", "1500"));
    covered(&stage);
    stage.record("2026-11-03", "Credit", "-20");
    stage.record("2026-11-04", "Refund", "-5");
    let answer = stage.look("2026-11-11T10:00:00Z");
    assert_eq!(answer["budget"]["actual"], "402.00", "ten days at 40.20");
    assert_eq!(answer["budget"]["credits"], "-25.00");
    assert_eq!(answer["environments"][0]["spent"], "402.00");
    assert!(
        money(&answer["forecast"]["expected"]) < 1210.0,
        "{answer:#}"
    );
    let told = news(&answer);
    assert!(
        !told.iter().any(|news| news.starts_with("forecast")),
        "{told:?}"
    );
    assert!(!problems(&answer).contains(&"other-total"), "{answer:#}");
}

/// A budget of the configured name whose period or type is another.
fn other_budget(time_unit: &str, kind: &str, limit: &str) -> Value {
    let mut stage = Stage::at(
        THURSDAY,
        &config("en", &[]).replace("greenleaf-monthly", "shop"),
    );
    let unit = if kind == "COST" { "USD" } else { "GB" };
    let budget = json!({ "AccountId": "123456789012", "Budget": {
        "BudgetName": "shop", "BudgetType": kind, "TimeUnit": time_unit,
        "BudgetLimit": { "Amount": limit, "Unit": unit } } });
    stage
        .aws
        .json("budgets", "AWSBudgetServiceGateway.CreateBudget", &budget);
    stage.bill(&[("2026-11-01", "2026-12-01", crate::e2e::world::CALM)]);
    stage.look(FRIDAY)
}

#[test]
fn a_budget_of_another_period_is_told_as_such_and_never_compared() {
    for (time_unit, limit, what) in [
        ("ANNUALLY", "6000", "one of a year"),
        ("QUARTERLY", "500", "one of a quarter"),
        ("DAILY", "17", "one of a day"),
    ] {
        let answer = other_budget(time_unit, "COST", limit);
        assert_eq!(problems(&answer), ["other-period"], "{answer:#}");
        let message = answer["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains(what), "{message}");
        for figure in ["limit", "actual", "forecast", "last_month"] {
            assert_eq!(answer["aws"][figure], Value::Null, "{time_unit} {figure}");
        }
    }
    let usage = other_budget("MONTHLY", "USAGE", "100");
    assert_eq!(problems(&usage), ["other-period"]);
}

/// The costs of an organization: this account's, and another's ten times as high.
fn organization(stage: &Stage) {
    stage.bill(&[("2026-08-01", "2026-12-01", crate::e2e::world::CALM)]);
    stage.aws.money(&json!({ "charges": [{
        "from": "2026-08-01", "to": "2026-12-01", "environment": "prod", "usd": "100",
        "account": "444455556666"
    }] }));
}

/// A budget that counts certain accounts.
fn budget_of(stage: &Stage, accounts: &[&str]) {
    stage.aws.json(
        "budgets",
        "AWSBudgetServiceGateway.CreateBudget",
        &json!({
        "AccountId": "123456789012", "Budget": {
            "BudgetName": "shop", "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": { "Amount": "500", "Unit": "USD" },
            "CostFilters": { "LinkedAccount": accounts } } }),
    );
}

#[test]
fn in_a_management_account_the_budgets_accounts_alone_count_and_a_difference_is_told() {
    let named = config("en", &[]).replace("greenleaf-monthly", "shop");
    let mut stage = Stage::at(THURSDAY, &named);
    budget_of(&stage, &["123456789012"]);
    organization(&stage);
    let all = stage.look(FRIDAY);
    assert!(problems(&all).contains(&"other-accounts"), "{all:#}");
    let mut problem = all["problems"].as_array().unwrap().iter();
    let told = problem.find(|p| p["code"] == "other-accounts").unwrap();
    let remedy = told["remedy"].as_str().unwrap();
    assert!(remedy.contains("accounts: [123456789012]"), "{remedy}");
    assert!(
        money(&all["budget"]["actual"]) > 1000.0,
        "the whole organization"
    );

    let filtered = named.replace(
        "\"limit\":500",
        "\"limit\":500,\"accounts\":[\"123456789012\"]",
    );
    let mut stage = Stage::at(THURSDAY, &filtered);
    budget_of(&stage, &["123456789012"]);
    organization(&stage);
    let own = stage.look(FRIDAY);
    assert_eq!(problems(&own), Vec::<&str>::new(), "{own:#}");
    let (own, all) = (
        money(&own["budget"]["actual"]),
        money(&all["budget"]["actual"]),
    );
    assert!(
        (all - own - 1200.0).abs() < 0.01,
        "twelve days at 100: {own}, {all}"
    );
}

#[test]
fn a_week_without_the_cost_tag_is_a_problem_until_it_is_active() {
    let tagged = config("en", &[]).replace(
        "\"limit\":500",
        "\"limit\":500,\"cost_tag\":\"Environment\"",
    );
    let mut stage = Stage::at(THURSDAY, &tagged);
    stage.bill(&[("2026-11-01", "2026-12-01", crate::e2e::world::CALM)]);
    let answer = stage.look(THURSDAY);
    assert_eq!(problems(&answer), ["no-cost-tag"], "{answer:#}");
    let remedy = answer["problems"][0]["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("management account") && remedy.contains("24 hours"),
        "{remedy}"
    );
    assert_eq!(answer["environments"][0]["name"], "untagged");
    stage
        .aws
        .money(&json!({ "cost_tags": { "Environment": "2026-11-11" } }));
    let answer = stage.look(FRIDAY);
    assert_eq!(problems(&answer), Vec::<&str>::new(), "{answer:#}");
    // Another spelling is another tag.
    stage
        .aws
        .money(&json!({ "cost_tags": { "environment": "2026-06-01" } }));
    let answer = stage.look("2026-11-14T10:00:00Z");
    assert_eq!(problems(&answer), ["no-cost-tag"]);
}

#[test]
fn cost_explorer_that_was_never_opened_is_no_missing_right() {
    let mut stage = Stage::at(THURSDAY, &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", crate::e2e::world::CALM)]);
    stage.aws.money(&json!({ "cost_explorer": false }));
    let error = stage
        .guard
        .invoke(&crate::e2e::world::report(THURSDAY))
        .unwrap_err();
    let said = format!("{error:?}");
    assert!(said.contains("not enabled for cost explorer"), "{said}");
    assert!(
        said.contains("open Cost Explorer once") && said.contains("No right"),
        "{said}"
    );
}
