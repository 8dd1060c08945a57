//! The forecast on two real bills, beside the usual methods.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use nightcap_domain::money::backtest::{BacktestOptions, backtest};

#[test]
fn print_tables() {
    for name in ["binder-prod", "binder-staging", "both"] {
        let costs = common::bill(name);
        println!("{name}\n{}", backtest(&costs, &BacktestOptions::default()).unwrap().table());
    }
}
