//! Cost Explorer: what every day cost, by environment and kind of charge.
//!
//! Every page asked for is paid (0.01 USD), so pages are counted and answers are meant to be kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, Group, GroupDefinition,
    GroupDefinitionType, Metric,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{Days, NaiveDate};
use nightcap_domain::guard::Spent;
use nightcap_domain::money::actuals::{UNTAGGED, printable};
use nightcap_domain::money::{BillingMonth, Money, Usd, is_billed};
use nightcap_domain::names::EnvironmentName;

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::pages::Followed;

/// A year of history: what the forecast learns from, and what every account may be asked for.
const HISTORY_DAYS: u64 = 365;
/// What is charged, before discounts are spread.
const METRIC: &str = "UnblendedCost";
/// More pages than a year of any bill has; an answer that never ends is not followed.
const MOST_PAGES: usize = 200;

/// Cost Explorer, and how often it was asked.
#[derive(Debug)]
pub struct CostExplorer {
    clients: Arc<Clients>,
    /// The cost allocation tag of the environment, in its own spelling.
    tag: String,
    /// The accounts whose costs count; none for all.
    accounts: Vec<String>,
    pages: AtomicU32,
}

impl CostExplorer {
    /// Cost Explorer of the account the credentials belong to, with the costs told apart by this
    /// cost allocation tag.
    pub fn new(clients: Arc<Clients>, tag: impl Into<String>) -> Self {
        Self {
            clients,
            tag: tag.into(),
            accounts: vec![],
            pages: AtomicU32::new(0),
        }
    }

    /// The same for the costs of these accounts alone; of all where none is named. In a management
    /// account, all are those of the whole organization.
    #[must_use]
    pub fn of_accounts(self, accounts: &[String]) -> Self {
        Self {
            accounts: accounts.to_vec(),
            ..self
        }
    }

    /// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Expression.html>
    fn filter(&self) -> Option<Expression> {
        let accounts = (!self.accounts.is_empty()).then(|| self.accounts.clone());
        let dimension = DimensionValues::builder()
            .key(Dimension::LinkedAccount)
            .set_values(Some(accounts?))
            .build();
        Some(Expression::builder().dimensions(dimension).build())
    }

