//! What a tick is told to do.

use chrono::{DateTime, Utc};
use nightcap_domain::ledger::Ledger;
use nightcap_domain::names::ResourceArn;

use crate::ledger::Home;
use crate::time_left::TimeLeft;

/// How a tick is carried out.
#[derive(Clone, Debug)]
pub struct Tick {
    /// The instant it decides for.
    pub now: DateTime<Utc>,
    /// Decide and answer, but change nothing.
    pub dry_run: bool,
    /// One id for everything that is logged and sent about it.
    pub correlation_id: String,
    /// The database that AWS says it has started by itself, if an event of that brought this tick.
    pub restarted: Option<Restarted>,
}

/// What a tick keeps to.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// How long it may go on.
    pub time: TimeLeft,
    /// Where all its targets are, if that is one place: it reads no more of the ledger.
    pub home: Option<Home>,
}

/// AWS has started a database by itself, after seven days of sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restarted {
    /// The database.
    pub resource: ResourceArn,
    /// When AWS did.
    pub at: DateTime<Utc>,
}

impl Restarted {
    /// Whether that is news: the ledger has seen nothing of the database since.
    ///
    /// Events come late and more than once. One about a start that has long been made good
    /// must not make a person's start tomorrow look like AWS's.
    pub(crate) fn is_news(&self, ledger: &Ledger) -> bool {
        ledger
            .marks
            .get(&self.resource)
            .is_none_or(|mark| mark.at < self.at)
    }
}
