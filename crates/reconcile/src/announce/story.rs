//! What is news: which problems have begun or are over since they were last told, and whose.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::{Ledger, Notice};
use nightcap_domain::names::EnvironmentName;
use nightcap_domain::plan::{Arrived, Problem};

use crate::run::Report;

/// How long ago is lately, where many targets have problems at once.
const LATELY: TimeDelta = TimeDelta::minutes(15);

/// What is new to tell since the last mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    pub(super) begun: Vec<Problem>,
    pub(super) over: Vec<String>,
}

/// What may be told about a tick, with the claim that each part of it needs.
pub(super) struct Story<'a> {
    pub(super) report: &'a Report,
    pub(super) begun: Vec<(Notice, &'a Problem)>,
    pub(super) over: Vec<Notice>,
    pub(super) awake: Vec<Notice>,
    pub(super) arrived: Vec<Arrived>,
}

impl<'a> Story<'a> {
    pub(super) fn of(config: &Compiled, report: &'a Report) -> Self {
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

    pub(super) fn is_news(&self) -> bool {
        !self.begun.is_empty() || !self.over.is_empty()
    }

    /// Every claim, in the order in which [`Story::keep`] reads the answer.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let begun = self.begun.iter().map(|(notice, _)| notice);
        begun
            .chain(&self.over)
            .chain(&self.awake)
            .cloned()
            .collect()
    }

    /// Leaves out what is another tick's.
    pub(super) fn keep(&mut self, mine: &[bool]) {
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
    pub(super) fn forget(&mut self) {
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

pub(super) fn awake_notices(report: &Report) -> Vec<Notice> {
    let told = &report.ledger.told;
    let awake = report.progress.awake.iter();
    awake
        .map(|key| Notice {
            seen: told.get(key).copied(),
            ..Notice::begun(key)
        })
        .collect()
}

/// The environments that nobody has been told are awake.
pub(super) fn awake(report: &Report) -> Vec<Arrived> {
    let environments = report.progress.environments.iter();
    environments
        .filter(|arrived| arrived.news)
        .cloned()
        .collect()
}

/// Problems that have begun or ended since they were last told.
pub(super) fn news(config: &Compiled, report: &Report) -> News {
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
pub(super) fn speaks_for(config: &Compiled, report: &Report, key: &str) -> bool {
    match home(key) {
        // Every tick knows the whole configuration, whatever target it is about.
        _ if Problem::is_of_configuration(key) => true,
        Some(home) => report.seen.iter().any(|seen| seen == home) || !is_configured(config, home),
        None => true,
    }
}

/// Stands between a problem's key and the target it is at home in.
pub(super) const AT: &str = " @ ";

/// What is written down of a problem told: ticks of other targets must leave it alone.
pub(super) fn told_key(report: &Report, problem: &Problem) -> String {
    let home = report.homes.get(&problem.about).unwrap_or(&problem.about);
    format!("{}{AT}{home}", problem.key())
}

/// The key of a problem without its target.
pub(super) fn without_home(key: &str) -> &str {
    key.rsplit_once(AT).map_or(key, |(key, _)| key)
}

/// The target that a problem told is at home in, if that is known.
pub(super) fn home(key: &str) -> Option<&str> {
    key.rsplit_once(AT).map(|(_, home)| home)
}

/// Whether a target, as it is written in mails, is still one of the configuration's.
pub(super) fn is_configured(config: &Compiled, home: &str) -> bool {
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
pub(super) fn lately(ledger: &Ledger, now: DateTime<Utc>) -> usize {
    let recent = ledger.told.iter().filter(|(_, at)| now - **at < LATELY);
    let homes: BTreeSet<Option<&str>> = recent.map(|(key, _)| home(key)).collect();
    homes.len()
}
