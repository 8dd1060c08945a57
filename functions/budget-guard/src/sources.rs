//! What a look reads: the ledger, the costs, the budget in AWS, and who reads its mails.

use std::sync::Arc;

use nightcap_aws::alert_ledger::{Paid, Remembered};
use nightcap_aws::budgets::{Budgets, Found};
use nightcap_aws::cost_explorer::CostExplorer;
use nightcap_aws::error::AwsError;
use nightcap_aws::sns::Topic;
use nightcap_aws::time_left::Closing;
use nightcap_domain::guard::{AwsBudget, GuardAnswer, OtherBudget, ProblemView};
use nightcap_domain::money::BillingMonth;
use nightcap_model::arn::Arn;

use crate::error::GuardError;
use crate::look::Look;
use crate::problems;

/// What AWS Budgets answers.
pub(crate) enum BudgetInAws {
    /// What it says of the budget.
    Found(AwsBudget),
    /// It has one of this name whose figures cannot be compared with a month's costs.
    Other(OtherBudget),
    /// It has none of this name.
    Missing,
}

impl Look<'_> {
    pub(crate) async fn remembered(&self) -> Result<Remembered, GuardError> {
        match &self.guard.store {
            Some(store) => {
                let reading = self.time.cut(store.read(&self.budget.name, self.now)).await;
                let late = || Err(AwsError::out_of_time("dynamodb", "Query"));
                reading.unwrap_or_else(late).map_err(GuardError::Ledger)
            }
            None => Ok(Remembered::default()),
        }
    }

    /// The costs of the day, paid for once; and how many pages were paid for now.
    pub(crate) async fn costs(&self) -> Result<(Paid, u32), GuardError> {
        let (as_of, name) = (self.today(), &self.budget.costs_key());
        if let Some(store) = &self.guard.store {
            match self.time.cut_optional(store.costs(name, as_of)).await {
                Some(Ok(Some(paid))) => return Ok((paid, 0)),
                Some(Ok(None)) => {}
                None => tracing::warn!("kept costs could not be read in time: they are paid again"),
                Some(Err(error)) => tracing::warn!(%error, "kept costs could not be read"),
            }
        }
        let explorer = CostExplorer::new(Arc::clone(&self.guard.clients), &self.budget.cost_tag)
            .of_accounts(&self.budget.accounts);
        let spent = self.time.cut(explorer.spent(as_of)).await;
        let late = || Err(AwsError::out_of_time("ce", "GetCostAndUsage"));
        let spent = spent.unwrap_or_else(late).map_err(GuardError::Unread)?;
        // A second opinion is worth having, not worth failing or waiting for.
        let second = explorer.rest_of_month(as_of);
        let rest_of_month = match self.time.cut_optional(second).await {
            Some(Ok(rest)) => rest,
            None => {
                tracing::warn!("there was no time for a second opinion");
                None
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "no second opinion");
                None
            }
        };
        let paid = Paid {
            spent,
            rest_of_month,
        };
        if let (Some(store), false) = (&self.guard.store, self.dry_run)
            && let Some(Err(error)) = self
                .time
                .cut_closing(
                    Closing::WritingDown,
                    store.keep_costs(name, as_of, &paid, self.now),
                )
                .await
        {
            tracing::warn!(%error, "costs could not be kept: the next run pays again");
        }
        Ok((paid, explorer.pages()))
    }

    /// The account of the budget, as far as it is known without asking AWS.
    pub(crate) fn own_account(&self) -> Option<&str> {
        self.guard
            .topic
            .as_ref()
            .map(Topic::arn)
            .and_then(account_of)
    }

    /// What AWS says of the budget is compared, and done without where it does not answer.
    pub(crate) async fn aws_budget(&self) -> Result<BudgetInAws, AwsError> {
        let account = if let Some(account) = self.own_account() {
            account.to_owned()
        } else {
            let asked = self.time.cut_optional(self.guard.clients.account());
            asked
                .await
                .unwrap_or_else(|| Err(AwsError::out_of_time("sts", "GetCallerIdentity")))?
        };
        let budgets = Budgets::new(Arc::clone(&self.guard.clients), account);
        let asked = self.time.cut_optional(budgets.find(&self.budget.name));
        let mut found = match asked
            .await
            .unwrap_or_else(|| Err(AwsError::out_of_time("budgets", "ViewBudget")))?
        {
            Found::OfMonth(found) => found,
            Found::Other(other) => return Ok(BudgetInAws::Other(other)),
            Found::Nothing => return Ok(BudgetInAws::Missing),
        };
        let this_month = BillingMonth::of(self.today());
        let closed = budgets.closed(&self.budget.name, this_month);
        match self.time.cut_optional(closed).await {
            Some(Ok(closed)) => found.closed = closed,
            Some(Err(error)) => tracing::warn!(%error, "no history of the budget"),
            None => tracing::warn!("no history of the budget: no answer in time"),
        }
        Ok(BudgetInAws::Found(found))
    }

    /// An address that was never confirmed reads nothing: that is said where it can be seen.
    pub(crate) async fn readers(&self, answer: &mut GuardAnswer, problems: &mut Vec<ProblemView>) {
        let Some(topic) = &self.guard.topic else {
            problems.push(problems::no_topic());
            return;
        };
        let readers = self.time.cut_optional(topic.readers()).await;
        let late = || Err(AwsError::out_of_time("sns", "ListSubscriptionsByTopic"));
        match readers.unwrap_or_else(late) {
            Ok(readers) => {
                answer.subscriptions = readers;
                if readers.pending > 0 || readers.confirmed == 0 {
                    problems.push(problems::unread(readers, topic.arn()));
                }
            }
            Err(error) => problems.push(problems::trouble("subscriptions-unread", &error)),
        }
    }
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    Arn::parse(arn)?.owner()
}
