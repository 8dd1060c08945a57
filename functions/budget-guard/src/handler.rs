//! From a request to an answer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use nightcap_aws::alert_ledger::{AlertStore, Paid, Remembered};
use nightcap_aws::budgets::Budgets;
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source::{self, ConfigSourceError};
use nightcap_aws::cost_explorer::CostExplorer;
use nightcap_aws::error::AwsError;
use nightcap_aws::logs;
use nightcap_aws::metrics::{Meter, Publisher};
use nightcap_aws::sns::Topic;
use nightcap_domain::config::{BudgetConfig, Compiled};
use nightcap_domain::guard::{
    AwsBudget, Decision, GuardAnswer, GuardCost, Inventoried, News, NewsView, ProblemView, Sight,
    decide,
};
use nightcap_domain::money::BillingMonth;
use serde_json::{Value, json};
use thiserror::Error;

use crate::differences::differences;
use crate::figures;
use crate::inventory;
use crate::request::{Request, RequestError};

/// Why there is no answer. Each name is the error type that Lambda reports.
#[derive(Debug, Error)]
pub enum GuardError {
    /// The event is none of ours.
    #[error(transparent)]
    InvalidEvent(#[from] RequestError),
    /// The configuration is not where it should be.
    #[error(transparent)]
    MissingConfiguration(#[from] ConfigSourceError),
    /// The configuration has errors; all of them are told.
    #[error("the configuration has errors, so nothing was done:\n{0}")]
    InvalidConfiguration(String),
    /// A report for another instant, in earnest.
    #[error(
        "what tells and asks takes another instant than now only where the configuration says `drills: true`; use forecast to look"
    )]
    DrillsForbidden,
    /// There is nothing to watch.
    #[error("the configuration has no `budget`: add one, or remove the guard's schedule")]
    NoBudget,
    /// Amounts are kept in dollars.
    #[error("the budget is in {0}, but costs come in USD: give the limit in USD")]
    Currency(String),
    /// The costs could not be read.
    #[error("the costs could not be read, so nothing was told: {0}. To mend it: {remedy}", remedy = .0.remedy().en)]
    Unread(AwsError),
    /// The ledger could not be read.
    #[error("the ledger could not be reached, so nothing was told: {0}. To mend it: {remedy}", remedy = .0.remedy().en)]
    Ledger(AwsError),
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

impl GuardError {
    /// The error type that Lambda reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvalidEvent(_) => "InvalidEvent",
            Self::MissingConfiguration(_) => "MissingConfiguration",
            Self::InvalidConfiguration(_) => "InvalidConfiguration",
            Self::DrillsForbidden => "DrillsForbidden",
            Self::NoBudget => "NoBudget",
            Self::Currency(_) => "Currency",
            Self::Unread(_) => "Unread",
            Self::Ledger(_) => "Ledger",
            Self::Answer(_) => "Answer",
        }
    }
}

/// What the function keeps between invocations.
pub struct Guard {
    /// The clients of the function's own account.
    pub clients: Arc<Clients>,
    /// Where it remembers; without it nothing is told, lest it be told every day.
    pub store: Option<Box<dyn AlertStore>>,
    /// Where mails go.
    pub topic: Option<Topic>,
    /// Where the configuration stands.
    pub config: String,
    /// What there is to pay for.
    pub inventory: Option<String>,
    /// Tells CloudWatch of every look that is no dry run.
    pub publisher: Option<Publisher>,
}

impl Guard {
    /// Answers one event.
    ///
    /// # Errors
    /// If the event or the configuration cannot be read, or the costs or the ledger could not.
    pub async fn handle(
        &self,
        event: &Value,
        now: DateTime<Utc>,
        correlation_id: &str,
    ) -> Result<Value, GuardError> {
        let meter = Meter::begin(&self.clients);
        let request = Request::parse(event)?;
        logs::command(request.command());
        let looks = request.looks();
        let answer = self.respond(request, now, correlation_id, &meter).await;
        if let (Err(error), true, Some(publisher)) = (&answer, looks, &self.publisher) {
            let line = figures::of_failure(correlation_id, error.kind(), &meter.lap());
            publisher.publish(&line, now);
        }
        answer
    }

