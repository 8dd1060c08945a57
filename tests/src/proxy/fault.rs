//! What may strike a call, and faults by chance.

use std::time::Duration;

use super::Asked;
use crate::Chance;

/// What strikes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is passed on after a while.
    Slow(Duration),
    /// AWS refuses it, with this code.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's code.
        code: &'static str,
    },
    /// Something before AWS answers with a page of its own.
    Broken(u16),
    /// The connection closes before it is passed on.
    Dropped,
    /// It is never answered, and never passed on.
    Stalled,
    /// The process is to die before it is passed on.
    DiesBefore,
    /// Carried out; the connection closes instead of an answer.
    Unanswered,
    /// Carried out, and never answered.
    Hung,
    /// Carried out; the process is to die before it is answered.
    DiesAfter,
    /// Carried out; the answer ends after so many thousandths, and claims to be whole.
    Cut(u16),
    /// Carried out; the connection closes after so many thousandths of the answer.
    Torn(u16),
    /// Carried out; after so many thousandths, the answer is no XML or JSON any more.
    Garbled(u16),
}

impl Fault {
    /// One word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Slow(_) => "slow",
            Self::Refused { code, .. } => code,
            Self::Broken(500) => "HTTP 500",
            Self::Broken(_) => "HTTP 503",
            Self::Dropped => "dropped before",
            Self::Stalled => "stalled before",
            Self::DiesBefore => "killed before",
            Self::Unanswered => "dropped after",
            Self::Hung => "stalled after",
            Self::DiesAfter => "killed after",
            Self::Cut(_) => "page truncated",
            Self::Torn(_) => "connection cut in the answer",
            Self::Garbled(_) => "malformed",
        }
    }
}

/// Strikes so many calls in a hundred, by chance. A stall costs seconds of real time, so only
/// one call in four thousand is stalled.
pub fn weather(seed: u64, percent: u64) -> impl FnMut(&Asked) -> Option<Fault> + Send + 'static {
    move |asked| {
        let thing = format!("{} {} {}", asked.action, asked.resource, asked.nth);
        let mut chance = Chance::of(seed, &thing);
        if chance.below(4_000) == 0 {
            return Some(*chance.one_of(&[Fault::Stalled, Fault::Hung]));
        }
        chance.percent(percent).then(|| by_chance(&mut chance))
    }
}

/// Throttles so many calls in a hundred, with one of the two codes that AWS has for that.
pub fn throttling(seed: u64, percent: u64) -> impl FnMut(&Asked) -> Option<Fault> + Send + 'static {
    move |asked| {
        let thing = format!("{} {} {}", asked.action, asked.resource, asked.nth);
        let mut chance = Chance::of(seed, &thing);
        chance.percent(percent).then(|| *chance.one_of(&THROTTLED))
    }
}

const THROTTLED: [Fault; 2] = [
    Fault::Refused {
        status: 400,
        code: "ThrottlingException",
    },
    Fault::Refused {
        status: 503,
        code: "RequestLimitExceeded",
    },
];

fn by_chance(chance: &mut Chance) -> Fault {
    let permille = u16::try_from(chance.below(1_000)).unwrap_or_default();
    match chance.below(12) {
        0 => Fault::Slow(Duration::from_millis(chance.below(200))),
        1..=4 => *chance.one_of(&THROTTLED),
        5 => Fault::Broken(500),
        6 => Fault::Broken(503),
        7 => Fault::Dropped,
        8 => Fault::Unanswered,
        9 => Fault::Cut(permille),
        10 => Fault::Torn(permille),
        _ => Fault::Garbled(permille),
    }
}
