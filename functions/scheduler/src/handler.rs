//! From a request to an answer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::announce::Announcer;
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source::{self, ConfigSourceError};
use nightcap_aws::ledger::LedgerStore;
use nightcap_aws::reconcile::{self, Report, Tick, TickError};
use nightcap_aws::target::{Reach, reach, targets};
use nightcap_domain::config::{Compiled, Config, ConfigErrors};
use nightcap_domain::explain::{ExplainError, explain};
use nightcap_domain::names::Region;
use nightcap_domain::plan::upcoming;
use serde_json::Value;
use thiserror::Error;

use crate::request::{Request, RequestError};

/// Why there is no answer. Each name is the error type that Lambda reports.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// The event is none of ours.
    #[error(transparent)]
    InvalidEvent(#[from] RequestError),
    /// The configuration is not where it should be.
    #[error(transparent)]
    MissingConfiguration(#[from] ConfigSourceError),
    /// The configuration has errors; all of them are told.
    #[error("the configuration has errors, so nothing was done:\n{0}")]
    InvalidConfiguration(String),
    /// `tick` with an instant, in earnest.
    #[error(
        "tick takes another instant than now only where the configuration says `drills: true`; use plan to look ahead"
    )]
    DrillsForbidden,
    /// Nobody said in which region this runs.
    #[error("no region is known: set AWS_REGION, or `regions` for every environment")]
    MissingRegion,
    /// The tick could do nothing.
    #[error(transparent)]
    NothingDone(#[from] TickError),
    /// The resource cannot be explained.
    #[error(transparent)]
    Unexplained(#[from] ExplainError),
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

impl HandlerError {
    /// The error type that Lambda reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvalidEvent(_) => "InvalidEvent",
            Self::MissingConfiguration(_) => "MissingConfiguration",
            Self::InvalidConfiguration(_) => "InvalidConfiguration",
            Self::DrillsForbidden => "DrillsForbidden",
            Self::MissingRegion => "MissingRegion",
            Self::NothingDone(_) => "NothingDone",
            Self::Unexplained(_) => "Unexplained",
            Self::Answer(_) => "Answer",
        }
    }
}

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
        let config = self.configuration().await?;
        let targets = reach(&self.clients, targets(&config, &self.region(&config)?)).await;
        match request {
            Request::Tick { at, dry_run } => {
                if at.is_some() && !config.config().drills {
                    return Err(HandlerError::DrillsForbidden);
                }
                let tick = Tick {
                    now: at.unwrap_or(now),
                    dry_run,
                    correlation_id: correlation_id.to_owned(),
                    restarted: None,
                };
                self.tick(&config, &targets, &tick).await
            }
            Request::Plan { at, days } => {
                let tick = look(at.unwrap_or(now), correlation_id);
                let report = self.look(&config, &targets, &tick).await?;
                let until = tick.now + TimeDelta::days(i64::from(days));
                let ahead = upcoming(&config, &report.plan, until);
                let answer = report.answer("plan", &tick).with_upcoming(&ahead);
                Ok(serde_json::to_value(answer)?)
            }
            Request::Explain { resource, at } => {
                let tick = look(at.unwrap_or(now), correlation_id);
                let report = self.look(&config, &targets, &tick).await?;
                let explanation = explain(&config, &report.plan, &report.ledger, &resource)?;
                Ok(serde_json::to_value(explanation)?)
            }
        }
    }

    async fn tick(
        &self,
        config: &Compiled,
        targets: &[Reach],
        tick: &Tick,
    ) -> Result<Value, HandlerError> {
        let result = reconcile::tick(config, targets, self.ledger.as_ref(), tick).await;
        if let (Some(announcer), false) = (&self.announcer, tick.dry_run) {
            announcer
                .announce(config, self.ledger.as_ref(), tick, result.as_ref())
                .await;
        }
        Ok(serde_json::to_value(result?.answer("tick", tick))?)
    }

    async fn look(
        &self,
        config: &Compiled,
        targets: &[Reach],
        tick: &Tick,
    ) -> Result<Report, TickError> {
        reconcile::tick(config, targets, self.ledger.as_ref(), tick).await
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

/// A tick that only looks.
fn look(now: DateTime<Utc>, correlation_id: &str) -> Tick {
    Tick {
        now,
        dry_run: true,
        correlation_id: correlation_id.to_owned(),
        restarted: None,
    }
}
