//! `nightcap check`.

use crate::output::{eprint, eprintln, println};
use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::config::{
    BudgetConfig, Compiled, ConfigError, ConfigWarning, EnvironmentConfig, Language,
};
use nightcap_domain::message::local;
use nightcap_domain::names::EnvironmentName;
use serde::Serialize;

use crate::args::Check;
use crate::output::{self, BAD, DOUBT, Ending, GOOD};
use crate::{source, when};

/// The shape of `--json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    config: &'a str,
    valid: bool,
    errors: &'a [ConfigError],
    warnings: &'a [ConfigWarning],
}

pub(crate) async fn run(args: &Check) -> anyhow::Result<Ending> {
    let place = args.file.as_deref().unwrap_or(&args.config.place);
    let source = match source::text(place).await {
        Ok(source) => source,
        Err(error) => return unreadable(place, args.json, error),
    };
    let called = source::called(&source);
    match Compiled::parse(&source.text) {
        Err(errors) => {
            if args.json {
                output::json(&Answer {
                    config: &source.name,
                    valid: false,
                    errors: errors.as_slice(),
                    warnings: &[],
                })?;
            }
            eprint!("{}", errors.render(&source.name, &source.text));
            eprintln!(
                "{BAD}{called} is not valid{BAD:#}: {}",
                count(errors.total(), "error")
            );
            Ok(Ending::Problem)
        }
        Ok(config) => {
            let now = when::at(args.at.as_deref(), &config)?;
            let warnings = config.config().warnings(now);
            if args.json {
                output::json(&Answer {
                    config: &source.name,
                    valid: true,
                    errors: &[],
                    warnings: &warnings,
                })?;
            } else {
                show(&config, now);
                println!("\n{GOOD}{called} is valid{GOOD:#}{}", doubts(&warnings));
            }
            for warning in &warnings {
                eprint!(
                    "{DOUBT}warning:{DOUBT:#} {}",
                    warning.render(&source.name, &source.text)
                );
            }
            // Nothing reads a bill in another currency: the budget would watch nothing.
            let unread = |budget: &BudgetConfig| budget.currency != "USD";
            Ok(if config.config().budget.as_ref().is_some_and(unread) {
                Ending::Problem
            } else {
                Ending::Fine
            })
        }
    }
}

/// What cannot even be read is told as JSON too, where that is asked for.
fn unreadable(place: &str, json: bool, error: anyhow::Error) -> anyhow::Result<Ending> {
    if json {
        let told = ConfigError {
            line: 1,
            column: 1,
            path: String::new(),
            message: format!("{error:#}"),
            expected: None,
            nearest: None,
        };
        output::json(&Answer {
            config: place,
            valid: false,
            errors: &[told],
            warnings: &[],
        })?;
    }
    Err(error)
}

fn show(config: &Compiled, now: DateTime<Utc>) {
    let mut table = output::table(&["ENVIRONMENT", "NOW", "BY", "HOURS A WEEK", "NEXT"]);
    for (name, environment) in config.environments() {
        table.add_row(row(config, name, environment, now));
    }
    output::show(&table);
}

fn row(
    config: &Compiled,
    name: &EnvironmentName,
    environment: &EnvironmentConfig,
    now: DateTime<Utc>,
) -> [String; 5] {
    match config.schedule_of(environment) {
        _ if environment.looks_like_production => [
            name.to_string(),
            output::state("unmanaged"),
            "looks like production: its schedule is not carried out".to_owned(),
            String::new(),
            String::new(),
        ],
        None => [
            name.to_string(),
            output::state("unmanaged"),
            "protected: nothing here ever stops it".to_owned(),
            String::new(),
            String::new(),
        ],
        Some((schedule_name, schedule)) => [
            name.to_string(),
            output::state(&schedule.state_at(now).to_string()),
            format!("{schedule_name} ({})", schedule.zone()),
            hours_a_week(schedule.usual_week(now)),
            schedule
                .next(now)
                .map(|next| {
                    let when = local(next.at, schedule.zone(), Language::En);
                    format!("{} {when}", next.to)
                })
                .unwrap_or_default(),
        ],
    }
}

/// `55 of 168 (33 %)`; half an hour is `.5`.
fn hours_a_week(running: TimeDelta) -> String {
    const WEEK: i64 = 168;
    let tenths = (running.num_minutes() + 3) / 6;
    let hours = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    };
    let per_cent = (tenths * 10 + WEEK / 2) / WEEK;
    format!("{hours} of {WEEK} ({per_cent} %)")
}

fn doubts(warnings: &[ConfigWarning]) -> String {
    match warnings.len() {
        0 => String::new(),
        n => format!(", with {}", count(n, "warning")),
    }
}

fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
