//! What AWS takes no orders for, although its description looks as if it could.
//!
//! A member of a blue/green deployment is described like any other database. Only its refusal
//! tells them apart, so that a tick that orders nothing asks nothing: once refused, it is left
//! with the reason, as what cannot sleep always is.

use std::collections::BTreeMap;

use nightcap_domain::answer::Outcome;
use nightcap_domain::fleet::{Observed, Text};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{Decision, Leave, Plan};

use crate::fleet::Fleet;

/// Leaves what AWS refused for a state that its description does not show, with the reason.
/// Most other such refusals are a change meanwhile, and the next tick looks again.
pub(crate) fn leave(
    reasons: &BTreeMap<ResourceArn, Text>,
    plan: &mut Plan,
    outcomes: &mut [Outcome],
) {
    for (step, outcome) in plan.steps.iter_mut().zip(outcomes) {
        if let Some(why) = reasons.get(&step.resource.arn) {
            step.resource.observed = Observed::Fixed(why.clone());
            step.decision = Decision::Leave(Leave::Fixed(why.clone()));
            *outcome = Outcome::None;
        }
    }
}

/// Why AWS refused what it refused for a state.
pub(crate) async fn reasons(
    fleet: &Fleet<'_>,
    plan: &Plan,
    outcomes: &[Outcome],
) -> BTreeMap<ResourceArn, Text> {
    let refused = plan
        .steps
        .iter()
        .zip(outcomes)
        .filter(|(step, outcome)| {
            matches!(step.decision, Decision::Act(_)) && **outcome == Outcome::Overtaken
        })
        .map(|(step, _)| &step.resource);
    let mut reasons = BTreeMap::new();
    for (means, resources) in fleet.by_means(refused) {
        match means.refused(&resources).await {
            Ok(found) => reasons.extend(found.into_iter().filter_map(|(name, why)| {
                let resource = resources.iter().find(|resource| resource.name == name)?;
                Some((resource.arn.clone(), why))
            })),
            // Not being able to look is no reason to fail a tick that has done its work.
            Err(error) => tracing::warn!(%error, "why orders were refused could not be asked"),
        }
    }
    reasons
}
