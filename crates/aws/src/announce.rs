//! Telling people: one mail when something changed or failed, none when all is quiet.

use std::collections::BTreeSet;
use std::sync::Arc;

use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::message::{self, Mail, TickNews};
use nightcap_domain::plan::{Arrived, Problem};

use crate::clients::Clients;
use crate::ledger::LedgerStore;
use crate::reconcile::{Report, Tick, TickError};
use crate::sns::Topic;

/// Sends mails through a topic.
#[derive(Debug)]
pub struct Announcer {
    topic: Topic,
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
        }
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
    ) {
        let language = config.config().language;
        match result {
            Ok(report) => self.tell(config, ledger, tick, report).await,
            Err(error) => {
                let zone = config.config().timezone;
                let mail = message::nothing_done(
                    &error.to_string(),
                    tick.now,
                    zone,
                    language,
                    &tick.correlation_id,
                );
                let key = format!("nothing-done {}", error.about());
                let told = ledger
                    .read(tick.now)
                    .await
                    .is_ok_and(|ledger| ledger.told.contains_key(&key));
                if !told && self.send(&mail).await {
                    remember(ledger, &[(key, true)], tick).await;
                }
            }
        }
    }

    async fn tell(
        &self,
        config: &Compiled,
        ledger: &dyn LedgerStore,
        tick: &Tick,
        report: &Report,
    ) {
        let news = if ledger.remembers() {
            news(report)
        } else {
            News::default()
        };
        let eventful = report.is_eventful();
        let awake = awake(report);
        if !eventful && awake.is_empty() && news == News::default() {
            return;
        }
        let language: Language = config.config().language;
        let mail = message::tick(&TickNews {
            plan: &report.plan,
            outcomes: &report.outcomes,
            problems: if eventful {
                &report.problems
            } else {
                &news.begun
            },
            over: &news.over,
            awake: &awake,
            zone: config.config().timezone,
            language,
            reference: &tick.correlation_id,
        });
        if self.send(&mail).await {
            let told: Vec<(String, bool)> = news
                .begun
                .iter()
                .map(|problem| (problem.key(), true))
                .chain(news.over.into_iter().map(|key| (key, false)))
                .collect();
            remember(ledger, &told, tick).await;
        }
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
fn news(report: &Report) -> News {
    let standing: BTreeSet<String> = report.problems.iter().map(Problem::key).collect();
    News {
        begun: report
            .problems
            .iter()
            .filter(|problem| problem.lasts() && !report.ledger.told.contains_key(&problem.key()))
            .cloned()
            .collect(),
        // Where a target could not be read, silence about its problems means nothing.
        over: if report.saw_everything {
            report
                .ledger
                .problems_told()
                .filter(|key| !standing.contains(*key) && report.looked_for(key))
                .cloned()
                .collect()
        } else {
            vec![]
        },
    }
}