    async fn respond(
        &self,
        request: Request,
        now: DateTime<Utc>,
        correlation_id: &str,
        meter: &Meter,
    ) -> Result<Value, GuardError> {
        let config = self.configuration().await?;
        let budget = config.config().budget.as_ref();
        let budget = budget.ok_or(GuardError::NoBudget)?;
        if budget.currency != "USD" {
            return Err(GuardError::Currency(budget.currency.clone()));
        }
        let drills = config.config().drills;
        let (command, at, dry_run, notified) = match request {
            Request::Report { at: Some(_), .. } if !drills => {
                return Err(GuardError::DrillsForbidden);
            }
            Request::Report { at, dry_run } => ("report", at, dry_run, vec![]),
            Request::Forecast { at } => ("forecast", at, true, vec![]),
            Request::Notified { at, messages } => {
                let about_us = |name: &Option<String>| name.as_deref() == Some(&budget.name);
                if !messages.iter().any(|message| about_us(&message.budget)) {
                    let ignored = json!({
                        "command": "notified", "ignored": true, "notified": messages,
                        "reason": format!("no message is about the budget {}", budget.name),
                    });
                    return Ok(ignored);
                }
                ("report", at.filter(|_| drills), false, messages)
            }
        };
        let look = Look {
            guard: self,
            config: &config,
            budget,
            now: at.unwrap_or(now),
            dry_run,
            reference: correlation_id,
            meter,
        };
        let mut answer = serde_json::to_value(look.answer(command).await?)?;
        if let (Some(keys), false) = (answer.as_object_mut(), notified.is_empty()) {
            keys.insert("notified".to_owned(), serde_json::to_value(notified)?);
        }
        Ok(answer)
    }

    async fn configuration(&self) -> Result<Compiled, GuardError> {
        let source = config_source::fetch(&self.config, &self.clients).await?;
        Compiled::parse(&source.text).map_err(|errors| {
            GuardError::InvalidConfiguration(errors.render(&source.name, &source.text))
        })
    }
}

/// One look.
struct Look<'a> {
    guard: &'a Guard,
    config: &'a Compiled,
    budget: &'a BudgetConfig,
    now: DateTime<Utc>,
    dry_run: bool,
    reference: &'a str,
    meter: &'a Meter,
}

