//! Waking and falling asleep gate by gate, on a virtual clock: when an environment counts as
//! awake, who is asked, and what is late.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::world::{CONFIG, act, capacity, database, group, utc};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::config::{Compiled, Deadlines, Language};
use nightcap_domain::fleet::{Health, Memory, Observed, Resource, Tags, Text};
use nightcap_domain::ledger::{Ledger, Write};
use nightcap_domain::plan::{self, Decision, Fault, Plan, Progress, Stage};
use proptest::prelude::*;

const MONDAY: &str = "2026-11-23T08:00:00Z";

/// A fleet, a ledger as ticks keep it, and load balancers that say what they are told to.
struct Sim {
    config: Compiled,
    fleet: Vec<Resource>,
    ledger: Ledger,
    healthy: bool,
    asked: usize,
}

impl Sim {
    fn new(fleet: Vec<Resource>) -> Self {
        let mut sim = Self {
            config: Compiled::parse(CONFIG).unwrap(),
            fleet,
            ledger: Ledger::default(),
            healthy: true,
            asked: 0,
        };
        // Friday night: everything is asleep, and the ledger knows.
        sim.tick(utc("2026-11-20T20:00:00Z"));
        sim
    }

    fn asleep() -> Self {
        let mut app = group("app", "preprod", "0/0/0");
        app.size.as_mut().unwrap().memory = Memory::Of(capacity("2/2/4"));
        app.facts.target_groups = vec!["arn:targets/app".to_owned()];
        let mut db = database("db", "preprod");
        db.observed = Observed::Stopped;
        Self::new(vec![app, db])
    }

    fn tick(&mut self, now: DateTime<Utc>) -> (Plan, Progress) {
        let plan = plan::plan(&self.config, self.fleet.clone(), &self.ledger, now);
        let said = if self.healthy {
            Health::Healthy
        } else {
            Health::Waiting(Text::fixed("0 of 2 healthy", "0 saines sur 2"))
        };
        let asked = plan::to_ask(&plan, &self.ledger);
        self.asked = asked.len();
        let health: BTreeMap<_, _> = asked
            .iter()
            .map(|step| (step.resource.arn.clone(), said.clone()))
            .collect();
        let deadlines = &self.config.config().deadlines;
        let progress = plan::progress(deadlines, &plan, &self.ledger, &health);
        for key in &progress.awake {
            self.ledger.told.insert(key.clone(), now);
        }
        for step in &plan.steps {
            let claim = Write::claim(&self.ledger, step, "tick", now);
            if let (Some(_), Decision::Act(action)) = (&claim, &step.decision) {
                act(self.get(&step.resource.name), action);
            }
            for write in claim
                .into_iter()
                .chain(Write::observation(&self.ledger, step, now))
            {
                let arn = write.resource;
                self.ledger.carried.insert(arn.clone(), write.carried);
                self.ledger.marks.insert(arn, write.mark);
            }
        }
        (plan, progress)
    }

    fn get(&mut self, name: &str) -> &mut Resource {
        self.fleet.iter_mut().find(|r| r.name == name).unwrap()
    }

    /// So many machines exist, and as many are in service.
    fn machines(&mut self, machines: u32, in_service: u32) {
        let app = self.get("app");
        let size = app.size.as_mut().unwrap();
        size.machines = machines;
        let asked = size.now.desired();
        app.facts.in_service = in_service;
        app.facts.lacking = in_service < asked;
        app.observed = match (asked, machines) {
            (0, 0) => Observed::Stopped,
            (0, _) => Observed::Stopping,
            _ if in_service >= size.now.min().max(1) => Observed::Running,
            _ => Observed::Starting,
        };
    }

    fn database(&mut self, observed: Observed) {
        self.get("db").observed = observed;
    }
}

fn stage(progress: &Progress) -> Stage {
    let found = progress.environments.iter();
    let mut found = found.filter(|arrived| arrived.environment.as_str() == "preprod");
    found.next().unwrap().stage
}

fn told(sim: &mut Sim, at: &str) -> String {
    let (_, progress) = sim.tick(utc(at));
    let arrived = &progress.environments[0];
    let mut text = format!("{at} {}", arrived.stage.word());
    if let Some(since) = arrived.awake_since {
        write!(text, " since {}", since.format("%H:%M")).unwrap();
    }
    if arrived.news {
        text.push_str(", which is news");
    }
    if sim.asked > 0 {
        write!(text, "; asked about {}", sim.asked).unwrap();
    }
    for problem in &progress.problems {
        let (en, fr) = (Language::En, Language::Fr);
        let fault = &problem.fault;
        write!(
            text,
            "\n  {} {}: {}\n    -> {}\n    {}\n    -> {}",
            problem.name,
            fault.code(),
            fault.message(en),
            fault.remedy(en),
            fault.message(fr),
            fault.remedy(fr)
        )
        .unwrap();
    }
    text + "\n"
}

