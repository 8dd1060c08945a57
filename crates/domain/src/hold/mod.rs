//! Holds: dated exceptions to a schedule, each with an end, an author and a reason.

mod answer;
mod asked;
mod bill;
mod cost;
mod end;
mod neighbours;
mod release;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::names::{EnvironmentName, ResourceArn};
use crate::time::State;

pub use answer::{HoldAnswer, HoldView, HoldsAnswer, ReleaseAnswer};
pub(crate) use asked::label;
pub use asked::{About, Asked, HoldError, Unsaid, make};
pub use bill::Unpriced;
pub use cost::Cost;
pub use end::{End, UnreadableEnd};
pub use neighbours::HoldWarning;
pub use nightcap_model::{Length, LengthError};
pub use release::{ReleaseError, Released, release, signed};

/// What a hold is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// A whole environment.
    Environment(EnvironmentName),
    /// One resource.
    Resource(ResourceArn),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "{name}"),
            Self::Resource(arn) => write!(f, "{arn}"),
        }
    }
}

/// Who made a hold. A person outranks the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The budget guard, by a rule of the ladder.
    Guard,
    /// A person.
    Person,
}

/// A dated exception: "preprod stays up until 23:00, Alice, release 4.2".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// A name to release it by.
    pub id: String,
    /// What it is about.
    pub scope: Scope,
    /// The state it holds.
    pub state: State,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends; it does not cover this instant any more.
    pub until: DateTime<Utc>,
    /// Who outranks whom.
    pub author: Author,
    /// The author's name.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it was made: the newest of equals wins.
    pub made_at: DateTime<Utc>,
}

impl Hold {
    /// Whether it holds at this instant (from its start up to, not including, its end).
    pub fn covers(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.until
    }

    /// Whether it has ended, by its date or by its release.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.until <= now
    }

    pub(crate) fn is_about(
        &self,
        environment: &EnvironmentName,
        resource: Option<&ResourceArn>,
    ) -> bool {
        match &self.scope {
            Scope::Environment(name) => name == environment,
            Scope::Resource(arn) => Some(arn) == resource,
        }
    }

    /// Whether it is the same hold, asked for once more.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.scope, self.state, self.until, &self.by, &self.reason)
            == (
                &other.scope,
                other.state,
                other.until,
                &other.by,
                &other.reason,
            )
    }

    fn rank(&self) -> (Author, bool, DateTime<Utc>, &str) {
        let narrow = matches!(self.scope, Scope::Resource(_));
        (self.author, narrow, self.made_at, &self.id)
    }
}

/// The hold that counts for an environment (`resource: None`) or one of its resources.
///
/// A person outranks the guard; of one rank, a hold on the resource itself outranks one
/// on its environment; of equals, the newest wins.
pub fn in_force<'a>(
    holds: &'a [Hold],
    environment: &EnvironmentName,
    resource: Option<&ResourceArn>,
    now: DateTime<Utc>,
) -> Option<&'a Hold> {
    holds
        .iter()
        .filter(|hold| hold.covers(now) && hold.is_about(environment, resource))
        .max_by(|a, b| a.rank().cmp(&b.rank()))
}
