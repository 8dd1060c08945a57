//! Many targets by the queue, among faults: every call of sender and consumers is made the
//! last one, calls fail by chance, and messages come twice.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_tests::{Asked, Chance, EmbeddedAws, Fault, Queue, first_seed, runs, weather};

use crate::e2e::world::{create_database_as, tick};
use crate::faults::stage::{Process, TABLE};

const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
const REGIONS: [&str; 2] = ["eu-west-1", "eu-west-3"];

const CONFIG: &str = "
drills: true
timezone: UTC
schedules:
  daily: { windows: [{ start: '0 8 * * *', stop: '0 18 * * *' }] }
environments:
  preprod:
    schedule: daily
    roles: [arn:aws:iam::111111111111:role/nightcap, arn:aws:iam::222222222222:role/nightcap]
    regions: [eu-west-1, eu-west-3]
  prod: { protected: true }
limits: { max_targets: 1 }
";

/// Two databases in each of four targets.
struct Accounts<'a> {
    aws: &'a EmbeddedAws,
    queue: Queue<'a>,
    process: Process,
    now: DateTime<Utc>,
}

impl<'a> Accounts<'a> {
    fn open(aws: &'a EmbeddedAws) -> Self {
        aws.create_ledger(TABLE);
        let queue = Queue::create(aws, "targets");
        for (account, region, name) in databases() {
            let tags = [("nightcap:environment", "preprod")];
            create_database_as(aws, account, region, &name, &tags);
        }
        let process = Process::before(aws, None)
            .with("NIGHTCAP_CONFIG", CONFIG.to_owned())
            .with("NIGHTCAP_QUEUE_URL", queue.url().to_owned());
        Self {
            aws,
            queue,
            process,
            now: "2026-11-20T12:00:00Z".parse().unwrap(),
        }
    }

    /// On to an hour that lies ahead.
    fn go_to(&mut self, hour: u32) {
        let day = self.now.date_naive().and_hms_opt(hour, 0, 0);
        let today = day.unwrap().and_utc();
        self.now = if today > self.now {
            today
        } else {
            today + TimeDelta::days(1)
        };
        self.aws.move_to(&self.now.to_rfc3339());
        self.aws.forget_calls();
    }

    /// One tick with the work it sends; true if the process died in it. Then ten minutes pass.
    fn tick(&mut self, mut twice: impl FnMut() -> bool) -> bool {
        let event = tick(&self.now.to_rfc3339());
        let mut died = self.process.invoke(&event).is_none();
        // A message that fails comes five times.
        for _ in 0..60 {
            let process = &mut self.process;
            let worked = self.queue.deliver_by(|event| {
                if twice() {
                    died |= process.invoke(event).is_none();
                }
                process.invoke(event)
            });
            match worked {
                None => break,
                Some(None) => died = true,
                Some(Some(_)) => {}
            }
        }
        self.now += TimeDelta::minutes(10);
        self.aws.move_to(&self.now.to_rfc3339());
        died
    }

    /// Fair ticks, and the verdict: each database there, each ordered exactly once.
    fn verify(&mut self, status: &str, action: &str) {
        self.process.proxy.heal();
        for _ in 0..3 {
            assert!(!self.tick(|| false));
        }
        for (account, region, name) in databases() {
            let named = [("DBInstanceIdentifier", name.as_str())];
            let told = self
                .aws
                .query_as(account, region, "rds", "DescribeDBInstances", &named);
            assert_eq!(told.text("DBInstanceStatus"), status, "{name}");
            let calls = self.aws.calls();
            let taken = calls.iter().filter(|call| {
                call.action == action && call.resource() == name && call.status == Some(200)
            });
            assert_eq!(taken.count(), 1, "{action} {name}");
        }
    }
}

const TURNS: [(u32, &str, &str); 2] = [
    (18, "stopped", "StopDBInstance"),
    (8, "available", "StartDBInstance"),
];

fn databases() -> Vec<(&'static str, &'static str, String)> {
    let places = ACCOUNTS
        .into_iter()
        .flat_map(|account| REGIONS.map(|region| (account, region)));
    places
        .flat_map(|(account, region)| {
            [1, 2].map(|n| (account, region, format!("db-{account}-{region}-{n}")))
        })
        .collect()
}

/// By default at every fifth call, with `NIGHTCAP_FAULT_RUNS` at every one.
#[test]
fn every_call_of_sender_and_consumers_may_be_the_last_one() {
    let step = if runs(0) > 0 { 1 } else { 5 };
    for kill in [Fault::DiesBefore, Fault::DiesAfter] {
        let aws = EmbeddedAws::start("2026-11-20T11:57:00Z");
        let mut accounts = Accounts::open(&aws);
        let mut killed = 0;
        for place in (0..).step_by(step) {
            let mut reached = false;
            for (hour, status, action) in TURNS {
                accounts.go_to(hour);
                let strikes = move |asked: &Asked| (asked.place == place).then_some(kill);
                accounts.process.proxy.strike(strikes);
                if accounts.tick(|| false) {
                    (reached, killed) = (true, killed + 1);
                }
                accounts.verify(status, action);
            }
            if !reached {
                break;
            }
        }
        println!("{}: killed at {killed} calls", kill.word());
        assert!(killed * step > 40, "{killed}");
    }
}

/// So many days by chance, unless `NIGHTCAP_FAULT_RUNS` says otherwise.
#[test]
fn calls_may_fail_and_messages_come_twice() {
    let aws = EmbeddedAws::start("2026-11-20T11:57:00Z");
    let mut accounts = Accounts::open(&aws);
    let (first, runs) = (first_seed(), runs(3));
    let (mut twice, mut struck) = (0, 0);
    for seed in first..first + runs {
        println!("NIGHTCAP_FAULT_SEED={seed} NIGHTCAP_FAULT_RUNS=1");
        let mut chance = Chance::new(seed);
        for (hour, status, action) in TURNS {
            accounts.go_to(hour);
            accounts.process.proxy.strike(weather(chance.draw(), 10));
            accounts.tick(|| {
                let again = chance.percent(50);
                twice += usize::from(again);
                again
            });
            struck += accounts.process.proxy.struck().len();
            accounts.verify(status, action);
        }
    }
    println!("{runs} days: {struck} calls struck, {twice} batches delivered twice");
    assert!(twice > 0 && struck > 0, "nothing happened");
}

/// What a poisoned message is answered with is an answer, whatever else it is.
#[test]
fn no_text_in_the_queue_stops_the_others() {
    let aws = EmbeddedAws::start("2026-11-20T11:57:00Z");
    let mut accounts = Accounts::open(&aws);
    accounts.go_to(18);
    for poison in ["null", "[]", "{}", "{\"version\": -1}", "💥"] {
        accounts.queue.send(poison);
    }
    accounts.tick(|| false);
    let dead = accounts.queue.dead_letters();
    assert_eq!(dead.len(), 5, "{dead:?}");
    accounts.verify("stopped", "StopDBInstance");
}
