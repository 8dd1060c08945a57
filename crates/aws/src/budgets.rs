//! AWS Budgets: what AWS itself says of a budget.

use std::sync::Arc;

use aws_sdk_budgets::types::{Budget, BudgetPerformanceHistory, Spend};
use nightcap_domain::guard::AwsBudget;
use nightcap_domain::money::{Money, Usd};

use crate::clients::Clients;
use crate::error::{AwsError, Cause};

/// The budgets of one account.
#[derive(Clone, Debug)]
pub struct Budgets {
    clients: Arc<Clients>,
    account: String,
}

/// One period of a budget's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetPeriod {
    /// Its first day, in seconds since 1970, UTC.
    pub start: i64,
    /// The limit then.
    pub limit: Option<Usd>,
    /// What was spent.
    pub actual: Option<Usd>,
}

impl Budgets {
    /// The budgets of this account.
    pub fn new(clients: Arc<Clients>, account: impl Into<String>) -> Self {
        Self {
            clients,
            account: account.into(),
        }
    }

    /// The budget of a name, all pages looked through; none if there is no such budget.
    ///
    /// # Errors
    /// Whatever AWS refuses, and amounts that are not in dollars.
    pub async fn find(&self, name: &str) -> Result<Option<AwsBudget>, AwsError> {
        let mut pages = self
            .clients
            .budgets()
            .describe_budgets()
            .account_id(&self.account)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    let error = AwsError::from_sdk("budgets", "ViewBudget", &error);
                    // An account without a budget answers so.
                    return if error.cause == Cause::Gone {
                        Ok(None)
                    } else {
                        Err(error)
                    };
                }
            };
            if let Some(budget) = page.budgets().iter().find(|b| b.budget_name() == name) {
                return read(budget).map(Some);
            }
        }
        Ok(None)
    }

    /// The periods of a budget that are over or running, as AWS keeps them.
    ///
    /// # Errors
    /// Whatever AWS refuses, and amounts that are not in dollars.
    pub async fn history(&self, name: &str) -> Result<Vec<BudgetPeriod>, AwsError> {
        let mut pages = self
            .clients
            .budgets()
            .describe_budget_performance_history()
            .account_id(&self.account)
            .budget_name(name)
            .into_paginator()
            .send();
        let mut periods = vec![];
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("budgets", "ViewBudget", &error))?;
            let history = page.budget_performance_history();
            for period in history
                .map(BudgetPerformanceHistory::budgeted_and_actual_amounts_list)
                .unwrap_or_default()
            {
                periods.push(BudgetPeriod {
                    start: period
                        .time_period()
                        .and_then(|span| span.start())
                        .map_or(0, aws_smithy_types::DateTime::secs),
                    limit: period.budgeted_amount().map(amount).transpose()?,
                    actual: period.actual_amount().map(amount).transpose()?,
                });
            }
        }
        Ok(periods)
    }
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
    })
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
