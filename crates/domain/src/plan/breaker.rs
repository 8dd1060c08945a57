//! The breaker: a tick that would stop far more than anybody expects stops nothing unexpected.

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Limits;
use crate::ledger::Ledger;

use super::{Action, Decision, Fault, Step};

/// How long after a transition, or after the end of a hold, its stops are what everybody expects.
const EXPECTED: TimeDelta = TimeDelta::hours(1);

/// Refuses the stops that no recent transition explains, if there are more than allowed.
///
/// Friday 19:00 may stop a thousand databases: that is the schedule. A thousand stops on
/// a Tuesday at noon are a wrong tag or a wrong line of configuration.
pub(super) fn hold_back(limits: &Limits, ledger: &Ledger, steps: &mut [Step], now: DateTime<Utc>) {
    let unexpected = |step: &Step| {
        matches!(step.decision, Decision::Act(Action::Stop { .. }))
            && !step.resource.restarted_by_aws
            && step
                .desired
                .since()
                .is_none_or(|transition| now - transition.at > EXPECTED)
            && !lately_held(ledger, step, now)
    };
    let stops = steps.iter().filter(|step| unexpected(step)).count();
    let allowed = allowed(limits, steps.len());
    if stops <= allowed {
        return;
    }
    for step in steps.iter_mut().filter(|step| unexpected(step)) {
        step.decision = Decision::Refuse(Fault::TooManyStops { stops, allowed });
    }
}

/// Whether a hold on it ended so lately that what the schedule asks for is what everybody
/// expects now, however old the schedule's own transition is.
fn lately_held(ledger: &Ledger, step: &Step, now: DateTime<Utc>) -> bool {
    ledger.holds.iter().any(|hold| {
        hold.has_ended(now)
            && now - hold.until <= EXPECTED
            && step
                .environment
                .as_ref()
                .is_some_and(|name| hold.is_about(name, Some(&step.resource.arn)))
    })
}

/// The smaller of the number and the share of the fleet.
fn allowed(limits: &Limits, fleet: usize) -> usize {
    let number = usize::try_from(limits.max_stops).unwrap_or(usize::MAX);
    match limits.max_stop_share {
        Some(share) => number.min(share.share_of(fleet)),
        None => number,
    }
}
