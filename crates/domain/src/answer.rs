//! Answers: the JSON that a function returns and `--json` prints. Their shape is a contract.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::Language;
use crate::message::local;
use crate::names::EnvironmentName;
use crate::plan::{
    Ahead, Because, Decision, Desired, Plan, Problem, Progress, Standing, Step, Upcoming,
};

/// What became of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    #[default]
    None,
    /// It would be done; this was a dry run or a plan.
    Planned,
    /// AWS has taken the order.
    Done,
    /// It was not so any more when it came to acting: the next tick decides again.
    Overtaken,
    /// The time of this tick was up before its turn came, or before AWS answered: a later one
    /// goes on with it.
    Postponed,
    /// AWS refused, or did not answer.
    Failed(Problem),
}

/// The answer to `tick` and `plan`.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// `tick` or `plan`.
    pub command: &'static str,
    /// The instant it was decided for.
    pub at: DateTime<Utc>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
    /// One id for everything that was logged and sent about this tick.
    pub correlation_id: String,
    /// Every environment of the configuration.
    pub environments: Vec<EnvironmentAnswer>,
    /// Every resource that claims an environment.
    pub resources: Vec<ResourceAnswer>,
    /// What a person should look at.
    pub problems: Vec<ProblemAnswer>,
    /// Counts.
    pub summary: Summary,
    /// Old snapshots that were deleted, or would be in a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pruned: Vec<PrunedAnswer>,
    /// `plan` only: the transitions ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upcoming: Option<Vec<UpcomingAnswer>>,
    /// `plan` only: whether more transitions lie ahead than are listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub upcoming_truncated: bool,
}

/// The old snapshots of one database that were deleted, or would be in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrunedAnswer {
    /// The database's ARN.
    pub resource: String,
    /// The names of the snapshots, oldest first.
    pub deleted: Vec<String>,
}

/// Where an environment stands.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentAnswer {
    /// Its name.
    pub name: EnvironmentName,
    /// `running`, `stopped` or `unmanaged`.
    pub desired: &'static str,
    /// Why.
    pub reason: String,
    /// The transition that led here.
    pub since: Option<DateTime<Utc>>,
    /// The next transition.
    pub until: Option<DateTime<Utc>>,
    /// `waking`, `awake`, `falling asleep` or `asleep`; absent where nothing is managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// Since when it is awake, where Nightcap has seen it wake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awake_since: Option<DateTime<Utc>>,
}

/// What was decided for one resource, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct ResourceAnswer {
    /// Its ARN.
    pub arn: String,
    /// `auto-scaling-group`, `rds-instance`, `aurora-cluster`…
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its environment, where that is sure.
    pub environment: Option<EnvironmentName>,
    /// Its region.
    pub region: String,
    /// What AWS says of it: `running`, `stopped`, `starting`, `stopping`, `fixed`, or AWS's own word.
    pub observed: String,
    /// A group's capacity now, `min/desired/max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<String>,
    /// `running`, `stopped` or `unmanaged`.
    pub desired: &'static str,
    /// `start`, `stop`, `wait`, `leave` or `problem`.
    pub decision: &'static str,
    /// A stable word for the reason.
    pub code: &'static str,
    /// The reason, as a sentence.
    pub reason: String,
    /// `none`, `planned`, `done`, `overtaken`, `postponed` or `failed`.
    pub result: &'static str,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemAnswer {
    /// The ARN, or what else it is about.
    pub resource: String,
    /// A stable word.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Counts of one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Orders to start that AWS took (or would get).
    pub started: usize,
    /// Orders to stop that AWS took (or would get).
    pub stopped: usize,
    /// Resources that a later tick goes on with.
    pub waiting: usize,
    /// Resources that were left as they are.
    pub left: usize,
    /// Problems.
    pub problems: usize,
}

/// A transition ahead.
#[derive(Clone, Debug, Serialize)]
pub struct UpcomingAnswer {
    /// The environment.
    pub environment: EnvironmentName,
    /// The instant.
    pub at: DateTime<Utc>,
    /// The same on the clocks of the schedule's zone.
    pub local: String,
    /// `running` or `stopped`.
    pub to: String,
    /// The resources it will touch.
    pub resources: Vec<String>,
    /// How many more it will touch.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_resources: usize,
}

