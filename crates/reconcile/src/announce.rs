//! Telling people: one mail when something changed or failed, none when all is quiet.
//!
//! Why a problem is told once however many ticks meet it: `docs/decisions/notifications.md`.

mod memory;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::{LEASE, Ledger, Notice, Outgoing};
use nightcap_domain::message::{self, Mail, TickNews};
use nightcap_domain::names::EnvironmentName;
use nightcap_domain::plan::{Arrived, Problem};

use crate::ledger::LedgerStore;
use crate::notifier::Notifier;
use crate::random::random;
use crate::run::{Report, TickError};
use crate::tick::Tick;
use crate::time_left::{Closing, TimeLeft};
use memory::Memory;

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

/// Among many targets, so many may tell of problems within [`LATELY`]; the others wait for
/// their next tick. What fails everywhere at once must not be a mail for every account.
const MOST: usize = 10;

/// See [`MOST`].
const LATELY: TimeDelta = TimeDelta::minutes(15);

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

/// What is new to tell since the last mail.
#[derive(Debug, Default, PartialEq, Eq)]
struct News {
    begun: Vec<Problem>,
    over: Vec<String>,
}

/// What may be told about a tick, with the claim that each part of it needs.
struct Story<'a> {
    report: &'a Report,
    begun: Vec<(Notice, &'a Problem)>,
    over: Vec<Notice>,
    awake: Vec<Notice>,
    arrived: Vec<Arrived>,
}

/// Times that a mail is written again because others were first with a part of it.
const ATTEMPTS: usize = 5;

