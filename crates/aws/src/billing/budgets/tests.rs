use aws_sdk_budgets::Client;
use aws_sdk_budgets::operation::describe_budget_performance_history::DescribeBudgetPerformanceHistoryOutput;
use aws_sdk_budgets::operation::describe_budgets::{DescribeBudgetsError, DescribeBudgetsOutput};
use aws_sdk_budgets::types::error::NotFoundException;
use aws_sdk_budgets::types::{
    Budget, BudgetType, BudgetedAndActualAmounts, CalculatedSpend, Spend, TimePeriod, TimeUnit,
};
use aws_smithy_mocks::{RuleMode, mock};

use super::*;
use crate::mocks;

fn spend(amount: &str, unit: &str) -> Spend {
    Spend::builder().amount(amount).unit(unit).build().unwrap()
}

fn budget(name: &str, spent: &str, forecast: Option<&str>, unit: &str) -> Budget {
    let spends = CalculatedSpend::builder()
        .actual_spend(spend(spent, unit))
        .set_forecasted_spend(forecast.map(|forecast| spend(forecast, unit)))
        .build();
    Budget::builder()
        .budget_name(name)
        .budget_type(BudgetType::Cost)
        .time_unit(TimeUnit::Monthly)
        .budget_limit(spend("500.0", unit))
        .calculated_spend(spends)
        .build()
        .unwrap()
}

async fn of_month(budgets: &Budgets) -> AwsBudget {
    match budgets.find("greenleaf-monthly").await.unwrap() {
        Found::OfMonth(found) => found,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_budget_of_another_period_or_type_is_no_budget_of_a_month() {
    for (time_unit, kind, other) in [
        (
            TimeUnit::Daily,
            BudgetType::Cost,
            OtherBudget::Period(BudgetPeriod::Day),
        ),
        (
            TimeUnit::Quarterly,
            BudgetType::Cost,
            OtherBudget::Period(BudgetPeriod::Quarter),
        ),
        (
            TimeUnit::Annually,
            BudgetType::Cost,
            OtherBudget::Period(BudgetPeriod::Year),
        ),
        (
            TimeUnit::from("CUSTOM"),
            BudgetType::Cost,
            OtherBudget::Period(BudgetPeriod::Other),
        ),
        (
            TimeUnit::Monthly,
            BudgetType::Usage,
            OtherBudget::NotOfCosts,
        ),
    ] {
        let rule = mock!(Client::describe_budgets).then_output(move || {
            let mut found = budget("greenleaf-monthly", "4100", None, "USD");
            found.time_unit = time_unit.clone();
            found.budget_type = kind.clone();
            DescribeBudgetsOutput::builder().budgets(found).build()
        });
        let budgets = Budgets::new(mocks::budgets(&[&rule]), "1");
        let found = budgets.find("greenleaf-monthly").await.unwrap();
        assert_eq!(found, Found::Other(other));
    }
}

#[tokio::test]
async fn the_budget_is_found_on_the_second_page() {
    let first = mock!(Client::describe_budgets)
        .match_requests(|request| request.account_id() == Some("111122223333"))
        .then_output(|| {
            DescribeBudgetsOutput::builder()
                .budgets(budget("other", "1", None, "USD"))
                .next_token("2")
                .build()
        });
    let second = mock!(Client::describe_budgets)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(|| {
            DescribeBudgetsOutput::builder()
                .budgets(budget("greenleaf-monthly", "412.30", Some("611.5"), "USD"))
                .build()
        });
    let clients = mocks::budgets_by(RuleMode::Sequential, &[&first, &second]);
    let found = Budgets::new(clients, "111122223333");
    let found = of_month(&found).await;
    assert_eq!(found.limit, Usd::from_cents(50_000));
    assert_eq!(found.actual, Usd::from_cents(41_230));
    assert_eq!(found.forecast, Some(Usd::from_cents(61_150)));
}

#[tokio::test]
async fn closed_months_are_read_from_every_page_and_the_one_that_runs_is_none() {
    let page = |months: &[(&str, &str)], token: Option<&str>| {
        let periods = months.iter().map(|(start, spent)| {
            let start = format!("{start}-01T00:00:00Z");
            let start = aws_smithy_types::DateTime::from_str(
                &start,
                aws_smithy_types::date_time::Format::DateTime,
            );
            BudgetedAndActualAmounts::builder()
                .budgeted_amount(spend("500", "USD"))
                .actual_amount(spend(spent, "USD"))
                .time_period(TimePeriod::builder().start(start.unwrap()).build())
                .build()
        });
        let history = BudgetPerformanceHistory::builder()
            .set_budgeted_and_actual_amounts_list(Some(periods.collect()))
            .build();
        DescribeBudgetPerformanceHistoryOutput::builder()
            .budget_performance_history(history)
            .set_next_token(token.map(str::to_owned))
            .build()
    };
    let first = page(&[("2026-11", "230.5"), ("2026-10", "381.9")], Some("2"));
    let second = page(&[("2026-09", "377.123")], None);
    let first = mock!(Client::describe_budget_performance_history)
        .match_requests(|request| request.budget_name() == Some("greenleaf-monthly"))
        .then_output(move || first.clone());
    let second = mock!(Client::describe_budget_performance_history)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(move || second.clone());
    let clients = mocks::budgets_by(RuleMode::Sequential, &[&first, &second]);
    let closed = Budgets::new(clients, "111122223333")
        .closed("greenleaf-monthly", "2026-11".parse().unwrap())
        .await
        .unwrap();
    let expected = [("2026-09", "377.123"), ("2026-10", "381.90")];
    let expected = expected.map(|(month, spent)| (month.parse().unwrap(), spent.parse().unwrap()));
    assert_eq!(closed, BTreeMap::from(expected));
}

#[tokio::test]
async fn no_budget_is_no_error_and_no_forecast_is_not_zero() {
    let none = mock!(Client::describe_budgets).then_error(|| {
        DescribeBudgetsError::NotFoundException(
            NotFoundException::builder()
                .meta(
                    aws_smithy_types::error::ErrorMetadata::builder()
                        .code("NotFoundException")
                        .build(),
                )
                .build(),
        )
    });
    let none = Budgets::new(mocks::budgets(&[&none]), "1");
    assert_eq!(
        none.find("greenleaf-monthly").await.unwrap(),
        Found::Nothing
    );
    let young = mock!(Client::describe_budgets).then_output(|| {
        DescribeBudgetsOutput::builder()
            .budgets(budget("greenleaf-monthly", "0", Some("0"), "USD"))
            .build()
    });
    let young = Budgets::new(mocks::budgets(&[&young]), "1");
    let found = of_month(&young).await;
    assert_eq!(found.forecast, None);
}

#[tokio::test]
async fn another_currency_is_never_taken_for_dollars() {
    let rule = mock!(Client::describe_budgets).then_output(|| {
        DescribeBudgetsOutput::builder()
            .budgets(budget("greenleaf-monthly", "1", None, "EUR"))
            .build()
    });
    let error = Budgets::new(mocks::budgets(&[&rule]), "1")
        .find("greenleaf-monthly")
        .await
        .unwrap_err();
    assert!(error.message.contains("EUR"), "{error}");
}
