//! Prices, costs and forecasts, in decimal money.
//!
//! No I/O and no clock: files are readers, and the current time is a parameter.

pub mod actuals;
pub mod alert;
#[cfg(feature = "backtest")]
pub mod backtest;
mod daily;
mod file;
pub mod forecast;
pub mod gate;
mod month;
pub mod plan;
pub mod price;
mod sheet;
pub mod stats;
pub mod table;
mod usd;

pub use daily::{DailyCosts, is_billed};
pub use file::{FileError, Part, forecast_file, forecast_file_of};
#[cfg(feature = "backtest")]
pub use file::{backtest_file, holdout_file};
pub use month::{BillingMonth, MonthError, midnight};
pub use sheet::SheetError;
pub use usd::{AmountError, Currency, CurrencyError, Money, Usd};
