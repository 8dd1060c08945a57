//! A memory that outlived the sleep it was made for.
//!
//! A group that wakes gets its capacity back and then loses the tag that remembered it: two
//! calls, and the second may fail. The tick that first sees the group up tries once more. If
//! that fails too, it is told; the next sleep of a running group overwrites the tag before it
//! means anything again, and only a group that its own scaling holds at zero by then would be
//! woken to what the tag says.

use nightcap_domain::fleet::{Memory, Resource};
use nightcap_domain::ledger::Phase;
use nightcap_domain::plan::{Fault, Plan, Problem, Step};
use nightcap_domain::time::State;

use crate::fleet::Fleet;
use crate::reconcile::Tick;

/// Forgets what groups remember that have just been seen up again.
pub(crate) async fn forget(fleet: &Fleet<'_>, plan: &Plan, tick: &Tick) -> Vec<Problem> {
    let mut problems = vec![];
    if tick.dry_run {
        return problems;
    }
    for resource in plan.steps.iter().filter_map(awake_with_memory) {
        let Some(means) = fleet.means(&resource.arn) else {
            continue;
        };
        if let Err(error) = means.forget(resource).await {
            tracing::warn!(resource = %resource.arn, %error, "its memory stays");
            let fault = Fault::Failed {
                action: "forget",
                error: error.to_string(),
                remedy: error.remedy(),
            };
            problems.push(Problem::of(resource, fault));
        }
    }
    problems
}

/// A group that is first seen up with a memory. Nothing else has ordered it to sleep meanwhile:
/// that would stand in the ledger instead.
fn awake_with_memory(step: &Step) -> Option<&Resource> {
    let reached = step.reached?;
    let size = step.resource.size.as_ref()?;
    let up = (reached.to, reached.phase) == (State::Running, Phase::Reached);
    (up && size.memory != Memory::None && size.now.desired() > 0).then_some(&step.resource)
}
