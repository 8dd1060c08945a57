//! The outbox: a mail is written down with its claim, sent, and taken out.

use chrono::SecondsFormat;
use nightcap_domain::ledger::{LEASE, Ledger, Outgoing};
use nightcap_domain::message::Mail;

use super::{Announcer, Mails};
use crate::ledger::LedgerStore;
use crate::random::random;
use crate::tick::Tick;
use crate::time_left::Closing;

/// Mails that a tick takes over from the outbox.
const MOST_TAKEN_OVER: usize = 5;

impl Announcer {
    /// Sends what earlier ticks could not.
    pub(super) async fn deliver(
        &self,
        ledger: &dyn LedgerStore,
        read: &Ledger,
        tick: &Tick,
    ) -> Mails {
        let mut mails = Mails::default();
        if !self.watches {
            return mails;
        }
        let mut free: Vec<&Outgoing> = read
            .outbox
            .iter()
            .filter(|mail| mail.is_free(tick.now))
            .collect();
        free.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        for mail in free.into_iter().take(MOST_TAKEN_OVER) {
            let lease = tick.now + LEASE;
            match self.claiming(ledger.take_over(mail, lease)).await {
                Some(Ok(true)) => {
                    let mine = Outgoing {
                        lease,
                        ..mail.clone()
                    };
                    mails = mails.and(self.send_posted(ledger, &mine).await);
                }
                Some(Ok(false)) => {}
                Some(Err(error)) => tracing::warn!(%error, "a mail could not be taken over"),
                None => break,
            }
        }
        mails
    }

    /// Sends a mail that nobody else can send: of what this tick alone has done. Only where SNS
    /// does not take it, it goes into the outbox.
    pub(super) async fn send_or_post(
        &self,
        ledger: &dyn LedgerStore,
        mail: &Outgoing,
        tick: &Tick,
    ) -> Mails {
        let sent = self
            .send(&Mail {
                subject: mail.subject.clone(),
                body: mail.body.clone(),
            })
            .await;
        if !sent {
            let free = Outgoing {
                lease: tick.now,
                ..mail.clone()
            };
            let posted = ledger.post(&[], Some(&free), tick.now);
            match self.time.cut_closing(Closing::Settling, posted).await {
                Some(Ok(_)) => tracing::warn!("the mail is in the outbox; a later tick sends it"),
                Some(Err(error)) => tracing::error!(%error, "the mail is lost"),
                None => tracing::error!("the mail is lost: the function's time was up"),
            }
        }
        Mails::of(sent)
    }

    /// Sends a mail of the outbox and takes it out. A process that dies in between leaves it
    /// there: it then comes twice.
    pub(super) async fn send_posted(&self, ledger: &dyn LedgerStore, mail: &Outgoing) -> Mails {
        let sent = self
            .send(&Mail {
                subject: mail.subject.clone(),
                body: mail.body.clone(),
            })
            .await;
        if !sent {
            tracing::warn!(
                mail = mail.id,
                "it stays in the outbox; a later tick sends it"
            );
            return Mails::of(false);
        }
        let settled = self.time.cut_closing(Closing::Settling, ledger.sent(mail));
        match settled.await {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "the outbox was not written: this mail may come twice");
            }
            None => tracing::warn!("the time was up: this mail may come twice"),
        }
        Mails::of(true)
    }

    pub(super) async fn claiming<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.time.cut_closing(Closing::Claiming, work).await
    }

    pub(super) async fn send(&self, mail: &Mail) -> bool {
        let published = self.notifier.send(mail);
        match self.time.cut_closing(Closing::Sending, published).await {
            Some(Ok(id)) => {
                tracing::info!(message_id = %id, subject = %mail.subject, "mail sent");
                true
            }
            Some(Err(error)) => {
                tracing::error!(%error, remedy = %error.remedy().en, "mail not sent");
                false
            }
            None => {
                tracing::error!("mail not sent: the function's time was up");
                false
            }
        }
    }
}

/// A mail as it is put into the outbox.
pub(super) fn outgoing(mail: Mail, tick: &Tick) -> Outgoing {
    let at = tick.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    Outgoing {
        // The same event delivered twice has one correlation id, and may have two mails.
        id: format!("{at} {} {:08x}", tick.correlation_id, random() >> 32),
        at: tick.now,
        lease: tick.now + LEASE,
        subject: mail.subject,
        body: mail.body,
    }
}
