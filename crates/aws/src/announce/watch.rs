//! Telling that the budget guard is silent, by the ledger that a tick has read anyway.

use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::GUARD_SILENT;
use nightcap_domain::message::{Heard, Letter, Silent, heard, silent};

use super::{Announcer, Mails, remember};
use crate::ledger::LedgerStore;
use crate::reconcile::{Report, Tick};

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
        let told = report.ledger.told.contains_key(GUARD_SILENT);
        let mail = match report.ledger.silent_guard(config, tick.now) {
            Some(beat) if !told => silent(Silent::Guard(beat), &letter),
            None if told && settings.budget.is_some() => heard(Heard::Guard, &letter),
            _ => return Mails::default(),
        };
        let sent = self.send(&mail).await;
        if sent {
            remember(ledger, &[(GUARD_SILENT.to_owned(), !told)], tick).await;
        }
        Mails::of(sent)
    }
}
