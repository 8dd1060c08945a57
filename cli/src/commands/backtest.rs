//! `nightcap backtest`.

use crate::output::print;
use nightcap_domain::money::backtest::{BacktestOptions, Holdout};
use nightcap_domain::money::{backtest_file, holdout_file};
use serde::Serialize;

use super::money::{answered, costs};
use crate::money_args::Backtest;
use crate::output::{self, Ending};

pub(crate) fn run(args: &Backtest) -> anyhow::Result<Ending> {
    let options = BacktestOptions {
        from: args.from,
        warm_up_days: args.warm_up_days,
        backwards: args.backwards,
        ..BacktestOptions::default()
    };
    let (file, name) = (costs(&args.costs)?, args.environment.as_ref());
    if args.holdout {
        let result = answered(&args.costs, holdout_file(file, name, &options))?;
        let tables: Vec<String> = result.iter().map(Holdout::table).collect();
        return print(args, &result, &tables.join("\n"));
    }
    let result = answered(&args.costs, backtest_file(file, name, &options))?;
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
