//! Why AWS refuses an order for the state of a resource that looks as if it could take it.

use nightcap_domain::answer::Outcome;
use nightcap_domain::fleet::Resource;
use nightcap_domain::plan::{Decision, Fault, Plan, Problem};

use crate::fleet::Fleet;

/// What is known of the orders that AWS refused for a state that its description does not
/// show. Most such refusals are a change meanwhile, and the next tick looks again.
pub(crate) async fn explained(
    fleet: &Fleet<'_>,
    plan: &Plan,
    outcomes: &[Outcome],
) -> Vec<Problem> {
    let refused = plan
        .steps
        .iter()
        .zip(outcomes)
        .filter(|(step, outcome)| {
            matches!(step.decision, Decision::Act(_)) && **outcome == Outcome::Overtaken
        })
        .map(|(step, _)| &step.resource);
    let mut problems = vec![];
    for (means, resources) in fleet.by_means(refused) {
        match means.refused(&resources).await {
            Ok(found) => problems.extend(found.into_iter().filter_map(|(name, why)| {
                let resource: Option<&&Resource> = resources.iter().find(|r| r.name == name);
                Some(Problem::of(resource?, Fault::Unstoppable(why)))
            })),
            // Not being able to look is no reason to fail a tick that has done its work.
            Err(error) => tracing::warn!(%error, "why orders were refused could not be asked"),
        }
    }
    problems
}
