//! From a request to an answer.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::announce::{self, Announcer, Mails};
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source;
use nightcap_aws::ledger::{Home, LedgerStore};
use nightcap_aws::queue::TargetQueue;
use nightcap_aws::reconcile::{self, Bounds, Report, Tick, TickError};
use nightcap_aws::target::{Reach, Target, reach_as, targets};
use nightcap_aws::time_left::{Closing, TimeLeft};
use nightcap_domain::answer::Answer;
use nightcap_domain::config::{Compiled, Config, ConfigErrors};
use nightcap_domain::explain::explain;
use nightcap_domain::names::Region;
use nightcap_domain::plan::upcoming;
use nightcap_lambda::answer_size;
use nightcap_lambda::logs;
use nightcap_lambda::metrics::emf::Line;
use nightcap_lambda::metrics::{Meter, Publisher};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::HandlerError;
use crate::figures;
use crate::request::{Place, Request, RequestError};

/// What the function keeps between invocations.
pub struct Scheduler {
    clients: Arc<Clients>,
    ledger: Box<dyn LedgerStore>,
    announcer: Option<Announcer>,
    queue: Option<TargetQueue>,
    publisher: Option<Publisher>,
    config: String,
    prices: Option<String>,
}

impl Scheduler {
    /// A scheduler whose configuration stands where `config` says: a path, the text itself,
    /// `ssm://name` or `s3://bucket/key`.
    pub fn new(
        clients: Arc<Clients>,
        ledger: Box<dyn LedgerStore>,
        announcer: Option<Announcer>,
        config: String,
    ) -> Self {
        Self {
            clients,
            ledger,
            announcer,
            queue: None,
            publisher: None,
            config,
            prices: None,
        }
    }

    /// The same, pricing holds by the book that stands there, a place as for the configuration.
    #[must_use]
    pub fn priced_by(self, prices: Option<String>) -> Self {
        Self { prices, ..self }
    }

    /// The clients of the function's own account.
    pub(crate) fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Where the price book is, if one is named.
    pub(crate) fn prices_at(&self) -> Option<&str> {
        self.prices.as_deref()
    }

    /// The same, sending targets to a queue where they are too many for one invocation.
    #[must_use]
    pub fn with_queue(self, queue: Option<TargetQueue>) -> Self {
        Self { queue, ..self }
    }

    /// The same, telling CloudWatch of every tick that is no dry run.
    #[must_use]
    pub fn publishing(mut self, publisher: Publisher) -> Self {
        self.publisher = Some(publisher);
        self
    }

    /// Answers one event, within the time that is left.
    ///
    /// # Errors
    /// If the event or the configuration cannot be read, or nothing could be done.
    pub async fn handle(
        &self,
        event: &Value,
        now: DateTime<Utc>,
        time: TimeLeft,
        correlation_id: &str,
    ) -> Result<Value, HandlerError> {
        let meter = Meter::begin(self.clients.calls());
        let request = Request::parse(event)?;
        logs::command(request.command());
        let ticks = request.ticks();
        let moment = Moment {
            now,
            time,
            correlation_id,
            meter: &meter,
        };
        let responding = Box::pin(self.respond(request, &moment));
        let answer = time.cut_closing(Closing::Answering, responding).await;
        let answer = answer.unwrap_or(Err(HandlerError::OutOfTime));
        let answer = answer.map(answer_size::fit);
        match &answer {
            // A tick that has begun has told its own end.
            Err(error) if ticks && !matches!(error, HandlerError::NothingDone(_)) => {
                let effort = meter.lap();
                let mails = Mails::default();
                self.publish(
                    &figures::of_failure(correlation_id, error.kind(), mails, &effort),
                    now,
                );
            }
            _ => {}
        }
        answer
    }