// The signature is serde's.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The circumstances of an answer.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// `tick` or `plan`.
    pub command: &'static str,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
    /// One id for everything that was logged and sent about this tick.
    pub correlation_id: String,
}

impl Answer {
    /// The answer to a plan and what became of each of its steps.
    pub fn new(
        circumstances: Circumstances,
        plan: &Plan,
        outcomes: &[Outcome],
        problems: &[Problem],
    ) -> Self {
        Self::told(circumstances, plan, outcomes, problems, Language::En)
    }

    /// The same for a reader of any language; what answers carry is English.
    pub fn told(
        circumstances: Circumstances,
        plan: &Plan,
        outcomes: &[Outcome],
        problems: &[Problem],
        language: Language,
    ) -> Self {
        let resources: Vec<ResourceAnswer> = plan
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| ResourceAnswer::told(step, outcomes.get(index), language))
            .collect();
        let problems: Vec<ProblemAnswer> = problems
            .iter()
            .map(|problem| ProblemAnswer::of(problem, language))
            .collect();
        Self {
            command: circumstances.command,
            at: plan.at,
            dry_run: circumstances.dry_run,
            correlation_id: circumstances.correlation_id,
            environments: plan
                .environments
                .iter()
                .map(|standing| EnvironmentAnswer::told(standing, language))
                .collect(),
            summary: Summary::of(&resources, problems.len()),
            resources,
            problems,
            pruned: vec![],
            upcoming: None,
            upcoming_truncated: false,
        }
    }

    /// The same answer with how far each environment has come.
    #[must_use]
    pub fn with_progress(mut self, progress: &Progress) -> Self {
        for environment in &mut self.environments {
            let arrived = progress
                .environments
                .iter()
                .find(|arrived| arrived.environment == environment.name);
            environment.status = arrived.map(|arrived| arrived.stage.word());
            environment.awake_since = arrived.and_then(|arrived| arrived.awake_since);
        }
        self
    }

    /// The same answer with the old snapshots that were deleted.
    #[must_use]
    pub fn with_pruned(mut self, pruned: &[PrunedAnswer]) -> Self {
        self.pruned = pruned.to_vec();
        self
    }

    /// The same answer with the transitions ahead.
    #[must_use]
    pub fn with_upcoming(self, ahead: &Ahead) -> Self {
        self.with_upcoming_told(ahead, Language::En)
    }

    /// The same for a reader of any language; what answers carry is English.
    #[must_use]
    pub fn with_upcoming_told(mut self, ahead: &Ahead, language: Language) -> Self {
        let upcoming = ahead.transitions.iter();
        self.upcoming = Some(
            upcoming
                .map(|upcoming| UpcomingAnswer::told(upcoming, language))
                .collect(),
        );
        self.upcoming_truncated = ahead.truncated;
        self
    }
}

impl EnvironmentAnswer {
    /// Where an environment stands, in words.
    pub fn of(standing: &Standing) -> Self {
        Self::told(standing, Language::En)
    }

    /// The same for a reader of any language; what answers carry is English.
    pub fn told(standing: &Standing, language: Language) -> Self {
        let (since, until) = match &standing.desired {
            Desired::State { by, until, because } => (
                Some(by.at),
                match because {
                    Because::Hold(hold) => Some(hold.until),
                    _ => until.map(|transition| transition.at),
                },
            ),
            Desired::Unmanaged(_) => (None, None),
        };
        Self {
            name: standing.name.clone(),
            desired: word(&standing.desired),
            reason: standing.desired.reason(language),
            since,
            until,
            status: None,
            awake_since: None,
        }
    }
}

impl Desired {
    /// What the desired state rests on, as a sentence.
    pub fn reason(&self, language: Language) -> String {
        match (self, language) {
            (Self::Unmanaged(leave), language) => leave.text(language),
            (Self::State { because, .. }, language) => because.text(language),
        }
    }
}

