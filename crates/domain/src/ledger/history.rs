//! Rows of the ledger's history: what was done to what, when, by whom, why, with what result.

use chrono::{DateTime, Utc};

use super::{Mark, Phase};
use crate::hold::Hold;
use crate::names::ResourceArn;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// An ARN, or the name of an environment.
    pub about: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// `start`, `stop`, `hold` or `release`.
    pub action: String,
    /// `reached`, `failed: …`, `superseded`, `changed by hand`, `started by AWS`, `made`, `released`.
    pub result: String,
    /// When it was ordered, if an order led to it.
    pub ordered_at: Option<DateTime<Utc>>,
    /// The correlation id of what did it.
    pub tick: String,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: String,
    /// The hold, if one led to it.
    pub hold: Option<String>,
}

impl History {
    /// What became of the last order on a resource; `None` where nothing was ordered.
    pub(super) fn of_order(
        about: &ResourceArn,
        mark: Option<&Mark>,
        result: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let order = mark?.order.clone()?;
        Some(Self {
            about: about.to_string(),
            at: now,
            action: order.action,
            result: result.into(),
            ordered_at: Some(order.at),
            tick: order.tick,
            by: order.by,
            why: order.why,
            hold: order.hold,
        })
    }

    /// A hold that was made (`hold`) or ended before its time (`release`).
    pub fn of_hold(hold: &Hold, event: HoldEvent<'_>) -> Self {
        let (action, result, by, why, at) = match event {
            HoldEvent::Made => (
                "hold",
                format!("made: {} until {}", hold.state, hold.until.format("%FT%TZ")),
                hold.by.clone(),
                hold.reason.clone(),
                hold.made_at,
            ),
            HoldEvent::Released { by, reason, at } => (
                "release",
                "released".to_owned(),
                by.to_owned(),
                reason.to_owned(),
                at,
            ),
        };
        Self {
            about: hold.scope.to_string(),
            at,
            action: action.to_owned(),
            result,
            ordered_at: None,
            tick: hold.id.clone(),
            by,
            why,
            hold: Some(hold.id.clone()),
        }
    }
}

/// What happened to a hold.
#[derive(Clone, Copy, Debug)]
pub enum HoldEvent<'a> {
    /// It was made.
    Made,
    /// It was ended before its time.
    Released {
        /// By whom.
        by: &'a str,
        /// Why.
        reason: &'a str,
        /// When.
        at: DateTime<Utc>,
    },
}

/// What the history says where an entry comes to a phase by itself.
pub(super) fn result_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Ordered => "ordered",
        Phase::Reached => "reached",
        Phase::Changed => "changed by hand",
        Phase::Woken => "started by AWS",
    }
}
