//! The forecast as it leaves the house.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::Forecast;
use crate::money::{BillingMonth, Usd};

/// The answer of `nightcap forecast --json`: these fields, in this order, are a contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastAnswer {
    /// The month, `YYYY-MM`.
    pub month: BillingMonth,
    /// The first day that is not closed.
    pub as_of: NaiveDate,
    /// What the closed days cost.
    pub actual: Usd,
    /// What the month is expected to cost.
    pub expected: Usd,
    /// The lower end of the range.
    pub low: Usd,
    /// The upper end of the range.
    pub high: Usd,
    /// The probability that the month ends inside the range.
    pub level: f64,
    /// The probability that the month costs more than the budget, 0 to 1, three digits.
    pub probability_over: f64,
    /// The day on which the budget is expected to be used up, if within the month.
    pub used_up_on: Option<NaiveDate>,
    /// What all this rests on, for people.
    pub basis: String,
}

impl Forecast {
    /// The answer to the outside: money in whole cents.
    pub fn answer(&self) -> ForecastAnswer {
        ForecastAnswer {
            month: self.month,
            as_of: self.as_of,
            actual: self.actual.cents(),
            expected: self.expected.cents(),
            low: self.low.cents(),
            high: self.high.cents(),
            level: super::LEVEL.to_f64().unwrap_or_default(),
            probability_over: number(self.probability_over),
            used_up_on: self.used_up_on,
            basis: self.basis.clone(),
        }
    }
}

/// A probability as a JSON number of at most three digits.
fn number(probability: Decimal) -> f64 {
    probability.round_dp(3).to_f64().unwrap_or_default()
}

impl ForecastAnswer {
    /// The answer for a terminal: label and value, one a line.
    pub fn table(&self) -> String {
        let used_up = self
            .used_up_on
            .map_or_else(|| "not this month".to_owned(), |day| day.to_string());
        [
            ("Month", self.month.to_string()),
            ("As of", self.as_of.to_string()),
            ("Spent", format!("{:>10} USD", self.actual)),
            ("Expected", format!("{:>10} USD", self.expected)),
            (
                "80 % range",
                format!("{:>10} to {} USD", self.low, self.high),
            ),
            (
                "Over budget",
                format!("{:>10.1} %", self.probability_over * 100.0),
            ),
            ("Used up on", used_up),
            ("Basis", self.basis.clone()),
        ]
        .iter()
        .fold(String::new(), |text, (label, value)| {
            text + &format!("{label:<12} {value}\n")
        })
    }
}
