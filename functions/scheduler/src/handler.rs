//! From a request to an answer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::announce::Announcer;
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source;
use nightcap_aws::ledger::LedgerStore;
use nightcap_aws::reconcile::{self, Report, Tick, TickError};
use nightcap_aws::target::{Reach, reach, targets};
use nightcap_domain::answer::Answer;
use nightcap_domain::config::{Compiled, Config, ConfigErrors};
use nightcap_domain::explain::explain;
use nightcap_domain::names::Region;
use nightcap_domain::plan::upcoming;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::HandlerError;
use crate::request::Request;

/// What the function keeps between invocations.
pub struct Scheduler {
    clients: Arc<Clients>,
    ledger: Box<dyn LedgerStore>,
    announcer: Option<Announcer>,
    config: String,
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
            config,
        }
    }

    /// Answers one event.
    ///
    /// # Errors
    /// If the event or the configuration cannot be read, or nothing could be done.
    pub async fn handle(
        &self,
        event: &Value,
        now: DateTime<Utc>,
        correlation_id: &str,
    ) -> Result<Value, HandlerError> {
        let request = Request::parse(event)?;
        if let Request::Ignored { event } = &request {
            tracing::info!(event, "ignored");
            return Ok(ignored(event, now, correlation_id));
        }
        let config = self.configuration().await?;
        let targets = reach(
            &self.clients,
            &config,
            targets(&config, &self.region(&config)?),
        )
        .await;
        let scene = Scene {
            config: &config,
            targets: &targets,
            now,
            correlation_id,
        };
        self.answer(request, &scene).await
    }

    async fn answer(&self, request: Request, scene: &Scene<'_>) -> Result<Value, HandlerError> {
        match request {
            Request::Tick { at, dry_run } => {
                let tick = scene.acting(at, dry_run)?;
                json_of(self.tick(scene, &tick).await?)
            }
            Request::Database { at, restarted } => {
                let at = at.filter(|_| scene.config.config().drills);
                let tick = scene.acting(at, false)?;
                json_of(self.tick(scene, &Tick { restarted, ..tick }).await?)
            }
            Request::Ignored { event } => Ok(ignored(&event, scene.now, scene.correlation_id)),
            Request::Plan { at, days } => {
                let tick = scene.looking(at);
                let report = self.look(scene, &tick).await?;
                let until = tick.now + TimeDelta::days(i64::from(days));
                let ahead = upcoming(scene.config, &report.plan, until);
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
                let answer = self.hold(scene.config, &report, &asked, &tick).await?;
                self.followed(answer, scene, &tick).await
            }
            Request::Release {
                releasing,
                at,
                dry_run,
            } => {
                let tick = scene.acting(at, dry_run)?;
                let answer = self.release(scene.config, &releasing, &tick).await?;
                self.followed(answer, scene, &tick).await
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
    ) -> Result<Value, HandlerError> {
        let tick = if tick.dry_run {
            None
        } else {
            let answer = self.tick(scene, tick).await.and_then(json_of);
            Some(answer.unwrap_or_else(|error| {
                tracing::error!(%error, "the tick after it failed; the next one goes on");
                json!({ "error": error.kind(), "message": error.to_string() })
            }))
        };
        json_of(Followed { answer, tick })
    }

    async fn tick(&self, scene: &Scene<'_>, tick: &Tick) -> Result<Answer, HandlerError> {
        let result = self.look(scene, tick).await;
        if let (Some(announcer), false) = (&self.announcer, tick.dry_run) {
            announcer
                .announce(scene.config, self.ledger(), tick, result.as_ref())
                .await;
        }
        Ok(result?.answer("tick", tick))
    }

    /// Looks, and acts unless this is a dry run.
    async fn look(&self, scene: &Scene<'_>, tick: &Tick) -> Result<Report, TickError> {
        reconcile::tick(scene.config, scene.targets, self.ledger(), tick).await
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
                .all(|(_, e)| e.protected || !e.regions.is_empty()) =>
            {
                Ok(Region::new(""))
            }
            None => Err(HandlerError::MissingRegion),
        }
    }
}

/// What one event is answered with and by.
struct Scene<'a> {
    config: &'a Compiled,
    targets: &'a [Reach],
    now: DateTime<Utc>,
    correlation_id: &'a str,
}

impl Scene<'_> {
    /// A tick that may act: at another instant than now only in drills.
    fn acting(&self, at: Option<DateTime<Utc>>, dry_run: bool) -> Result<Tick, HandlerError> {
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

fn json_of(answer: impl Serialize) -> Result<Value, HandlerError> {
    Ok(serde_json::to_value(answer)?)
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
