//! What the guard saw on one data date: two must agree before it asks for anything.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::money::{BillingMonth, Usd};

/// What was seen on one data date. A later look at the same date replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The month.
    pub period: BillingMonth,
    /// The newest day that the figures knew.
    pub data_date: NaiveDate,
    /// Whether the gate passed.
    pub plausible: bool,
    /// What was spent.
    pub actual: Usd,
    /// What the month was expected to cost, if there was a forecast.
    pub expected: Option<Usd>,
    /// The rules of the ladder, as written, whose condition held.
    pub held: Vec<String>,
}
