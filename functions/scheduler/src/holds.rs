//! `hold`, `release` and `holds`.

use chrono::{DateTime, Utc};
use nightcap_aws::reconcile::{Report, Tick};
use nightcap_domain::config::Compiled;
use nightcap_domain::hold::{Asked, HoldAnswer, HoldsAnswer, ReleaseAnswer, make, release, signed};

use crate::error::HandlerError;
use crate::handler::Scheduler;
use crate::request::Releasing;

impl Scheduler {
    /// Makes a hold. `report` is what a tick would do now.
    pub(crate) async fn hold(
        &self,
        config: &Compiled,
        report: &Report,
        asked: &Asked,
        tick: &Tick,
    ) -> Result<HoldAnswer, HandlerError> {
        self.needs_ledger()?;
        let hold = make(config, &report.plan, asked, tick.now)?;
        let mut answer = HoldAnswer::new(config, &report.plan, &report.ledger, &hold, tick.dry_run);
        if !tick.dry_run && !answer.already {
            // Another may have made the same hold meanwhile: an event that came twice.
            answer.already = !self.ledger().hold(&hold).await?;
        }
        Ok(answer)
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
