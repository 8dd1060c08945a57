//! `nightcap uninstall`: everything that Nightcap stopped is up again, and nothing of it is left
//! on the resources.
//!
//! It is ticks of a configuration whose schedules never end, over the resources that Nightcap
//! stopped: databases first, then what needs them, as on any morning. Whatever ends it, calling
//! it again goes on: what is up needs nothing, and what is not is woken.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, IsTerminal, stdin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::output::{eprintln, println};
use anyhow::{Context, anyhow};
use futures_util::future::BoxFuture;
use nightcap_aws::clients::Clients;
use nightcap_aws::clock;
use nightcap_aws::error::AwsError;
use nightcap_aws::fleet::Fleet;
use nightcap_aws::kind::{ResourceKind, Stop};
use nightcap_aws::ledger::{LedgerStore, NoLedger};
use nightcap_aws::look::{Listing, Look};
use nightcap_aws::reconcile::{self, Report, Tick};
use nightcap_aws::target::{Reach, reach, targets};
use nightcap_aws::time_left::TimeLeft;
use nightcap_domain::answer::Outcome;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::fleet::{Health, Kind, Observed, Resource, Text};
use nightcap_domain::hold::{About, Asked, End, Hold, Released, Scope, make, release};
use nightcap_domain::ledger::{Ledger, Phase};
use nightcap_domain::names::{Region, ResourceArn};
use nightcap_domain::plan::{Decision, Plan};
use nightcap_domain::snapshot::Snapshot;
use nightcap_domain::time::State;
use serde::Serialize;
use serde_json::{Value, json};

use crate::doctor_args::Uninstall;
use crate::output::{self, BAD, DOUBT, Ending, HEAD, Usage};
use crate::source::{self, Session};
use words::{Left, Words};

/// Why the holds are there that keep everything up meanwhile.
const REASON: &str = "nightcap uninstall";

/// A window that opened long ago and does not close in any life of this program.
const ALWAYS: [(&str, &str); 2] = [
    ("start", "cron(0 0 1 1 ? 2000)"),
    ("stop", "cron(0 0 1 1 ? 2099)"),
];

/// The shape of `--json`.
#[derive(Debug, Default, Serialize)]
struct Answer {
    command: &'static str,
    dry_run: bool,
    /// Holds that were ended.
    released: Vec<String>,
    /// Holds that keep everything up until the schedules are gone.
    held: Vec<String>,
    /// What is woken, in order.
    woken: Vec<String>,
    /// What Nightcap stopped and is not up yet.
    asleep: Vec<String>,
    /// What had a remembered capacity taken off.
    forgotten: Vec<String>,
    /// What could not be done.
    problems: Vec<String>,
    /// What is left, and how to remove it.
    left: Vec<String>,
}

pub(crate) async fn run(args: &Uninstall) -> anyhow::Result<Ending> {
    // Whom the options name, and nobody else: it acts on what it finds.
    let session = Session::from(&args.change.aws);
    let config = source::configuration_for(&args.change.config.place, &session).await?;
    let language = config.config().language;
    let clients = Arc::new(session.clients().await?);
    let Some(own) = clients.region().map(Region::new) else {
        return Err(anyhow!(Usage(source::NO_REGION.to_owned())));
    };
    if !args.change.dry_run && !args.yes {
        confirm(&Words::of(language))?;
    }
    let store = nightcap_aws::ledger::open(&clients, session.table());
    let ledger = store.read(clock::now()).await;
    let ledger = ledger.map_err(|error| session.unkept(&error))?;
    let mut leaving = Leaving {
        args,
        always: always(&config)?,
        config: &config,
        session: &session,
        language,
        clients,
        own,
        ledger,
        remembers: store.remembers(),
        answer: Answer {
            command: "uninstall",
            dry_run: args.change.dry_run,
            ..Answer::default()
        },
    };
    leaving.holds(store.as_ref()).await?;
    let up = leaving.wake().await?;
    leaving.forget().await?;
    leaving.left();
    let answer = leaving.answer;
    if args.change.json {
        output::json(&answer)?;
    } else {
        show(&answer, &Words::of(language));
    }
    Ok(if up && answer.problems.is_empty() {
        Ending::Fine
    } else {
        Ending::Problem
    })
}

