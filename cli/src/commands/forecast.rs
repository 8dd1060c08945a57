//! `nightcap forecast`.

use crate::output::{eprintln, print};
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::config::Compiled;
use nightcap_domain::money::{Part, Usd, forecast_file_of};

use super::money::{answered, cost_tag, costs};
use crate::money_args::Forecast;
use crate::output::{self, DOUBT, Ending, Usage};
use crate::source;

pub(crate) async fn run(args: &Forecast) -> anyhow::Result<Ending> {
    let place = &args.config.place;
    let (budget, tag) = if let Some(budget) = args.budget {
        (budget, cost_tag(place, args.environment.is_some()).await?)
    } else {
        let config = source::configuration(place).await?;
        let tag = config.config().budget.as_ref().map(|b| b.cost_tag.clone());
        (limit(&config, place)?, tag)
    };
    let as_of = args.as_of.unwrap_or_else(|| clock::now().date_naive());
    let file = costs(&args.costs)?;
    let part = Part {
        environment: args.environment.as_ref(),
        cost_tag: tag.as_deref(),
    };
    let forecast = forecast_file_of(file, as_of, budget, part);
    let answer = answered(&args.costs, forecast)?;
    if args.json {
        output::json(&answer)?;
    } else {
        print!("{}", answer.table());
    }
    let Some(days) = answer.behind else {
        return Ok(Ending::Fine);
    };
    eprintln!(
        "{DOUBT}warning:{DOUBT:#} the newest cost in {} is {days} days behind: is the file current? --as-of names the first day that is not closed",
        args.costs
    );
    Ok(if days > LATEST_DAYS {
        Ending::Problem
    } else {
        Ending::Fine
    })
}

/// Costs that are more than a month old say nothing of this month: a problem, not a doubt.
const LATEST_DAYS: i64 = 31;

/// The limit of the budget in the configuration.
fn limit(config: &Compiled, place: &str) -> anyhow::Result<Usd> {
    match &config.config().budget {
        Some(budget) if budget.currency == "USD" => Ok(Usd::new(budget.limit)),
        Some(budget) => Err(anyhow!(Usage(format!(
            "the budget in {place} is in {}, the costs are in USD: give --budget",
            budget.currency
        )))),
        None => Err(anyhow!(Usage(format!(
            "{place} has no budget: give --budget"
        )))),
    }
}
