//! From a request to an answer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use nightcap_aws::alert_ledger::AlertStore;
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source;
use nightcap_aws::logs;
use nightcap_aws::metrics::{Meter, Publisher};
use nightcap_aws::sns::Topic;
use nightcap_domain::config::Compiled;
use serde_json::{Value, json};

use crate::error::GuardError;
use crate::figures;
use crate::look::Look;
use crate::request::Request;

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
    /// Where the price book stands; none is the one that comes with the program.
    pub prices: Option<String>,
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
        let at = request.rehearsed().unwrap_or(now);
        let answer = self.respond(request, now, correlation_id, &meter).await;
        if let (Err(error), true) = (&answer, looks) {
            self.missed(error, at).await;
            if let Some(publisher) = &self.publisher {
                let line = figures::of_failure(correlation_id, error.kind(), &meter.lap());
                publisher.publish(&line, now);
            }
        }
        answer
    }

    /// Leaves word of a look that came to nothing: after two days the scheduler tells people.
    async fn missed(&self, error: &GuardError, now: DateTime<Utc>) {
        // A rehearsal that is forbidden is no look that failed.
        if matches!(error, GuardError::DrillsForbidden) {
            return;
        }
        let Some(store) = &self.store else { return };
        if let Err(error) = store.beat(Some(&error.to_string()), now).await {
            tracing::warn!(%error, "no word of this failure could be left in the ledger");
        }
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
