//! `nightcap plan`.

use crate::output::println;
use chrono::TimeDelta;
use chrono_tz::Tz;
use nightcap_domain::answer::{Answer, ProblemAnswer, UpcomingAnswer};
use nightcap_domain::config::Language;
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
    let answer = report.answer("plan", &tick).with_upcoming(&ahead);
    if args.json {
        output::json(&answer)?;
    } else {
        show(&answer, &place, config.config().timezone);
    }
    Ok(if answer.problems.is_empty() {
        Ending::Fine
    } else {
        Ending::Problem
    })
}

fn show(answer: &Answer, place: &Place, zone: Tz) {
    println!(
        "{HEAD}A tick at {}{HEAD:#}: {place}",
        local(answer.at, zone, Language::En)
    );
    environments(answer);
    println!();
    resources(answer, place);
    if let Some(upcoming) = &answer.upcoming {
        println!();
        ahead(upcoming, answer.upcoming_truncated);
    }
    if !answer.problems.is_empty() {
        println!();
        problems(&answer.problems);
    }
}

fn environments(answer: &Answer) {
    let mut table = output::table(&["ENVIRONMENT", "SHOULD BE", "WHY"]);
    for environment in &answer.environments {
        table.add_row([
            environment.name.to_string(),
            output::state(environment.desired),
            environment.reason.clone(),
        ]);
    }
    output::show(&table);
}

fn resources(answer: &Answer, place: &Place) {
    let resources = &answer.resources;
    if resources.is_empty() {
        // What could not be read may carry it.
        let unread = answer
            .problems
            .iter()
            .any(|problem| problem.code == "unread");
        let read = if unread { " that could be read" } else { "" };
        println!("No resource{read} carries the tag nightcap:environment in {place}.");
        return;
    }
    let mut table = output::table(&[
        "RESOURCE",
        "KIND",
        "ENVIRONMENT",
        "IS",
        "DECISION",
        "REASON",
    ]);
    for resource in resources {
        let observed = output::state(&resource.observed);
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
            decision(resource.decision),
            resource.reason.clone(),
        ]);
    }
    output::show(&table);
}

fn decision(word: &str) -> String {
    let style = match word {
        "start" | "stop" => HEAD,
        "wait" => DOUBT,
        "problem" => BAD,
        _ => QUIET,
    };
    output::styled(style, word)
}

fn ahead(upcoming: &[UpcomingAnswer], truncated: bool) {
    if upcoming.is_empty() {
        println!("Nothing lies ahead.");
        return;
    }
    let mut table = output::table(&["AHEAD", "ENVIRONMENT", "TO", "RESOURCES"]);
    for transition in upcoming {
        table.add_row([
            transition.local.clone(),
            transition.environment.to_string(),
            output::state(&transition.to),
            resources_of(transition),
        ]);
    }
    output::show(&table);
    if truncated {
        println!("{DOUBT}More lies ahead than is listed:{DOUBT:#} ask for fewer days.");
    }
}

fn resources_of(transition: &UpcomingAnswer) -> String {
    let names = transition.resources.join(", ");
    match transition.more_resources {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

fn problems(problems: &[ProblemAnswer]) {
    for problem in problems {
        println!("{BAD}problem:{BAD:#} {}", problem.message);
        println!("  -> {}", problem.remedy);
    }
}
