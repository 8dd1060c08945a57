//! The mail about a tick that changed something, or that met a problem.

mod story;
mod words;

use chrono_tz::Tz;

use crate::answer::Outcome;
use crate::config::Language;
use crate::names::EnvironmentName;
use crate::plan::{Action, Arrived, Decision, Desired, Leave, Plan, Problem, Standing, Step};
use crate::text::unlinked;
use crate::time::State;

use super::awake::awake;
use super::layout::Body;
use super::{Mail, ascii_subject, local};
use story::Story;
use words::{Words, counted};

/// Characters of a name: AWS gives none that is longer.
const MOST_OF_A_NAME: usize = 255;
/// Columns of the labels at the top.
const LABEL: usize = 10;
/// Lines told one by one; more are counted.
const LISTED: usize = 20;

/// What there is to tell about a tick.
#[derive(Clone, Copy, Debug)]
pub struct TickNews<'a> {
    /// What was decided.
    pub plan: &'a Plan,
    /// What became of each step, in the plan's order.
    pub outcomes: &'a [Outcome],
    /// The problems to tell.
    pub problems: &'a [Problem],
    /// How many problems told earlier stand.
    pub standing: usize,
    /// The keys of problems told earlier that are over.
    pub over: &'a [String],
    /// The environments that have been found awake just now.
    pub awake: &'a [Arrived],
    /// Where the readers live.
    pub zone: Tz,
    /// What the readers speak.
    pub language: Language,
    /// The tick's correlation id.
    pub reference: &'a str,
}

/// Writes the mail about a tick.
pub fn tick(news: &TickNews<'_>) -> Mail {
    let TickNews {
        plan,
        problems,
        zone,
        language,
        ..
    } = *news;
    let words = Words::of(language);
    let mut story = Story::of(plan, news.outcomes);
    story.awake = awake(news.awake, zone, language);
    let mut body = Body::default();
    body.field(
        words.what,
        LABEL,
        &story.verdict(&words, problems.len(), news.over.len()),
    );
    body.field(words.when, LABEL, &local(plan.at, zone, language));
    body.field(words.done, LABEL, &story.done_line(&words));
    body.field(words.waiting, LABEL, &story.waiting_line(&words));
    body.field(words.next, LABEL, &next_line(plan, &story, zone, language));
    steps(&mut body, words.done_now, &story.done, |step| {
        acted(step, &words)
    });
    steps(&mut body, words.waits, &story.waiting, |step| {
        reason(step, language)
    });
    trouble(&mut body, news, &words);
    steps(&mut body, words.left, &story.left, |step| {
        reason(step, language)
    });
    body.heading(words.never);
    body.item(&protected(plan, story.protected, &words));
    body.heading(words.reference);
    body.item(&format!(
        "{} {}",
        plan.at.format("%Y-%m-%dT%H:%M:%SZ"),
        news.reference
    ));
    Mail {
        subject: ascii_subject(&story.subject(&words, problems.len(), news.over.len())),
        body: body.finish(),
    }
}

/// The problems that are there, and those that are over.
fn trouble(body: &mut Body, news: &TickNews<'_>, words: &Words) {
    if !news.problems.is_empty() || news.standing > 0 {
        body.heading(words.problems);
        for problem in news.problems.iter().take(LISTED) {
            let message = problem.fault.message(news.language);
            let name = unlinked(&problem.name, MOST_OF_A_NAME);
            body.item(&format!("{name}{} {message}", words.colon));
            body.detail(&format!("-> {}", problem.fault.remedy(news.language)));
        }
        more(body, news.problems.len(), words);
        if news.standing > 0 {
            body.item(&format!("{}: {}", words.told_before, news.standing));
        }
    }
    if !news.over.is_empty() {
        body.heading(words.over);
        for key in news.over.iter().take(LISTED) {
            body.item(&over(key));
        }
        more(body, news.over.len(), words);
    }
}

