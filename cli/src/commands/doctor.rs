//! `nightcap doctor`.

use std::sync::Arc;

use crate::output::println;
use anyhow::anyhow;
use nightcap_aws::clients::Clients;
use nightcap_aws::probe::{Exchange, Observer};
use nightcap_domain::config::Language;
use nightcap_domain::names::Region;

use crate::doctor::record::Recorder;
use crate::doctor::{self, Row, Seen, Verdict};
use crate::doctor_args::Doctor;
use crate::output::{self, BAD, DOUBT, Ending, GOOD, Usage};
use crate::source;
use crate::when;

/// The account that a policy is written for where nobody can be asked.
const ANY_ACCOUNT: &str = "*";

pub(crate) async fn run(args: &Doctor) -> anyhow::Result<Ending> {
    let config = source::configuration(&args.config.place).await?;
    let now = when::at(args.at.as_deref(), &config)?;
    if args.policy && args.reads {
        output::json(&doctor::reads())?;
        return Ok(Ending::Fine);
    }
    if args.policy {
        let account = args.account.as_deref().unwrap_or(ANY_ACCOUNT);
        let scheduled = doctor::scheduled(&config);
        let policy = doctor::policy(config.config(), &scheduled, account, &args.partition);
        output::json(&policy)?;
        return Ok(Ending::Fine);
    }
    let recorder = match &args.record {
        Some(folder) => Some(Arc::new(Recorder::new(folder, &config, &args.name, now)?)),
        None => None,
    };
    let seen = Arc::new(Seen::default());
    let observer: Observer = {
        let (seen, recorder) = (Arc::clone(&seen), recorder.clone());
        Arc::new(move |exchange: Exchange| {
            seen.note(&exchange);
            if let Some(recorder) = &recorder {
                recorder.take(&exchange);
            }
        })
    };
    let clients = Clients::from_environment_observed(&observer).await;
    let Some(own) = clients.region().map(Region::new) else {
        return Err(anyhow!(Usage(
            "no region is known: set AWS_REGION".to_owned()
        )));
    };
    let rows = doctor::examine(&config, &args.name, now, clients, Arc::clone(&seen), own).await;
    if let Some(recorder) = recorder {
        recorder.finish(seen.skew().unwrap_or_default())?;
    }
    let language = config.config().language;
    if args.json {
        output::json(&doctor::answer(&rows, language, now))?;
    } else {
        show(&rows, language);
    }
    let problem = rows
        .iter()
        .any(|row| row.finding.verdict() == Verdict::Problem);
    Ok(if problem {
        Ending::Problem
    } else {
        Ending::Fine
    })
}

fn show(rows: &[Row], language: Language) {
    let heads = match language {
        Language::En => ["", "CHECK", "ABOUT", "FINDING"],
        Language::Fr => ["", "POINT", "SUJET", "CONSTAT"],
    };
    let mut table = output::table(&heads);
    for row in rows {
        let words = row.finding.words();
        let style = match words.verdict {
            Verdict::Ok => GOOD,
            Verdict::Problem => BAD,
            Verdict::Unknown => DOUBT,
        };
        let said = words.said.to(language);
        let remedy = words.remedy.to(language);
        let finding = match remedy {
            "" => said.to_owned(),
            remedy => format!("{said}\n-> {remedy}"),
        };
        table.add_row([
            output::styled(style, words.verdict.said(language)),
            row.check.to_owned(),
            row.about.to(language).to_owned(),
            finding,
        ]);
    }
    output::show(&table);
    let count = |verdict| {
        rows.iter()
            .filter(|row| row.finding.verdict() == verdict)
            .count()
    };
    let (ok, problems, unknown) = (
        count(Verdict::Ok),
        count(Verdict::Problem),
        count(Verdict::Unknown),
    );
    match language {
        Language::En => println!("\n{ok} ok, {problems} problems, {unknown} unknown"),
        Language::Fr => println!("\n{ok} ok, {problems} problèmes, {unknown} inconnus"),
    }
}
