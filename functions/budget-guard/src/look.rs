//! One look: read, decide, tell, answer.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::join3;
use nightcap_aws::error::AwsError;
use nightcap_aws::time_left::{Closing, TimeLeft};
use nightcap_domain::config::{BudgetConfig, Compiled};
use nightcap_domain::guard::{
    GuardAnswer, GuardCost, Inventoried, ProblemView, Sight, decide, overdue,
};
use nightcap_domain::money::BillingMonth;
use nightcap_lambda::metrics::Meter;

use crate::differences::{differences, other_accounts};
use crate::error::GuardError;
use crate::figures;
use crate::handler::Guard;
use crate::inventory;
use crate::problems;
use crate::sources::BudgetInAws;

/// One look.
pub(crate) struct Look<'a> {
    pub(crate) guard: &'a Guard,
    pub(crate) config: &'a Compiled,
    pub(crate) budget: &'a BudgetConfig,
    pub(crate) now: DateTime<Utc>,
    pub(crate) time: TimeLeft,
    pub(crate) dry_run: bool,
    pub(crate) reference: &'a str,
    pub(crate) meter: &'a Meter,
}

impl Look<'_> {
    pub(crate) async fn answer(&self, command: &'static str) -> Result<GuardAnswer, GuardError> {
        let mut problems = vec![];
        let (remembered, costs, aws) =
            Box::pin(join3(self.remembered(), self.costs(), self.aws_budget())).await;
        let remembered = remembered?;
        let (paid, pages) = costs?;
        let (aws, no_budget) = match aws {
            Ok(BudgetInAws::Found(found)) => (Some(found), false),
            Ok(BudgetInAws::Other(other)) => {
                problems.push(problems::other_budget(self.budget, other));
                (None, false)
            }
            Ok(BudgetInAws::Missing) => {
                problems.push(problems::no_budget(&self.budget.name));
                (None, true)
            }
            Err(error) => {
                problems.push(problems::trouble("budget-unread", &error));
                (None, false)
            }
        };
        if let Some(aws) = &aws {
            problems.extend(differences(self.budget, aws, &paid.spent, self.today()));
            problems.extend(other_accounts(self.budget, aws, self.own_account()));
        }
        if paid.spent.week_is_untagged(self.today()) {
            problems.push(problems::no_cost_tag(&self.budget.cost_tag));
        }
        let (inventoried, unread) = self.inventoried().await;
        problems.extend(unread);
        let overdue = overdue(self.config, &remembered.ledger, self.now);
        if let Some(overdue) = &overdue {
            problems.push(problems::scheduler_silent(overdue));
        }
        let month = BillingMonth::of(self.today());
        let actual = paid.spent.charges.between(month.first_day(), self.today());
        let sight = Sight {
            config: self.config,
            budget: self.budget,
            now: self.now,
            spent: &paid.spent,
            inventoried: inventoried.as_ref(),
            aws: aws.as_ref(),
            no_budget,
            overdue: overdue.as_ref(),
            second_opinion: paid.rest_of_month.map(|rest| rest + actual),
            memory: &remembered.memory,
            holds: &remembered.ledger.holds,
            reference: self.reference,
        };
        let decision = decide(&sight);
        let mut answer = GuardAnswer::new(command, self.dry_run, &sight, &decision);
        answer.cost = GuardCost::of(pages);
        self.readers(&mut answer, &mut problems).await;
        answer.news = self.carry_out(&decision, &mut problems).await;
        self.alive(&mut problems).await;
        answer.problems = problems;
        log(&answer);
        let known = paid.spent.charges.before(self.today()).last_day();
        self.publish(&answer, known);
        Ok(answer)
    }

    /// The first day that is not closed.
    pub(crate) fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// Leaves the sign of life that the scheduler looks for.
    async fn alive(&self, problems: &mut Vec<ProblemView>) {
        let Some(store) = self.guard.store.as_deref().filter(|_| !self.dry_run) else {
            return;
        };
        let beat = store.beat(None, self.now);
        let beat = self.time.cut_closing(Closing::Settling, beat).await;
        let beat = beat.unwrap_or_else(|| Err(AwsError::out_of_time("dynamodb", "PutItem")));
        if let Err(error) = beat {
            problems.push(problems::trouble("not-remembered", &error));
        }
    }

    async fn inventoried(&self) -> (Option<Inventoried>, Vec<ProblemView>) {
        let Some(text) = self.guard.inventory.as_deref() else {
            return (None, vec![]);
        };
        let clients = &self.guard.clients;
        let region = clients.region().unwrap_or("eu-west-3");
        let (book, unread) =
            inventory::book(self.guard.prices.as_deref(), clients, self.time).await;
        let mut problems: Vec<ProblemView> = unread.into_iter().collect();
        let read = inventory::read(text, region, book)
            .map_err(|error| problems.push(problems::inventory(&error)))
            .ok();
        (read, problems)
    }

    fn publish(&self, answer: &GuardAnswer, known: Option<NaiveDate>) {
        let Some(publisher) = self.guard.publisher.as_ref().filter(|_| !self.dry_run) else {
            return;
        };
        let age = known.map(|day| (self.today() - day).num_days());
        let line = figures::of_look(answer, age, &self.meter.lap());
        publisher.publish(&line, self.now);
    }
}

fn log(answer: &GuardAnswer) {
    for problem in &answer.problems {
        tracing::warn!(code = problem.code, message = %problem.message, remedy = %problem.remedy, "problem");
    }
    tracing::info!(
        actual = %answer.budget.actual,
        expected = %answer.forecast.as_ref().map(|f| f.expected.to_string()).unwrap_or_default(),
        pages = answer.cost.pages,
        unconfirmed = answer.subscriptions.pending,
        doubts = answer.data.doubts.len(),
        "looked"
    );
}
