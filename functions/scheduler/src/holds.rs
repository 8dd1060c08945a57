//! `hold`, `release` and `holds`.

use chrono::{DateTime, Utc};
use nightcap_aws::error::AwsError;
use nightcap_aws::price_source;
use nightcap_aws::reconcile::{Report, Tick};
use nightcap_domain::config::Compiled;
use nightcap_domain::hold::{
    Asked, HoldAnswer, HoldWarning, HoldsAnswer, ReleaseAnswer, make, release, signed,
};
use nightcap_domain::money::price::PriceBook;

use crate::error::HandlerError;
use crate::handler::{Scene, Scheduler};
use crate::request::Releasing;

impl Scheduler {
    /// Makes a hold. `report` is what a tick would do now.
    pub(crate) async fn hold(
        &self,
        scene: &Scene<'_>,
        report: &Report,
        asked: &Asked,
        tick: &Tick,
    ) -> Result<HoldAnswer, HandlerError> {
        self.needs_ledger()?;
        let config = scene.config;
        let hold = make(config, &report.plan, asked, tick.now)?;
        let (book, unread) = self.prices(scene).await;
        let mut answer = HoldAnswer::priced(
            config,
            &report.plan,
            &report.ledger,
            &hold,
            tick.dry_run,
            &book,
        );
        answer.warnings.extend(unread);
        if !tick.dry_run && !answer.already {
            // Another may have made the same hold meanwhile: an event that came twice.
            answer.already = !self.ledger().hold(&hold).await?;
        }
        Ok(answer)
    }

    /// The price book that is named. A hold is not refused for want of a price: where the book
    /// cannot be read, the one within the program counts, and a warning says so.
    async fn prices(&self, scene: &Scene<'_>) -> (PriceBook, Option<HoldWarning>) {
        // The embedded book is tested to be readable.
        let embedded = || PriceBook::embedded().unwrap_or_default();
        let Some(place) = self.prices_at() else {
            return (embedded(), None);
        };
        let why = match scene.cut(price_source::read(place, self.clients())).await {
            Some(Ok(book)) => return (book, None),
            Some(Err(error)) => error.to_string(),
            None => AwsError::out_of_time("prices", "read").to_string(),
        };
        (embedded(), Some(HoldWarning::PricesUnread { why }))
    }

    /// Ends holds before their time.
    pub(crate) async fn release(
        &self,
        config: &Compiled,
        releasing: &Releasing,
        tick: &Tick,
    ) -> Result<ReleaseAnswer, HandlerError> {
        self.needs_ledger()?;
        let (by, reason) = signed(&releasing.by, &releasing.reason)?;
        let ledger = self.ledger().read(tick.now).await?;
        let ended = release(&ledger.holds, &releasing.which, tick.now)?;
        if !tick.dry_run {
            self.ledger().release(&ended, &by, &reason).await?;
        }
        Ok(ReleaseAnswer::new(
            config,
            &ledger,
            &ended,
            tick.now,
            tick.dry_run,
        ))
    }

    /// Lists the holds.
    pub(crate) async fn holds(
        &self,
        config: &Compiled,
        now: DateTime<Utc>,
    ) -> Result<HoldsAnswer, HandlerError> {
        self.needs_ledger()?;
        let ledger = self.ledger().read(now).await?;
        Ok(HoldsAnswer::new(config, &ledger, now))
    }

    fn needs_ledger(&self) -> Result<(), HandlerError> {
        if self.ledger().remembers() {
            Ok(())
        } else {
            Err(HandlerError::NoLedger)
        }
    }
}
