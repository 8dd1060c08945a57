//! `nightcap forecast`.

use crate::output::{eprintln, print};
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::money::{Usd, forecast_file};

use super::money::{answered, costs};
use crate::money_args::Forecast;
use crate::output::{self, DOUBT, Ending, Usage};
use crate::source;

pub(crate) async fn run(args: &Forecast) -> anyhow::Result<Ending> {
    let budget = match args.budget {
        Some(budget) => budget,
        None => limit(&args.config.place).await?,
    };
    let as_of = args.as_of.unwrap_or_else(|| clock::now().date_naive());
    let file = costs(&args.costs)?;
    let forecast = forecast_file(file, as_of, budget, args.environment.as_ref());
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
async fn limit(place: &str) -> anyhow::Result<Usd> {
    let config = source::configuration(place).await?;
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
