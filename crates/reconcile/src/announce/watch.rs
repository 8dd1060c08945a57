//! Telling that the budget guard is silent, by the ledger that a tick has read anyway.

use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::{GUARD_SILENT, Notice};
use nightcap_domain::message::{Heard, Letter, Silent, heard, silent};

use super::{Announcer, Mails, outgoing};
use crate::ledger::LedgerStore;
use crate::run::Report;
use crate::tick::Tick;

impl Announcer {
    /// Tells once that the guard is silent, and once that it looks again. A quiet tick asks AWS
    /// for nothing because of this.
    pub(super) async fn watch(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        report: &Report,
    ) -> Mails {
        if !self.watches || !ledger.remembers() {
            return Mails::default();
        }
        let settings = config.config();
        let letter = Letter {
            at: tick.now,
            zone: settings.timezone,
            language: settings.language,
            reference: &tick.correlation_id,
        };
        let told = report.ledger.told.get(GUARD_SILENT).copied();
        let (mail, notice) = match (report.ledger.silent_guard(config, tick.now), told) {
            (Some(beat), None) => (
                silent(Silent::Guard(beat), &letter),
                Notice::begun(GUARD_SILENT),
            ),
            (None, Some(told)) if settings.budget.is_some() => (
                heard(Heard::Guard, &letter),
                Notice::over(GUARD_SILENT, told),
            ),
            _ => return Mails::default(),
        };
        let outgoing = outgoing(mail, tick);
        let posted = ledger.post(std::slice::from_ref(&notice), Some(&outgoing), tick.now);
        match self.claiming(posted).await {
            Some(Ok(mine)) if mine == [true] => self.send_posted(ledger, &outgoing).await,
            Some(Err(error)) => {
                tracing::warn!(%error, "what is told could not be claimed; the next tick tells");
                Mails::default()
            }
            // Another tick tells it, or a later one.
            _ => Mails::default(),
        }
    }
}
