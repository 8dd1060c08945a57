//! GreenLeaf with a ledger, and processes of the function that may be killed.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{
    Call, Change, EmbeddedAws, Function, FunctionError, GreenLeaf, Proxy, Running,
};
use serde_json::Value;

use crate::e2e::every_kind::{Compute, KINDS};
use crate::e2e::world::{database, group, tick};

pub(crate) const APP: &str = "greenleaf-preprod-app";
pub(crate) const TABLE: &str = "nightcap";
/// How often a tick comes.
pub(crate) const BEAT: TimeDelta = TimeDelta::minutes(5);

/// Every evening and every morning, so that a run can go on for as many days as it needs.
pub(crate) const CONFIG: &str = "
drills: true
timezone: UTC
schedules:
  daily: { windows: [{ start: '0 8 * * *', stop: '0 18 * * *' }] }
environments:
  preprod: { schedule: daily }
  prod: { protected: true }
limits: { max_stops: 200 }
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Evening,
    Morning,
}

/// What a process said, if it lived long enough.
pub(crate) type Said = Option<Result<Value, FunctionError>>;

/// One process of the function at the end of its own proxy.
pub(crate) struct Process {
    pub(crate) proxy: Proxy,
    endpoint: String,
    variables: Vec<(&'static str, String)>,
    running: Option<Running>,
}

pub(crate) struct Stage {
    pub(crate) aws: EmbeddedAws,
    pub(crate) greenleaf: GreenLeaf,
    pub(crate) processes: Vec<Process>,
    pub(crate) now: DateTime<Utc>,
    compute: Option<Compute>,
    untouchables: String,
}

/// Orders that begin to wake compute.
const WAKES: [&str; 4] = [
    "UpdateAutoScalingGroup",
    "StartInstances",
    "UpdateService",
    "POST /clusters/",
];

impl Stage {
    /// GreenLeaf at noon, with so many processes.
    pub(crate) fn open(processes: usize) -> Self {
        let aws = EmbeddedAws::start("2026-11-20T11:57:00Z");
        let greenleaf = aws.seed();
        aws.create_ledger(TABLE);
        let processes = (0..processes)
            .map(|_| Process::before(&aws, Some(&greenleaf)))
            .collect();
        Self {
            untouchables: greenleaf.untouchables(&aws),
            aws,
            greenleaf,
            processes,
            now: "2026-11-20T12:00:00Z".parse().unwrap(),
            compute: None,
        }
    }

    /// The same with a machine, a service and a node group, in preprod and in production.
    pub(crate) fn of_every_kind(processes: usize) -> Self {
        let mut stage = Self::open(processes);
        stage.compute = Some(Compute::create(&stage.aws));
        // Every kind is named: preprod's machines sleep, too.
        stage.untouchables = stage.greenleaf.bystanders(&stage.aws);
        // They have come up before the first evening.
        stage.pass(TimeDelta::minutes(10));
        let config = CONFIG.replace(
            "schedule: daily }",
            &format!("schedule: daily, kinds: {KINDS} }}"),
        );
        assert_ne!(config, CONFIG);
        let processes = stage.processes.into_iter();
        stage.processes = processes
            .map(|process| process.with("NIGHTCAP_CONFIG", config.clone()))
            .collect();
        stage
    }

    /// The same with another value of a variable for all processes; with none, without it.
    pub(crate) fn set(mut self, name: &'static str, value: Option<&str>) -> Self {
        for process in &mut self.processes {
            process.variables.retain(|(known, _)| *known != name);
            let value = value.map(|value| (name, value.to_owned()));
            process.variables.extend(value);
        }
        self
    }

    /// The next evening or morning.
    pub(crate) fn go_to(&mut self, turn: Turn) {
        let hour = if turn == Turn::Evening { 18 } else { 8 };
        let today = self
            .now
            .date_naive()
            .and_hms_opt(hour, 0, 0)
            .unwrap()
            .and_utc();
        let next = if today > self.now {
            today
        } else {
            today + TimeDelta::days(1)
        };
        self.aws.forget_calls();
        self.move_to(next);
    }

    pub(crate) fn pass(&mut self, time: TimeDelta) {
        self.move_to(self.now + time);
    }

    pub(crate) fn move_to(&mut self, at: DateTime<Utc>) {
        self.now = at;
        self.aws.move_to(&at.to_rfc3339());
    }

    /// One tick now, by these processes at once; then a beat passes.
    pub(crate) fn tick(&mut self, processes: usize) -> Vec<Said> {
        let event = tick(&self.now.to_rfc3339());
        let said = self.deliver(&vec![event; processes]);
        self.pass(BEAT);
        said
    }

    /// These events at once, each to a process of its own.
    pub(crate) fn deliver(&mut self, events: &[Value]) -> Vec<Said> {
        std::thread::scope(|scope| {
            let invoked: Vec<_> = self
                .processes
                .iter_mut()
                .zip(events)
                .map(|(process, event)| scope.spawn(|| process.invoke(event)))
                .collect();
            invoked
                .into_iter()
                .map(|said| said.join().unwrap())
                .collect()
        })
    }

    /// Fair ticks of the first process until one finds nothing to do; tells how many.
    pub(crate) fn settle(&mut self) -> usize {
        for process in &self.processes {
            process.proxy.heal();
        }
        let mut last = Value::Null;
        for ticks in 1..=8 {
            last = self.tick(1).remove(0).unwrap().unwrap();
            if is_quiet(&last) {
                return ticks;
            }
        }
        panic!("still not quiet at {}: {last:#}", self.now);
    }

