//! `nightcap timeline`.

use crate::output::println;
use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::clock;
use nightcap_domain::config::{Compiled, Language, nearest};
use nightcap_domain::message::local;
use nightcap_domain::time::{Schedule, State, Transition};
use serde::Serialize;

use crate::args::Timeline;
use crate::output::{self, Ending, HEAD, Usage};
use crate::source;

/// The contract of `--json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schedule: &'a str,
    timezone: &'a str,
    state_at_start: State,
    transitions: &'a [Transition],
}

pub(crate) async fn run(args: &Timeline) -> anyhow::Result<Ending> {
    let config = source::configuration(&args.config.place).await?;
    let schedule = named(&config, &args.schedule)?;
    let (from, to) = range(args)?;
    let transitions = schedule.transitions(from, to);
    let answer = Answer {
        schedule: &args.schedule,
        timezone: schedule.zone().name(),
        state_at_start: schedule.state_at(from),
        transitions: &transitions,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        show(&answer, schedule, from, to);
    }
    Ok(Ending::Fine)
}

fn named<'a>(config: &'a Compiled, name: &str) -> anyhow::Result<&'a Schedule> {
    config.schedule(name).ok_or_else(|| {
        let names: Vec<&str> = config.schedules().map(|(name, _)| name.as_str()).collect();
        let hint = nearest(name, names.iter().copied())
            .map(|nearest| format!(" (did you mean {nearest:?}?)"))
            .unwrap_or_default();
        anyhow!(Usage(format!(
            "there is no schedule {name:?}{hint}; the configuration has {}",
            names.join(", ")
        )))
    })
}

fn range(args: &Timeline) -> anyhow::Result<(DateTime<Utc>, DateTime<Utc>)> {
    let from = args.from.unwrap_or_else(clock::now);
    let to = match args.to {
        Some(to) => Some(to),
        None => from.checked_add_signed(TimeDelta::weeks(2)),
    };
    match to {
        Some(to) if from < to => Ok((from, to)),
        _ => Err(anyhow!(Usage("--to must be after --from".to_owned()))),
    }
}

fn show(answer: &Answer<'_>, schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) {
    let zone = schedule.zone();
    println!(
        "{HEAD}{}{HEAD:#} on the clocks of {}: {} at {}",
        answer.schedule,
        answer.timezone,
        output::state(&answer.state_at_start.to_string()),
        local(from, zone, Language::En),
    );
    if answer.transitions.is_empty() {
        println!("No transition before {}.", local(to, zone, Language::En));
    } else {
        let mut table = output::table(&["WHEN", "UTC", "TO", "FOR"]);
        let ends = answer.transitions.iter().skip(1).map(|next| Some(next.at));
        for (transition, end) in answer.transitions.iter().zip(ends.chain([None])) {
            table.add_row([
                local(transition.at, zone, Language::En),
                transition.at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
                output::state(&transition.to.to_string()),
                end.map(|end| hours(end - transition.at))
                    .unwrap_or_default(),
            ]);
        }
        output::print(&table);
    }
    let running = schedule.running_time(from, to);
    println!(
        "\nRunning {} of {} ({} %).",
        hours(running),
        hours(to - from),
        per_cent(running, to - from)
    );
}

/// `10 h`, `9 h 30`, `0 h 05`.
fn hours(time: TimeDelta) -> String {
    match time.num_minutes() % 60 {
        0 => format!("{} h", time.num_hours()),
        minutes => format!("{} h {minutes:02}", time.num_hours()),
    }
}

fn per_cent(part: TimeDelta, whole: TimeDelta) -> i64 {
    let whole = whole.num_seconds().max(1);
    (part.num_seconds() * 100 + whole / 2) / whole
}