#[test]
fn a_slow_monday_and_a_slow_evening() {
    let mut sim = Sim::asleep();
    let mut story = String::new();
    let mut at =
        |sim: &mut Sim, clock: &str| story.push_str(&told(sim, &format!("2026-11-23T{clock}:00Z")));
    at(&mut sim, "07:55");
    at(&mut sim, "08:00");
    at(&mut sim, "08:30");
    at(&mut sim, "08:35");
    sim.database(Observed::Running);
    at(&mut sim, "08:40");
    sim.machines(2, 0);
    at(&mut sim, "08:50");
    at(&mut sim, "08:56");
    sim.machines(2, 1);
    at(&mut sim, "08:57");
    sim.machines(2, 2);
    sim.healthy = false;
    at(&mut sim, "09:00");
    at(&mut sim, "09:10");
    at(&mut sim, "09:11");
    sim.healthy = true;
    at(&mut sim, "09:15");
    at(&mut sim, "09:20");
    // Its own scaling asks for a third machine; nobody is asked about it.
    sim.get("app").size.as_mut().unwrap().now = capacity("2/3/4");
    sim.machines(3, 2);
    at(&mut sim, "12:00");
    sim.machines(3, 3);
    sim.database(Observed::Busy {
        status: "rebooting".to_owned(),
        serving: false,
    });
    at(&mut sim, "12:05");
    sim.database(Observed::Running);
    at(&mut sim, "12:10");
    at(&mut sim, "18:00");
    sim.machines(1, 0);
    at(&mut sim, "18:31");
    sim.machines(0, 0);
    at(&mut sim, "18:40");
    at(&mut sim, "19:41");
    sim.database(Observed::Stopped);
    at(&mut sim, "19:45");
    insta::assert_snapshot!(story);
}

#[test]
fn an_environment_that_nobody_woke_is_awake_and_nobody_is_asked_or_told() {
    let mut sim = Sim::asleep();
    sim.ledger = Ledger::default();
    sim.get("app").size.as_mut().unwrap().now = capacity("2/2/4");
    sim.machines(2, 2);
    sim.database(Observed::Running);
    for at in ["2026-11-23T15:00:00Z", "2026-11-23T15:05:00Z"] {
        assert_eq!(told(&mut sim, at), format!("{at} awake\n"));
    }
}

#[test]
fn without_a_ledger_load_balancers_are_asked_for_an_hour_and_nobody_is_told() {
    let mut sim = Sim::asleep();
    sim.get("app").size.as_mut().unwrap().now = capacity("2/2/4");
    sim.machines(2, 2);
    sim.database(Observed::Running);
    sim.healthy = false;
    for (at, expected) in [
        ("2026-11-23T08:30:00Z", "waking; asked about 1"),
        ("2026-11-23T09:00:00Z", "waking; asked about 1"),
        ("2026-11-23T09:01:00Z", "awake"),
    ] {
        sim.ledger = Ledger::default();
        assert_eq!(told(&mut sim, at), format!("{at} {expected}\n"));
    }
}

#[test]
fn what_is_broken_or_held_down_alone_counts_as_it_should() {
    let mut sim = Sim::asleep();
    sim.tick(utc(MONDAY));
    sim.database(Observed::Running);
    sim.tick(utc("2026-11-23T08:05:00Z"));
    sim.machines(2, 2);
    sim.database(Observed::Faulty {
        status: "storage-full".to_owned(),
        remedy: Text::fixed("give it more storage", "donnez-lui du stockage"),
    });
    let (_, progress) = sim.tick(utc("2026-11-23T08:10:00Z"));
    assert_eq!(stage(&progress), Stage::Waking, "its database is broken");
    assert_eq!(progress.awake, [] as [&str; 0]);
    // Mended, and it is awake.
    sim.database(Observed::Running);
    let (_, progress) = sim.tick(utc("2026-11-23T08:15:00Z"));
    assert_eq!(stage(&progress), Stage::Awake);
    assert_eq!(progress.awake.len(), 1);
}

#[test]
fn the_deadline_of_an_order_runs_from_the_first_time_it_was_given() {
    let mut sim = Sim::asleep();
    for minutes in 0..8 {
        let now = utc(MONDAY) + TimeDelta::minutes(5 * minutes);
        let (_, progress) = sim.tick(now);
        let late = progress.problems.iter().any(|problem| {
            matches!(&problem.fault, Fault::Late(late) if late.waited == TimeDelta::minutes(5 * minutes))
        });
        assert_eq!(late, minutes > 6, "{now}: {:?}", progress.problems);
        // AWS takes the order and does nothing, every time.
        sim.database(Observed::Stopped);
    }
}