/// Mails that a tick takes over from the outbox.
const MOST_TAKEN_OVER: usize = 5;

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

    /// Without a ledger: what was done, and what this process knows to be news.
    async fn tell_without_ledger(&self, config: &Compiled, tick: &Tick, report: &Report) -> Mails {
        let keys: Vec<String> = report
            .problems
            .iter()
            .filter(|problem| problem.lasts())
            .map(|problem| told_key(report, problem))
            .collect();
        let new: BTreeSet<String> = match self.of {
            Whose::Fleet => self
                .memory
                .begun(&keys, config, tick.now)
                .into_iter()
                .collect(),
            Whose::Target => BTreeSet::new(),
        };
        let over = self.over(config, report);
        let begun = report.problems.iter().filter(|problem| problem.lasts());
        let begun = begun
            .map(|problem| (Notice::begun(told_key(report, problem)), problem))
            .filter(|(notice, _)| new.contains(&notice.key));
        let story = Story {
            report,
            begun: begun.collect(),
            over: over.iter().map(|key| Notice::over(key, tick.now)).collect(),
            awake: vec![],
            arrived: match self.of {
                Whose::Fleet => awake(report),
                Whose::Target => vec![],
            },
        };
        let Some(mail) = self.written(config, tick, &story) else {
            return Mails::default();
        };
        let mails = Mails::of(self.send(&mail).await);
        if mails.sent == 0 {
            self.memory.untold(&new.into_iter().collect::<Vec<_>>());
        }
        mails
    }

    /// What this process told without a ledger, and is over now that there is one again.
    async fn over_without_ledger(&self, config: &Compiled, tick: &Tick, report: &Report) -> Mails {
        let over = self.over(config, report);
        if over.is_empty() {
            return Mails::default();
        }
        let story = Story {
            report,
            begun: vec![],
            over: over.iter().map(|key| Notice::over(key, tick.now)).collect(),
            awake: vec![],
            arrived: vec![],
        };
        let quiet = Self {
            of: Whose::Target,
            ..self.clone()
        };
        match quiet.written(config, tick, &story) {
            Some(mail) => Mails::of(self.send(&mail).await),
            None => Mails::default(),
        }
    }

    fn over(&self, config: &Compiled, report: &Report) -> Vec<String> {
        let standing: BTreeSet<String> = report
            .problems
            .iter()
            .map(|problem| told_key(report, problem))
            .collect();
        self.memory.over(
            |key| standing.contains(key),
            |key| report.looked_for(without_home(key)) && speaks_for(config, report, key),
        )
    }

    /// Sends what earlier ticks could not.
    async fn deliver(&self, ledger: &dyn LedgerStore, read: &Ledger, tick: &Tick) -> Mails {
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
    async fn send_or_post(&self, ledger: &dyn LedgerStore, mail: &Outgoing, tick: &Tick) -> Mails {
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
    async fn send_posted(&self, ledger: &dyn LedgerStore, mail: &Outgoing) -> Mails {
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

    async fn claiming<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.time.cut_closing(Closing::Claiming, work).await
    }

    async fn send(&self, mail: &Mail) -> bool {
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

impl<'a> Story<'a> {
    fn of(config: &Compiled, report: &'a Report) -> Self {
        let news = news(config, report);
        let told = &report.ledger.told;
        let mut keys = BTreeSet::new();
        let begun = report
            .problems
            .iter()
            .filter(|one| news.begun.contains(one));
        let begun = begun
            .map(|problem| (Notice::begun(told_key(report, problem)), problem))
            // One that two targets reach is met twice.
            .filter(|(notice, _)| keys.insert(notice.key.clone()))
            .collect();
        let over = news.over.iter();
        let over = over.filter_map(|key| Some(Notice::over(key, *told.get(key)?)));
        Self {
            report,
            begun,
            over: over.collect(),
            awake: awake_notices(report),
            arrived: awake(report),
        }
    }

    fn is_news(&self) -> bool {
        !self.begun.is_empty() || !self.over.is_empty()
    }

    /// Every claim, in the order in which [`Story::keep`] reads the answer.
    fn notices(&self) -> Vec<Notice> {
        let begun = self.begun.iter().map(|(notice, _)| notice);
        begun
            .chain(&self.over)
            .chain(&self.awake)
            .cloned()
            .collect()
    }

    /// Leaves out what is another tick's.
    fn keep(&mut self, mine: &[bool]) {
        let mut mine = mine.iter().copied();
        let mut is_mine = || mine.next().unwrap_or(false);
        self.begun.retain(|_| is_mine());
        self.over.retain(|_| is_mine());
        let arrived = &mut self.arrived;
        self.awake.retain(|notice| {
            let kept = is_mine();
            if !kept {
                arrived.retain(|one| !is_about(notice, &one.environment));
            }
            kept
        });
    }

    /// Leaves out everything that needs a claim.
    fn forget(&mut self) {
        self.begun.clear();
        self.over.clear();
        self.awake.clear();
        self.arrived.clear();
    }
}

/// Whether the claim of a place that is awake is about a place of this environment.
fn is_about(notice: &Notice, environment: &EnvironmentName) -> bool {
    let mut words = notice.key.split(' ');
    words.nth(1) == Some(environment.as_str())
}

fn awake_notices(report: &Report) -> Vec<Notice> {
    let told = &report.ledger.told;
    let awake = report.progress.awake.iter();
    awake
        .map(|key| Notice {
            seen: told.get(key).copied(),
            ..Notice::begun(key)
        })
        .collect()
}

/// A mail as it is put into the outbox.
fn outgoing(mail: Mail, tick: &Tick) -> Outgoing {
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

/// The environments that nobody has been told are awake.
fn awake(report: &Report) -> Vec<Arrived> {
    let environments = report.progress.environments.iter();
    environments
        .filter(|arrived| arrived.news)
        .cloned()
        .collect()
}

/// Problems that have begun or ended since they were last told.
fn news(config: &Compiled, report: &Report) -> News {
    let told = &report.ledger.told;
    let standing: BTreeSet<String> = report
        .problems
        .iter()
        .map(|problem| told_key(report, problem))
        .collect();
    News {
        begun: report
            .problems
            .iter()
            .filter(|problem| problem.lasts() && !told.contains_key(&told_key(report, problem)))
            .cloned()
            .collect(),
        over: report
            .ledger
            .problems_told()
            .filter(|key| {
                let known = report.looked_for(without_home(key));
                known && !standing.contains(*key) && speaks_for(config, report, key)
            })
            .cloned()
            .collect(),
    }
}

/// Of a target that was not read, silence means nothing: it had an error, or this tick is
/// another target's. One that is not configured any more has nobody else to say it is over.
fn speaks_for(config: &Compiled, report: &Report, key: &str) -> bool {
    match home(key) {
        // Every tick knows the whole configuration, whatever target it is about.
        _ if Problem::is_of_configuration(key) => true,
        Some(home) => report.seen.iter().any(|seen| seen == home) || !is_configured(config, home),
        None => true,
    }
}

/// Stands between a problem's key and the target it is at home in.
const AT: &str = " @ ";

/// What is written down of a problem told: ticks of other targets must leave it alone.
fn told_key(report: &Report, problem: &Problem) -> String {
    let home = report.homes.get(&problem.about).unwrap_or(&problem.about);
    format!("{}{AT}{home}", problem.key())
}

/// The key of a problem without its target.
fn without_home(key: &str) -> &str {
    key.rsplit_once(AT).map_or(key, |(key, _)| key)
}

/// The target that a problem told is at home in, if that is known.
fn home(key: &str) -> Option<&str> {
    key.rsplit_once(AT).map(|(_, home)| home)
}

/// Whether a target, as it is written in mails, is still one of the configuration's.
fn is_configured(config: &Compiled, home: &str) -> bool {
    let (region, role) = match home.split_once(" as ") {
        Some((region, role)) => (region, Some(role)),
        None => (home, None),
    };
    let mut scheduled = config.environments().filter(|(_, e)| !e.protected);
    scheduled.any(|(_, environment)| {
        let in_account = match role {
            Some(role) => environment.roles.iter().any(|known| known.as_str() == role),
            None => environment.roles.is_empty(),
        };
        let in_region = environment.regions.is_empty()
            || environment
                .regions
                .iter()
                .any(|known| known.as_str() == region);
        in_account && in_region
    })
}

/// How many targets have told of problems lately.
fn lately(ledger: &Ledger, now: DateTime<Utc>) -> usize {
    let recent = ledger.told.iter().filter(|(_, at)| now - **at < LATELY);
    let homes: BTreeSet<Option<&str>> = recent.map(|(key, _)| home(key)).collect();
    homes.len()
}

#[cfg(test)]
mod tests;