/// A problem that is over, by the name that people know: its key has the whole ARN, which is
/// wider than a mail.
fn over(key: &str) -> String {
    let (code, about) = key.split_once(' ').unwrap_or(("", key));
    let name = match about.strip_prefix("arn:") {
        Some(arn) => arn.rsplit([':', '/']).next().unwrap_or(arn),
        None => about,
    };
    format!("{} ({code})", unlinked(name, MOST_OF_A_NAME))
}

fn steps(body: &mut Body, heading: &str, steps: &[&Step], line: impl Fn(&Step) -> String) {
    if steps.is_empty() {
        return;
    }
    body.heading(heading);
    for step in steps.iter().take(LISTED) {
        let name = unlinked(&step.resource.name, MOST_OF_A_NAME);
        body.item(&format!("{name} ({})", step.resource.kind.name));
        body.detail(&line(step));
    }
    if steps.len() > LISTED {
        body.item(&format!("+{}", steps.len() - LISTED));
    }
}

fn more(body: &mut Body, count: usize, words: &Words) {
    if count > LISTED {
        body.item(&format!("+{} {}", count - LISTED, words.more));
    }
}

fn acted(step: &Step, words: &Words) -> String {
    match &step.decision {
        Decision::Act(Action::Stop {
            remember: Some(capacity),
            ..
        }) => format!("{} 0/0/0, {} {capacity}", words.scaled, words.remembered),
        Decision::Act(Action::Stop { snapshot: true, .. }) => {
            words.stopped_with_snapshot.to_owned()
        }
        Decision::Act(Action::Stop { .. }) => words.stopped.to_owned(),
        Decision::Act(Action::Start {
            capacity: Some(capacity),
        }) => format!("{} {capacity}", words.scaled),
        _ => words.started.to_owned(),
    }
}

fn reason(step: &Step, language: Language) -> String {
    match &step.decision {
        Decision::Wait(wait) => wait.text(language),
        Decision::Leave(leave) => leave.text(language),
        // Postponed.
        Decision::Act(_) => Words::of(language).time_was_up.to_owned(),
        Decision::Refuse(_) => String::new(),
    }
}

/// The next transition of the environments that were acted on; of all, if none was.
fn next_line(plan: &Plan, story: &Story<'_>, zone: Tz, language: Language) -> String {
    let words = Words::of(language);
    let told = |standing: &&Standing| {
        let acted_on = |(name, _): &(&EnvironmentName, State)| **name == standing.name;
        story.environments.is_empty() || story.environments.iter().any(acted_on)
    };
    let next: Vec<String> = plan
        .environments
        .iter()
        .filter(told)
        .filter_map(|standing| coming(standing, zone, language, &words))
        .collect();
    if next.is_empty() {
        words.no_transition.to_owned()
    } else {
        next.join("; ")
    }
}

fn coming(standing: &Standing, zone: Tz, language: Language, words: &Words) -> Option<String> {
    let Desired::State {
        until: Some(next), ..
    } = &standing.desired
    else {
        return None;
    };
    let verb = match next.to {
        State::Running => words.wakes,
        State::Stopped => words.sleeps,
    };
    Some(format!(
        "{} {verb} {}",
        standing.name,
        local(next.at, zone, language)
    ))
}

fn protected(plan: &Plan, seen: usize, words: &Words) -> String {
    let names: Vec<&str> = plan
        .environments
        .iter()
        .filter(|standing| {
            matches!(
                standing.desired,
                Desired::Unmanaged(Leave::ProtectedEnvironment)
            )
        })
        .map(|standing| standing.name.as_str())
        .collect();
    if names.is_empty() {
        return words.never_tagged.to_owned();
    }
    let seen = match seen {
        0 => String::new(),
        n => format!(" ({})", counted(n, words.seen_one, words.seen_many)),
    };
    format!("{}{seen}; {}", names.join(", "), words.never_tagged)
}