    /// Fails unless everything is as it must be after this turn.
    pub(crate) fn verify(&self, turn: Turn) {
        let (capacity, machines, status) = match turn {
            Turn::Evening => ("0/0/0", 0, "stopped"),
            Turn::Morning => ("2/2/4", 2, "available"),
        };
        assert_eq!(
            group(&self.aws, APP),
            (capacity.to_owned(), machines),
            "{APP}"
        );
        for name in ["greenleaf-preprod-db", "greenleaf-preprod-search-1"] {
            assert_eq!(database(&self.aws, name), status, "{name}");
        }
        if turn == Turn::Evening {
            assert_eq!(memory(&self.aws).as_deref(), Some("2/2/4"));
        }
        match (&self.compute, turn) {
            (Some(compute), Turn::Evening) => compute.verify_asleep(&self.aws),
            (Some(compute), Turn::Morning) => compute.verify_awake(&self.aws),
            (None, _) => {}
        }
        self.verify_order(turn);
        let orders = self.aws.orders();
        // Production's machines, services and node groups have been looked at above.
        let ours = |name: &str| name.is_empty() || name.starts_with("greenleaf-preprod");
        let foreign: Vec<_> = orders
            .iter()
            .filter(|call| !ours(call.resource()))
            .collect();
        assert!(foreign.is_empty(), "{foreign:#?}");
    }

    /// Compute is gone before a database stops, and databases are up before compute starts.
    fn verify_order(&self, turn: Turn) {
        let (changes, orders) = (self.aws.changes(), self.aws.orders());
        let settled = |change: &&Change| match turn {
            Turn::Evening => is_gone(change),
            Turn::Morning => change.to == "available",
        };
        let begins = |call: &&Call| match turn {
            Turn::Evening => call.action.starts_with("StopDB"),
            Turn::Morning => WAKES.iter().any(|wake| call.action.starts_with(wake)),
        };
        let last = changes.iter().rfind(settled).map(|change| change.sequence);
        let first = orders.iter().find(begins).map(|call| call.sequence);
        let (Some(last), Some(first)) = (last, first) else {
            panic!("{turn:?}: nothing settled, or nothing began: {changes:#?}");
        };
        assert!(last < first, "{turn:?}: the order of tiers was not kept");
    }

    /// Fails if anything of production or of strangers is not as it was at first.
    pub(crate) fn verify_untouchables(&self) {
        let now = if self.compute.is_some() {
            self.greenleaf.bystanders(&self.aws)
        } else {
            self.greenleaf.untouchables(&self.aws)
        };
        assert_eq!(now, self.untouchables);
    }
}

impl Process {
    pub(crate) fn before(aws: &EmbeddedAws, greenleaf: Option<&GreenLeaf>) -> Self {
        let mut variables = aws.environment();
        variables.push(("NIGHTCAP_CONFIG", CONFIG.to_owned()));
        variables.push(("NIGHTCAP_TABLE", TABLE.to_owned()));
        if let Some(greenleaf) = greenleaf {
            variables.push(("NIGHTCAP_TOPIC_ARN", greenleaf.topic_arn.clone()));
        }
        Self {
            proxy: Proxy::before(aws),
            endpoint: aws.endpoint().to_owned(),
            variables,
            running: None,
        }
    }

    /// The same with another value of a variable.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value));
        self
    }

    /// Invokes it, with a cold start if there is none or it was killed.
    pub(crate) fn invoke(&mut self, event: &Value) -> Said {
        let running = self.running.get_or_insert_with(|| {
            let function =
                Function::at(env!("CARGO_BIN_EXE_scheduler")).with_role_of(&self.endpoint);
            let set = |function: Function, (name, value): &(&'static str, String)| {
                function.with(name, value)
            };
            self.variables
                .iter()
                .fold(function, set)
                .through(&self.proxy)
                .start()
        });
        let said = running.invoke_unless(event, || self.proxy.was_the_last());
        if said.is_none() {
            self.running = None;
        }
        said
    }
}

/// Whether a tick ordered nothing, waits for nothing and found no problem.
pub(crate) fn is_quiet(answer: &Value) -> bool {
    let busy = ["started", "stopped", "waiting", "problems"];
    let overtaken = answer["resources"]
        .as_array()
        .unwrap()
        .iter()
        .any(|r| r["result"] == "overtaken");
    !overtaken && busy.iter().all(|count| answer["summary"][count] == 0)
}

/// Whether compute has come to its end with this.
fn is_gone(change: &Change) -> bool {
    let (kind, to) = (change.kind.as_str(), change.to.as_str());
    matches!(
        (kind, to),
        ("auto-scaling-instance", "Terminated") | ("ec2-instance", "stopped") | ("ecs-tasks", "0")
    )
}

/// What the group remembers.
fn memory(aws: &EmbeddedAws) -> Option<String> {
    let named = [("AutoScalingGroupNames.member.1", APP)];
    let told = aws.query("autoscaling", "DescribeAutoScalingGroups", &named);
    let (_, rest) = told.body.split_once("<Key>nightcap:capacity</Key>")?;
    let (_, value) = rest.split_once("<Value>")?;
    Some(value.split_once("</Value>")?.0.to_owned())
}
