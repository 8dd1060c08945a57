//! What AWS says about money: budgets, costs, prices.

pub mod budgets;
pub mod cost_explorer;
#[cfg(feature = "pricing")]
pub mod pricing;
