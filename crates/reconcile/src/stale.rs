//! A memory that outlived the sleep it was made for.
//!
//! What wakes gets its capacity back and then loses the tag that remembered it: two calls, and
//! the second may fail; and what a person wakes keeps the tag. The tick that first sees it up
//! deletes the tag, **but only where it runs at what the tag says, or more**: what a person woke
//! to less has not got its capacity back, and the tag is all that knows it. The plan restores it
//! at the transition that wakes it. If deleting fails, it is told; the next sleep overwrites the
//! tag before it means anything again, and only what its own scaling holds at zero by then would
//! be woken to what the tag says.
//!
//! A stop that is ordered at the same moment writes the same tag: to delete it then would be to
//! lose the capacity. So the tag is deleted under a lease in the ledger, during which no tick
//! orders a stop ([`Write::claim`]), and not by a tick that may have looked at the fleet before
//! another wrote what the ledger says, or while another's lease runs.

use chrono::TimeDelta;
use nightcap_domain::fleet::{Memory, Size};
use nightcap_domain::ledger::{Ledger, Phase, Write};
use nightcap_domain::plan::{Decision, Fault, Plan, Problem, Step};
use nightcap_domain::time::State;

use crate::fleet::Fleet;
use crate::tick::Tick;

/// How far the clocks of two ticks may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(10);

/// What is to be forgotten of one step's resource.
#[derive(Debug)]
pub(crate) struct Stale {
    /// The step.
    pub(crate) index: usize,
    /// The lease under which it is forgotten and what is written once it is; none if this
    /// tick leaves it to the next.
    pub(crate) writes: Option<(Write, Write)>,
}

/// The steps whose resources have just been seen up again and still remember.
pub(crate) fn find(read: &Ledger, plan: &Plan, tick: &Tick) -> Vec<Stale> {
    let steps = plan.steps.iter().enumerate();
    steps
        .filter(|(_, step)| is_awake_with_memory(read, step))
        .map(|(index, step)| {
            let known = read.marks.get(&step.resource.arn);
            let settled =
                known.is_none_or(|mark| mark.at + SKEW < tick.now && !mark.is_leased(tick.now));
            let observed = Write::observation(read, step, tick.now).filter(|_| settled);
            Stale {
                index,
                writes: observed.map(|observed| observed.under_lease(tick.now)),
            }
        })
        .collect()
}

/// Forgets what these steps' resources remember; tells what could not be forgotten.
pub(crate) async fn forget(
    fleet: &Fleet<'_>,
    steps: impl IntoIterator<Item = &Step>,
) -> Vec<Problem> {
    let mut problems = vec![];
    for resource in steps.into_iter().map(|step| &step.resource) {
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

/// Something that is first seen up with a memory that nothing will be woken to any more.
/// Nothing else has ordered it to sleep meanwhile: that would stand in the ledger instead.
fn is_awake_with_memory(read: &Ledger, step: &Step) -> bool {
    let up = matches!(step.decision, Decision::Leave(_))
        && step
            .reached
            .is_some_and(|reached| (reached.to, reached.phase) == (State::Running, Phase::Reached));
    let size = step.resource.size.as_ref();
    up && size.is_some_and(|size| size.now.desired() > 0 && has_come_back(read, step, size))
}

/// Whether what the tag remembers runs again. Of what cannot be read nobody knows, unless
/// Nightcap itself has ordered this very start, by the capacity that is configured.
fn has_come_back(read: &Ledger, step: &Step, size: &Size) -> bool {
    match size.memory {
        Memory::None => false,
        Memory::Of(known) => size.now.covers(known),
        Memory::Unreadable(_) => read
            .carried
            .get(&step.resource.arn)
            .is_some_and(|last| (last.to, last.phase) == (State::Running, Phase::Ordered)),
    }
}
