//! The answers to `hold`, `release` and `holds`. Their shape is a contract.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::asked::zone;
use super::neighbours::{needed, warnings};
use super::{Author, Cost, Hold, HoldWarning, Scope, in_force};
use crate::config::{Compiled, Language};
use crate::ledger::Ledger;
use crate::message::local;
use crate::money::price::PriceBook;
use crate::names::EnvironmentName;
use crate::plan::Plan;
use crate::time::State;

/// A hold as answers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldView {
    /// The name to release it by.
    pub id: String,
    /// The environment, or the resource's ARN.
    pub on: Scope,
    /// The state it holds.
    pub state: State,
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// The same on the clocks there.
    pub until_local: String,
    /// `person` or `guard`.
    pub author: Author,
    /// The author's name.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The answer to `hold`.
#[derive(Clone, Debug, Serialize)]
pub struct HoldAnswer {
    /// Always `hold`.
    pub command: &'static str,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
    /// The hold.
    pub hold: HoldView,
    /// What it costs.
    pub cost: Cost,
    /// Whether this very hold was there already: nothing was written then.
    pub already: bool,
    /// The hold that outranks this one now, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outranked_by: Option<HoldView>,
    /// The names of the resources that it keeps up besides, because what it is about needs them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What to know before trusting in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<HoldWarning>,
}

/// The answer to `release`.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseAnswer {
    /// Always `release`.
    pub command: &'static str,
    /// When they were released.
    pub at: DateTime<Utc>,
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
    /// The holds that ended.
    pub released: Vec<HoldView>,
    /// The holds that are left.
    pub remaining: Vec<HoldView>,
}

/// The answer to `holds`.
#[derive(Clone, Debug, Serialize)]
pub struct HoldsAnswer {
    /// Always `holds`.
    pub command: &'static str,
    /// For which instant.
    pub at: DateTime<Utc>,
    /// The holds that have not ended, by their end.
    pub holds: Vec<HoldView>,
}

impl HoldView {
    /// A hold with its end on the clocks of its environment, where that is known, else of
    /// the configuration.
    pub fn of(config: &Compiled, hold: &Hold, environment: Option<&EnvironmentName>) -> Self {
        let name = match &hold.scope {
            Scope::Environment(name) => Some(name),
            Scope::Resource(_) => environment,
        };
        let zone = name
            .and_then(|name| config.environment(name.as_str()))
            .map_or(config.config().timezone, |(_, environment)| {
                zone(config, environment)
            });
        Self {
            id: hold.id.clone(),
            on: hold.scope.clone(),
            state: hold.state,
            from: hold.from,
            until: hold.until,
            until_local: local(hold.until, zone, Language::En),
            author: hold.author,
            by: hold.by.clone(),
            reason: hold.reason.clone(),
        }
    }
}

impl HoldAnswer {
    /// The answer about a hold, as it stands among those that the ledger knows already, priced by
    /// the book that comes with the program: where no other is named.
    pub fn new(
        config: &Compiled,
        plan: &Plan,
        ledger: &Ledger,
        hold: &Hold,
        dry_run: bool,
    ) -> Self {
        let book = PriceBook::embedded().unwrap_or_default();
        Self::priced(config, plan, ledger, hold, dry_run, &book)
    }

    /// The same, priced by another book.
    pub fn priced(
        config: &Compiled,
        plan: &Plan,
        ledger: &Ledger,
        hold: &Hold,
        dry_run: bool,
        book: &PriceBook,
    ) -> Self {
        let known = ledger.holds.iter().find(|known| {
            // One made by an earlier version has an id of another form.
            let same = known.id == hold.id || known.says_the_same(hold);
            same && !known.has_ended(hold.made_at)
        });
        let environment = environment_of(plan, hold);
        Self {
            command: "hold",
            at: hold.made_at,
            dry_run,
            hold: HoldView::of(config, known.unwrap_or(hold), environment),
            cost: Cost::of(config, plan, ledger, hold, book),
            already: known.is_some(),
            outranked_by: outranking(ledger, hold, environment)
                .map(|other| HoldView::of(config, &other, environment)),
            needs: needed(plan, ledger, hold)
                .iter()
                .map(|step| step.resource.name.clone())
                .collect(),
            warnings: warnings(config, plan, ledger, hold),
        }
    }
}

impl ReleaseAnswer {
    /// The answer about holds that were released, and those that the ledger keeps.
    pub fn new(
        config: &Compiled,
        ledger: &Ledger,
        released: &[Hold],
        now: DateTime<Utc>,
        dry_run: bool,
    ) -> Self {
        let mut remaining = HoldsAnswer::new(config, ledger, now).holds;
        remaining.retain(|left| released.iter().all(|hold| hold.id != left.id));
        Self {
            command: "release",
            at: now,
            dry_run,
            released: released
                .iter()
                .map(|hold| HoldView::of(config, hold, None))
                .collect(),
            remaining,
        }
    }
}

impl HoldsAnswer {
    /// Every hold that has not ended.
    pub fn new(config: &Compiled, ledger: &Ledger, now: DateTime<Utc>) -> Self {
        let mut holds: Vec<HoldView> = ledger
            .holds
            .iter()
            .filter(|hold| !hold.has_ended(now))
            .map(|hold| HoldView::of(config, hold, None))
            .collect();
        holds.sort_by(|a, b| (a.until, &a.id).cmp(&(b.until, &b.id)));
        Self {
            command: "holds",
            at: now,
            holds,
        }
    }
}

fn environment_of<'a>(plan: &'a Plan, hold: &'a Hold) -> Option<&'a EnvironmentName> {
    match &hold.scope {
        Scope::Environment(name) => Some(name),
        Scope::Resource(arn) => plan
            .steps
            .iter()
            .find(|step| step.resource.arn == *arn)
            .and_then(|step| step.environment.as_ref()),
    }
}

/// The hold that counts instead of this one where this one should.
fn outranking(ledger: &Ledger, hold: &Hold, environment: Option<&EnvironmentName>) -> Option<Hold> {
    let resource = match &hold.scope {
        Scope::Environment(_) => None,
        Scope::Resource(arn) => Some(arn),
    };
    let mut holds = ledger.holds.clone();
    holds.push(hold.clone());
    in_force(&holds, environment?, resource, hold.made_at)
        .filter(|first| first.id != hold.id)
        .cloned()
}
