//! `nightcap hold`.

use crate::output::println;
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_aws::settings::setting;
use nightcap_domain::config::{Compiled, Language, nearest};
use nightcap_domain::hold::{About, Asked, End, HoldAnswer, HoldView, make};
use nightcap_domain::plan::Plan;
use nightcap_domain::time::State;

use super::money::book;
use crate::args::Hold;
use crate::money_args::BookArg;
use crate::output::{self, DOUBT, Ending, HEAD, Usage};
use crate::source::{self, Looked, Session};

pub(crate) async fn run(args: &Hold) -> anyhow::Result<Ending> {
    let session = Session::from(&args.change.aws).with_usual_table();
    let ledger = session.ledger().await?;
    let config = source::configuration_for(&args.change.config.place, &session).await?;
    let Looked { report, .. } = session.look(&config, clock::now()).await?;
    let asked = asked(&config, &report.plan, args);
    let hold = make(&config, &report.plan, &asked, report.plan.at)
        .map_err(|error| anyhow!(Usage(error.to_string())))?;
    let place = setting("NIGHTCAP_PRICES");
    let mut answer = HoldAnswer::priced(
        &config,
        &report.plan,
        &report.ledger,
        &hold,
        args.change.dry_run,
        &book(&BookArg { place }).await?,
    );
    if !args.change.dry_run && !answer.already {
        let made = ledger.hold(&hold).await;
        answer.already = !made.map_err(|error| session.unkept(&error))?;
    }
    if args.change.json {
        output::json(&answer)?;
    } else {
        show(&answer);
    }
    Ok(Ending::Fine)
}

fn asked(config: &Compiled, plan: &Plan, args: &Hold) -> Asked {
    let end = match (&args.length, &args.until) {
        (Some(length), _) => End::For(*length),
        (None, until) => End::Until(until.clone().unwrap_or_default()),
    };
    Asked {
        about: about(config, plan, &args.about),
        state: if args.running {
            State::Running
        } else {
            State::Stopped
        },
        end,
        by: args.change.by.clone(),
        reason: args.reason.clone(),
    }
}

/// An environment of that name comes before a resource of that name; a name that is
/// neither is taken for what it resembles, so that the error says so.
fn about(config: &Compiled, plan: &Plan, name: &str) -> About {
    let environments = || config.environments().map(|(name, _)| name.as_str());
    let is_resource = plan
        .steps
        .iter()
        .any(|step| step.resource.name == name || step.resource.arn.as_str() == name);
    let is_environment = config.environment(name).is_some()
        || (!is_resource && nearest(name, environments()).is_some());
    if is_environment {
        About::Environment(name.to_owned())
    } else {
        About::Resource(name.to_owned())
    }
}

fn show(answer: &HoldAnswer) {
    let HoldView {
        id,
        on,
        state,
        until_local,
        ..
    } = &answer.hold;
    println!(
        "{HEAD}{on}{HEAD:#} {} {} until {until_local}",
        if answer.dry_run {
            "would be"
        } else {
            "is to be"
        },
        output::state(&state.to_string()),
    );
    println!("  {}", answer.cost.text);
    if !answer.cost.resources.is_empty() {
        println!("  ({})", answer.cost.resources.join(", "));
    }
    if !answer.needs.is_empty() {
        println!("  what it needs stays up, too: {}", answer.needs.join(", "));
    }
    for warning in &answer.warnings {
        println!("  {DOUBT}{}{DOUBT:#}", warning.text(Language::En));
    }
    if let Some(first) = &answer.outranked_by {
        println!(
            "{DOUBT}  outranked by {}{DOUBT:#}, which holds it {} until {} ({}: {})",
            first.id, first.state, first.until_local, first.by, first.reason
        );
    }
    if answer.already {
        println!("  that very hold was there already");
    }
    if !answer.dry_run {
        println!("  it counts from the next tick on; to end it: nightcap release {id}");
    }
}
