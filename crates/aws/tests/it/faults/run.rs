//! One run: ticks among faults, then fair ones until all is quiet, then the verdict.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::reconcile::{self, Report, Restarted, Tick};
use nightcap_aws::target::{Reach, targets, wanted};
use nightcap_domain::answer::Outcome;
use nightcap_domain::config::{Compiled, KindName};
use nightcap_domain::names::Region;
use nightcap_domain::plan::{self, Decision};
use nightcap_domain::time::State;
use tokio::task::{JoinHandle, LocalSet};

use crate::faults::kinds::kinds;
use crate::faults::ledger::WiredLedger;
use crate::faults::wire::{Earth, Weather, Wire};
use crate::faults::world::{Scaling, Status, World};

/// As `infra/` sets it: then Lambda ends the process.
const DEADLINE: Duration = Duration::from_mins(1);
/// How often a tick comes.
pub const BEAT: TimeDelta = TimeDelta::minutes(5);
/// Fair ticks within which all must be quiet: a wake takes four, and a lease may have to run out.
const PATIENCE: u32 = 8;

pub const CONFIG: &str = "
timezone: Europe/Paris
schedules:
  office-hours:
    windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }]
environments:
  preprod: { schedule: office-hours, manual_changes: MANUAL }
  prod: { protected: true }
";

/// What became of a tick.
pub enum Ended {
    Answered(Box<Report>),
    /// It could do nothing, and said so.
    Refused,
    /// Its process died, or Lambda ended it.
    Died,
}

/// What happened in a run.
#[derive(Default)]
pub struct Tally {
    pub ticks: AtomicU32,
    pub calls: AtomicUsize,
    pub struck: AtomicUsize,
    pub died: AtomicU32,
}

#[derive(Clone)]
pub struct Run {
    pub earth: Earth,
    pub config: Arc<Compiled>,
    pub tally: Arc<Tally>,
}

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Two databases, a cluster, two groups; a database and a group of production.
pub fn fleet() -> World {
    let mut world = World::default();
    for name in ["db-1", "db-2", "cluster-1"] {
        world.database(name, "preprod");
    }
    world.database("prod-db", "prod");
    for name in ["app", "workers"] {
        world.group(name, "preprod");
    }
    world.group("prod-app", "prod");
    world
}

/// The same, and machines, services and node groups beside them.
pub fn fleet_of_every_kind() -> World {
    let mut world = fleet();
    world.machine("box", "preprod");
    world.machine("prod-box", "prod");
    world.scaled("web", "preprod", Scaling::Service);
    world.scaled("api", "preprod", Scaling::ScaledService);
    world.scaled("nodes", "preprod", Scaling::Nodes);
    world.scaled("prod-nodes", "prod", Scaling::Nodes);
    world
}

/// The configuration under which that fleet is cared for.
pub fn config_of_every_kind(manual_changes: &str) -> String {
    let every = KindName::ALL.iter().map(|(name, _)| *name);
    let kinds = every.collect::<Vec<_>>().join(", ");
    CONFIG.replace("MANUAL", &format!("{manual_changes}, kinds: [{kinds}]"))
}

impl Run {
    pub fn new(config: &str, world: World, now: &str) -> Self {
        Self {
            earth: Earth::new(world, utc(now)),
            config: Arc::new(Compiled::parse(config).unwrap()),
            tally: Arc::default(),
        }
    }

    pub async fn until(&self, at: DateTime<Utc>) {
        if let Ok(ahead) = (at - self.earth.now()).to_std() {
            tokio::time::sleep(ahead).await;
        }
    }

    /// One process with one tick, now.
    pub fn tick(
        &self,
        weather: Weather,
        skew: TimeDelta,
        news: Option<Restarted>,
    ) -> JoinHandle<Ended> {
        let (run, wire) = (self.clone(), Wire::new(&self.earth, weather));
        tokio::task::spawn_local(async move { run.process(&wire, skew, news).await })
    }

