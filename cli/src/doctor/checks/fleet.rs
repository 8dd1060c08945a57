//! The fleet of one target, as a tick would see it: what it would report, and what else shows.

use nightcap_aws::error::AwsError;
use nightcap_aws::fleet::Fleet;
use nightcap_aws::target::reach;
use nightcap_aws::time_left::TimeLeft;
use nightcap_domain::fleet::{Observed, Resource};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::names::EnvironmentName;
use nightcap_domain::plan::{self, Fault, Obstacle, Problem};

use super::tags::exists;
use crate::doctor::{Doctor, Place, Resources};

const CHECK: &str = "fleet";

/// A resource that Nightcap may stop and start, with its environment.
pub(super) struct Governed {
    pub(super) resource: Resource,
    pub(super) environment: EnvironmentName,
}

/// Machines that something else keeps: these tags say what, and that is what sleeps.
const KEPT: [&str; 4] = [
    "aws:autoscaling:groupName",
    "aws:ec2:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "aws:elasticmapreduce:job-flow-id",
];

impl Doctor<'_> {
    /// Looks at everything in a target; gives a machine to try EC2's dry run on, if there is one.
    pub(in crate::doctor) async fn fleet(&mut self, place: &Place) -> Option<String> {
        // By the caller's own clients, who assumes the target's role: no role assumes itself.
        let reached = reach(&self.home.clients, self.config, vec![place.target.clone()]);
        let fleet = Fleet::read(self.config, &reached, TimeLeft::default()).await;
        for (_, error) in &fleet.unread {
            self.unread(CHECK, place.name(), error);
        }
        let plan = plan::plan(
            self.config,
            fleet.resources.clone(),
            &Ledger::default(),
            self.now,
        );
        for problem in plan.problems() {
            // How much a tick may stop depends on what the ledger says, which is not asked here.
            if matches!(problem.fault, Fault::TooManyStops { .. }) {
                continue;
            }
            let mut reported = fleet.resources.iter();
            let resource = reported.find(|one| one.arn.as_str() == problem.about);
            // Of what a tick does not describe, only the index of tags speaks, and it goes on
            // naming what was deleted.
            if let Some(resource) = resource
                && matches!(resource.observed, Observed::Fixed(_))
                && exists(place, &problem.about, resource.kind.name).await == Ok(false)
            {
                continue;
            }
            let name = problem.name.clone();
            self.row(
                CHECK,
                name,
                Resources::Plan {
                    problem: Box::new(problem),
                },
            );
        }
        let mut governed = vec![];
        for step in plan.steps {
            let Some(environment) = step.environment else {
                continue;
            };
            // What is of a kind that only other environments list is read with theirs, and is no
            // business of a tick's.
            let kind = step.resource.kind.name;
            let scheduled = self
                .config
                .environment(environment.as_str())
                .is_some_and(|(_, e)| !e.protected && e.kinds.include(kind));
            let protected = self.config.config().protected_by(&step.resource.tags);
            if !scheduled || protected.is_some() {
                continue;
            }
            if let Observed::Fixed(why) = &step.resource.observed {
                let kept = step.resource.facts.member_of.is_some()
                    || KEPT.iter().any(|tag| step.resource.tags.get(tag).is_some());
                if !kept {
                    self.row(
                        CHECK,
                        &step.resource.name,
                        Resources::CannotStop { why: why.clone() },
                    );
                }
                continue;
            }
            let machines = step.resource.facts.warm_pool;
            if machines > 0 {
                let pool = Fault::from(Obstacle::WarmPool { machines });
                let problem = Box::new(Problem::of(&step.resource, pool));
                self.row(CHECK, &step.resource.name, Resources::Plan { problem });
            }
            governed.push(Governed {
                resource: step.resource,
                environment,
            });
        }
        self.governed += governed.len();
        self.conflicts(&fleet, &governed, place).await;
        self.databases(place, &governed).await;
        self.machines(place, &governed).await;
        self.tags(place, &fleet.resources, &governed).await;
        let machine = governed
            .iter()
            .find(|one| one.resource.kind.name == "ec2-instance")?;
        machine
            .resource
            .arn
            .as_str()
            .rsplit('/')
            .next()
            .map(str::to_owned)
    }

    /// What else wakes these or puts them to sleep: scheduled actions, scaling minima.
    async fn conflicts(&mut self, fleet: &Fleet<'_>, governed: &[Governed], place: &Place) {
        let resources = governed.iter().map(|one| &one.resource);
        let mut found: Vec<(String, Resources)> = vec![];
        let mut failed: Option<AwsError> = None;
        for (means, group) in fleet.by_means(resources) {
            match means.conflicts(&group).await {
                Ok(conflicts) => found.extend(
                    conflicts
                        .into_iter()
                        .map(|(name, what)| (name, Resources::Conflict { what })),
                ),
                Err(error) => failed = Some(error),
            }
        }
        for (name, finding) in found {
            self.row(CHECK, name, finding);
        }
        if let Some(error) = failed {
            self.unread(CHECK, place.name(), &error);
        }
    }
}
