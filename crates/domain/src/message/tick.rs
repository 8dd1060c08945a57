//! The mail about a tick that changed something, or that met a problem.

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

/// The steps, sorted by what became of them.
struct Story<'a> {
    done: Vec<&'a Step>,
    waiting: Vec<&'a Step>,
    left: Vec<&'a Step>,
    protected: usize,
    environments: Vec<(&'a EnvironmentName, State)>,
    awake: Vec<String>,
}

impl<'a> Story<'a> {
    fn of(plan: &'a Plan, outcomes: &[Outcome]) -> Self {
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

    fn verdict(&self, words: &Words, problems: usize, over: usize) -> String {
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

    fn subject(&self, words: &Words, problems: usize, over: usize) -> String {
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

    fn done_line(&self, words: &Words) -> String {
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

    fn waiting_line(&self, words: &Words) -> String {
        match self.waiting.len() {
            0 => words.nobody_waits.to_owned(),
            n => format!("{n}, {}", words.goes_on),
        }
    }
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

/// `1 stop`, `2 stops`.
fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// The words of one language.
struct Words {
    what: &'static str,
    when: &'static str,
    done: &'static str,
    waiting: &'static str,
    next: &'static str,
    colon: &'static str,
    done_now: &'static str,
    waits: &'static str,
    problems: &'static str,
    told_before: &'static str,
    over: &'static str,
    left: &'static str,
    never: &'static str,
    never_tagged: &'static str,
    seen_one: &'static str,
    seen_many: &'static str,
    reference: &'static str,
    nothing: &'static str,
    nobody_waits: &'static str,
    goes_on: &'static str,
    wait_short: &'static str,
    time_was_up: &'static str,
    more: &'static str,
    scaled: &'static str,
    remembered: &'static str,
    stopped: &'static str,
    stopped_with_snapshot: &'static str,
    started: &'static str,
    stop_one: &'static str,
    stop_many: &'static str,
    start_one: &'static str,
    start_many: &'static str,
    no_transition: &'static str,
    wakes: &'static str,
    sleeps: &'static str,
    to_sleep: &'static str,
    to_wake: &'static str,
    problem_one: &'static str,
    problem_many: &'static str,
    over_one: &'static str,
    over_many: &'static str,
}

impl Words {
    const fn of(language: Language) -> Self {
        match language {
            Language::En => EN,
            Language::Fr => FR,
        }
    }

    fn goes(&self, state: State) -> &'static str {
        match state {
            State::Running => self.to_wake,
            State::Stopped => self.to_sleep,
        }
    }
}

const EN: Words = Words {
    what: "What",
    when: "When",
    done: "Ordered",
    waiting: "Waiting",
    next: "Next",
    colon: ":",
    done_now: "Ordered now",
    waits: "Waiting for its turn",
    problems: "Problems",
    told_before: "told before and still there",
    over: "Problems that are over",
    left: "Left alone",
    never: "Never touched",
    never_tagged: "anything tagged prod, production or live, and anything without a tag",
    seen_one: "seen",
    seen_many: "seen",
    reference: "Reference",
    nothing: "nothing",
    nobody_waits: "nothing",
    goes_on: "the next ticks go on by themselves",
    wait_short: "waiting",
    time_was_up: "the time of this tick was up",
    more: "more",
    scaled: "scaled to",
    remembered: "remembering",
    stopped: "told to stop",
    stopped_with_snapshot: "told to stop, with a snapshot",
    started: "told to start",
    stop_one: "stop",
    stop_many: "stops",
    start_one: "start",
    start_many: "starts",
    no_transition: "no further transition is known",
    wakes: "wakes",
    sleeps: "sleeps",
    to_sleep: "goes to sleep",
    to_wake: "wakes up",
    problem_one: "problem",
    problem_many: "problems",
    over_one: "problem is over",
    over_many: "problems are over",
};

const FR: Words = Words {
    what: "Quoi",
    when: "Quand",
    done: "Ordonné",
    waiting: "Attente",
    next: "Ensuite",
    colon: " :",
    done_now: "Ordonné maintenant",
    waits: "Attend son tour",
    problems: "Problèmes",
    told_before: "déjà annoncés et toujours là ",
    over: "Problèmes terminés",
    left: "Laissé tel quel",
    never: "Jamais touché",
    never_tagged: "tout ce qui est étiqueté prod, production ou live, ou sans étiquette",
    seen_one: "vu",
    seen_many: "vus",
    reference: "Référence",
    nothing: "rien",
    nobody_waits: "rien",
    goes_on: "les prochains passages continuent seuls",
    wait_short: "en attente",
    time_was_up: "le temps de ce passage était écoulé",
    more: "de plus",
    scaled: "réglé sur",
    remembered: "en mémoire",
    stopped: "arrêt demandé",
    stopped_with_snapshot: "arrêt demandé, avec un instantané",
    started: "démarrage demandé",
    stop_one: "arrêt",
    stop_many: "arrêts",
    start_one: "démarrage",
    start_many: "démarrages",
    no_transition: "aucune autre transition n'est connue",
    wakes: "se réveille",
    sleeps: "s'endort",
    to_sleep: "s'endort",
    to_wake: "se réveille",
    problem_one: "problème",
    problem_many: "problèmes",
    over_one: "problème terminé",
    over_many: "problèmes terminés",
};
