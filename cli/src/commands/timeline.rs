//! `nightcap timeline`.

use crate::output::println;
use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use nightcap_aws::clock;
use nightcap_domain::config::{Compiled, Language, nearest};
use nightcap_domain::message::local;
use nightcap_domain::time::{FIRST_YEAR, LAST_YEAR, Schedule, State, Transition, resolve};
use serde::Serialize;

use crate::args::Timeline;
use crate::output::{self, DOUBT, Ending, HEAD, Usage};
use crate::{source, when};

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
    let (name, schedule) = asked(&config, args)?;
    let (from, to) = range(args, schedule.zone())?;
    let transitions = schedule.transitions(from, to);
    let answer = Answer {
        schedule: name,
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

/// The schedule that was named, itself or by an environment that follows it.
fn asked<'a>(config: &'a Compiled, args: &Timeline) -> anyhow::Result<(&'a str, &'a Schedule)> {
    let wrong = |text: String| anyhow!(Usage(text));
    let named = |name: &str| {
        let mut schedules = config.schedules();
        let found = schedules.find(|(known, _)| known.as_str() == name);
        found.map(|(name, schedule)| (name.as_str(), schedule))
    };
    match (&args.schedule, &args.environment) {
        (Some(name), _) => named(name).ok_or_else(|| wrong(no_schedule(config, name))),
        (None, Some(environment)) => {
            let found = config.environment(environment);
            match found.map(|(_, environment)| config.schedule_of(environment)) {
                Some(Some((name, schedule))) => Ok((name.as_str(), schedule)),
                Some(None) => Err(wrong(format!(
                    "environment {environment} is protected: it has no schedule"
                ))),
                // A schedule named in its place is what is meant.
                None => {
                    named(environment).ok_or_else(|| wrong(no_environment(config, environment)))
                }
            }
        }
        (None, None) => {
            let mut schedules = config.schedules();
            match (schedules.next(), schedules.next()) {
                (Some((name, schedule)), None) => Ok((name.as_str(), schedule)),
                _ => Err(wrong(format!(
                    "name an environment or --schedule; the configuration has {}",
                    schedule_names(config).join(", ")
                ))),
            }
        }
    }
}

fn schedule_names(config: &Compiled) -> Vec<&str> {
    config.schedules().map(|(name, _)| name.as_str()).collect()
}

fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known)
        .map(|nearest| format!(" (did you mean {nearest:?}?)"))
        .unwrap_or_default()
}

fn no_schedule(config: &Compiled, name: &str) -> String {
    let names = schedule_names(config);
    let followed = config
        .environment(name)
        .and_then(|(_, environment)| config.schedule_of(environment));
    if let Some((schedule, _)) = followed {
        return format!(
            "there is no schedule {name:?}; environment {name} follows {schedule}: --schedule {schedule}, or nightcap timeline {name}"
        );
    }
    format!(
        "there is no schedule {name:?}{}; the configuration has {}",
        hint(name, names.iter().copied()),
        names.join(", ")
    )
}

fn no_environment(config: &Compiled, name: &str) -> String {
    let names: Vec<&str> = config
        .environments()
        .map(|(name, _)| name.as_str())
        .collect();
    let all = names.iter().copied().chain(schedule_names(config));
    format!(
        "there is no environment {name:?}{}; the configuration has {}",
        hint(name, all),
        names.join(", ")
    )
}

fn range(args: &Timeline, zone: Tz) -> anyhow::Result<(DateTime<Utc>, DateTime<Utc>)> {
    let now = clock::now();
    let instant = |option, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| when::instant(option, text, now, zone))
            .transpose()
    };
    let from = instant("--from", &args.from)?.unwrap_or(now);
    let to = match instant("--to", &args.to)? {
        Some(to) => Some(to),
        None => from.checked_add_signed(TimeDelta::weeks(2)),
    };
    match to {
        Some(to) if from < to => Ok((from, to)),
        _ => Err(anyhow!(Usage("--to must be after --from".to_owned()))),
    }
}

/// A row of the table: a transition, or a closed day.
struct Row {
    at: DateTime<Utc>,
    cells: [String; 4],
}

/// The closed days of a period, each at its midnight.
fn closed_days(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Row> {
    let zone = schedule.zone();
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    // Nothing is due before or after these years, and the calendar goes on for 250,000 more.
    let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX);
    let (first, last) = (date(from).max(first), date(to).min(last));
    let days = first.iter_days().take_while(|day| *day <= last);
    days.filter_map(|day| {
        let reason = schedule.calendar()?.is_closed(day)?;
        let at = resolve(zone, day.and_time(NaiveTime::MIN));
        let cells = [
            day.format("%a %-d %b %Y").to_string(),
            String::new(),
            output::styled(DOUBT, "closed"),
            reason.to_string(),
        ];
        (at < to).then_some(Row { at, cells })
    })
    .collect()
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
    let mut rows = closed_days(schedule, from, to);
    if answer.transitions.is_empty() {
        println!("No transition before {}.", local(to, zone, Language::En));
    }
    if !(answer.transitions.is_empty() && rows.is_empty()) {
        let mut table = output::table(&["WHEN", "UTC", "TO", "FOR"]);
        let ends = answer.transitions.iter().skip(1).map(|next| Some(next.at));
        for (transition, end) in answer.transitions.iter().zip(ends.chain([None])) {
            rows.push(Row {
                at: transition.at,
                cells: [
                    local(transition.at, zone, Language::En),
                    transition.at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
                    output::state(&transition.to.to_string()),
                    end.map(|end| hours(end - transition.at))
                        .unwrap_or_default(),
                ],
            });
        }
        rows.sort_by_key(|row| row.at);
        for row in rows {
            table.add_row(row.cells);
        }
        output::show(&table);
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