/// Asks whether it is meant, where there is somebody to ask.
fn confirm(words: &Words) -> anyhow::Result<()> {
    let usage = |text: &str| anyhow!(Usage(text.to_owned()));
    if !stdin().is_terminal() {
        return Err(usage(words.nobody_confirms));
    }
    eprintln!(
        "{DOUBT}{}{DOUBT:#} {}",
        words.wakes_everything, words.type_yes
    );
    let mut typed = String::new();
    stdin()
        .lock()
        .read_line(&mut typed)
        .context("the answer could not be read")?;
    if [words.yes, "yes"].contains(&typed.trim()) {
        Ok(())
    } else {
        Err(usage(words.nothing_done))
    }
}

/// The same configuration, with schedules that never end: what is down is to be up.
fn always(config: &Compiled) -> anyhow::Result<Compiled> {
    let mut document = serde_json::to_value(config.config()).context("the configuration")?;
    let window: BTreeMap<&str, &str> = ALWAYS.into_iter().collect();
    let schedules = document.get_mut("schedules").and_then(Value::as_object_mut);
    for schedule in schedules
        .into_iter()
        .flat_map(|schedules| schedules.values_mut())
    {
        // Without a calendar: a closed day would take the one start away.
        *schedule = json!({ "windows": [window] });
    }
    Compiled::parse(&document.to_string()).map_err(|errors| {
        anyhow!(
            "{}",
            errors.render("the configuration", &document.to_string())
        )
    })
}

struct Leaving<'a> {
    args: &'a Uninstall,
    config: &'a Compiled,
    session: &'a Session,
    language: Language,
    always: Compiled,
    clients: Arc<Clients>,
    own: Region,
    ledger: Ledger,
    remembers: bool,
    answer: Answer,
}

