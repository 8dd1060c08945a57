//! `nightcap check`.

use crate::output::{eprint, eprintln, println};
use chrono::{DateTime, Utc};
use nightcap_aws::clock;
use nightcap_domain::config::{
    BudgetConfig, Compiled, ConfigError, ConfigWarning, EnvironmentConfig, Language,
};
use nightcap_domain::message::local;
use nightcap_domain::names::EnvironmentName;
use serde::Serialize;

use crate::args::Check;
use crate::output::{self, BAD, DOUBT, Ending, GOOD};
use crate::source;

/// The shape of `--json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    config: &'a str,
    valid: bool,
    errors: &'a [ConfigError],
    warnings: &'a [ConfigWarning],
}

pub(crate) async fn run(args: &Check) -> anyhow::Result<Ending> {
    let source = source::text(&args.config.place).await?;
    let now = args.at.unwrap_or_else(clock::now);
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
                "{BAD}{} is not valid{BAD:#}: {}",
                source.name,
                count(errors.total(), "error")
            );
            Ok(Ending::Problem)
        }
        Ok(config) => {
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
                println!(
                    "\n{GOOD}{} is valid{GOOD:#}{}",
                    source.name,
                    doubts(&warnings)
                );
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

fn show(config: &Compiled, now: DateTime<Utc>) {
    let mut table = output::table(&["ENVIRONMENT", "NOW", "BY", "NEXT"]);
    for (name, environment) in config.environments() {
        table.add_row(row(config, name, environment, now));
    }
    output::print(&table);
}

fn row(
    config: &Compiled,
    name: &EnvironmentName,
    environment: &EnvironmentConfig,
    now: DateTime<Utc>,
) -> [String; 4] {
    match config.schedule_of(environment) {
        _ if environment.looks_like_production => [
            name.to_string(),
            output::state("unmanaged"),
            "looks like production: its schedule is not carried out".to_owned(),
            String::new(),
        ],
        None => [
            name.to_string(),
            output::state("unmanaged"),
            "protected: nothing here ever stops it".to_owned(),
            String::new(),
        ],
        Some((schedule_name, schedule)) => [
            name.to_string(),
            output::state(&schedule.state_at(now).to_string()),
            format!("{schedule_name} ({})", schedule.zone()),
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
