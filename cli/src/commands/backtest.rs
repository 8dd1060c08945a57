//! `nightcap backtest`.

use crate::output::print;
use nightcap_domain::money::backtest::{BacktestOptions, Holdout};
use nightcap_domain::money::{Part, backtest_file, holdout_file};
use serde::Serialize;

use super::money::{answered, cost_tag, costs};
use crate::money_args::Backtest;
use crate::output::{self, Ending};

pub(crate) async fn run(args: &Backtest) -> anyhow::Result<Ending> {
    let options = BacktestOptions {
        from: args.from,
        warm_up_days: args.warm_up_days,
        backwards: args.backwards,
        ..BacktestOptions::default()
    };
    // A hold-out runs by environment even where none is named.
    let by_environment = args.environment.is_some() || args.holdout;
    let tag = cost_tag(&args.config.place, by_environment).await?;
    let part = Part {
        environment: args.environment.as_ref(),
        cost_tag: tag.as_deref(),
    };
    let file = costs(&args.costs)?;
    if args.holdout {
        let result = answered(&args.costs, holdout_file(file, part, &options))?;
        let tables: Vec<String> = result.iter().map(Holdout::table).collect();
        return print(args, &result, &tables.join("\n"));
    }
    let result = answered(&args.costs, backtest_file(file, part, &options))?;
    print(args, &result, &result.table())
}

fn print(args: &Backtest, result: &impl Serialize, table: &str) -> anyhow::Result<Ending> {
    if args.json {
        output::json(result)?;
    } else {
        print!("{table}");
    }
    Ok(Ending::Fine)
}