fn tiered(name: &str, tier: &str) -> Resource {
    let mut tiered = group(name, "preprod", "1/1/1");
    tiered.tags = Tags::from_iter([("nightcap:environment", "preprod"), ("nightcap:tier", tier)]);
    tiered
}

/// The tiers that one tick acts on, by what it acts on.
fn acted(plan: &Plan) -> Vec<&str> {
    plan.actions()
        .map(|(step, _)| step.resource.name.as_str())
        .collect()
}

#[test]
fn any_number_of_tiers_wakes_from_the_lowest_and_sleeps_from_the_highest() {
    let mut cache = database("cache", "preprod");
    cache.tags = Tags::from_iter([("nightcap:environment", "preprod"), ("nightcap:tier", "5")]);
    let fleet = vec![
        tiered("edge", "40"),
        tiered("web", "30"),
        group("app", "preprod", "1/1/1"),
        tiered("worker", "15"),
        database("db", "preprod"),
        cache,
    ];
    let mut world = crate::world::World::new(CONFIG, fleet);
    let order = ["cache", "db", "worker", "app", "web", "edge"];
    let mut down = vec![];
    for step in 0..order.len() {
        let at = utc("2026-11-20T18:00:00Z") + TimeDelta::minutes(5 * i64::try_from(step).unwrap());
        let plan = world.tick(&at.to_rfc3339());
        down.extend(acted(&plan).into_iter().map(str::to_owned));
        assert_eq!(down.len(), step + 1, "one tier at a time: {down:?}");
        world.pass();
    }
    let mut reversed = order;
    reversed.reverse();
    assert_eq!(down, reversed);
    let mut up = vec![];
    for step in 0..order.len() {
        let at = utc(MONDAY) + TimeDelta::minutes(5 * i64::try_from(step).unwrap());
        let plan = world.tick(&at.to_rfc3339());
        up.extend(acted(&plan).into_iter().map(str::to_owned));
        world.pass();
    }
    assert_eq!(up, order);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// However long each gate takes: awake is said once, at the first tick at which everything
    /// is up and healthy; what is late is told exactly while it has waited longer than allowed;
    /// and once awake nobody is asked any more.
    #[test]
    fn awake_is_said_once_and_lateness_is_exact(
        database in 1i64..90,
        machines in 1i64..60,
        healthy in 0i64..60,
        every in 1i64..7,
    ) {
        let mut sim = Sim::asleep();
        sim.healthy = false;
        let deadlines = Deadlines::default();
        let (mut ordered, mut up) = (None, None);
        let mut news = 0;
        let mut minute = 0;
        while minute < 240 {
            let now = utc(MONDAY) + TimeDelta::minutes(minute);
            if minute >= database {
                sim.database(Observed::Running);
            }
            if ordered.is_some_and(|ordered| minute >= ordered + machines) {
                sim.machines(2, 2);
            } else if ordered.is_some() {
                sim.machines(2, 0);
            }
            sim.healthy = up.is_some_and(|up| minute >= up + healthy);
            let (_, progress) = sim.tick(now);
            let app = sim.get("app").clone();
            if ordered.is_none() && !app.size.as_ref().unwrap().now.is_zero() {
                ordered = Some(minute);
            }
            let in_service = app.facts.in_service == 2;
            if up.is_none() && in_service {
                up = Some(minute);
            }
            let awake = stage(&progress) == Stage::Awake;
            prop_assert!(!awake || (minute >= database && in_service && sim.healthy), "minute {minute}");
            news += progress.environments.iter().filter(|arrived| arrived.news).count();
            if news > 0 && !progress.environments[0].news {
                prop_assert!(awake && sim.asked == 0, "minute {minute}");
            }
            let late = |code: &str| progress.problems.iter().any(|p| p.fault.code() == code);
            let passed = |since: i64, deadline: nightcap_domain::hold::Length| {
                TimeDelta::minutes(minute - since) > deadline.time()
            };
            prop_assert_eq!(late("not-available"), minute < database && passed(0, deadlines.available));
            let waits = ordered.filter(|_| !in_service);
            prop_assert_eq!(late("not-in-service"), waits.is_some_and(|since| passed(since, deadlines.in_service)));
            let unhealthy = up.filter(|_| !awake);
            prop_assert_eq!(late("not-healthy"), unhealthy.is_some_and(|since| passed(since, deadlines.healthy)));
            minute += every;
        }
        prop_assert_eq!(news, 1);
    }
}
