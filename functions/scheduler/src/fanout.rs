//! Many targets: each becomes a message of the queue, and each message a tick of its target.
//!
//! What is sent, what is believed of it and how it fails: `docs/decisions/scale.md`.

mod answer;

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};
use nightcap_aws::error::AwsError;
use nightcap_aws::queue::{TargetMessage, TargetQueue};
use nightcap_aws::reconcile::{Report, Tick};
use nightcap_aws::target::Target;
use serde_json::Value;
use tracing::Instrument;

use self::answer::{Became, Spread, Worked};
use crate::error::HandlerError;
use crate::figures;
use crate::handler::{Scene, Scheduler, json_of};
use crate::request::Received;

/// Messages of one batch that are worked at once.
const AT_ONCE: usize = 8;

/// So often a target goes on at once that had too little time; then the next tick does. Lambda
/// takes a function that calls itself through a queue for a runaway after about 16 times.
const ROUNDS: u8 = 10;

impl Scheduler {
    /// A tick: here, if there are few targets, and by the queue if there are many.
    ///
    /// What only looks is done here however many there are: whoever asked waits for the answer.
    pub(crate) async fn spread(
        &self,
        scene: &Scene<'_>,
        tick: &Tick,
        at: Option<DateTime<Utc>>,
    ) -> Result<Value, HandlerError> {
        let most = scene.config.limits().max_targets;
        let many = usize::try_from(most).is_ok_and(|most| scene.targets.len() > most);
        match self.queue() {
            Some(queue) if many && !tick.dry_run => self.send(queue, scene, tick, at).await,
            None if many => {
                tracing::warn!(
                    targets = scene.targets.len(),
                    max_targets = most,
                    "more targets than one invocation should work; set NIGHTCAP_QUEUE_URL \
                     (infra/modules/nightcap does), or raise limits.max_targets"
                );
                json_of(self.tick(scene, tick).await?)
            }
            _ => json_of(self.tick(scene, tick).await?),
        }
    }

    /// Sends each target as a message of its own.
    async fn send(
        &self,
        queue: &TargetQueue,
        scene: &Scene<'_>,
        tick: &Tick,
        at: Option<DateTime<Utc>>,
    ) -> Result<Value, HandlerError> {
        let messages: Vec<TargetMessage> = scene
            .targets
            .iter()
            .map(|target| TargetMessage::about(target, at, scene.now, &tick.correlation_id))
            .collect();
        let results = queue.send(&messages).await;
        if let (true, Some(Err(error))) = (results.iter().all(Result::is_err), results.first()) {
            return Err(HandlerError::Unsent(error.clone()));
        }
        let results: Vec<(&Target, Result<(), AwsError>)> =
            scene.targets.iter().zip(results).collect();
        for (target, result) in &results {
            if let Err(error) = result {
                tracing::error!(%target, %error, "not sent; the next tick sends it again");
            }
        }
        let answer = Spread::new(tick, &results);
        tracing::info!(targets = answer.sent(), "sent to the queue");
        let effort = scene.meter.lap();
        let line = figures::of_spread(tick, answer.sent(), answer.unsent(), &effort);
        self.publish(&line, scene.now);
        json_of(answer)
    }

    /// Sends the targets to the queue for whose orders there was not enough time, so that they
    /// go on at once. Where that cannot be, the next tick goes on.
    ///
    /// Only if this tick has got on: what never does must not call itself for ever.
    pub(crate) async fn go_on(&self, scene: &Scene<'_>, report: &Report, tick: &Tick, round: u8) {
        let round = round.saturating_add(1);
        let Some(queue) = self.queue() else { return };
        if report.postponed.is_empty() || !report.has_ordered() || round > ROUNDS {
            return;
        }
        let at = (tick.now != scene.now).then_some(tick.now);
        let messages: Vec<TargetMessage> = report
            .postponed
            .iter()
            .map(|target| TargetMessage::about(target, at, scene.now, &tick.correlation_id))
            .map(|message| message.in_round(round))
            .collect();
        for (target, result) in report.postponed.iter().zip(queue.send(&messages).await) {
            match result {
                Ok(()) => tracing::info!(%target, round, "goes on at once, by the queue"),
                Err(error) => tracing::warn!(%target, %error, "not sent; the next tick goes on"),
            }
        }
    }

    /// Works the messages of a batch. One that fails is reported as failed, and the others
    /// are not.
    pub(crate) async fn work(
        &self,
        scene: &Scene<'_>,
        received: Vec<Received>,
    ) -> Result<Value, HandlerError> {
        let mut taken: Vec<&TargetMessage> = vec![];
        let mut work = vec![];
        for received in &received {
            let sorted = sort(scene, received, &taken);
            taken.extend(sorted.as_ref().ok().map(|(message, _)| *message));
            work.push((received, sorted));
        }
        let worked: Vec<Worked> = stream::iter(work)
            .map(|(received, sorted)| async move {
                let became = match sorted {
                    Ok((message, target)) => self.work_one(scene, message, target).await,
                    Err(became) => became,
                };
                Worked::new(received, became)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        json_of(answer::batch(scene, worked))
    }

    async fn work_one(&self, scene: &Scene<'_>, message: &TargetMessage, target: Target) -> Became {
        let at = message.at.filter(|_| scene.config.config().drills);
        let span = tracing::info_span!(
            "target",
            target = %target,
            correlation_id = message.correlation_id
        );
        let tick = match scene.acting(at, false) {
            Ok(tick) => Tick {
                correlation_id: message.correlation_id.clone(),
                ..tick
            },
            Err(error) => return Became::Failed(error.to_string()),
        };
        // Of many targets, the first speaks about what is no target's.
        let is_first = scene.targets.first() == Some(&target);
        let scene = scene.with(vec![target]);
        let ticked = async {
            let ticked = self.tick_one(&scene, &tick, message.round, is_first).await;
            match &ticked {
                Ok(answer) => tracing::info!(summary = ?answer.summary, "target worked"),
                Err(error) => tracing::error!(error_type = error.kind(), %error, "target failed"),
            }
            ticked
        };
        // On the heap: a tick is a large state machine, and a batch has several.
        match Box::pin(ticked.instrument(span)).await {
            Ok(answer) => Became::Done(answer.summary),
            Err(error) => Became::Failed(error.to_string()),
        }
    }
}

/// The target that a message asks for, or what becomes of it without any work.
fn sort<'m>(
    scene: &Scene<'_>,
    received: &'m Received,
    before: &[&TargetMessage],
) -> Result<(&'m TargetMessage, Target), Became> {
    let message = match &received.message {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(message = received.id, %error, "a message that is none of ours");
            return Err(Became::Malformed(error.to_string()));
        }
    };
    let target = scene.targets.iter().find(|target| message.is_about(target));
    let became = if message.is_stale(scene.now) {
        Became::Stale
    } else if before.iter().any(|other| same(other, message)) {
        Became::Repeated
    } else if let Some(target) = target {
        return Ok((message, target.clone()));
    } else {
        Became::NotConfigured
    };
    tracing::warn!(
        message = received.id,
        region = %message.region,
        role = message.role.as_ref().map(ToString::to_string),
        correlation_id = message.correlation_id,
        sent = %message.sent,
        reason = became.word(),
        "a message is dropped"
    );
    Err(became)
}

/// Whether two messages ask for the same target.
fn same(one: &TargetMessage, other: &TargetMessage) -> bool {
    one.region == other.region && one.role == other.role
}
