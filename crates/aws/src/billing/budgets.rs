//! AWS Budgets: what AWS itself says of a budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_budgets::types::{
    Budget, BudgetPerformanceHistory, BudgetType, Dimension, Spend, TimeUnit,
};
use chrono::DateTime;
use nightcap_domain::guard::{AwsBudget, BudgetPeriod, OtherBudget};
use nightcap_domain::money::{BillingMonth, Money, Usd};

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::pages::Followed;

/// An account has 20,000 budgets at the most, 100 a page: an answer that never ends is not followed.
const MOST_PAGES: usize = 200;

/// What there is under a budget's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A budget of a month's costs.
    OfMonth(AwsBudget),
    /// One whose figures are not those of a month's costs.
    Other(OtherBudget),
    /// None.
    Nothing,
}

/// The budgets of one account.
#[derive(Clone, Debug)]
pub struct Budgets {
    clients: Arc<Clients>,
    account: String,
}

impl Budgets {
    /// The budgets of this account.
    pub fn new(clients: Arc<Clients>, account: impl Into<String>) -> Self {
        Self {
            clients,
            account: account.into(),
        }
    }

    /// The budget of a name, all pages looked through. Of its
    /// closed months it knows nothing: [`Self::closed`] does.
    ///
    /// # Errors
    /// Whatever AWS refuses, and amounts that are not in dollars.
    pub async fn find(&self, name: &str) -> Result<Found, AwsError> {
        let mut pages = self
            .clients
            .budgets()
            .describe_budgets()
            .account_id(&self.account)
            .into_paginator()
            .send();
        let mut followed = Followed::new("budgets", "ViewBudget").at_most(MOST_PAGES);
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    let error = AwsError::from_sdk("budgets", "ViewBudget", &error);
                    // An account without a budget answers so.
                    return if error.cause == Cause::Gone {
                        Ok(Found::Nothing)
                    } else {
                        Err(error)
                    };
                }
            };
            if let Some(budget) = page.budgets().iter().find(|b| b.budget_name() == name) {
                return match other(budget) {
                    Some(other) => Ok(Found::Other(other)),
                    None => read(budget).map(Found::OfMonth),
                };
            }
            // Where AWS names the same page again, the budget may stand on one that is not known.
            followed.next(page.next_token())?;
        }
        Ok(Found::Nothing)
    }

    /// What a budget's months cost that were over before `this_month`, as AWS keeps them: with
    /// credits and refunds subtracted where the budget includes them.
    ///
    /// # Errors
    /// Whatever AWS refuses, and amounts that are not in dollars.
    pub async fn closed(
        &self,
        name: &str,
        this_month: BillingMonth,
    ) -> Result<BTreeMap<BillingMonth, Usd>, AwsError> {
        let mut pages = self
            .clients
            .budgets()
            .describe_budget_performance_history()
            .account_id(&self.account)
            .budget_name(name)
            .into_paginator()
            .send();
        let mut months = BTreeMap::new();
        let mut followed = Followed::new("budgets", "ViewBudget").at_most(MOST_PAGES);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("budgets", "ViewBudget", &error))?;
            followed.next(page.next_token())?;
            let history = page.budget_performance_history();
            for period in history
                .map(BudgetPerformanceHistory::budgeted_and_actual_amounts_list)
                .unwrap_or_default()
            {
                let start = period.time_period().and_then(|span| span.start());
                let start = start.and_then(|at| DateTime::from_timestamp(at.secs(), 0));
                if let (Some(start), Some(spent)) = (start, period.actual_amount()) {
                    months.insert(BillingMonth::of(start.date_naive()), amount(spent)?);
                }
            }
        }
        months.retain(|month, _| *month < this_month);
        Ok(months)
    }
}

/// Why a budget is not one of a month's costs; none if it is.
///
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html>
fn other(budget: &Budget) -> Option<OtherBudget> {
    if *budget.budget_type() != BudgetType::Cost {
        return Some(OtherBudget::NotOfCosts);
    }
    let period = match budget.time_unit() {
        TimeUnit::Monthly => return None,
        TimeUnit::Daily => BudgetPeriod::Day,
        TimeUnit::Quarterly => BudgetPeriod::Quarter,
        TimeUnit::Annually => BudgetPeriod::Year,
        _ => BudgetPeriod::Other,
    };
    Some(OtherBudget::Period(period))
}

fn read(budget: &Budget) -> Result<AwsBudget, AwsError> {
    let limit = budget.budget_limit().map(amount).transpose()?;
    let spent = budget.calculated_spend();
    let actual = spent.and_then(|spent| spent.actual_spend());
    let forecast = spent.and_then(|spent| spent.forecasted_spend());
    Ok(AwsBudget {
        limit: limit.ok_or_else(|| unreadable("the budget has no fixed limit".to_owned()))?,
        actual: actual.map(amount).transpose()?.unwrap_or_default(),
        // Absent, not zero, before AWS has five weeks to go on.
        forecast: forecast
            .map(amount)
            .transpose()?
            .filter(|forecast| !forecast.is_zero()),
        closed: BTreeMap::new(),
        accounts: accounts(budget),
    })
}

/// The accounts that a budget is filtered by, in order; none if it counts all. AWS gives filters in
/// an old form and a new one, and a filter of accounts may be one of several that all apply.
///
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html>
#[expect(
    deprecated,
    reason = "AWS answers with the new form only where `ShowFilterExpression` asks for it"
)]
fn accounts(budget: &Budget) -> Vec<String> {
    let mut found: Vec<String> = budget
        .cost_filters()
        .and_then(|filters| filters.get("LinkedAccount"))
        .cloned()
        .unwrap_or_default();
    if let (true, Some(expression)) = (found.is_empty(), budget.filter_expression()) {
        found = std::iter::once(expression)
            .chain(expression.and())
            .filter_map(|part| part.dimensions())
            .filter(|part| *part.key() == Dimension::LinkedAccount)
            .flat_map(|part| part.values().to_vec())
            .collect();
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn amount(spend: &Spend) -> Result<Usd, AwsError> {
    let money = Money {
        amount: spend
            .amount()
            .parse::<Usd>()
            .map_err(|error| unreadable(error.to_string()))?
            .amount(),
        currency: spend.unit().parse().map_err(
            |error: nightcap_domain::money::CurrencyError| unreadable(error.to_string()),
        )?,
    };
    money.usd().map_err(|error| unreadable(error.to_string()))
}

fn unreadable(message: String) -> AwsError {
    AwsError {
        service: "budgets",
        operation: "ViewBudget",
        cause: Cause::Other,
        message,
    }
}

#[cfg(test)]
mod tests;
