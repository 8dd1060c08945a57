//! Prices, costs and forecasts, in decimal money.

pub mod actuals;
pub mod alert;
pub mod backtest;
mod daily;
mod file;
pub mod forecast;
pub mod gate;
mod month;
pub mod plan;
pub mod price;
pub mod report;
mod sheet;
mod stats;
mod table;
mod usd;

pub use daily::DailyCosts;
pub use file::{FileError, Part, backtest_file, forecast_file, forecast_file_of, holdout_file};
pub use month::{BillingMonth, MonthError, midnight};
pub use sheet::SheetError;
pub use usd::{AmountError, Currency, CurrencyError, Money, Usd};
