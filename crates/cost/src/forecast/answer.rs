//! The forecast as it leaves the house.

use std::fmt::Write as _;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::Forecast;
use crate::{BillingMonth, Usd};

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
    /// The budget asked about.
    #[serde(skip)]
    pub budget: Usd,
    /// How many days before `as_of` the newest cost lies, where that is a reason to doubt.
    #[serde(skip)]
    pub behind: Option<i64>,
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
            budget: self.budget,
            behind: None,
        }
    }
}

/// A probability for people: a number rounded to certainty is none.
fn percent(probability: f64) -> String {
    match probability {
        none if none <= 0.0 => "0 %".to_owned(),
        small if small < 0.005 => "under 1 %".to_owned(),
        sure if sure >= 1.0 => "passed".to_owned(),
        large if large >= 0.995 => "over 99 %".to_owned(),
        some => format!("{:.0} %", some * 100.0),
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
        let risk = format!(
            "Risk of passing {} USD: {}\n",
            self.budget,
            percent(self.probability_over)
        );
        let rows = [
            ("Month", self.month.to_string()),
            ("As of", self.as_of.to_string()),
            ("Budget", format!("{:>10} USD", self.budget)),
            ("Spent", format!("{:>10} USD", self.actual)),
            ("Expected", format!("{:>10} USD", self.expected)),
            (
                "80 % range",
                format!("{:>10} to {} USD", self.low, self.high),
            ),
            ("Used up on", used_up),
            ("Basis", self.basis.clone()),
        ];
        let mut text = String::new();
        for (label, value) in rows {
            let _ = writeln!(text, "{label:<12} {value}");
            if label == "80 % range" {
                text.push_str(&risk);
            }
        }
        text
    }
}
