//! What AWS keeps: databases and groups whose states take time, and who is watching them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::error::{AwsError, Cause};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::ledger::Ledger;

/// As long as in `tests/embedded_aws`: what matters is that it is not nothing.
const STOPPING: TimeDelta = TimeDelta::minutes(5);
const STARTING: TimeDelta = TimeDelta::minutes(7);
const MACHINE: TimeDelta = TimeDelta::minutes(2);
/// How long AWS lets a database sleep.
const LONGEST_SLEEP: TimeDelta = TimeDelta::days(7);
/// A tick that began before the turn may live on so long, and its clock may be a little off.
const TURNING: TimeDelta = TimeDelta::seconds(90);

/// What every group of a fleet is made with, and must be given back, unless it says otherwise.
pub const CAPACITY: &str = "2/2/4";

/// Everything, as it is at one instant.
#[derive(Default)]
pub struct World {
    /// Databases, and machines that sleep one by one as they do.
    pub databases: BTreeMap<String, Database>,
    pub groups: BTreeMap<String, Group>,
    pub ledger: Ledger,
    /// Every order that AWS took: `(instant, resource, what)`.
    pub orders: Vec<(DateTime<Utc>, String, &'static str)>,
    /// Starts by AWS itself, after seven days.
    pub restarts: Vec<(DateTime<Utc>, String)>,
    /// What must never happen, and did.
    pub outrages: Vec<String>,
    /// When the desired state changes: for a moment work may be going on in both directions,
    /// and the order of tiers cannot be judged.
    pub turns: Vec<DateTime<Utc>>,
}

pub struct Database {
    pub environment: &'static str,
    pub status: Status,
    /// Whether it is compute, which needs the others to be up.
    pub is_machine: bool,
    due: Option<(DateTime<Utc>, Status)>,
    slept_since: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Available,
    Stopping,
    Stopped,
    Starting,
}

/// What has a capacity, and how its service sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// An Auto Scaling group: it sleeps at 0/0/0.
    Group,
    /// An ECS service of one number.
    Service,
    /// One within the bounds of Application Auto Scaling: it sleeps at 0/0/max.
    ScaledService,
    /// An EKS node group: it sleeps at 0/0/max.
    Nodes,
}

impl Scaling {
    /// Its capacity by day.
    pub fn day(self) -> Capacity {
        let text = match self {
            Self::Group | Self::Nodes => CAPACITY,
            Self::Service => "3/3/3",
            Self::ScaledService => "0/3/6",
        };
        text.parse().unwrap()
    }

    /// What it shows once it was told this.
    pub fn given(self, capacity: Capacity) -> Capacity {
        let desired = capacity.desired();
        match self {
            Self::Group | Self::Nodes => capacity,
            Self::Service => Capacity::new(desired, desired, desired).unwrap(),
            Self::ScaledService => Capacity::new(0, desired, 6).unwrap(),
        }
    }

    /// Its capacity by night.
    pub fn night(self) -> Capacity {
        match self {
            Self::Group | Self::Service => Capacity::ZERO,
            Self::ScaledService | Self::Nodes => Capacity::new(0, 0, self.day().max()).unwrap(),
        }
    }
}

pub struct Group {
    pub environment: &'static str,
    pub scaling: Scaling,
    pub capacity: Capacity,
    pub memory: Option<String>,
    pub machines: Vec<Machine>,
}

#[derive(Clone, Copy)]
pub struct Machine {
    pub in_service: bool,
    leaving: bool,
    due: Option<DateTime<Utc>>,
}

impl World {
    pub fn database(&mut self, name: &str, environment: &'static str) {
        self.one(name, environment, false);
    }

    pub fn machine(&mut self, name: &str, environment: &'static str) {
        self.one(name, environment, true);
    }

    fn one(&mut self, name: &str, environment: &'static str, is_machine: bool) {
        let database = Database {
            environment,
            is_machine,
            status: Status::Available,
            due: None,
            slept_since: None,
        };
        self.databases.insert(name.to_owned(), database);
    }