impl Leaving<'_> {
    /// Ends everybody's holds, and holds every environment up: a tick that still runs wakes what
    /// this wakes, and stops nothing.
    async fn holds(&mut self, store: &dyn LedgerStore) -> anyhow::Result<()> {
        let now = clock::now();
        let others: Vec<Hold> = self
            .ledger
            .holds
            .iter()
            .filter(|hold| !hold.has_ended(now) && hold.reason != REASON)
            .cloned()
            .collect();
        let mut ended = vec![];
        for hold in &others {
            let which = Released::Id(hold.id.clone());
            ended.extend(release(&others, &which, now).map_err(|error| anyhow!("{error}"))?);
        }
        self.answer.released = ended
            .iter()
            .map(|hold| format!("{} ({})", hold.id, hold.reason))
            .collect();
        if !self.remembers {
            return Ok(());
        }
        if !self.args.change.dry_run && !ended.is_empty() {
            let released = store.release(&ended, &self.args.change.by, REASON).await;
            released.map_err(|error| self.session.unkept(&error))?;
        }
        let plan = Plan {
            at: now,
            environments: vec![],
            steps: vec![],
            of_environments: vec![],
            kinds: vec![],
        };
        for (name, _) in self.config.environments().filter(|(_, e)| !e.protected) {
            let already = self.ledger.holds.iter().any(|hold| {
                hold.reason == REASON
                    && hold.covers(now)
                    && hold.scope == Scope::Environment(name.clone())
            });
            if already {
                continue;
            }
            let asked = Asked {
                about: About::Environment(name.to_string()),
                state: State::Running,
                end: End::For(self.config.limits().max_hold),
                by: self.args.change.by.clone(),
                reason: REASON.to_owned(),
            };
            let hold = make(self.config, &plan, &asked, now)
                .map_err(|error| anyhow!(Usage(error.to_string())))?;
            if !self.args.change.dry_run {
                store
                    .hold(&hold)
                    .await
                    .map_err(|error| self.session.unkept(&error))?;
            }
            self.answer.held.push(format!(
                "{name} {} {}",
                Words::of(self.language).until,
                hold.until.format("%Y-%m-%d %H:%MZ")
            ));
        }
        Ok(())
    }

    fn reach(&self) -> Vec<Reach> {
        reach(&self.clients, self.config, targets(self.config, &self.own))
    }

    /// What Nightcap stopped: what the ledger says it did, or a capacity that it remembers. Without
    /// a ledger, whatever is down.
    fn is_ours(&self, resource: &Resource) -> bool {
        let stopped = self
            .ledger
            .carried
            .get(&resource.arn)
            .is_some_and(|carried| {
                // A person who started it meanwhile, or stopped it, has the last word.
                carried.to == State::Stopped && carried.phase != Phase::Changed
            });
        stopped || resource.remembers() || !self.remembers
    }

    /// Ticks until everything of ours is up, or the time is over.
    async fn wake(&mut self) -> anyhow::Result<bool> {
        let until = Instant::now() + Duration::from_secs(self.args.wait.saturating_mul(60));
        loop {
            let reached = self.reach();
            let fleet = Fleet::read(&self.always, &reached, TimeLeft::default()).await;
            for (target, error) in &fleet.unread {
                let remedy = error.remedy();
                self.problem(format!("{target}: {error}. {}", remedy.to(self.language)));
            }
            let ours: BTreeSet<ResourceArn> = fleet
                .resources
                .iter()
                .filter(|resource| self.is_ours(resource))
                .map(|resource| resource.arn.clone())
                .collect();
            let complete = fleet.unread.is_empty();
            drop(fleet);
            let report = self.tick(reached, Arc::new(ours)).await?;
            let asleep = self.note(&report);
            if self.args.change.dry_run {
                return Ok(true);
            }
            self.answer.asleep = asleep;
            if self.answer.asleep.is_empty() {
                return Ok(complete);
            }
            if Instant::now() >= until {
                self.problem(Words::of(self.language).time_over.to_owned());
                return Ok(false);
            }
            if !self.args.change.json {
                eprintln!(
                    "{} {}",
                    Words::of(self.language).waiting_for,
                    self.answer.asleep.join(", ")
                );
            }
            tokio::time::sleep(Duration::from_secs(self.args.every)).await;
        }
    }

    async fn tick(
        &self,
        reached: Vec<Reach>,
        ours: Arc<BTreeSet<ResourceArn>>,
    ) -> anyhow::Result<Report> {
        let only: Vec<Reach> = reached
            .into_iter()
            .map(|reach| Reach {
                target: reach.target,
                kinds: reach
                    .kinds
                    .into_iter()
                    .map(|inner| {
                        let ours = Arc::clone(&ours);
                        Box::new(Only { inner, ours }) as Box<dyn ResourceKind>
                    })
                    .collect(),
            })
            .collect();
        let tick = Tick {
            now: clock::now(),
            dry_run: self.args.change.dry_run,
            correlation_id: "uninstall".to_owned(),
            restarted: None,
        };
        // Without the ledger: what counts is whether a resource is up.
        reconcile::tick(&self.always, &only, &NoLedger, &tick)
            .await
            .context("the fleet could not be looked at")
    }

    /// Takes note of a tick; gives what is not up yet.
    fn note(&mut self, report: &Report) -> Vec<String> {
        let mut asleep = vec![];
        for (step, outcome) in report.plan.steps.iter().zip(&report.outcomes) {
            let name = step.resource.name.clone();
            let acts = matches!(step.decision, Decision::Act(_));
            if matches!(outcome, Outcome::Done | Outcome::Planned)
                && !self.answer.woken.contains(&name)
            {
                self.answer.woken.push(name.clone());
            }
            let waits = matches!(step.decision, Decision::Wait(_));
            let moves = matches!(
                step.resource.observed,
                Observed::Starting | Observed::Stopping
            );
            if acts || waits || moves {
                asleep.push(name.clone());
                // In a dry run it is told that its turn comes later.
                if waits && self.args.change.dry_run && !self.answer.woken.contains(&name) {
                    self.answer.woken.push(name);
                }
            }
        }
        let language = self.language;
        for problem in &report.problems {
            let fault = &problem.fault;
            self.problem(format!(
                "{}: {}. {}",
                problem.name,
                fault.message(language),
                fault.remedy(language)
            ));
        }
        asleep
    }

    fn problem(&mut self, text: String) {
        if !self.answer.problems.contains(&text) {
            self.answer.problems.push(text);
        }
    }

    /// Takes the remembered capacity off what is up.
    async fn forget(&mut self) -> anyhow::Result<()> {
        let reached = self.reach();
        let fleet = Fleet::read(&self.always, &reached, TimeLeft::default()).await;
        let mut failed = vec![];
        for resource in fleet
            .resources
            .iter()
            .filter(|resource| resource.remembers())
        {
            let scheduled = self.answer.dry_run || resource.observed == Observed::Running;
            let protected = resource.protected_by().is_some();
            let Some(means) = fleet
                .means(&resource.arn)
                .filter(|_| scheduled && !protected)
            else {
                continue;
            };
            if !self.args.change.dry_run
                && let Err(error) = means.forget(resource).await
            {
                let remedy = error.remedy();
                failed.push(format!(
                    "{}: {error}. {}",
                    resource.name,
                    remedy.to(self.language)
                ));
                continue;
            }
            self.answer.forgotten.push(resource.name.clone());
        }
        let mut snapshots = 0;
        for (means, databases) in fleet.by_means(fleet.resources.iter()) {
            if let Ok(found) = means.snapshots(&databases).await {
                snapshots += found.len();
            }
        }
        if snapshots > 0 {
            self.is_left(Left::Snapshots(snapshots));
        }
        for problem in failed {
            self.problem(problem);
        }
        Ok(())
    }

    fn left(&mut self) {
        self.is_left(Left::Terraform);
        if self.remembers {
            self.is_left(Left::Table);
        }
        if !self.answer.held.is_empty() {
            self.is_left(Left::Holds);
        }
        self.is_left(Left::Tags);
    }

    fn is_left(&mut self, left: Left) {
        self.answer.left.push(left.text(self.language));
    }
}

