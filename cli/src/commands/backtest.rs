//! `nightcap backtest`.

use anstream::print;
use nightcap_domain::money::backtest::BacktestOptions;
use nightcap_domain::money::backtest_file;

use super::money::{answered, costs};
use crate::money_args::Backtest;
use crate::output::{self, Ending};

pub(crate) fn run(args: &Backtest) -> anyhow::Result<Ending> {
    let options = BacktestOptions {
        from: args.from,
        warm_up_days: args.warm_up_days,
        ..BacktestOptions::default()
    };
    let result = backtest_file(costs(&args.costs)?, args.environment.as_ref(), &options);
    let result = answered(&args.costs, result)?;
    if args.json {
        output::json(&result)?;
    } else {
        print!("{}", result.table());
    }
    Ok(Ending::Fine)
}