impl Look<'_> {
    async fn answer(&self, command: &'static str) -> Result<GuardAnswer, GuardError> {
        let mut problems = vec![];
        let (remembered, costs, aws) =
            futures_util::future::join3(self.remembered(), self.costs(), self.aws_budget()).await;
        let remembered = remembered?;
        let (paid, pages) = costs?;
        let aws = aws.unwrap_or_else(|error| {
            problems.push(trouble("budget-unread", &error));
            None
        });
        let today = self.now.date_naive();
        if let Some(aws) = &aws {
            problems.extend(differences(self.budget, aws, &paid.spent, today));
        }
        let inventoried = self.inventoried(&mut problems);
        let actual = paid
            .spent
            .charges
            .between(BillingMonth::of(today).first_day(), today);
        let sight = Sight {
            config: self.config,
            budget: self.budget,
            now: self.now,
            spent: &paid.spent,
            inventoried: inventoried.as_ref(),
            aws: aws.as_ref(),
            second_opinion: paid.rest_of_month.map(|rest| rest + actual),
            memory: &remembered.memory,
            holds: &remembered.holds,
            reference: self.reference,
        };
        let decision = decide(&sight);
        let mut answer = GuardAnswer::new(command, self.dry_run, &sight, &decision);
        answer.cost = GuardCost::of(pages);
        self.readers(&mut answer, &mut problems).await;
        answer.news = self.carry_out(&decision, &mut problems).await;
        answer.problems = problems;
        log(&answer);
        if let (Some(publisher), false) = (&self.guard.publisher, self.dry_run) {
            let known = paid.spent.charges.before(self.now.date_naive());
            let age = |day: chrono::NaiveDate| (self.now.date_naive() - day).num_days();
            let line = figures::of_look(&answer, known.last_day().map(age), &self.meter.lap());
            publisher.publish(&line, self.now);
        }
        Ok(answer)
    }

    async fn remembered(&self) -> Result<Remembered, GuardError> {
        match &self.guard.store {
            Some(store) => store
                .read(&self.budget.name, self.now)
                .await
                .map_err(GuardError::Ledger),
            None => Ok(Remembered::default()),
        }
    }

    /// The costs of the day, paid for once; and how many pages were paid for now.
    async fn costs(&self) -> Result<(Paid, u32), GuardError> {
        let as_of = self.now.date_naive();
        let name = &self.budget.name;
        if let Some(store) = &self.guard.store {
            match store.costs(name, as_of).await {
                Ok(Some(paid)) => return Ok((paid, 0)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "kept costs could not be read"),
            }
        }
        let explorer = CostExplorer::new(Arc::clone(&self.guard.clients));
        let spent = explorer.spent(as_of).await.map_err(GuardError::Unread)?;
        let rest_of_month = match explorer.rest_of_month(as_of).await {
            Ok(rest) => rest,
            // A second opinion is worth having, not worth failing for.
            Err(error) => {
                tracing::warn!(%error, "no second opinion");
                None
            }
        };
        let paid = Paid {
            spent,
            rest_of_month,
        };
        if let (Some(store), false) = (&self.guard.store, self.dry_run)
            && let Err(error) = store.keep_costs(name, as_of, &paid, self.now).await
        {
            tracing::warn!(%error, "costs could not be kept: the next run pays again");
        }
        Ok((paid, explorer.pages()))
    }

    async fn aws_budget(&self) -> Result<Option<AwsBudget>, AwsError> {
        let topic = self.guard.topic.as_ref().map(Topic::arn);
        let account = match topic.and_then(account_of) {
            Some(account) => account.to_owned(),
            None => self.guard.clients.account().await?,
        };
        let budgets = Budgets::new(Arc::clone(&self.guard.clients), account);
        let Some(mut found) = budgets.find(&self.budget.name).await? else {
            tracing::warn!(budget = %self.budget.name, "AWS Budgets has no such budget");
            return Ok(None);
        };
        let this_month = BillingMonth::of(self.now.date_naive());
        match budgets.closed(&self.budget.name, this_month).await {
            Ok(closed) => found.closed = closed,
            Err(error) => tracing::warn!(%error, "no history of the budget"),
        }
        Ok(Some(found))
    }

    fn inventoried(&self, problems: &mut Vec<ProblemView>) -> Option<Inventoried> {
        let text = self.guard.inventory.as_deref()?;
        let region = self.guard.clients.region().unwrap_or("eu-west-3");
        inventory::read(text, region)
            .map_err(|error| {
                problems.push(ProblemView {
                    code: "inventory",
                    message: error.to_string(),
                    remedy: "correct NIGHTCAP_INVENTORY".to_owned(),
                });
            })
            .ok()
    }

    /// An address that was never confirmed reads nothing: that is said where it can be seen.
    async fn readers(&self, answer: &mut GuardAnswer, problems: &mut Vec<ProblemView>) {
        let Some(topic) = &self.guard.topic else {
            problems.push(ProblemView {
                code: "no-topic",
                message: "no mail can be sent: there is no topic".to_owned(),
                remedy: "set NIGHTCAP_TOPIC_ARN".to_owned(),
            });
            return;
        };
        match topic.readers().await {
            Ok(readers) => {
                answer.subscriptions = readers;
                if readers.pending > 0 || readers.confirmed == 0 {
                    problems.push(ProblemView {
                        code: "unread",
                        message: format!(
                            "{} confirmed and {} unconfirmed subscriptions of {}",
                            readers.confirmed,
                            readers.pending,
                            topic.arn()
                        ),
                        remedy: "click \"Confirm subscription\" in the mail AWS sent, or subscribe an address"
                            .to_owned(),
                    });
                }
            }
            Err(error) => problems.push(trouble("subscriptions-unread", &error)),
        }
    }

    async fn carry_out(
        &self,
        decision: &Decision,
        problems: &mut Vec<ProblemView>,
    ) -> Vec<NewsView> {
        let Some(store) = self.guard.store.as_deref() else {
            problems.push(ProblemView {
                code: "no-ledger",
                message: "nothing is told or asked for: there is no ledger to remember it by"
                    .to_owned(),
                remedy: "set NIGHTCAP_TABLE to the name of the ledger's table".to_owned(),
            });
            return planned(&decision.news);
        };
        if self.dry_run {
            return planned(&decision.news);
        }
        let mut told = vec![];
        for news in &decision.news {
            let result = match self.tell(store, news).await {
                Ok(result) => result,
                Err(error) => {
                    tracing::error!(key = %news.key, %error, "not told");
                    problems.push(trouble("not-told", &error));
                    "failed"
                }
            };
            told.push(NewsView::of(news, result));
        }
        if let Some(seen) = &decision.observation
            && let Err(error) = store.observe(&self.budget.name, seen, self.now).await
        {
            problems.push(trouble("not-remembered", &error));
        }
        told
    }

    /// Claims, asks, sends, marks. What fails is given back, so that the next run tries again.
    async fn tell(&self, store: &dyn AlertStore, news: &News) -> Result<&'static str, AwsError> {
        let budget = &self.budget.name;
        if news.mail.is_some() && self.guard.topic.is_none() {
            return Ok("failed");
        }
        if !store.claim(budget, news, self.now).await? {
            return Ok("already");
        }
        let done = self.ask_and_send(store, news).await;
        let settled = store.settle(budget, news, done.is_ok(), self.now).await;
        if let Err(error) = settled {
            tracing::warn!(key = %news.key, %error, "not marked: its mail may come twice");
        }
        done
    }

    async fn ask_and_send(
        &self,
        store: &dyn AlertStore,
        news: &News,
    ) -> Result<&'static str, AwsError> {
        for hold in &news.holds {
            store.hold(hold, self.now).await?;
        }
        let (Some(mail), Some(topic)) = (&news.mail, &self.guard.topic) else {
            return Ok("noted");
        };
        let id = topic.publish(&mail.subject, &mail.body).await?;
        tracing::info!(message_id = %id, subject = %mail.subject, "mail sent");
        Ok("sent")
    }
}

fn planned(news: &[News]) -> Vec<NewsView> {
    news.iter()
        .map(|news| NewsView::of(news, "planned"))
        .collect()
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

fn trouble(code: &'static str, error: &AwsError) -> ProblemView {
    ProblemView {
        code,
        message: error.to_string(),
        remedy: error.remedy().en.to_string(),
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
