//! What is to be told, each piece under the key by which it is told once.

use serde::Serialize;

use crate::hold::Hold;
use crate::message::Mail;
use crate::money::alert::{Alert, Direction};
use crate::money::gate::Doubt;

use super::{Entry, EntryKey};

/// What sort of news it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewsKind {
    /// A share of the budget is spent.
    Spent,
    /// A level is likely to be passed.
    Forecast,
    /// A level is no longer passed.
    Recovered,
    /// The figures cannot be right.
    DataDoubtful,
    /// There are no fresh figures.
    DataStale,
    /// The forecast has too little behind it.
    NotCalibrated,
    /// A step of the ladder is taken.
    ActionTaken,
    /// It is ended before its time.
    ActionReverted,
    /// It is due, and not taken.
    ActionRefused,
    /// A month is over.
    MonthClose,
    /// AWS Budgets has no budget of this name.
    BudgetMissing,
    /// It has one again.
    BudgetFound,
    /// The scheduler carries nothing out.
    SchedulerSilent,
    /// It does again.
    SchedulerHeard,
}

/// A piece of news: whoever writes its entry first carries it out and sends its mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What sort it is.
    pub kind: NewsKind,
    /// The key of its entry.
    pub key: EntryKey,
    /// What the ledger will say.
    pub entry: Entry,
    /// The mail; none where another one speaks for it.
    pub mail: Option<Mail>,
    /// Holds to be written first; new ones, or known ones with an earlier end.
    pub holds: Vec<Hold>,
}

/// The key of an alert, different in every episode.
pub(super) fn alert_key(alert: &Alert) -> EntryKey {
    let key = &alert.key;
    let rule = key
        .rule
        .map_or_else(|| "month".to_owned(), |rule| rule.to_string());
    let direction = match key.direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Close => "close",
    };
    let level = key.level.normalize();
    EntryKey(format!(
        "{}#alert#{rule}#{level}#{direction}#{}",
        key.period, alert.episode
    ))
}

/// The key of a doubt: the same day in doubt for the same reason is told once.
pub(super) fn doubt_key(period: impl std::fmt::Display, doubt: &Doubt) -> EntryKey {
    let what = match doubt {
        Doubt::NoData => "no-data".to_owned(),
        Doubt::Stale { last, .. } => format!("stale#{last}"),
        Doubt::Missing { first, .. } => format!("missing#{first}"),
        Doubt::Negative { day, .. } => format!("negative#{day}"),
        Doubt::AboveFlatOut { day, .. } => format!("flat-out#{day}"),
        Doubt::Jump { day, .. } => format!("jump#{day}"),
    };
    EntryKey(format!("{period}#data#{what}"))
}

/// News of which the ledger keeps no more than that it was told.
pub(super) fn notice(kind: NewsKind, key: EntryKey, mail: Mail) -> News {
    News {
        kind,
        key,
        entry: Entry::Notice,
        mail: Some(mail),
        holds: vec![],
    }
}
