//! What is told once when it begins, and may be told again only after it was over.

use crate::message::{Heard, MoneyFacts, Silent, budget_missing, heard, silent};
use crate::money::BillingMonth;

use super::news::notice;
use super::{Entry, EntryKey, GuardMemory, News, NewsKind, Sight};

/// Whether AWS Budgets has the budget that is configured. Where it could not be asked, nothing
/// is known and nothing is new.
pub(super) fn budget_in_aws(sight: &Sight<'_>, facts: &MoneyFacts<'_>) -> Option<News> {
    if sight.aws.is_none() && !sight.no_budget {
        return None;
    }
    match Standing::NoBudget.turn(sight.no_budget, sight.month(), sight.memory)? {
        Turn::Begun(key) => Some(notice(NewsKind::BudgetMissing, key, budget_missing(facts))),
        Turn::Over(key) => Some(News {
            kind: NewsKind::BudgetFound,
            key,
            entry: Entry::Notice,
            mail: None,
            holds: vec![],
        }),
    }
}

/// Whether the scheduler has done what was due.
pub(super) fn scheduler_alive(sight: &Sight<'_>) -> Option<News> {
    let letter = sight.letter();
    let stands = sight.overdue.is_some();
    let turn = Standing::NoScheduler.turn(stands, sight.month(), sight.memory)?;
    Some(match (turn, sight.overdue) {
        (Turn::Begun(key), Some(overdue)) => {
            let mail = silent(Silent::Scheduler(overdue), &letter);
            notice(NewsKind::SchedulerSilent, key, mail)
        }
        (Turn::Begun(key) | Turn::Over(key), _) => {
            let mail = heard(Heard::Scheduler, &letter);
            notice(NewsKind::SchedulerHeard, key, mail)
        }
    })
}

/// Something that stands until it is over, by the word for it in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// AWS Budgets has no budget of the configured name.
    NoBudget,
    /// The scheduler carries nothing out.
    NoScheduler,
}

/// What is new about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has begun.
    Begun(EntryKey),
    /// It is over.
    Over(EntryKey),
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::NoBudget => "no-budget",
            Self::NoScheduler => "no-scheduler",
        }
    }

    /// What is to be told, if it stands now or does not. Each time has a key of its own, so that
    /// of any number of looks one tells.
    pub(super) fn turn(
        self,
        stands: bool,
        month: BillingMonth,
        memory: &GuardMemory,
    ) -> Option<Turn> {
        let word = self.word();
        let mut time = 0;
        let mut is_told = false;
        for key in &memory.known {
            let parts: Vec<&str> = key.0.split('#').collect();
            let [_, "standing", known, number, what] = parts.as_slice() else {
                continue;
            };
            let Some(number) = number.parse::<u32>().ok().filter(|_| *known == word) else {
                continue;
            };
            // Of one time the beginning sorts before the end: `begun`, `over`.
            let next = match *what {
                "over" => (number.saturating_add(1), false),
                _ => (number, true),
            };
            (time, is_told) = (time, is_told).max(next);
        }
        let key = |what: &str| EntryKey(format!("{month}#standing#{word}#{time}#{what}"));
        match (stands, is_told) {
            (true, false) => Some(Turn::Begun(key("begun"))),
            (false, true) => Some(Turn::Over(key("over"))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Entry;

    fn month(text: &str) -> BillingMonth {
        text.parse().unwrap()
    }

    #[test]
    fn each_time_is_told_once_when_it_begins_and_once_when_it_is_over() {
        let mut memory = GuardMemory::default();
        let mut told = vec![];
        for (at, stands) in [
            ("2026-10", false),
            ("2026-10", true),
            ("2026-10", true),
            // Another month is the same time.
            ("2026-11", true),
            ("2026-11", false),
            ("2026-11", false),
            ("2026-11", true),
            ("2026-12", false),
            ("2026-12", true),
        ] {
            for _ in 0..2 {
                match Standing::NoBudget.turn(stands, month(at), &memory) {
                    Some(Turn::Begun(key) | Turn::Over(key)) => {
                        told.push(key.0.clone());
                        memory.record(key, &Entry::Notice);
                    }
                    None => {}
                }
            }
            assert_eq!(
                Standing::NoScheduler.turn(false, month(at), &memory),
                None,
                "the one is not the other"
            );
        }
        assert_eq!(
            told,
            [
                "2026-10#standing#no-budget#0#begun",
                "2026-11#standing#no-budget#0#over",
                "2026-11#standing#no-budget#1#begun",
                "2026-12#standing#no-budget#1#over",
                "2026-12#standing#no-budget#2#begun",
            ]
        );
    }
}