    pub async fn process(
        &self,
        wire: &Arc<Wire>,
        skew: TimeDelta,
        news: Option<Restarted>,
    ) -> Ended {
        let number = self.tally.ticks.fetch_add(1, Ordering::Relaxed);
        let tick = Tick {
            now: self.earth.now() + skew,
            dry_run: false,
            correlation_id: format!("tick-{number}"),
            restarted: news,
        };
        let reach: Vec<Reach> = targets(&self.config, &Region::new("eu-west-3"))
            .into_iter()
            .map(|target| Reach {
                kinds: wanted(&self.config, &target, kinds(wire)),
                target,
            })
            .collect();
        let ledger = WiredLedger(Arc::clone(wire));
        let ended = tokio::select! {
            biased;
            () = wire.death.notified() => Ended::Died,
            () = tokio::time::sleep(DEADLINE) => Ended::Died,
            result = reconcile::tick(&self.config, &reach, &ledger, &tick) => match result {
                Ok(report) => Ended::Answered(Box::new(report)),
                Err(_) => Ended::Refused,
            },
        };
        self.tally.calls.fetch_add(wire.calls(), Ordering::Relaxed);
        self.tally
            .struck
            .fetch_add(wire.struck.load(Ordering::Relaxed), Ordering::Relaxed);
        if matches!(ended, Ended::Died) {
            self.tally.died.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }

    /// Fair ticks until one finds nothing to do.
    pub async fn calm(&self) -> Result<u32, String> {
        let mut last = String::new();
        for ticks in 1..=PATIENCE {
            match self
                .tick(Weather::Fair, TimeDelta::zero(), None)
                .await
                .unwrap()
            {
                Ended::Answered(report) if is_quiet(&report) => return Ok(ticks),
                Ended::Answered(report) => last = told(&report),
                _ => return Err("a fair tick found no answer".to_owned()),
            }
            self.until(self.earth.now() + BEAT).await;
        }
        Err(format!("still not quiet at {}:\n{last}", self.earth.now()))
    }

    /// What preprod should be now.
    pub fn desired(&self) -> State {
        let (ledger, now) = self.earth.with(|world, now| (world.ledger.clone(), now));
        let plan = plan::plan(&self.config, vec![], &ledger, now);
        plan.environments[0].desired.state().unwrap()
    }

    /// What is wrong with the world once all is quiet; `by_hand` is the database that a
    /// person has put into the other state.
    pub fn verdict(&self, by_hand: Option<&str>) -> Result<(), String> {
        let desired = self.desired();
        self.earth.with(|world, now| {
            let mut wrong = std::mem::take(&mut world.outrages);
            for (name, database) in &world.databases {
                let up = desired == State::Running || database.environment == "prod";
                let expected = if up == (by_hand != Some(name)) {
                    Status::Available
                } else {
                    Status::Stopped
                };
                if database.status != expected {
                    wrong.push(format!("{now}: {name} is {:?}", database.status));
                }
            }
            for (name, group) in &world.groups {
                let up = desired == State::Running || group.environment == "prod";
                let serving = group.machines.iter().filter(|m| m.in_service).count();
                let found = (group.capacity, group.machines.len(), serving);
                let (day, memory) = (group.scaling.day(), group.memory.as_deref());
                let machines = day.desired() as usize;
                let right = if up {
                    found == (day, machines, machines)
                } else {
                    let remembers = memory == Some(day.to_string().as_str());
                    found == (group.scaling.night(), 0, 0) && remembers
                };
                if !right {
                    wrong.push(format!("{now}: {name} is {found:?} with memory {memory:?}"));
                }
            }
            if wrong.is_empty() {
                Ok(())
            } else {
                Err(wrong.join("\n"))
            }
        })
    }
}

fn is_quiet(report: &Report) -> bool {
    report.problems.is_empty()
        && report
            .outcomes
            .iter()
            .all(|outcome| *outcome == Outcome::None)
        && !report
            .plan
            .steps
            .iter()
            .any(|step| matches!(step.decision, Decision::Wait(_)))
}

fn told(report: &Report) -> String {
    let steps = report.plan.steps.iter().zip(&report.outcomes);
    let steps = steps.map(|(step, outcome)| {
        format!(
            "  {} {:?} {:?} {outcome:?}",
            step.resource.name, step.resource.observed, step.decision
        )
    });
    let problems = report
        .problems
        .iter()
        .map(|problem| format!("  {problem:?}"));
    steps.chain(problems).collect::<Vec<_>>().join("\n")
}

/// Runs a future on a clock that stands still until everybody sleeps.
pub fn on_paused_clock<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    LocalSet::new().block_on(&runtime.unwrap(), future)
}
