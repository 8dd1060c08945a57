//! Prices, costs and forecasts, in decimal money.


mod daily;
pub mod actuals;
pub mod alert;
pub mod backtest;
pub mod forecast;
pub mod gate;
mod month;
pub mod plan;
pub mod price;
mod stats;
mod table;
mod usd;

pub use daily::DailyCosts;
pub use month::{BillingMonth, MonthError, midnight};
pub use usd::{AmountError, Currency, CurrencyError, Money, Usd};