fn show(answer: &Answer, words: &Words) {
    for ([done, planned], items) in [
        (words.holds_ended, &answer.released),
        (words.held_up, &answer.held),
        (words.woken, &answer.woken),
        (words.not_up, &answer.asleep),
        (words.memory, &answer.forgotten),
    ] {
        let head = if answer.dry_run { planned } else { done };
        if !items.is_empty() {
            println!("{HEAD}{head}{HEAD:#}{} {}", words.colon, items.join(", "));
        }
    }
    for problem in &answer.problems {
        println!("{BAD}{}{BAD:#} {problem}", words.problem);
    }
    println!("{HEAD}{}{HEAD:#}", words.left);
    for left in &answer.left {
        println!("  {left}");
    }
}

/// One kind, as far as it is ours to wake.
struct Only {
    inner: Box<dyn ResourceKind>,
    ours: Arc<BTreeSet<ResourceArn>>,
}

impl ResourceKind for Only {
    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(async {
            let mut listed = self.inner.list(look).await?;
            let ours = |arn: &ResourceArn| self.ours.contains(arn);
            listed.resources.retain(|resource| ours(&resource.arn));
            listed.unread.retain(|(arn, _)| ours(arn));
            Ok(listed)
        })
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        self.inner.start(resource, capacity)
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        self.inner.stop(resource, how)
    }

    fn conflicts<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        // What else scales it is no longer Nightcap's business.
        let _ = resources;
        Box::pin(async { Ok(Vec::new()) })
    }

    fn health<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Vec<(ResourceArn, Result<Health, AwsError>)>> {
        let _ = resources;
        Box::pin(async { Vec::new() })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        self.inner.forget(resource)
    }

    fn refused<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        self.inner.refused(resources)
    }

    fn snapshots<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<Snapshot>, AwsError>> {
        self.inner.snapshots(resources)
    }
}
