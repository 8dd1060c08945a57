//! What a hold on one resource means for what that resource needs.
//!
//! Machines that a person holds up are of no use without their databases. So a hold that keeps
//! one resource up keeps up, and wakes, what stands below it in the order: same environment,
//! account and region, a lower tier. A hold on the lower one itself counts for more.

use std::collections::BTreeMap;

use crate::config::Compiled;
use crate::fleet::{Observed, Tier};
use crate::hold::{Hold, Scope};
use crate::time::{State, Transition};

use super::decide::Candidate;
use super::environment::after;
use super::{Because, Desired, Place};

/// Something that a hold of its own keeps up.
struct Holder {
    tier: Tier,
    name: String,
    hold: Hold,
}

/// Keeps up what is needed by what is held up.
pub(super) fn keep(config: &Compiled, candidates: &mut [Candidate<'_>]) {
    let mut holders: BTreeMap<Place, Vec<Holder>> = BTreeMap::new();
    for candidate in candidates.iter() {
        if let Some((place, holder)) = holder(candidate) {
            holders.entry(place).or_default().push(holder);
        }
    }
    if holders.is_empty() {
        return;
    }
    for candidate in candidates {
        let Some(desired) = needed(config, &holders, candidate) else {
            continue;
        };
        if let Some(admitted) = &mut candidate.admitted {
            admitted.desired = desired;
        }
    }
}

fn holder(candidate: &Candidate<'_>) -> Option<(Place, Holder)> {
    let admitted = candidate.admitted.as_ref()?;
    let hold = own_hold(&admitted.desired)?;
    let resource = &candidate.resource;
    let moves = !matches!(resource.observed, Observed::Fixed(_));
    (moves && hold.state == State::Running).then_some(())?;
    let holder = Holder {
        tier: resource.tier().ok()?,
        name: resource.name.clone(),
        hold: hold.clone(),
    };
    Some((Place::of(admitted.name, resource), holder))
}

/// The hold on the very resource, if that decides.
fn own_hold(desired: &Desired) -> Option<&Hold> {
    match desired {
        Desired::State {
            because: Because::Hold(hold),
            ..
        } if matches!(hold.scope, Scope::Resource(_)) => Some(hold),
        _ => None,
    }
}

fn needed(
    config: &Compiled,
    holders: &BTreeMap<Place, Vec<Holder>>,
    candidate: &Candidate<'_>,
) -> Option<Desired> {
    let admitted = candidate.admitted.as_ref()?;
    let stops = admitted.desired.state() == Some(State::Stopped);
    if !stops || own_hold(&admitted.desired).is_some() {
        return None;
    }
    let tier = candidate.resource.tier().ok()?;
    let holder = holders
        .get(&Place::of(admitted.name, &candidate.resource))?
        .iter()
        .filter(|holder| tier < holder.tier)
        // The one that lasts longest: what decides does not change while any of them holds.
        .max_by(|a, b| (a.hold.until, &a.hold.id).cmp(&(b.hold.until, &b.hold.id)))?;
    let schedule = config.schedule_of(admitted.environment);
    Some(Desired::State {
        by: Transition {
            at: holder.hold.from,
            to: State::Running,
        },
        because: Because::Needed {
            by: holder.name.clone(),
            hold: Box::new(holder.hold.clone()),
        },
        until: schedule.and_then(|(_, schedule)| after(schedule, &holder.hold)),
    })
}
