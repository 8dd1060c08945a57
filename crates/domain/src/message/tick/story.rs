//! What became of a tick's steps.

use crate::answer::Outcome;
use crate::names::EnvironmentName;
use crate::plan::{Action, Decision, Leave, Plan, Step};
use crate::time::State;

use super::words::{Words, counted};

/// The steps, sorted by what became of them.
pub(super) struct Story<'a> {
    pub(super) done: Vec<&'a Step>,
    pub(super) waiting: Vec<&'a Step>,
    pub(super) left: Vec<&'a Step>,
    pub(super) protected: usize,
    pub(super) environments: Vec<(&'a EnvironmentName, State)>,
    pub(super) awake: Vec<String>,
}

impl<'a> Story<'a> {
    pub(super) fn of(plan: &'a Plan, outcomes: &[Outcome]) -> Self {
        let mut story = Self {
            done: vec![],
            waiting: vec![],
            left: vec![],
            protected: 0,
            environments: vec![],
            awake: vec![],
        };
        for (index, step) in plan.steps.iter().enumerate() {
            match (&step.decision, outcomes.get(index)) {
                (Decision::Act(_), Some(Outcome::Done)) => {
                    story.done.push(step);
                    story.note(step);
                }
                (Decision::Wait(_), _) | (Decision::Act(_), Some(Outcome::Postponed)) => {
                    story.waiting.push(step);
                }
                (Decision::Leave(Leave::ProtectedTag(_) | Leave::ProtectedEnvironment), _) => {
                    story.protected += 1;
                }
                (Decision::Leave(leave), _) if *leave != Leave::AsDesired => {
                    story.left.push(step);
                }
                _ => {}
            }
        }
        story
    }

    fn note(&mut self, step: &'a Step) {
        if let (Some(name), Some(state)) = (&step.environment, step.desired.state())
            && !self.environments.contains(&(name, state))
        {
            self.environments.push((name, state));
        }
    }

    fn count(&self, start: bool) -> usize {
        self.done
            .iter()
            .filter(|step| matches!(step.decision, Decision::Act(Action::Start { .. })) == start)
            .count()
    }

    pub(super) fn verdict(&self, words: &Words, problems: usize, over: usize) -> String {
        let mut parts: Vec<String> = self
            .environments
            .iter()
            .map(|(name, state)| format!("{name} {}", words.goes(*state)))
            .chain(self.awake.iter().cloned())
            .collect();
        if problems > 0 {
            parts.push(counted(problems, words.problem_one, words.problem_many));
        }
        if over > 0 {
            parts.push(counted(over, words.over_one, words.over_many));
        }
        if parts.is_empty() {
            parts.push(words.nothing.to_owned());
        }
        parts.join(", ")
    }

    pub(super) fn subject(&self, words: &Words, problems: usize, over: usize) -> String {
        let mut details = vec![];
        if !self.done.is_empty() {
            details.push(self.done_line(words));
        }
        if !self.waiting.is_empty() {
            details.push(format!("{} {}", self.waiting.len(), words.wait_short));
        }
        let mut subject = self.verdict(words, problems, over);
        if !details.is_empty() {
            subject.push_str(words.colon);
            subject.push(' ');
            subject.push_str(&details.join(", "));
        }
        subject.push_str(" (Nightcap)");
        subject
    }

    pub(super) fn done_line(&self, words: &Words) -> String {
        let mut parts = vec![];
        for (count, one, many) in [
            (self.count(false), words.stop_one, words.stop_many),
            (self.count(true), words.start_one, words.start_many),
        ] {
            if count > 0 {
                parts.push(counted(count, one, many));
            }
        }
        if parts.is_empty() {
            words.nothing.to_owned()
        } else {
            parts.join(", ")
        }
    }

    pub(super) fn waiting_line(&self, words: &Words) -> String {
        match self.waiting.len() {
            0 => words.nobody_waits.to_owned(),
            n => format!("{n}, {}", words.goes_on),
        }
    }
}
