//! How far environments have come: what the plan says, and what load balancers say of the
//! groups for which that matters now.

use std::collections::BTreeMap;

use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Health, Resource};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::plan::{self, Fault, Plan, Problem, Progress};

use crate::error::AwsError;
use crate::fleet::Fleet;
use crate::ledger::LedgerStore;
use crate::reconcile::Tick;

/// How far everything has come. A quiet tick asks nobody.
pub(crate) async fn progress(
    config: &Compiled,
    fleet: &Fleet<'_>,
    plan: &Plan,
    ledger: &Ledger,
) -> Progress {
    let asked = plan::to_ask(plan, ledger);
    let mut health = BTreeMap::new();
    let mut unanswered = vec![];
    for (means, resources) in fleet.by_means(asked.iter().map(|step| &step.resource)) {
        for (arn, told) in means.health(&resources).await {
            let told = told.unwrap_or_else(|error| {
                let resource = resources.iter().find(|resource| resource.arn == arn);
                unanswered.extend(resource.map(|resource| unread(resource, &error)));
                Health::Unknown
            });
            health.insert(arn, told);
        }
    }
    let deadlines = &config.config().deadlines;
    let mut progress = plan::progress(deadlines, plan, ledger, &health);
    progress.problems.extend(unanswered);
    if !fleet.saw_everything() {
        // What was not seen may be what is not up: nobody is told before it has been.
        progress.awake.clear();
        for arrived in &mut progress.environments {
            arrived.news = false;
        }
    }
    progress
}

/// Remembers who has been found awake, before anybody is told: once is enough.
pub(crate) async fn remember(ledger: &dyn LedgerStore, progress: &mut Progress, tick: &Tick) {
    if progress.awake.is_empty() || tick.dry_run {
        return;
    }
    let awake: Vec<(String, bool)> = progress.awake.iter().map(|k| (k.clone(), true)).collect();
    if let Err(error) = ledger.told(&awake, tick.now).await {
        tracing::warn!(%error, "the ledger was not written: the next tick will tell who is awake");
        for arrived in &mut progress.environments {
            arrived.news = false;
        }
    }
}

fn unread(resource: &Resource, error: &AwsError) -> Problem {
    Problem::of(
        resource,
        Fault::Failed {
            action: "read",
            error: error.to_string(),
            remedy: error.remedy(),
        },
    )
}
