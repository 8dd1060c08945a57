//! `nightcap plan`.

use crate::output::println;
use chrono::TimeDelta;
use chrono_tz::Tz;
use nightcap_domain::answer::{Answer, ProblemAnswer, UpcomingAnswer};
use nightcap_domain::config::Language;
use nightcap_domain::explain::decision_in;
use nightcap_domain::message::local;
use nightcap_domain::plan::upcoming;

use crate::args::Plan;
use crate::output::{self, BAD, DOUBT, Ending, HEAD, QUIET};
use crate::source::{self, Looked, Place, Session};
use crate::when;

pub(crate) async fn run(args: &Plan) -> anyhow::Result<Ending> {
    let session = Session::from(&args.aws);
    let config = source::configuration_for(&args.config.place, &session).await?;
    let now = when::at(args.at.as_deref(), &config)?;
    let Looked {
        report,
        tick,
        place,
    } = session.look(&config, now).await?;
    let until = now + TimeDelta::days(i64::from(args.days));
    let ahead = upcoming(&config, &report.plan, &report.ledger, until);
    // Answers are English; a table is for a person.
    let language = if args.json {
        Language::En
    } else {
        config.config().language
    };
    let answer = report
        .answer_in("plan", &tick, language)
        .with_upcoming_told(&ahead, language);
    if args.json {
        output::json(&answer)?;
    } else {
        show(&answer, &place, config.config().timezone, language);
    }
    Ok(if answer.problems.is_empty() {
        Ending::Fine
    } else {
        Ending::Problem
    })
}

/// The words of one language.
struct Words {
    tick_at: &'static str,
    colon: &'static str,
    environments: [&'static str; 3],
    resources: [&'static str; 6],
    ahead: [&'static str; 4],
    no_resource: &'static str,
    no_resource_read: &'static str,
    nothing_ahead: &'static str,
    more_ahead: [&'static str; 2],
    and: &'static str,
    more: &'static str,
    problem: &'static str,
}

const EN: Words = Words {
    tick_at: "A tick at",
    colon: ":",
    environments: ["ENVIRONMENT", "SHOULD BE", "WHY"],
    resources: [
        "RESOURCE",
        "KIND",
        "ENVIRONMENT",
        "IS",
        "DECISION",
        "REASON",
    ],
    ahead: ["AHEAD", "ENVIRONMENT", "TO", "RESOURCES"],
    no_resource: "No resource carries the tag nightcap:environment in",
    no_resource_read: "No resource that could be read carries the tag nightcap:environment in",
    nothing_ahead: "Nothing lies ahead.",
    more_ahead: ["More lies ahead than is listed:", "ask for fewer days."],
    and: "and",
    more: "more",
    problem: "problem:",
};

const FR: Words = Words {
    tick_at: "Un passage le",
    colon: " :",
    environments: ["ENVIRONNEMENT", "ATTENDU", "POURQUOI"],
    resources: [
        "RESSOURCE",
        "TYPE",
        "ENVIRONNEMENT",
        "ÉTAT",
        "DÉCISION",
        "RAISON",
    ],
    ahead: ["À VENIR", "ENVIRONNEMENT", "VERS", "RESSOURCES"],
    no_resource: "Aucune ressource ne porte l'étiquette nightcap:environment dans",
    no_resource_read: "Aucune ressource lisible ne porte l'étiquette nightcap:environment dans",
    nothing_ahead: "Rien n'est à venir.",
    more_ahead: ["D'autres transitions suivent :", "demandez moins de jours."],
    and: "et",
    more: "de plus",
    problem: "problème :",
};

impl Words {
    const fn of(language: Language) -> Self {
        match language {
            Language::En => EN,
            Language::Fr => FR,
        }
    }
}

fn show(answer: &Answer, place: &Place, zone: Tz, language: Language) {
    let words = Words::of(language);
    println!(
        "{HEAD}{} {}{HEAD:#}{} {}",
        words.tick_at,
        local(answer.at, zone, language),
        words.colon,
        place.text(language)
    );
    environments(answer, &words, language);
    println!();
    resources(answer, place, &words, language);
    if let Some(upcoming) = &answer.upcoming {
        println!();
        ahead(upcoming, answer.upcoming_truncated, &words, language);
    }
    if !answer.problems.is_empty() {
        println!();
        problems(&answer.problems, &words);
    }
}

fn environments(answer: &Answer, words: &Words, language: Language) {
    let mut table = output::table(&words.environments);
    for environment in &answer.environments {
        table.add_row([
            environment.name.to_string(),
            output::state_in(environment.desired, language),
            environment.reason.clone(),
        ]);
    }
    output::show(&table);
}

fn resources(answer: &Answer, place: &Place, words: &Words, language: Language) {
    let resources = &answer.resources;
    if resources.is_empty() {
        // What could not be read may carry it.
        let unread = answer
            .problems
            .iter()
            .any(|problem| problem.code == "unread");
        let none = if unread {
            words.no_resource_read
        } else {
            words.no_resource
        };
        println!("{none} {}.", place.text(language));
        return;
    }
    let mut table = output::table(&words.resources);
    for resource in resources {
        let observed = output::state_in(&resource.observed, language);
        let is = match &resource.capacity {
            Some(capacity) => format!("{observed} {capacity}"),
            None => observed,
        };
        table.add_row([
            resource.name.clone(),
            resource.kind.to_owned(),
            resource
                .environment
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            is,
            decision(resource.decision, language),
            resource.reason.clone(),
        ]);
    }
    output::show(&table);
}

fn decision(word: &str, language: Language) -> String {
    let style = match word {
        "start" | "stop" => HEAD,
        "wait" => DOUBT,
        "problem" => BAD,
        _ => QUIET,
    };
    output::styled(style, decision_in(word, language))
}

fn ahead(upcoming: &[UpcomingAnswer], truncated: bool, words: &Words, language: Language) {
    if upcoming.is_empty() {
        println!("{}", words.nothing_ahead);
        return;
    }
    let mut table = output::table(&words.ahead);
    for transition in upcoming {
        table.add_row([
            transition.local.clone(),
            transition.environment.to_string(),
            output::state_in(&transition.to, language),
            resources_of(transition, words),
        ]);
    }
    output::show(&table);
    if truncated {
        let [more, what_to_do] = words.more_ahead;
        println!("{DOUBT}{more}{DOUBT:#} {what_to_do}");
    }
}

fn resources_of(transition: &UpcomingAnswer, words: &Words) -> String {
    let names = transition.resources.join(", ");
    match transition.more_resources {
        0 => names,
        more => format!("{names} {} {more} {}", words.and, words.more),
    }
}

fn problems(problems: &[ProblemAnswer], words: &Words) {
    for problem in problems {
        println!("{BAD}{}{BAD:#} {}", words.problem, problem.message);
        println!("  -> {}", problem.remedy);
    }
}
