//! Carrying news out: claimed, asked for, sent and marked, so that each is told once.

use nightcap_aws::alert_ledger::AlertStore;
use nightcap_aws::error::AwsError;
use nightcap_domain::guard::{Decision, News, NewsView, ProblemView};

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
            && let Err(error) = store.observe(&self.budget.name, seen, self.now).await
        {
            problems.push(problems::trouble("not-remembered", &error));
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
