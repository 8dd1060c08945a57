//! Carrying news out: claimed, asked for, sent and marked, so that each is told once.

use nightcap_aws::alert_ledger::AlertStore;
use nightcap_aws::error::AwsError;
use nightcap_aws::time_left::Closing;
use nightcap_domain::guard::{Decision, News, NewsView, ProblemView};
use nightcap_domain::ledger::Outgoing;
use nightcap_domain::message::Mail;

use crate::look::Look;
use crate::problems;

impl Look<'_> {
    pub(crate) async fn carry_out(
        &self,
        decision: &Decision,
        problems: &mut Vec<ProblemView>,
    ) -> Vec<NewsView> {
        let Some(store) = self.guard.store.as_deref() else {
            problems.push(problems::no_ledger());
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
                    problems.push(problems::trouble("not-told", &error));
                    "failed"
                }
            };
            told.push(NewsView::of(news, result));
        }
        if let Some(seen) = &decision.observation
            && let Some(Err(error)) = self
                .time
                .cut_closing(
                    Closing::Settling,
                    store.observe(&self.budget.name, seen, self.now),
                )
                .await
        {
            problems.push(problems::trouble("not-remembered", &error));
        }
        told
    }

    /// Claims, asks, sends, marks. What fails is given back, so that the next run tries again; a
    /// mail that SNS does not take goes into the outbox, from which the scheduler's next tick
    /// sends it: what the guard asks for is in force at once, and must not wait a day to be told.
    async fn tell(&self, store: &dyn AlertStore, news: &News) -> Result<&'static str, AwsError> {
        let budget = &self.budget.name;
        if news.mail.is_some() && self.guard.topic.is_none() {
            return Ok("failed");
        }
        let claim = self.claiming(store.claim(budget, news, self.now)).await;
        if !claim.unwrap_or_else(|| Err(late("dynamodb", "PutItem")))? {
            return Ok("already");
        }
        let done = self.ask_and_send(store, news).await;
        let settled = store.settle(budget, news, done.is_ok(), self.now);
        match self.time.cut_closing(Closing::Settling, settled).await {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(key = %news.key, %error, "not marked: its mail may come twice");
            }
            None => tracing::warn!(key = %news.key, "not marked in time: its mail may come twice"),
        }
        done
    }

    async fn ask_and_send(
        &self,
        store: &dyn AlertStore,
        news: &News,
    ) -> Result<&'static str, AwsError> {
        for hold in &news.holds {
            let asked = self.claiming(store.hold(hold, self.now)).await;
            asked.unwrap_or_else(|| Err(late("dynamodb", "TransactWriteItems")))?;
        }
        let (Some(mail), Some(topic)) = (&news.mail, &self.guard.topic) else {
            return Ok("noted");
        };
        let published = topic.publish(&mail.subject, &mail.body);
        let published = self.time.cut_closing(Closing::Sending, published).await;
        match published.unwrap_or_else(|| Err(late("sns", "Publish"))) {
            Ok(id) => {
                tracing::info!(message_id = %id, subject = %mail.subject, "mail sent");
                Ok("sent")
            }
            Err(error) => self.post(store, news, mail).await.ok_or(error),
        }
    }

    /// Puts a mail that was not sent into the outbox, if there is one.
    async fn post(&self, store: &dyn AlertStore, news: &News, mail: &Mail) -> Option<&'static str> {
        let outgoing = Outgoing {
            id: format!("{} {}", self.now.format("%FT%TZ"), news.key),
            at: self.now,
            // Free at once.
            lease: self.now,
            subject: mail.subject.clone(),
            body: mail.body.clone(),
        };
        let posted = store.post(&outgoing);
        match self.time.cut_closing(Closing::Settling, posted).await {
            Some(Ok(true)) => {
                tracing::error!(key = %news.key, "mail not sent; it is in the outbox, and the scheduler's next tick sends it");
                Some("posted")
            }
            Some(Err(error)) => {
                tracing::error!(key = %news.key, %error, "mail not sent, and not put into the outbox");
                None
            }
            Some(Ok(false)) | None => None,
        }
    }

    async fn claiming<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.time.cut_closing(Closing::Claiming, work).await
    }
}

fn late(service: &'static str, operation: &'static str) -> AwsError {
    AwsError::out_of_time(service, operation)
}

fn planned(news: &[News]) -> Vec<NewsView> {
    news.iter()
        .map(|news| NewsView::of(news, "planned"))
        .collect()
}
