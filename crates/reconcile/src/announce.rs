//! Telling people: one mail when something changed or failed, none when all is quiet.
//!
//! Why a problem is told once however many ticks meet it: `docs/decisions/notifications.md`.

mod memory;
mod outbox;
mod story;
mod watch;
mod without_ledger;

use std::sync::Arc;

use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::Notice;
use nightcap_domain::message::{self, Mail, TickNews};
use nightcap_domain::plan::Problem;

use crate::ledger::LedgerStore;
use crate::notifier::Notifier;
use crate::run::{Report, TickError};
use crate::tick::Tick;
use crate::time_left::{Closing, TimeLeft};
use memory::Memory;
use outbox::outgoing;
use story::{AT, Story, awake_notices, lately, told_key, without_home};

/// Sends mails through a channel.
#[derive(Clone, Debug)]
pub struct Announcer {
    notifier: Arc<dyn Notifier>,
    of: Whose,
    watches: bool,
    time: TimeLeft,
    memory: Arc<Memory>,
}

/// Whose ticks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The whole fleet's: one mail for all.
    Fleet,
    /// One target's among many that are worked at the same time.
    Target,
}

/// Among many targets, so many may tell of problems within a quarter of an hour; the others wait
/// for their next tick. What fails everywhere at once must not be a mail for every account.
const MOST: usize = 10;

/// What became of the mails of a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mails {
    /// Taken by SNS.
    pub sent: u64,
    /// Not taken.
    pub failed: u64,
}

impl Mails {
    const fn and(self, more: Self) -> Self {
        Self {
            sent: self.sent + more.sent,
            failed: self.failed + more.failed,
        }
    }

    fn of(sent: bool) -> Self {
        Self {
            sent: u64::from(sent),
            failed: u64::from(!sent),
        }
    }
}

/// Times that a mail is written again because others were first with a part of it.
const ATTEMPTS: usize = 5;

impl Announcer {
    /// An announcer that sends by this channel.
    pub fn new(notifier: Arc<dyn Notifier>) -> Self {
        Self {
            notifier,
            of: Whose::Fleet,
            watches: true,
            time: TimeLeft::UNLIMITED,
            memory: Arc::default(),
        }
    }

    /// The same for one target among many that are worked at the same time: it tells of
    /// problems that have begun or are over, not of what was done, and no more than ten targets
    /// do within a quarter of an hour.
    #[must_use]
    pub fn for_one_target(&self) -> Self {
        Self {
            of: Whose::Target,
            watches: false,
            ..self.clone()
        }
    }

    /// The same, telling whether the budget guard is silent: among many targets, one does.
    #[must_use]
    pub fn watching(self, watches: bool) -> Self {
        Self { watches, ..self }
    }

    /// The same, within the time that is left.
    #[must_use]
    pub fn within(&self, time: TimeLeft) -> Self {
        Self {
            time,
            ..self.clone()
        }
    }

    /// Tells what a tick did, if that is worth a mail.
    ///
    /// What is told is claimed in the ledger together with its mail, before the mail is sent. One
    /// that cannot be sent stays in the outbox, and a later tick sends it.
    pub async fn announce(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        result: Result<&Report, &TickError>,
    ) -> Mails {
        match result {
            Ok(report) if ledger.remembers() => {
                let mails = self.deliver(ledger, &report.ledger, tick).await;
                let mails = mails.and(self.tell(config, ledger, tick, report).await);
                let over = self.over_without_ledger(config, tick, report).await;
                let mails = mails.and(over);
                mails.and(self.watch(config, ledger, tick, report).await)
            }
            Ok(report) => self.tell_without_ledger(config, tick, report).await,
            Err(error) => self.tell_nothing_done(config, ledger, tick, error).await,
        }
    }

    async fn tell_nothing_done(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        error: &TickError,
    ) -> Mails {
        let zone = config.config().timezone;
        let language = config.config().language;
        let mail = message::nothing_done(
            error.unread(),
            &error.to_string(),
            tick.now,
            zone,
            language,
            &tick.correlation_id,
        );
        let about = error.about();
        let key = match error {
            TickError::Unread { .. } => format!("nothing-done {about}{AT}{about}"),
            TickError::Ledger { .. } => format!("nothing-done {about}"),
        };
        if ledger.remembers()
            && let Some(Ok(read)) = self.claiming(ledger.read(tick.now)).await
        {
            let mails = self.deliver(ledger, &read, tick).await;
            let waits = self.of == Whose::Target && lately(&read, tick.now) >= MOST;
            if read.told.contains_key(&key) || waits {
                return mails;
            }
            let outgoing = outgoing(mail.clone(), tick);
            let notices = [Notice::begun(key.clone())];
            match self
                .claiming(ledger.post(&notices, Some(&outgoing), tick.now))
                .await
            {
                Some(Ok(mine)) if mine == [true] => {
                    return mails.and(self.send_posted(ledger, &outgoing).await);
                }
                Some(Ok(_)) => return mails,
                Some(Err(error)) => tracing::warn!(%error, "what is told could not be claimed"),
                None => tracing::warn!("there was no time to claim what is told"),
            }
        }
        if self.of == Whose::Target {
            // It would come with every attempt; the alarm on the dead-letter queue tells.
            return Mails::default();
        }
        let begun = self
            .memory
            .begun(std::slice::from_ref(&key), config, tick.now);
        if begun.is_empty() {
            tracing::warn!("no mail: without a ledger nobody knows whether this was told already");
            return Mails::default();
        }
        let mails = Mails::of(self.send(&mail).await);
        if mails.sent == 0 {
            self.memory.untold(&begun);
        }
        mails
    }