impl Because {
    /// The reason as a sentence.
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Self::Schedule(name), Language::En) => format!("schedule {name}"),
            (Self::Schedule(name), Language::Fr) => format!("horaire {name}"),
            (Self::Hold(hold), Language::En) => format!("held by {}: {}", hold.by, hold.reason),
            (Self::Hold(hold), Language::Fr) => {
                format!("maintenu par {} : {}", hold.by, hold.reason)
            }
            (Self::Needed { by, hold }, Language::En) => format!(
                "needed by {by}, which {} holds up: {}",
                hold.by, hold.reason
            ),
            (Self::Needed { by, hold }, Language::Fr) => format!(
                "nécessaire à {by}, que {} maintient : {}",
                hold.by, hold.reason
            ),
            (Self::Protection, Language::En) => {
                "protected now: woken once, then left alone".to_owned()
            }
            (Self::Protection, Language::Fr) => {
                "désormais protégé : réveillé une fois, puis laissé tel quel".to_owned()
            }
            (Self::Maintenance, Language::En) => "its maintenance window".to_owned(),
            (Self::Maintenance, Language::Fr) => "sa fenêtre de maintenance".to_owned(),
        }
    }
}

fn word(desired: &Desired) -> &'static str {
    match desired.state() {
        Some(crate::time::State::Running) => "running",
        Some(crate::time::State::Stopped) => "stopped",
        None => "unmanaged",
    }
}

impl ResourceAnswer {
    /// What was decided for a resource, in words.
    pub fn of(step: &Step, outcome: Option<&Outcome>) -> Self {
        Self::told(step, outcome, Language::En)
    }

    /// The same for a reader of any language; what answers carry is English.
    pub fn told(step: &Step, outcome: Option<&Outcome>, language: Language) -> Self {
        let resource = &step.resource;
        let (decision, code, reason) = match &step.decision {
            Decision::Act(action) => (action.word(), "transition", step.desired.reason(language)),
            Decision::Wait(wait) => ("wait", wait.code(), wait.text(language)),
            Decision::Leave(leave) => ("leave", leave.code(), leave.text(language)),
            Decision::Refuse(fault) => ("problem", fault.code(), fault.message(language)),
        };
        Self {
            arn: resource.arn.to_string(),
            kind: resource.kind.name,
            name: resource.name.clone(),
            environment: step.environment.clone(),
            region: resource.region.to_string(),
            observed: resource.observed.word().to_owned(),
            capacity: resource.size.as_ref().map(|size| size.now.to_string()),
            desired: word(&step.desired),
            decision,
            code,
            reason,
            result: match outcome {
                None | Some(Outcome::None) => "none",
                Some(Outcome::Planned) => "planned",
                Some(Outcome::Done) => "done",
                Some(Outcome::Overtaken) => "overtaken",
                Some(Outcome::Postponed) => "postponed",
                Some(Outcome::Failed(_)) => "failed",
            },
        }
    }
}

impl ProblemAnswer {
    /// A problem in words.
    pub fn of(problem: &Problem, language: Language) -> Self {
        Self {
            resource: problem.about.clone(),
            code: problem.fault.code(),
            message: format!("{}: {}", problem.name, problem.fault.message(language)),
            remedy: problem.fault.remedy(language),
        }
    }
}

impl Summary {
    fn of(resources: &[ResourceAnswer], problems: usize) -> Self {
        let count = |decision: &str| {
            resources
                .iter()
                .filter(|r| {
                    r.decision == decision
                        && !matches!(r.result, "failed" | "overtaken" | "postponed")
                })
                .count()
        };
        let postponed = resources.iter().filter(|r| r.result == "postponed").count();
        Self {
            started: count("start"),
            stopped: count("stop"),
            waiting: count("wait") + postponed,
            left: count("leave"),
            problems,
        }
    }
}

impl UpcomingAnswer {
    fn told(upcoming: &Upcoming, language: Language) -> Self {
        Self {
            environment: upcoming.environment.clone(),
            at: upcoming.transition.at,
            local: local(upcoming.transition.at, upcoming.zone, language),
            to: upcoming.transition.to.to_string(),
            resources: upcoming.resources.clone(),
            more_resources: upcoming.more_resources,
        }
    }
}