    pub fn group(&mut self, name: &str, environment: &'static str) {
        self.scaled(name, environment, Scaling::Group);
    }

    pub fn scaled(&mut self, name: &str, environment: &'static str, scaling: Scaling) {
        let capacity = scaling.day();
        let serving = Machine {
            in_service: true,
            leaving: false,
            due: None,
        };
        let group = Group {
            environment,
            scaling,
            capacity,
            memory: None,
            machines: vec![serving; capacity.desired() as usize],
        };
        self.groups.insert(name.to_owned(), group);
    }

    /// Lets happen what has fallen due by now.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        for (name, database) in &mut self.databases {
            if let Some(at) = database.settle(now) {
                self.restarts.push((at, name.clone()));
            }
        }
        for group in self.groups.values_mut() {
            group.settle(now);
        }
    }

    pub fn stop_database(&mut self, name: &str, now: DateTime<Utc>) -> Result<(), AwsError> {
        let Database {
            environment,
            is_machine,
            ..
        } = self.databases[name];
        self.take(name, environment, "stop", now);
        if let (Some(needed), false, false) = (
            self.compute_up(environment),
            is_machine,
            self.is_turning(now),
        ) {
            let outrage = format!("{now}: {name} was stopped while {needed} still ran");
            self.outrages.push(outrage);
        }
        self.person_stops(name, now)
    }

    pub fn start_database(&mut self, name: &str, now: DateTime<Utc>) -> Result<(), AwsError> {
        let Database {
            environment,
            is_machine,
            ..
        } = self.databases[name];
        self.take(name, environment, "start", now);
        if is_machine {
            self.must_be_up(name, environment, now);
        }
        self.person_starts(name, now)
    }

    /// Compute of this environment that is not down.
    fn compute_up(&self, environment: &str) -> Option<String> {
        let groups = self
            .groups
            .iter()
            .filter(|(_, group)| group.environment == environment && !group.machines.is_empty());
        let machines = self.databases.iter().filter(|(_, machine)| {
            machine.is_machine
                && machine.environment == environment
                && machine.status != Status::Stopped
        });
        let mut names = groups
            .map(|(name, _)| name)
            .chain(machines.map(|(name, _)| name));
        names.next().cloned()
    }

    /// Compute may be woken only once the databases of its environment are up.
    fn must_be_up(&mut self, name: &str, environment: &str, now: DateTime<Utc>) {
        let down = self.databases.iter().find(|(_, database)| {
            !database.is_machine
                && database.environment == environment
                && database.status != Status::Available
        });
        if let (Some((database, _)), false) = (down, self.is_turning(now)) {
            let outrage = format!("{now}: {name} was woken while {database} was down");
            self.outrages.push(outrage);
        }
    }

    /// The same call, given by a person.
    pub fn person_starts(&mut self, name: &str, now: DateTime<Utc>) -> Result<(), AwsError> {
        let database = self.databases.get_mut(name).unwrap();
        if database.status != Status::Stopped {
            return Err(refused("StartDBInstance", database.status));
        }
        database.start(now);
        Ok(())
    }

    /// A stop that a person gives.
    pub fn person_stops(&mut self, name: &str, now: DateTime<Utc>) -> Result<(), AwsError> {
        let database = self.databases.get_mut(name).unwrap();
        if database.status != Status::Available {
            return Err(refused("StopDBInstance", database.status));
        }
        database.status = Status::Stopping;
        database.due = Some((now + STOPPING, Status::Stopped));
        Ok(())
    }

    pub fn set_capacity(&mut self, name: &str, told: Capacity, now: DateTime<Utc>) {
        let Group {
            environment,
            scaling,
            ref memory,
            ..
        } = self.groups[name];
        let capacity = scaling.given(told);
        let (day, sleeps) = (scaling.day(), capacity == scaling.night());
        let outrage = match (memory, sleeps) {
            (Some(memory), true) if *memory == day.to_string() => None,
            (memory, true) => Some(format!("{now}: {name} sleeps with the memory {memory:?}")),
            (_, false) if capacity == day => None,
            (_, false) => Some(format!("{now}: {name} was woken to {capacity}")),
        };
        self.outrages.extend(outrage);
        if !sleeps {
            self.must_be_up(name, environment, now);
        }
        let what = if sleeps { "stop" } else { "start" };
        self.take(name, environment, what, now);
        self.groups.get_mut(name).unwrap().scale(capacity, now);
    }

    /// A size that a person gives.
    pub fn person_sets(&mut self, name: &str, capacity: Capacity, now: DateTime<Utc>) {
        self.groups.get_mut(name).unwrap().scale(capacity, now);
    }

    pub fn remember(&mut self, name: &str, capacity: Capacity, now: DateTime<Utc>) {
        let group = self.groups.get_mut(name).unwrap();
        group.memory = Some(capacity.to_string());
        if capacity != group.scaling.day() {
            let outrage = format!("{now}: {name} was told to remember {capacity}");
            self.outrages.push(outrage);
        }
    }

    pub fn forget(&mut self, name: &str, now: DateTime<Utc>) {
        let group = self.groups.get_mut(name).unwrap();
        group.memory = None;
        if group.capacity == group.scaling.night() {
            let outrage = format!("{now}: {name} sleeps and was told to forget its capacity");
            self.outrages.push(outrage);
        }
    }

    fn is_turning(&self, now: DateTime<Utc>) -> bool {
        self.turns.iter().any(|turn| (now - turn).abs() < TURNING)
    }

    fn take(&mut self, name: &str, environment: &str, what: &'static str, now: DateTime<Utc>) {
        if environment == "prod" {
            self.outrages.push(format!("{now}: {what} of {name}"));
        }
        self.orders.push((now, name.to_owned(), what));
    }
}

