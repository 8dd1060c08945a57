//! Telling people: one mail when something changed or failed, none when all is quiet.

mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::answer::Outcome;
use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::message::{self, Mail, TickNews};
use nightcap_domain::plan::{Arrived, Problem};

use crate::clients::Clients;
use crate::ledger::LedgerStore;
use crate::reconcile::{Report, Tick, TickError};
use crate::sns::Topic;

/// Sends mails through a topic.
#[derive(Clone, Debug)]
pub struct Announcer {
    topic: Topic,
    of: Whose,
    watches: bool,
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

impl Announcer {
    /// An announcer for the topic with this ARN.
    pub fn new(clients: Arc<Clients>, topic: String) -> Self {
        Self {
            topic: Topic::new(clients, topic),
            of: Whose::Fleet,
            watches: true,
        }
    }

    /// The same for one target among many that are worked at the same time: it tells of
    /// problems that have begun or are over, not of what was done, and no more than ten targets
    /// do within a quarter of an hour.
    #[must_use]
    pub fn for_one_target(&self) -> Self {
        Self {
            topic: self.topic.clone(),
            of: Whose::Target,
            watches: false,
        }
    }

    /// The same, telling whether the budget guard is silent: among many targets, one does.
    #[must_use]
    pub fn watching(self, watches: bool) -> Self {
        Self { watches, ..self }
    }

    /// Tells what a tick did, if that is worth a mail.
    ///
    /// A mail that cannot be sent is logged and costs nothing else: the work has been done,
    /// and problems not yet told are told by the next tick.
    pub async fn announce(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        result: Result<&Report, &TickError>,
    ) -> Mails {
        let language = config.config().language;
        match result {
            Ok(report) => {
                let mails = self.tell(config, ledger, tick, report).await;
                mails.and(self.watch(config, ledger, tick, report).await)
            }
            Err(error) => {
                let zone = config.config().timezone;
                let mail = message::nothing_done(
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
                if self.of == Whose::Target && !ledger.remembers() {
                    // It would come with every attempt; the alarm on the dead-letter queue tells.
                    return Mails::default();
                }
                let told = ledger.read(tick.now).await.is_ok_and(|ledger| {
                    ledger.told.contains_key(&key)
                        || (self.of == Whose::Target && lately(&ledger, tick.now) >= MOST)
                });
                if told {
                    return Mails::default();
                }
                let sent = self.send(&mail).await;
                if sent {
                    remember(ledger, &[(key, true)], tick).await;
                }
                Mails::of(sent)
            }
        }
    }

    async fn tell(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        report: &Report,
    ) -> Mails {
        let news = if ledger.remembers() {
            news(config, report)
        } else {
            News::default()
        };
        // What one target among many sees of an environment is not the environment.
        let awake = match self.of {
            Whose::Fleet => awake(report),
            Whose::Target => vec![],
        };
        let eventful = match self.of {
            Whose::Fleet => report.is_eventful(),
            // A hundred targets put to bed are no hundred mails: only what failed is told,
            // and with a ledger that is among the news already.
            Whose::Target => !ledger.remembers() && has_failed(report),
        };
        if !eventful && awake.is_empty() && news == News::default() {
            return Mails::default();
        }
        if self.of == Whose::Target && lately(&report.ledger, tick.now) >= MOST {
            tracing::warn!(
                most = MOST,
                "so many targets have told of problems that this one waits"
            );
            return Mails::default();
        }
        let language: Language = config.config().language;
        let over: Vec<String> = news
            .over
            .iter()
            .map(|key| without_home(key).to_owned())
            .collect();
        let mail = message::tick(&TickNews {
            plan: &report.plan,
            outcomes: &report.outcomes,
            problems: if eventful {
                &report.problems
            } else {
                &news.begun
            },
            over: &over,
            awake: &awake,
            zone: config.config().timezone,
            language,
            reference: &tick.correlation_id,
        });
        let sent = self.send(&mail).await;
        if sent {
            let told: Vec<(String, bool)> = news
                .begun
                .iter()
                .map(|problem| (told_key(report, problem), true))
                .chain(news.over.into_iter().map(|key| (key, false)))
                .collect();
            remember(ledger, &told, tick).await;
        }
        Mails::of(sent)
    }

    async fn send(&self, mail: &Mail) -> bool {
        match self.topic.publish(&mail.subject, &mail.body).await {
            Ok(id) => {
                tracing::info!(message_id = %id, subject = %mail.subject, "mail sent");
                true
            }
            Err(error) => {
                tracing::error!(%error, remedy = %error.remedy().en, "mail not sent");
                false
            }
        }
    }
}

fn has_failed(report: &Report) -> bool {
    let mut outcomes = report.outcomes.iter();
    outcomes.any(|outcome| matches!(outcome, Outcome::Failed(_)))
}

async fn remember(ledger: &dyn LedgerStore, told: &[(String, bool)], tick: &Tick) {
    if told.is_empty() {
        return;
    }
    if let Err(error) = ledger.told(told, tick.now).await {
        tracing::warn!(%error, "the ledger was not written: this mail may come twice");
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
    // Of a target that was not read, silence means nothing: it had an error, or this tick is
    // another target's. One that is not configured any more has nobody else to say it is over.
    let speaks_for = |key: &str| match home(key) {
        // Every tick knows the whole configuration, whatever target it is about.
        _ if Problem::is_of_configuration(key) => true,
        Some(home) => report.seen.iter().any(|seen| seen == home) || !is_configured(config, home),
        None => true,
    };
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
                known && !standing.contains(*key) && speaks_for(key)
            })
            .cloned()
            .collect(),
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
