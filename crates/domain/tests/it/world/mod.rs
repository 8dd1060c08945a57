//! A small AWS in memory, with a clock that only the test moves.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use nightcap_domain::answer::ResourceAnswer;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::config::Compiled;
use nightcap_domain::fleet::{
    Facts, Kind, Memory, Observed, Resource, Size, Snapshots, Tags, Text, Tier,
};
use nightcap_domain::ledger::{self, Ledger};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{self, Action, Decision, Plan};

pub const GROUP: Kind = Kind {
    name: "auto-scaling-group",
    tier: Tier::COMPUTE,
};
pub const DATABASE: Kind = Kind {
    name: "rds-instance",
    tier: Tier::DATABASE,
};

pub const CONFIG: &str = "
timezone: Europe/Paris
calendars:
  france: { holidays: FR }
schedules:
  office-hours:
    calendar: france
    windows:
      - { start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }
environments:
  preprod: { schedule: office-hours }
  prod: { protected: true }
";

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn capacity(text: &str) -> Capacity {
    text.parse().unwrap()
}

pub fn database(name: &str, environment: &str) -> Resource {
    let mut database = resource(DATABASE, name, environment);
    database.facts.snapshots = Snapshots::Tagged;
    database
}

pub fn group(name: &str, environment: &str, now: &str) -> Resource {
    let now = capacity(now);
    let mut group = resource(GROUP, name, environment);
    group.size = Some(Size {
        now,
        machines: now.desired(),
        memory: Memory::None,
    });
    observe(&mut group);
    group
}

fn resource(kind: Kind, name: &str, environment: &str) -> Resource {
    Resource {
        arn: ResourceArn::new(format!(
            "arn:aws:{}:eu-west-3:123456789012:{name}",
            kind.name
        )),
        kind,
        name: name.to_owned(),
        region: "eu-west-3".into(),
        tags: Tags::from_iter([("nightcap:environment", environment)]),
        observed: Observed::Running,
        size: None,
        maintenance: None,
        restarted_by_aws: false,
        facts: Facts::default(),
    }
}

pub fn fixed(mut resource: Resource, reason: &'static str) -> Resource {
    resource.observed = Observed::Fixed(Text::fixed(reason, reason));
    resource
}

/// What an adapter would say of a group of this size.
fn observe(group: &mut Resource) {
    let size = group.size.as_ref().unwrap();
    group.observed = match (size.now.max(), size.machines) {
        (0, 0) => Observed::Stopped,
        (0, _) => Observed::Stopping,
        (_, machines) if machines < size.now.min() => Observed::Starting,
        _ => Observed::Running,
    };
}

/// The fleet, the ledger, and what was said so far.
pub struct World {
    pub config: Compiled,
    pub fleet: Vec<Resource>,
    pub ledger: Ledger,
    pub log: String,
    /// Whether the ledger remembers orders, as the real one does, and not only transitions.
    pub orders: bool,
}

impl World {
    pub fn new(config: &str, fleet: Vec<Resource>) -> Self {
        Self {
            config: Compiled::parse(config).unwrap(),
            fleet,
            ledger: Ledger::default(),
            log: String::new(),
            orders: false,
        }
    }

    pub fn plan(&self, now: DateTime<Utc>) -> Plan {
        plan::plan(&self.config, self.fleet.clone(), &self.ledger, now)
    }

    /// One tick: decides, does it, writes both into the log.
    pub fn tick(&mut self, at: &str) -> Plan {
        let now = utc(at);
        let plan = self.plan(now);
        writeln!(self.log, "tick {at}").unwrap();
        for step in &plan.steps {
            let answer = ResourceAnswer::of(step, None);
            writeln!(
                self.log,
                "  {:<24} {:<9} {:<7} {}",
                answer.name, answer.observed, answer.decision, answer.reason
            )
            .unwrap();
        }
        self.apply(&plan);
        plan
    }

    /// Ticks until nothing is ordered and nothing waits, five minutes apart.
    pub fn settle(&mut self, from: &str) -> usize {
        let mut now = utc(from);
        for ticks in 1..=20 {
            let plan = self.plan(now);
            let quiet = plan
                .steps
                .iter()
                .all(|s| !matches!(s.decision, Decision::Act(_) | Decision::Wait(_)));
            self.apply(&plan);
            if quiet {
                return ticks;
            }
            self.pass();
            now += chrono::TimeDelta::minutes(5);
        }
        panic!("does not settle");
    }

    fn apply(&mut self, plan: &Plan) {
        for step in &plan.steps {
            if self.orders {
                let claim = ledger::Write::claim(&self.ledger, step, "tick", plan.at);
                let written =
                    claim.or_else(|| ledger::Write::observation(&self.ledger, step, plan.at));
                if let Some(write) = written {
                    let arn = &step.resource.arn;
                    self.ledger.carried.insert(arn.clone(), write.carried);
                    self.ledger.marks.insert(arn.clone(), write.mark);
                }
            } else if let Some(reached) = step.reached {
                self.ledger
                    .carried
                    .insert(step.resource.arn.clone(), reached);
            }
            if let Decision::Act(action) = &step.decision {
                if !self.orders {
                    let ordered = plan::ordered(step).unwrap();
                    self.ledger
                        .carried
                        .insert(step.resource.arn.clone(), ordered);
                }
                let resource = self
                    .fleet
                    .iter_mut()
                    .find(|resource| resource.arn == step.resource.arn)
                    .unwrap();
                act(resource, action);
            }
        }
    }

    /// Time passes: what was on its way arrives.
    pub fn pass(&mut self) {
        for resource in &mut self.fleet {
            if let Some(size) = &mut resource.size {
                size.machines = size.now.desired();
                observe(resource);
            } else {
                resource.observed = match resource.observed.clone() {
                    Observed::Starting => Observed::Running,
                    Observed::Stopping => Observed::Stopped,
                    other => other,
                };
            }
        }
        writeln!(self.log, "time passes").unwrap();
    }

    pub fn get(&mut self, name: &str) -> &mut Resource {
        self.fleet.iter_mut().find(|r| r.name == name).unwrap()
    }

    pub fn size(&self, name: &str) -> String {
        let resource = self.fleet.iter().find(|r| r.name == name).unwrap();
        resource.size.as_ref().unwrap().now.to_string()
    }
}

pub fn act(resource: &mut Resource, action: &Action) {
    match (action, &mut resource.size) {
        (Action::Stop { remember, .. }, Some(size)) => {
            if let Some(remember) = *remember {
                assert!(!remember.is_zero(), "0/0/0 is never remembered");
                size.memory = Memory::Of(remember);
            }
            assert!(size.memory != Memory::None, "what sleeps is remembered");
            size.now = Capacity::ZERO;
            observe(resource);
        }
        (Action::Start { capacity }, Some(size)) => {
            size.now = capacity.unwrap();
            size.memory = Memory::None;
            observe(resource);
        }
        (Action::Stop { .. }, None) => resource.observed = Observed::Stopping,
        (Action::Start { .. }, None) => resource.observed = Observed::Starting,
    }
}
