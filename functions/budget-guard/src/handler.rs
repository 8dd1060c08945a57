//! From a request to an answer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use nightcap_aws::alert_ledger::AlertStore;
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source;
use nightcap_aws::sns::Topic;
use nightcap_aws::time_left::{Closing, TimeLeft};
use nightcap_domain::config::Compiled;
use nightcap_domain::text::clean;
use nightcap_lambda::answer_size;
use nightcap_lambda::logs;
use nightcap_lambda::metrics::{Meter, Publisher};
use serde_json::{Value, json};

use crate::error::GuardError;
use crate::figures;
use crate::look::Look;
use crate::request::{Request, RequestError};

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

/// When and under which name an event is answered.
struct Moment<'a> {
    now: DateTime<Utc>,
    time: TimeLeft,
    correlation_id: &'a str,
    meter: &'a Meter,
}

impl Guard {
    /// Answers one event, within the time that is left.
    ///
    /// # Errors
    /// If the event or the configuration cannot be read, or the costs or the ledger could not.
    pub async fn handle(
        &self,
        event: &Value,
        now: DateTime<Utc>,
        time: TimeLeft,
        correlation_id: &str,
    ) -> Result<Value, GuardError> {
        let meter = Meter::begin(self.clients.calls());
        let request = Request::parse(event)?;
        logs::command(request.command());
        let looks = request.looks();
        let at = request.rehearsed().unwrap_or(now);
        let moment = Moment {
            now,
            time,
            correlation_id,
            meter: &meter,
        };
        let responding = Box::pin(self.respond(request, &moment));
        let answer = time.cut_closing(Closing::Settling, responding).await;
        let answer = answer.unwrap_or(Err(GuardError::OutOfTime));
        let answer = answer.map(answer_size::fit);
        if let (Err(error), true) = (&answer, looks) {
            let missed = self.missed(error, at);
            if time.cut_closing(Closing::Answering, missed).await.is_none() {
                tracing::warn!("there was no time to leave word of this failure");
            }
            if let Some(publisher) = &self.publisher {
                let line = figures::of_failure(correlation_id, error.kind(), &meter.lap());
                publisher.publish(&line, now);
            }
        }
        answer
    }

    /// What there is to say to an invocation that is no JSON.
    pub fn unreadable(&self, error: &str, now: DateTime<Utc>, correlation_id: &str) -> GuardError {
        let meter = Meter::begin(self.clients.calls());
        let error = GuardError::InvalidEvent(RequestError::NoJson {
            error: clean(error, 100),
        });
        if let Some(publisher) = &self.publisher {
            let line = figures::of_failure(correlation_id, error.kind(), &meter.lap());
            publisher.publish(&line, now);
        }
        error
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

    async fn respond(&self, request: Request, moment: &Moment<'_>) -> Result<Value, GuardError> {
        let config = moment.time.cut(self.configuration()).await;
        let config = config.unwrap_or(Err(GuardError::OutOfTime))?;
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
            now: at.unwrap_or(moment.now),
            time: moment.time,
            dry_run,
            reference: moment.correlation_id,
            meter: moment.meter,
        };
        let mut answer = serde_json::to_value(Box::pin(look.answer(command)).await?)?;
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
