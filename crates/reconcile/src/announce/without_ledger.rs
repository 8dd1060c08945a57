//! Telling where nothing outlives the process: what it did, and what it knows to be news.

use std::collections::BTreeSet;

use nightcap_domain::config::Compiled;
use nightcap_domain::ledger::Notice;

use super::story::{Story, awake, speaks_for, told_key, without_home};
use super::{Announcer, Mails, Whose};
use crate::run::Report;
use crate::tick::Tick;

impl Announcer {
    /// Without a ledger: what was done, and what this process knows to be news.
    pub(super) async fn tell_without_ledger(
        &self,
        config: &Compiled,
        tick: &Tick,
        report: &Report,
    ) -> Mails {
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
    pub(super) async fn over_without_ledger(
        &self,
        config: &Compiled,
        tick: &Tick,
        report: &Report,
    ) -> Mails {
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
}
