//! Prices, costs and forecasts (`nightcap-cost`), and the report that is made of them.

pub use nightcap_cost::*;

pub use crate::report;
