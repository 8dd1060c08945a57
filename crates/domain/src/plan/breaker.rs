//! The breaker: a transition that would stop far more than anybody expects stops nothing unexpected.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Limits;
use crate::fleet::Tier;
use crate::hold::{Hold, Scope};
use crate::ledger::Ledger;
use crate::time::State;

use super::{Action, Decision, Fault, Place, Step, Wait};

/// How long after a transition, or after the end of a hold, its stops are what everybody expects.
const EXPECTED: TimeDelta = TimeDelta::hours(1);

/// Refuses the stops that no recent transition explains, if there are more than allowed.
///
/// Friday 19:00 may stop a thousand databases: that is the schedule. A thousand stops on
/// a Tuesday at noon are a wrong tag or a wrong line of configuration.
///
/// What counts is all that a transition stops: what is ordered now, what waits for it (the
/// databases behind those machines), and what earlier ticks have stopped by the same transition.
pub(super) fn hold_back(limits: &Limits, ledger: &Ledger, steps: &mut [Step], now: DateTime<Utc>) {
    let lately = Lately::of(ledger, steps, now);
    let mut stops = 0;
    for step in steps.iter_mut() {
        if is_to_stop(step) && !lately.explains(step, now) {
            step.counted = true;
            stops += 1;
        } else if was_counted(ledger, step) {
            stops += 1;
        }
    }
    let allowed = allowed(limits, steps.len());
    if stops <= allowed {
        return;
    }
    for step in steps.iter_mut().filter(|step| step.counted) {
        let is_turned = matches!(
            step.decision,
            Decision::Act(Action::Stop { .. }) | Decision::Wait(Wait::StillUsedBy(_))
        );
        if is_turned {
            step.decision = Decision::Refuse(Fault::TooManyStops { stops, allowed });
        }
    }
}

/// Whether it is ordered to stop now, or will be as soon as its turn comes.
fn is_to_stop(step: &Step) -> bool {
    match &step.decision {
        Decision::Act(Action::Stop { .. }) => true,
        Decision::Wait(Wait::StillUsedBy(_) | Wait::Busy { .. }) => {
            step.desired.state() == Some(State::Stopped)
        }
        _ => false,
    }
}

/// Whether an earlier tick has stopped it by the same transition, unexpectedly.
fn was_counted(ledger: &Ledger, step: &Step) -> bool {
    let Some(by) = step.desired.since().filter(|by| by.to == State::Stopped) else {
        return false;
    };
    let arn = &step.resource.arn;
    let is_by = ledger.carried.get(arn).is_some_and(|last| last.is(by));
    let order = ledger.marks.get(arn).and_then(|mark| mark.order.as_ref());
    is_by && order.is_some_and(|order| order.counted)
}

/// What has ended so lately that what the schedule asks for is what everybody expects now,
/// however old the schedule's own transition is.
struct Lately<'a> {
    holds: Vec<&'a Hold>,
    /// Where a transition began in its hour: what it had in its care then is carried out to its
    /// end, however long machines take to drain.
    begun: BTreeSet<(Place, DateTime<Utc>)>,
    ledger: &'a Ledger,
    /// Where holds on one resource have kept up what that needs, and the tier of the resource.
    kept_up: Vec<(Place, Tier)>,
}

impl<'a> Lately<'a> {
    fn of(ledger: &'a Ledger, steps: &[Step], now: DateTime<Utc>) -> Self {
        let ended = |hold: &&Hold| hold.has_ended(now) && now - hold.until <= EXPECTED;
        let holds: Vec<&Hold> = ledger.holds.iter().filter(ended).collect();
        let kept_up = holds
            .iter()
            .filter(|hold| hold.state == State::Running)
            .filter_map(|hold| match &hold.scope {
                Scope::Resource(arn) => steps.iter().find(|step| step.resource.arn == *arn),
                Scope::Environment(_) => None,
            })
            .filter_map(|step| {
                let place = Place::of(step.environment.as_ref()?, &step.resource);
                Some((place, step.resource.tier().ok()?))
            })
            .collect();
        let begun = steps
            .iter()
            .filter_map(|step| begun(ledger, step))
            .collect();
        Self {
            holds,
            begun,
            ledger,
            kept_up,
        }
    }

    /// Whether a stop is expected now: by a transition or by the end of a hold.
    fn explains(&self, step: &Step, now: DateTime<Utc>) -> bool {
        let transition = step.desired.since();
        let recent = transition.is_some_and(|transition| now - transition.at <= EXPECTED);
        recent || step.resource.restarted_by_aws || self.held(step) || self.goes_on(step)
    }

    /// Whether it was in Nightcap's care when its transition came, and that began in its hour.
    fn goes_on(&self, step: &Step) -> bool {
        let (Some(name), Some(by)) = (&step.environment, step.desired.since()) else {
            return false;
        };
        let place = Place::of(name, &step.resource);
        let mark = self.ledger.marks.get(&step.resource.arn);
        self.begun.contains(&(place, by.at)) && mark.is_some_and(|mark| mark.at <= by.at)
    }

    fn held(&self, step: &Step) -> bool {
        let (Some(name), Ok(tier)) = (&step.environment, step.resource.tier()) else {
            return false;
        };
        let arn = Some(&step.resource.arn);
        self.holds.iter().any(|hold| hold.is_about(name, arn))
            || self
                .kept_up
                .iter()
                .any(|(place, above)| tier < *above && *place == Place::of(name, &step.resource))
    }
}

/// Where, and by which transition, it was ordered to stop within the hour.
fn begun(ledger: &Ledger, step: &Step) -> Option<(Place, DateTime<Utc>)> {
    let by = step.desired.since().filter(|by| by.to == State::Stopped)?;
    let arn = &step.resource.arn;
    ledger.carried.get(arn).filter(|last| last.is(by))?;
    let order = ledger.marks.get(arn)?.order.as_ref()?;
    let in_time = order.action == "stop" && order.since() - by.at <= EXPECTED;
    let place = Place::of(step.environment.as_ref()?, &step.resource);
    in_time.then_some((place, by.at))
}

/// The smaller of the number and the share of the fleet.
fn allowed(limits: &Limits, fleet: usize) -> usize {
    let number = usize::try_from(limits.max_stops).unwrap_or(usize::MAX);
    match limits.max_stop_share {
        Some(share) => number.min(share.share_of(fleet)),
        None => number,
    }
}
