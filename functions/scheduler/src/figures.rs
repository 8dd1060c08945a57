//! What a tick tells CloudWatch. Each figure's meaning and the alarm to put on it:
//! `docs/operations.md`, "Signals".

use nightcap_aws::announce::Mails;
use nightcap_aws::reconcile::{Report, Tick};
use nightcap_domain::fleet::Observed;
use nightcap_domain::plan::Plan;
use nightcap_lambda::metrics::Effort;
use nightcap_lambda::metrics::emf::{Line, Unit};
use rust_decimal::Decimal;

/// The resources in Nightcap's care, by what AWS says of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct States {
    running: u64,
    asleep: u64,
    changing: u64,
    faulty: u64,
    fixed: u64,
}

impl States {
    fn of(plan: &Plan) -> Self {
        let mut states = Self::default();
        // What is protected or of no environment is not in its care.
        let cared = plan
            .steps
            .iter()
            .filter(|step| step.desired.state().is_some());
        for step in cared {
            let count = match step.resource.observed {
                Observed::Running => &mut states.running,
                Observed::Stopped => &mut states.asleep,
                Observed::Starting | Observed::Stopping | Observed::Busy { .. } => {
                    &mut states.changing
                }
                // Its problem says more; a figure of its own would be one more to pay for.
                Observed::Faulty { .. } | Observed::Unread => &mut states.faulty,
                Observed::Fixed(_) => &mut states.fixed,
            };
            *count += 1;
        }
        states
    }
}

/// The figures of a tick that did its work.
pub(crate) fn of_tick(report: &Report, tick: &Tick, mails: Mails, effort: &Effort) -> Line {
    let summary = report.answer("tick", tick).summary;
    let states = States::of(&report.plan);
    let line = begun(&tick.correlation_id, true)
        .count("Started", count(summary.started))
        .count("Stopped", count(summary.stopped))
        .count("Waiting", count(summary.waiting))
        .count("Problems", count(summary.problems))
        .gauge("ResourcesRunning", Unit::Count, states.running)
        .gauge("ResourcesAsleep", Unit::Count, states.asleep)
        .count("ResourcesChanging", states.changing)
        .count("ResourcesFaulty", states.faulty)
        .property("resources_fixed", states.fixed)
        .sum(
            "HoursAsleep",
            Unit::None,
            (Decimal::from(report.slept.num_seconds()) / Decimal::from(3600)).round_dp(4),
        )
        .count("MailsSent", mails.sent)
        .count("MailsFailed", mails.failed);
    effort.told_in(line)
}

/// The figures of a tick that has sent its targets to the queue: the schedule lives. Whether
/// the targets are worked is told by their own lines, and by the alarms on the queue.
pub(crate) fn of_spread(tick: &Tick, sent: usize, unsent: usize, effort: &Effort) -> Line {
    let line = begun(&tick.correlation_id, true)
        .count("TargetsSent", count(sent))
        .count("Problems", count(unsent));
    effort.told_in(line)
}

/// The figures of a tick that could do nothing.
pub(crate) fn of_failure(correlation_id: &str, error: &str, mails: Mails, effort: &Effort) -> Line {
    let line = begun(correlation_id, false)
        .count("MailsSent", mails.sent)
        .count("MailsFailed", mails.failed)
        .property("error_type", error);
    effort.told_in(line)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn begun(correlation_id: &str, worked: bool) -> Line {
    Line::default()
        .property("correlation_id", correlation_id)
        .gauge("Heartbeat", Unit::Count, u64::from(worked))
        .gauge("Ticks", Unit::Count, 1_u64)
}