impl Database {
    /// The instant at which AWS started it by itself, if it just did.
    fn settle(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if let Some((at, status)) = self.due.filter(|(at, _)| *at <= now) {
            self.due = None;
            self.status = status;
            self.slept_since = (status == Status::Stopped).then_some(at);
        }
        // Nobody starts a machine by itself.
        let woken = self.slept_since.filter(|_| !self.is_machine)? + LONGEST_SLEEP;
        if now < woken {
            return None;
        }
        self.start(woken);
        self.settle(now);
        Some(woken)
    }

    fn start(&mut self, now: DateTime<Utc>) {
        self.status = Status::Starting;
        self.slept_since = None;
        self.due = Some((now + STARTING, Status::Available));
    }
}

impl Group {
    fn settle(&mut self, now: DateTime<Utc>) {
        self.machines.retain_mut(|machine| {
            let due = machine.due.is_some_and(|at| at <= now);
            if due {
                machine.due = None;
                machine.in_service = true;
            }
            !(due && machine.leaving)
        });
    }

    fn scale(&mut self, capacity: Capacity, now: DateTime<Utc>) {
        self.capacity = capacity;
        let wanted = capacity.desired() as usize;
        let mut here = self.machines.iter().filter(|m| !m.leaving).count();
        for machine in self.machines.iter_mut().filter(|m| !m.leaving) {
            if here > wanted {
                (machine.leaving, machine.in_service) = (true, false);
                machine.due = Some(now + MACHINE);
                here -= 1;
            }
        }
        let coming = Machine {
            in_service: false,
            leaving: false,
            due: Some(now + MACHINE),
        };
        self.machines
            .extend(std::iter::repeat_n(coming, wanted.saturating_sub(here)));
    }
}

fn refused(operation: &'static str, status: Status) -> AwsError {
    AwsError {
        service: "rds",
        operation,
        cause: Cause::State,
        message: format!("InvalidDBInstanceState: {status:?}"),
    }
}