    /// What there is to say to an invocation that is no JSON.
    pub fn unreadable(
        &self,
        error: &str,
        now: DateTime<Utc>,
        correlation_id: &str,
    ) -> HandlerError {
        let meter = Meter::begin(self.clients.calls());
        let error = HandlerError::InvalidEvent(RequestError::no_json(error));
        // Whatever it was to be, it was no heartbeat.
        let line =
            figures::of_failure(correlation_id, error.kind(), Mails::default(), &meter.lap());
        self.publish(&line, now);
        error
    }

    async fn respond(&self, request: Request, moment: &Moment<'_>) -> Result<Value, HandlerError> {
        if let Request::Ignored { event } = &request {
            tracing::info!(event, "ignored");
            return Ok(ignored(event, moment.now, moment.correlation_id));
        }
        let config = moment.time.cut(self.configuration()).await;
        let config = config.unwrap_or(Err(HandlerError::OutOfTime))?;
        let targets = targets(&config, &self.region(&config)?);
        let scene = Scene::new(&config, targets, moment);
        // On the heap: it is a large state machine.
        Box::pin(self.answer(request, &scene)).await
    }

    async fn answer(&self, request: Request, scene: &Scene<'_>) -> Result<Value, HandlerError> {
        match request {
            Request::Tick { at, dry_run } => {
                let tick = scene.acting(at, dry_run)?;
                self.spread(scene, &tick, at).await
            }
            Request::Database {
                at,
                place,
                restarted,
            } => {
                let at = at.filter(|_| scene.config.config().drills);
                let tick = scene.acting(at, false)?;
                let Some(scene) = scene.only(place.as_ref()) else {
                    return Ok(nobodys(place.as_ref(), &tick));
                };
                if restarted.is_none() {
                    return self.spread(&scene, &tick, at).await;
                }
                // A message of the queue has no room for what this event says. It knows its
                // database, and so its place: few targets are left.
                json_of(self.tick(&scene, &Tick { restarted, ..tick }).await?)
            }
            Request::Targets { received } => self.work(scene, received).await,
            Request::Ignored { event } => Ok(ignored(&event, scene.now, scene.correlation_id)),
            Request::Plan { at, days } => {
                let tick = scene.looking(at);
                let report = self.look(scene, &tick).await?;
                let until = tick.now + TimeDelta::days(i64::from(days));
                let ahead = upcoming(scene.config, &report.plan, &report.ledger, until);
                json_of(report.answer("plan", &tick).with_upcoming(&ahead))
            }
            Request::Explain { resource, at } => {
                let report = self.look(scene, &scene.looking(at)).await?;
                let Report { plan, ledger, .. } = &report;
                json_of(explain(scene.config, plan, ledger, &resource)?)
            }
            Request::Hold { asked, at, dry_run } => {
                let tick = scene.acting(at, dry_run)?;
                let report = self.look(scene, &scene.looking(at)).await?;
                let answer = self.hold(scene, &report, &asked, &tick).await?;
                self.followed(answer, scene, &tick, at).await
            }
            Request::Release {
                releasing,
                at,
                dry_run,
            } => {
                let tick = scene.acting(at, dry_run)?;
                let answer = self.release(scene.config, &releasing, &tick).await?;
                self.followed(answer, scene, &tick, at).await
            }
            Request::Holds { at } => {
                json_of(self.holds(scene.config, scene.looking(at).now).await?)
            }
        }
    }

    /// The answer about holds, with that of a tick right after, so that they count at once.
    ///
    /// The holds have been changed: where that tick fails, the next one carries them out.
    async fn followed(
        &self,
        answer: impl Serialize,
        scene: &Scene<'_>,
        tick: &Tick,
        at: Option<DateTime<Utc>>,
    ) -> Result<Value, HandlerError> {
        let tick = if tick.dry_run {
            None
        } else {
            let answer = self.spread(scene, tick, at).await;
            Some(answer.unwrap_or_else(|error| {
                tracing::error!(%error, "the tick after it failed; the next one goes on");
                json!({ "error": error.kind(), "message": error.to_string() })
            }))
        };
        json_of(Followed { answer, tick })
    }

