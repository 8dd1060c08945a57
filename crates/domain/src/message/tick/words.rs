//! The words of the mail about a tick, in every language.

use crate::config::Language;
use crate::time::State;

/// `1 stop`, `2 stops`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// The words of one language.
pub(super) struct Words {
    pub(super) what: &'static str,
    pub(super) when: &'static str,
    pub(super) done: &'static str,
    pub(super) waiting: &'static str,
    pub(super) next: &'static str,
    pub(super) colon: &'static str,
    pub(super) done_now: &'static str,
    pub(super) waits: &'static str,
    pub(super) problems: &'static str,
    pub(super) told_before: &'static str,
    pub(super) over: &'static str,
    pub(super) left: &'static str,
    pub(super) never: &'static str,
    pub(super) never_tagged: &'static str,
    pub(super) seen_one: &'static str,
    pub(super) seen_many: &'static str,
    pub(super) reference: &'static str,
    pub(super) nothing: &'static str,
    pub(super) nobody_waits: &'static str,
    pub(super) goes_on: &'static str,
    pub(super) wait_short: &'static str,
    pub(super) time_was_up: &'static str,
    pub(super) more: &'static str,
    pub(super) scaled: &'static str,
    pub(super) remembered: &'static str,
    pub(super) stopped: &'static str,
    pub(super) stopped_with_snapshot: &'static str,
    pub(super) started: &'static str,
    pub(super) stop_one: &'static str,
    pub(super) stop_many: &'static str,
    pub(super) start_one: &'static str,
    pub(super) start_many: &'static str,
    pub(super) no_transition: &'static str,
    pub(super) wakes: &'static str,
    pub(super) sleeps: &'static str,
    pub(super) to_sleep: &'static str,
    pub(super) to_wake: &'static str,
    pub(super) problem_one: &'static str,
    pub(super) problem_many: &'static str,
    pub(super) over_one: &'static str,
    pub(super) over_many: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> Self {
        match language {
            Language::En => EN,
            Language::Fr => FR,
        }
    }

    pub(super) fn goes(&self, state: State) -> &'static str {
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