    async fn tell(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        report: &Report,
    ) -> Mails {
        let mut story = Story::of(config, report);
        if self.of == Whose::Target && lately(&report.ledger, tick.now) >= MOST && story.is_news() {
            tracing::warn!(
                most = MOST,
                "so many targets have told of problems that this one waits"
            );
            story.begun.clear();
            story.over.clear();
        }
        for _ in 0..ATTEMPTS {
            let mail = self.written(config, tick, &story);
            let notices = story.notices();
            if mail.is_none() && notices.is_empty() {
                return Mails::default();
            }
            let outgoing = mail.map(|mail| outgoing(mail, tick));
            if let (Some(outgoing), true) = (&outgoing, notices.is_empty()) {
                return self.send_or_post(ledger, outgoing, tick).await;
            }
            let posted = ledger.post(&notices, outgoing.as_ref(), tick.now);
            match self.claiming(posted).await {
                Some(Ok(mine)) if !mine.contains(&false) => {
                    return match &outgoing {
                        Some(outgoing) => self.send_posted(ledger, outgoing).await,
                        None => Mails::default(),
                    };
                }
                // Another tick tells of the same.
                Some(Ok(mine)) => story.keep(&mine),
                Some(Err(error)) => {
                    tracing::warn!(%error, "what is told could not be claimed; the next tick tells");
                    return self.tell_unclaimed(config, tick, &mut story).await;
                }
                None => {
                    tracing::warn!("there was no time to claim what is told; the next tick tells");
                    return self.tell_unclaimed(config, tick, &mut story).await;
                }
            }
        }
        Mails::default()
    }

    /// Tells what this tick alone has done. What stands is told by the tick that can claim it.
    async fn tell_unclaimed(&self, config: &Compiled, tick: &Tick, story: &mut Story<'_>) -> Mails {
        story.forget();
        match self.written(config, tick, story) {
            Some(mail) => Mails::of(self.send(&mail).await),
            None => Mails::default(),
        }
    }

    /// The mail about this, if it is worth one.
    fn written(&self, config: &Compiled, tick: &Tick, story: &Story<'_>) -> Option<Mail> {
        let report = story.report;
        // A hundred targets put to bed are no hundred mails: only what failed is told. What one
        // target among many sees of an environment is not the environment.
        let (done, awake) = match self.of {
            Whose::Fleet => (report.has_ordered(), story.arrived.as_slice()),
            Whose::Target => (false, &[][..]),
        };
        if !done && awake.is_empty() && story.begun.is_empty() && story.over.is_empty() {
            return None;
        }
        let mut problems: Vec<Problem> =
            story.begun.iter().map(|(_, one)| (*one).clone()).collect();
        if done {
            // Looked for only by a tick that acts, and told with what it did.
            problems.extend(report.problems.iter().filter(|one| !one.lasts()).cloned());
        }
        let over: Vec<String> = story
            .over
            .iter()
            .map(|notice| without_home(&notice.key).to_owned())
            .collect();
        let standing = report.problems.iter().filter(|problem| {
            let told = &report.ledger.told;
            done && problem.lasts() && told.contains_key(&told_key(report, problem))
        });
        Some(message::tick(&TickNews {
            plan: &report.plan,
            outcomes: &report.outcomes,
            problems: &problems,
            standing: standing.count(),
            over: &over,
            awake,
            zone: config.config().timezone,
            language: config.config().language,
            reference: &tick.correlation_id,
        }))
    }
}

/// Writes down what only needs to be remembered, where nobody is told: who is awake.
pub async fn remember(ledger: &dyn LedgerStore, tick: &Tick, report: &Report, time: TimeLeft) {
    let awake = awake_notices(report);
    if awake.is_empty() {
        return;
    }
    let posted = ledger.post(&awake, None, tick.now);
    if let Some(Err(error)) = time.cut_closing(Closing::Claiming, posted).await {
        tracing::warn!(%error, "the ledger was not written: the next tick will know who is awake");
    }
}

#[cfg(test)]
mod tests;
