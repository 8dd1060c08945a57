//! Ticks that overlap, repeat and die, over a small AWS in memory: the work is done once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{BoxFuture, join_all};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Kind, Observed, Resource, Tags, Tier};
use nightcap_domain::ledger::Phase;
use nightcap_domain::names::ResourceArn;
use proptest::prelude::*;

use super::*;
use crate::error::Cause;
use crate::kind::{ResourceKind, Stop};
use crate::ledger::{Interrupt, Kept, MemoryLedger};
use crate::look::{Listing, Look};
use crate::target::targets;

mod time;

const CONFIG: &str = "
timezone: Europe/Paris
schedules:
  office-hours:
    windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }]
environments:
  preprod: { schedule: office-hours }
";
const FRIDAY: &str = "2026-11-20T18:00:00Z";
const MONDAY: &str = "2026-11-23T08:00:00Z";

/// Databases, and every order that was given.
#[derive(Default)]
struct Aws {
    databases: BTreeMap<String, Observed>,
    orders: Vec<String>,
    /// What refuses its next order.
    broken: BTreeSet<String>,
    /// How long an order takes.
    pace: Duration,
    /// What takes its order and never says so.
    mute: BTreeSet<String>,
}

impl Aws {
    fn new(count: usize) -> Self {
        let databases = (0..count).map(|i| (format!("db-{i}"), Observed::Running));
        Self {
            databases: databases.collect(),
            ..Self::default()
        }
    }

    /// What is on its way arrives.
    fn pass(&mut self) {
        for observed in self.databases.values_mut() {
            *observed = match observed.clone() {
                Observed::Stopping => Observed::Stopped,
                Observed::Starting => Observed::Running,
                other => other,
            };
        }
    }

    fn order(&mut self, name: &str, from: &Observed, to: Observed) -> Result<(), AwsError> {
        let error = |cause| AwsError {
            service: "rds",
            operation: "Order",
            cause,
            message: "refused".to_owned(),
        };
        if self.broken.remove(name) {
            return Err(error(Cause::Other));
        }
        // Refused or not: AWS would hide that an order came twice.
        self.orders.push(format!("{name} {}", to.word()));
        let database = self.databases.get_mut(name).unwrap();
        if *database != *from {
            return Err(error(Cause::State));
        }
        *database = to;
        Ok(())
    }
}

/// The databases as one tick sees them.
struct Databases {
    aws: Arc<Mutex<Aws>>,
    interrupt: Interrupt,
}

impl Databases {
    async fn order(&self, name: &str, from: Observed, to: Observed) -> Result<(), AwsError> {
        (self.interrupt)().await;
        let pace = self.aws.lock().unwrap().pace;
        if !pace.is_zero() {
            tokio::time::sleep(pace).await;
        }
        let done = self.aws.lock().unwrap().order(name, &from, to);
        let mute = self.aws.lock().unwrap().mute.contains(name);
        if mute {
            std::future::pending::<()>().await;
        }
        (self.interrupt)().await;
        done
    }
}

impl ResourceKind for Databases {
    fn kind(&self) -> Kind {
        Kind {
            name: "rds-instance",
            tier: Tier::DATABASE,
        }
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(async {
            (self.interrupt)().await;
            let databases = self.aws.lock().unwrap().databases.clone();
            (self.interrupt)().await;
            Ok(databases
                .into_iter()
                .map(|(name, observed)| self.resource(name, observed))
                .collect::<Vec<_>>()
                .into())
        })
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.order(&resource.name, Observed::Stopped, Observed::Starting))
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        _how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(self.order(&resource.name, Observed::Running, Observed::Stopping))
    }
}

impl Databases {
    fn resource(&self, name: String, observed: Observed) -> Resource {
        Resource {
            arn: ResourceArn::new(format!("arn:aws:rds:eu-west-3:123456789012:db:{name}")),
            kind: self.kind(),
            name,
            region: "eu-west-3".into(),
            tags: Tags::from_iter([("nightcap:environment", "preprod")]),
            observed,
            size: None,
            maintenance: None,
            restarted_by_aws: false,
            facts: nightcap_domain::fleet::Facts::default(),
        }
    }
}