    pub(crate) async fn tick(
        &self,
        scene: &Scene<'_>,
        tick: &Tick,
    ) -> Result<Answer, HandlerError> {
        let result = self.look(scene, tick).await;
        self.finish(self.announcer.as_ref(), scene, tick, 0, result)
            .await
    }

    /// A tick of one target among many: it is told less, and reads less of the ledger, which
    /// must not grow with the number of the targets. `round` is how many ticks before it had
    /// too little time. `watching` for the rest is one of them.
    pub(crate) async fn tick_one(
        &self,
        scene: &Scene<'_>,
        tick: &Tick,
        round: u8,
        watching: bool,
    ) -> Result<Answer, HandlerError> {
        let announcer = self.announcer.as_ref();
        let announcer = announcer.map(|all| all.for_one_target().watching(watching));
        let home = scene.targets.first().map(Target::home);
        let result = self.look_in(home, scene, tick).await;
        self.finish(announcer.as_ref(), scene, tick, round, result)
            .await
    }

    async fn finish(
        &self,
        announcer: Option<&Announcer>,
        scene: &Scene<'_>,
        tick: &Tick,
        round: u8,
        result: Result<Report, TickError>,
    ) -> Result<Answer, HandlerError> {
        if let Ok(report) = &result {
            self.go_on(scene, report, tick, round).await;
        }
        self.tell(announcer, scene, tick, &result).await;
        Ok(result?.answer("tick", tick))
    }

    /// Tells people and CloudWatch of a tick that was no dry run.
    async fn tell(
        &self,
        announcer: Option<&Announcer>,
        scene: &Scene<'_>,
        tick: &Tick,
        result: &Result<Report, TickError>,
    ) {
        if tick.dry_run {
            return;
        }
        let mails = if let Some(announcer) = announcer {
            announcer
                .within(scene.time)
                .announce(scene.config, self.ledger(), tick, result.as_ref())
                .await
        } else {
            if let Ok(report) = result {
                announce::remember(self.ledger(), tick, report, scene.time).await;
            }
            Mails::default()
        };
        let effort = scene.meter.lap();
        let line = match result {
            Ok(report) => figures::of_tick(report, tick, mails, &effort),
            Err(_) => figures::of_failure(scene.correlation_id, "NothingDone", mails, &effort),
        };
        self.publish(&line, scene.now);
    }

    /// Looks, and acts unless this is a dry run.
    async fn look(&self, scene: &Scene<'_>, tick: &Tick) -> Result<Report, TickError> {
        self.look_in(None, scene, tick).await
    }

    async fn look_in(
        &self,
        home: Option<Home>,
        scene: &Scene<'_>,
        tick: &Tick,
    ) -> Result<Report, TickError> {
        let targets = scene.reach(&self.clients, &tick.correlation_id);
        let bounds = Bounds {
            time: scene.time,
            home,
        };
        reconcile::tick_within(&bounds, scene.config, targets, self.ledger(), tick).await
    }

    pub(crate) fn queue(&self) -> Option<&TargetQueue> {
        self.queue.as_ref()
    }

    pub(crate) fn publish(&self, line: &Line, now: DateTime<Utc>) {
        if let Some(publisher) = &self.publisher {
            publisher.publish(line, now);
        }
    }

    pub(crate) fn ledger(&self) -> &dyn LedgerStore {
        self.ledger.as_ref()
    }

    async fn configuration(&self) -> Result<Compiled, HandlerError> {
        let source = config_source::fetch(&self.config, &self.clients).await?;
        Config::parse(&source.text)
            .map(Config::compile)
            .map_err(|errors: ConfigErrors| {
                HandlerError::InvalidConfiguration(errors.render(&source.name, &source.text))
            })
    }

    fn region(&self, config: &Compiled) -> Result<Region, HandlerError> {
        match self.clients.region() {
            Some(region) => Ok(Region::new(region)),
            None if config
                .environments()
                .all(|(_, e)| !e.is_looked_at() || !e.regions.is_empty()) =>
            {
                Ok(Region::new(""))
            }
            None => Err(HandlerError::MissingRegion),
        }
    }
}