    /// The pages asked for so far, each of which is paid.
    pub fn pages(&self) -> u32 {
        self.pages.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// What every day of the last year before `as_of` cost, all pages. Days at either end on
    /// which nothing was charged count as not reported.
    ///
    /// # Errors
    /// Whatever AWS refuses, and amounts that are no dollars. An account without any data has
    /// spent nothing that is known: that is no error.
    pub async fn spent(&self, as_of: NaiveDate) -> Result<Spent, AwsError> {
        let start = as_of
            .checked_sub_days(Days::new(HISTORY_DAYS))
            .unwrap_or(as_of);
        let mut spent = Spent::default();
        let mut followed = Followed::new("ce", "GetCostAndUsage").at_most(MOST_PAGES);
        let mut token = None;
        loop {
            self.count();
            let answer = self
                .clients
                .costexplorer()
                .get_cost_and_usage()
                // Both days as dates; the end is exclusive, and the start before today.
                .time_period(interval(start, as_of)?)
                .granularity(Granularity::Daily)
                .metrics(METRIC)
                .group_by(group(GroupDefinitionType::Tag, &self.tag))
                .group_by(group(GroupDefinitionType::Dimension, "RECORD_TYPE"))
                .set_filter(self.filter())
                .set_next_page_token(token)
                .send()
                .await;
            let page = match answer {
                Ok(page) => page,
                Err(error) if is_unavailable(&error) => return Ok(Spent::default()),
                Err(error) => {
                    return Err(AwsError::from_sdk("ce", "GetCostAndUsage", &error));
                }
            };
            take(&mut spent, &page, &self.tag)?;
            token = followed.next(page.next_page_token())?;
            if token.is_none() {
                return Ok(spent.reported());
            }
        }
    }

    /// What Cost Explorer expects the rest of the month to cost, from `today` on: a second
    /// opinion. None where it has too little to go on.
    ///
    /// # Errors
    /// Whatever else AWS refuses.
    pub async fn rest_of_month(&self, today: NaiveDate) -> Result<Option<Usd>, AwsError> {
        self.count();
        let end = BillingMonth::of(today).next().first_day();
        let answer = self
            .clients
            .costexplorer()
            .get_cost_forecast()
            .time_period(interval(today, end)?)
            .granularity(Granularity::Monthly)
            .metric(Metric::UnblendedCost)
            .prediction_interval_level(80)
            .set_filter(self.filter())
            .send()
            .await;
        match answer {
            Ok(answer) => answer
                .total()
                .and_then(|total| Some((total.amount()?, total.unit().unwrap_or("USD"))))
                .map(|(amount, unit)| usd(amount, unit))
                .transpose(),
            Err(error) if is_unavailable(&error) => Ok(None),
            Err(error) => Err(AwsError::from_sdk("ce", "GetCostForecast", &error)),
        }
    }
}

/// There is too little data, or none at all yet.
fn is_unavailable(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("DataUnavailableException")
}

fn interval(start: NaiveDate, end: NaiveDate) -> Result<DateInterval, AwsError> {
    DateInterval::builder()
        .start(start.to_string())
        .end(end.to_string())
        .build()
        .map_err(|error| unreadable(&error.to_string()))
}

fn group(kind: GroupDefinitionType, key: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(kind).key(key).build()
}

fn take(spent: &mut Spent, page: &GetCostAndUsageOutput, tag: &str) -> Result<(), AwsError> {
    for day in page.results_by_time() {
        let date = day
            .time_period()
            .map(DateInterval::start)
            .unwrap_or_default();
        let date: NaiveDate = date
            .parse()
            .ok()
            .filter(|day: &NaiveDate| is_billed(*day))
            .ok_or_else(|| unreadable(&format!("{date:?} is no day of a bill")))?;
        // Every day asked for is answered. One on which anything ran has groups, be they free of
        // charge; one without any is a day that AWS has no figures of.
        for group in day.groups() {
            let amount = cost(group)?;
            let (environment, is_credit) = whose(group, tag);
            // The day is reported, be it by a credit alone.
            spent.charges.add(date, Usd::ZERO);
            if amount.is_zero() {
                continue;
            }
            if is_credit {
                let below = if amount.is_negative() {
                    amount
                } else {
                    -amount
                };
                spent.add_credit(date, below);
            } else {
                spent.add(date, environment, amount);
            }
        }
    }
    Ok(())
}

fn cost(group: &Group) -> Result<Usd, AwsError> {
    let metric = group.metrics().and_then(|metrics| metrics.get(METRIC));
    let amount = metric.and_then(|metric| metric.amount()).unwrap_or("0");
    let unit = metric.and_then(|metric| metric.unit()).unwrap_or("USD");
    usd(amount, unit)
}

/// Whose a charge is, and whether it is a credit or refund. Keys come as
/// `nightcap:environment$preprod` and `Usage`.
///
/// Every other record type below zero is half of the bookkeeping of a charge and nets against it:
/// `SavingsPlanNegation`, `EdpDiscount`, `PrivateRateDiscount`, `BundledDiscount`.
/// <https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html>
fn whose(group: &Group, wanted: &str) -> (EnvironmentName, bool) {
    let mut environment = "";
    let mut record = "";
    for key in group.keys() {
        match key.split_once('$') {
            Some((tag, value)) if tag == wanted => environment = value,
            _ => record = key,
        }
    }
    let name = match record {
        "Tax" => "tax",
        "Support" | "Enterprise Support" => "support",
        _ if environment.is_empty() => UNTAGGED,
        _ => environment,
    };
    (
        printable(name).into(),
        matches!(record, "Credit" | "Refund"),
    )
}

fn usd(amount: &str, unit: &str) -> Result<Usd, AwsError> {
    // A day on which nothing was used has no currency.
    let unit = if unit == "N/A" { "USD" } else { unit };
    let amount: Usd = amount
        .parse()
        .map_err(|error: nightcap_domain::money::AmountError| unreadable(&error.to_string()))?;
    let currency = unit
        .parse()
        .map_err(|error: nightcap_domain::money::CurrencyError| unreadable(&error.to_string()))?;
    let money = Money {
        amount: amount.amount(),
        currency,
    };
    money.usd().map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(message: &str) -> AwsError {
    AwsError {
        service: "ce",
        operation: "GetCostAndUsage",
        cause: Cause::Other,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