struct World {
    config: Compiled,
    aws: Arc<Mutex<Aws>>,
    kept: Arc<Mutex<Kept>>,
    seed: AtomicU64,
}

impl World {
    fn new(databases: usize, seed: u64) -> Self {
        Self {
            config: Compiled::parse(CONFIG).unwrap(),
            aws: Arc::new(Mutex::new(Aws::new(databases))),
            kept: Arc::default(),
            seed: AtomicU64::new(seed),
        }
    }

    /// Gives way a random number of times at every call; from call number `last` on, never
    /// comes back: the process was killed there.
    fn interrupt(&self, last: usize) -> Interrupt {
        let state = Arc::new(AtomicU64::new(self.seed.fetch_add(1, Ordering::SeqCst)));
        let calls = Arc::new(AtomicUsize::new(0));
        Arc::new(move || {
            // SplitMix64.
            let mut random = state
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            random = (random ^ (random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            random = (random ^ (random >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let killed = calls.fetch_add(1, Ordering::SeqCst) >= last;
            Box::pin(async move {
                if killed {
                    std::future::pending::<()>().await;
                }
                for _ in 0..(random >> 60) {
                    tokio::task::yield_now().await;
                }
            })
        })
    }

    /// One tick, killed at its call number `last`; `None` if it was.
    async fn tick(&self, at: &str, id: &str, last: usize) -> Option<Report> {
        self.tick_within(TimeLeft::UNLIMITED, at, id, last).await
    }

    async fn tick_within(&self, time: TimeLeft, at: &str, id: &str, last: usize) -> Option<Report> {
        let interrupt = self.interrupt(last);
        let ledger = MemoryLedger::new(Arc::clone(&self.kept), Arc::clone(&interrupt));
        let kinds: Vec<Box<dyn ResourceKind>> = vec![Box::new(Databases {
            aws: Arc::clone(&self.aws),
            interrupt,
        })];
        let target = targets(&self.config, &"eu-west-3".into()).remove(0);
        let reach = [Reach { target, kinds }];
        let tick = Tick {
            now: at.parse().unwrap(),
            dry_run: false,
            correlation_id: id.to_owned(),
            restarted: None,
        };
        let bounds = Bounds { time, home: None };
        // The clock stands still but while everything waits for ever: a killed tick ends at once.
        let ended = tokio::time::timeout(
            Duration::from_mins(2),
            tick_within(&bounds, &self.config, &reach, &ledger, &tick),
        );
        ended.await.ok().map(Result::unwrap)
    }

    fn orders(&self) -> Vec<String> {
        let mut orders = self.aws.lock().unwrap().orders.clone();
        orders.sort();
        orders
    }

    /// Ticks a minute apart until two in a row do nothing; at most ten.
    async fn settle(&self, from: &str) {
        let mut at: DateTime<Utc> = from.parse().unwrap();
        for round in 0..10 {
            self.aws.lock().unwrap().pass();
            at += TimeDelta::minutes(1);
            self.tick(&at.to_rfc3339(), &format!("settle-{round}"), usize::MAX)
                .await
                .unwrap();
        }
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

fn once_each(count: usize, word: &str) -> Vec<String> {
    let mut orders: Vec<String> = (0..count).map(|i| format!("db-{i} {word}")).collect();
    orders.sort();
    orders
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Any number of ticks at once, with the same or other ids, in any interleaving: every
    /// database gets one order, and exactly one tick says that it gave it.
    #[test]
    fn simultaneous_ticks_do_the_work_once(
        databases in 1usize..8,
        ticks in 2usize..5,
        seed in any::<u64>(),
        same_event in any::<bool>(),
    ) {
        run(async {
            let world = World::new(databases, seed);
            let all = (0..ticks).map(|index| {
                let id = if same_event { "event".to_owned() } else { format!("tick-{index}") };
                let world = &world;
                async move { world.tick(FRIDAY, &id, usize::MAX).await.unwrap() }
            });
            let reports = join_all(all).await;
            assert_eq!(world.orders(), once_each(databases, "stopping"), "seed {seed}");
            let done = reports
                .iter()
                .flat_map(|report| &report.outcomes)
                .filter(|outcome| **outcome == Outcome::Done)
                .count();
            assert_eq!(done, databases, "seed {seed}");
        });
    }

    /// A tick killed at any call, another at the same time, then ticks until quiet: the fleet
    /// is where it should be, and nothing was ordered twice.
    #[test]
    fn a_killed_tick_is_made_good(
        databases in 1usize..6,
        last in 0usize..30,
        seed in any::<u64>(),
        together in any::<bool>(),
    ) {
        run(async {
            let world = World::new(databases, seed);
            if together {
                let other = world.tick(FRIDAY, "other", usize::MAX);
                futures_util::future::join(world.tick(FRIDAY, "killed", last), other).await;
            } else {
                world.tick(FRIDAY, "killed", last).await;
            }
            world.settle(FRIDAY).await;
            assert_eq!(world.orders(), once_each(databases, "stopping"), "seed {seed}");
            let kept = world.kept.lock().unwrap();
            assert_eq!(kept.ledger.carried.len(), databases);
            for carried in kept.ledger.carried.values() {
                assert_eq!(carried.phase, Phase::Reached, "seed {seed}");
            }
        });
    }

    /// Nothing is kept for good by a lost ledger: the fleet is where it should be, and stays.
    #[test]
    fn a_lost_ledger_does_no_harm(databases in 1usize..6, lost_after in 0usize..4, seed in any::<u64>()) {
        run(async {
            let world = World::new(databases, seed);
            for (round, at) in [FRIDAY, "2026-11-20T18:05:00Z", "2026-11-20T18:10:00Z", MONDAY]
                .into_iter()
                .enumerate()
            {
                if round == lost_after {
                    *world.kept.lock().unwrap() = Kept::default();
                }
                world.tick(at, "tick", usize::MAX).await.unwrap();
                world.aws.lock().unwrap().pass();
            }
            world.settle(MONDAY).await;
            let mut expected = once_each(databases, "stopping");
            expected.extend(once_each(databases, "starting"));
            expected.sort();
            assert_eq!(world.orders(), expected, "seed {seed}");
        });
    }
}

#[test]
fn a_failed_order_is_tried_by_the_next_tick_and_both_stand_in_the_history() {
    run(async {
        let world = World::new(2, 0);
        world.aws.lock().unwrap().broken.insert("db-1".to_owned());
        let report = world.tick(FRIDAY, "first", usize::MAX).await.unwrap();
        assert_eq!(report.problems.len(), 1);
        // A second later, not two minutes: the lease was given back.
        world.aws.lock().unwrap().pass();
        world
            .tick("2026-11-20T18:00:01Z", "second", usize::MAX)
            .await
            .unwrap();
        assert_eq!(world.orders(), once_each(2, "stopping"));
        world.settle(FRIDAY).await;
        let kept = world.kept.lock().unwrap();
        let told: Vec<String> = kept
            .history
            .iter()
            .map(|row| {
                let name = row.about.rsplit(':').next().unwrap();
                format!(
                    "{name} {} {} by {} in {}",
                    row.action, row.result, row.by, row.tick
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "db-1 stop failed: rds Order: refused by schedule office-hours in first",
                "db-0 stop reached by schedule office-hours in first",
                "db-1 stop reached by schedule office-hours in second",
            ]
        );
    });
}

#[test]
fn a_change_by_hand_is_respected_and_written_down_once() {
    run(async {
        let world = World::new(1, 0);
        world.tick(FRIDAY, "tick", usize::MAX).await.unwrap();
        world.settle(FRIDAY).await;
        world
            .aws
            .lock()
            .unwrap()
            .databases
            .insert("db-0".to_owned(), Observed::Running);
        world.settle("2026-11-20T19:00:00Z").await;
        assert_eq!(world.orders(), ["db-0 stopping"]);
        let kept = world.kept.lock().unwrap();
        let results: Vec<&str> = kept.history.iter().map(|row| row.result.as_str()).collect();
        assert_eq!(results, ["reached", "changed by hand"]);
    });
}