/// When and under which name an event is answered.
struct Moment<'a> {
    now: DateTime<Utc>,
    time: TimeLeft,
    correlation_id: &'a str,
    meter: &'a Meter,
}

/// What one event is answered with and by.
pub(crate) struct Scene<'a> {
    pub(crate) config: &'a Compiled,
    pub(crate) targets: Vec<Target>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) correlation_id: &'a str,
    pub(crate) meter: &'a Meter,
    time: TimeLeft,
    reached: OnceLock<Vec<Reach>>,
}

impl<'a> Scene<'a> {
    /// What comes of this while there is time.
    pub(crate) async fn cut<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.time.cut(work).await
    }

    fn new(config: &'a Compiled, targets: Vec<Target>, moment: &Moment<'a>) -> Self {
        Self {
            config,
            targets,
            now: moment.now,
            correlation_id: moment.correlation_id,
            meter: moment.meter,
            time: moment.time,
            reached: OnceLock::new(),
        }
    }

    /// The same with these targets alone.
    pub(crate) fn with(&self, targets: Vec<Target>) -> Self {
        let moment = Moment {
            now: self.now,
            time: self.time,
            correlation_id: self.correlation_id,
            meter: self.meter,
        };
        Self::new(self.config, targets, &moment)
    }

    /// The same with the targets that may be this place; none, if there are none.
    fn only(&self, place: Option<&Place>) -> Option<Self> {
        let here = |target: &&Target| place.is_none_or(|place| place.may_be(target));
        let targets: Vec<Target> = self.targets.iter().filter(here).cloned().collect();
        (!targets.is_empty()).then(|| self.with(targets))
    }

    /// The means to read and change the targets, made when first needed.
    fn reach(&self, clients: &Arc<Clients>, session: &str) -> &[Reach] {
        self.reached
            .get_or_init(|| reach_as(session, clients, self.config, self.targets.clone()))
    }

    /// A tick that may act: at another instant than now only in drills.
    pub(crate) fn acting(
        &self,
        at: Option<DateTime<Utc>>,
        dry_run: bool,
    ) -> Result<Tick, HandlerError> {
        if at.is_some() && !self.config.config().drills {
            return Err(HandlerError::DrillsForbidden);
        }
        Ok(Tick {
            dry_run,
            ..self.looking(at)
        })
    }

    /// A tick that only looks.
    fn looking(&self, at: Option<DateTime<Utc>>) -> Tick {
        Tick {
            now: at.unwrap_or(self.now),
            dry_run: true,
            correlation_id: self.correlation_id.to_owned(),
            restarted: None,
        }
    }
}

/// An answer, and that of the tick that followed it at once.
#[derive(Serialize)]
struct Followed<T> {
    #[serde(flatten)]
    answer: T,
    /// Absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<Value>,
}

pub(crate) fn json_of(answer: impl Serialize) -> Result<Value, HandlerError> {
    Ok(serde_json::to_value(answer)?)
}

/// The answer to an event from where nothing is in Nightcap's care.
fn nobodys(place: Option<&Place>, tick: &Tick) -> Value {
    let place = place.map(|place| format!("{} in {}", place.region, place.account));
    let place = place.unwrap_or_default();
    tracing::info!(place, "ignored: no target of the configuration is there");
    json!({
        "command": "tick",
        "at": tick.now,
        "ignored": true,
        "event": place,
        "reason": "no target of the configuration is there",
        "correlation_id": tick.correlation_id,
    })
}

/// The answer to an event that is nobody's business here.
fn ignored(event: &str, now: DateTime<Utc>, correlation_id: &str) -> Value {
    json!({
        "command": "tick",
        "at": now,
        "ignored": true,
        "event": event,
        "reason": "nothing here depends on it",
        "correlation_id": correlation_id,
    })
}
