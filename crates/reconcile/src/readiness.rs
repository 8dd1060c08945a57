//! How far environments have come: what the plan says, and what load balancers say of the
//! groups for which that matters now.

use std::collections::BTreeMap;

use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Health, Resource};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::plan::{self, Fault, Plan, Problem, Progress};

use crate::error::AwsError;
use crate::fleet::Fleet;
use crate::time_left::TimeLeft;

/// How far everything has come. A quiet tick asks nobody.
pub(crate) async fn progress(
    config: &Compiled,
    fleet: &Fleet<'_>,
    plan: &Plan,
    ledger: &Ledger,
    time: TimeLeft,
) -> Progress {
    let asked = plan::to_ask(plan, ledger);
    let mut health = BTreeMap::new();
    let mut unanswered = vec![];
    for (means, resources) in fleet.by_means(asked.iter().map(|step| &step.resource)) {
        let asked = time.cut(means.health(&resources)).await;
        let asked = asked.unwrap_or_else(|| {
            tracing::warn!("there was no time to ask load balancers");
            resources
                .iter()
                .map(|resource| (resource.arn.clone(), Ok(Health::Unknown)))
                .collect()
        });
        for (arn, told) in asked {
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
