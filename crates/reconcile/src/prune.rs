//! Old snapshots of ours, deleted once a newer one has been taken.
//!
//! Looked for only on the tick that first sees a database asleep that it put to sleep with a
//! snapshot: a quiet tick asks nothing. What that tick misses, because it died, or because the
//! snapshot was not available yet, is found after the next sleep.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use nightcap_domain::answer::PrunedAnswer;
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{Resource, Snapshots, Text};
use nightcap_domain::ledger::{Ledger, Phase};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{Fault, Plan, Problem, Step};
use nightcap_domain::snapshot::{self, Snapshot};
use nightcap_domain::time::State;

use crate::error::{AwsError, Cause};
use crate::fleet::Fleet;
use crate::kind::ResourceKind;
use crate::tick::Tick;

/// Deletions at once.
const AT_ONCE: usize = 4;

/// What became of old snapshots.
#[derive(Debug, Default)]
pub struct Pruned {
    /// What was deleted, or would be in a dry run, by database.
    pub deleted: Vec<PrunedAnswer>,
    /// What could not be.
    pub problems: Vec<Problem>,
    /// The databases whose snapshots were looked at.
    pub looked_at: Vec<ResourceArn>,
}

/// Deletes the old snapshots of the databases that have just gone to sleep.
pub(crate) async fn prune(
    config: &Compiled,
    fleet: &Fleet<'_>,
    plan: &Plan,
    ledger: &Ledger,
    tick: &Tick,
) -> Pruned {
    let due: BTreeMap<&str, (&Resource, u32)> = plan
        .steps
        .iter()
        .filter_map(|step| {
            Some((
                step.resource.arn.as_str(),
                (&step.resource, keep(config, ledger, step)?),
            ))
        })
        .collect();
    let mut pruned = Pruned::default();
    for (means, databases) in fleet.by_means(due.values().map(|(resource, _)| *resource)) {
        let snapshots = means.snapshots(&databases).await;
        for database in databases {
            pruned.looked_at.push(database.arn.clone());
            let keep = due
                .get(database.arn.as_str())
                .map_or(u32::MAX, |(_, keep)| *keep);
            match &snapshots {
                Err(error) => pruned.problems.push(unpruned(database, error)),
                Ok(_) if database.facts.snapshots == Snapshots::Untagged => {
                    pruned.problems.push(Problem::of(database, untagged()));
                }
                Ok(snapshots) => {
                    let old = snapshot::prunable(config.config(), database, snapshots, keep);
                    one(means, database, &old, tick, &mut pruned).await;
                }
            }
        }
    }
    pruned
}

/// How many snapshots to keep of a database whose sleep is news, if it sleeps with one.
fn keep(config: &Compiled, ledger: &Ledger, step: &Step) -> Option<u32> {
    let asleep = step
        .reached
        .is_some_and(|reached| (reached.to, reached.phase) == (State::Stopped, Phase::Reached));
    let mark = ledger.marks.get(&step.resource.arn)?;
    let by_order = mark
        .order
        .as_ref()
        .is_some_and(|order| order.action == "stop");
    let (_, environment) = config.environment(step.environment.as_ref()?.as_str())?;
    let takes = environment.snapshot_on_stop && !environment.protected;
    let can = step.resource.facts.snapshots != Snapshots::None;
    (asleep && by_order && takes && can).then_some(environment.keep_snapshots)
}

async fn one(
    means: &dyn ResourceKind,
    database: &Resource,
    old: &[&Snapshot],
    tick: &Tick,
    pruned: &mut Pruned,
) {
    let old: Vec<&str> = old.iter().map(|snapshot| snapshot.name.as_str()).collect();
    let mut deleted: Vec<String> = vec![];
    if tick.dry_run {
        deleted.extend(old.into_iter().map(str::to_owned));
    } else {
        let mut answers = Box::pin(
            stream::iter(old)
                .map(|name| async move { (name, means.delete_snapshot(name).await) })
                .buffered(AT_ONCE),
        );
        let mut failed = None;
        while let Some((name, answer)) = answers.next().await {
            match answer {
                Ok(()) => deleted.push(name.to_owned()),
                // Another tick was first, or somebody copies it: the next sleep looks again.
                Err(error) if matches!(error.cause, Cause::Gone | Cause::State) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        pruned
            .problems
            .extend(failed.map(|error| unpruned(database, &error)));
    }
    if !deleted.is_empty() {
        tracing::info!(resource = %database.arn, ?deleted, dry_run = tick.dry_run, "old snapshots");
        pruned.deleted.push(PrunedAnswer {
            resource: database.arn.to_string(),
            deleted,
        });
    }
}

fn unpruned(database: &Resource, error: &AwsError) -> Problem {
    let said = error.to_string();
    Problem::of(
        database,
        Fault::Unpruned {
            why: Text::made(said.clone(), said),
            remedy: error.remedy(),
        },
    )
}

fn untagged() -> Fault {
    Fault::Unpruned {
        why: Text::fixed(
            "they bear no tags, so nobody can tell for sure whose they are",
            "ils ne portent pas d'étiquette, nul ne sait donc avec certitude à qui ils sont",
        ),
        remedy: Text::fixed(
            "set CopyTagsToSnapshot on the database; delete by hand what it has so far",
            "activez CopyTagsToSnapshot sur la base ; supprimez à la main ceux qu'elle a déjà",
        ),
    }
}
