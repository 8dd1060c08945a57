//! What the steps of the ladder tell.

use crate::message::{Asked, MoneyFacts, action_refused, action_reverted, action_taken};
use crate::money::Usd;

use super::{Entry, EntryKey, LadderStep, News, NewsKind, Sight, StepState};

/// What a step of the ladder tells, under a key that is its own in every episode.
pub(super) fn step_news(
    sight: &Sight<'_>,
    step: &LadderStep,
    facts: &MoneyFacts<'_>,
) -> Option<News> {
    let rule = step.rule.to_string();
    let period = sight.month();
    let key = |what: &str| EntryKey(format!("{period}#ladder#{rule}#{}#{what}", step.episode));
    let asked = Asked {
        rule: &rule,
        holds: &[],
        saving: None,
        refused: &[],
    };
    let news = match &step.state {
        StepState::Take {
            holds,
            saving,
            refused,
        } => News {
            kind: NewsKind::ActionTaken,
            key: key("taken"),
            mail: Some(action_taken(
                facts,
                &Asked {
                    holds,
                    saving: *saving,
                    refused,
                    ..asked
                },
            )),
            entry: Entry::Taken {
                period,
                rule: rule.clone(),
                episode: step.episode,
                holds: holds.iter().map(|hold| hold.id.clone()).collect(),
                saving: saving.map(Usd::cents),
                at: sight.now,
            },
            holds: holds.clone(),
        },
        StepState::Revert { holds } => News {
            kind: NewsKind::ActionReverted,
            key: key("reverted"),
            mail: Some(action_reverted(facts, &Asked { holds, ..asked })),
            entry: Entry::Reverted {
                period,
                rule: rule.clone(),
                episode: step.episode,
            },
            holds: holds.clone(),
        },
        StepState::Refused { refused } => News {
            kind: NewsKind::ActionRefused,
            key: key("refused"),
            mail: Some(action_refused(facts, &Asked { refused, ..asked })),
            entry: Entry::Refused {
                period,
                rule: rule.clone(),
                environments: refused.iter().map(|(name, _)| name.clone()).collect(),
            },
            holds: vec![],
        },
        StepState::Idle | StepState::Patient { .. } | StepState::Standing => return None,
    };
    (!sight.memory.knows(&news.key)).then_some(news)
}
