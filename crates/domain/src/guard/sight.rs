//! What the guard looks at.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::config::{BudgetConfig, Compiled};
use crate::hold::Hold;
use crate::message::Letter;
use crate::money::actuals::UNTAGGED;
use crate::money::plan::{Inventory, Planner, Schedules};
use crate::money::price::PriceBook;
use crate::money::{BillingMonth, DailyCosts, Usd};
use crate::names::{EnvironmentName, Region};

use super::{GuardMemory, Overdue};

/// Names under which costs stand that are no environment's.
const NOBODYS: [&str; 3] = [UNTAGGED, "tax", "support"];

/// What was spent, as AWS reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Charges by day, credits and refunds not subtracted; discounts, negations and corrections
    /// are. A day without an entry was not reported.
    pub charges: DailyCosts,
    /// Credits and refunds by day, below zero.
    pub credits: DailyCosts,
    /// Charges by environment; what carries no tag under `untagged`, tax and support under
    /// their own names.
    pub by_environment: BTreeMap<EnvironmentName, DailyCosts>,
}

impl Spent {
    /// Adds a charge or, below zero, what takes back or lowers one: the negation of what a
    /// Savings Plan covers, a discount, a correction.
    pub fn add(&mut self, day: NaiveDate, environment: EnvironmentName, amount: Usd) {
        self.charges.add(day, amount);
        self.by_environment
            .entry(environment)
            .or_default()
            .add(day, amount);
    }

    /// Adds a credit or a refund, below zero: kept apart, whoever it is for.
    pub fn add_credit(&mut self, day: NaiveDate, amount: Usd) {
        self.credits.add(day, amount);
    }

    /// True if the last week before a day cost something, and nothing of it was any
    /// environment's: then the tag by which costs are told apart is not active.
    pub fn week_is_untagged(&self, as_of: NaiveDate) -> bool {
        let from = as_of.checked_sub_days(Days::new(7)).unwrap_or(as_of);
        let spent = |name: &EnvironmentName| {
            let costs = self.by_environment.get(name);
            costs.is_some_and(|costs| !costs.between(from, as_of).is_zero())
        };
        let tagged = |name: &&EnvironmentName| !NOBODYS.contains(&name.as_str());
        spent(&UNTAGGED.into()) && !self.by_environment.keys().filter(tagged).any(spent)
    }

    /// What each environment cost between two days, in whole cents that add up to the whole.
    pub fn shares(
        &self,
        from: NaiveDate,
        end: NaiveDate,
        whole: Usd,
    ) -> Vec<(EnvironmentName, Usd)> {
        let mut all: Vec<(EnvironmentName, Usd)> = self
            .by_environment
            .iter()
            .map(|(name, costs)| (name.clone(), costs.between(from, end).cents()))
            .filter(|(_, amount)| !amount.is_zero())
            .collect();
        let sum: Usd = all.iter().map(|(_, amount)| *amount).sum();
        // The cents that rounding left over go where they are least seen.
        if let Some((_, largest)) = all.iter_mut().max_by_key(|(_, amount)| *amount) {
            *largest += whole - sum;
        }
        all
    }

    /// The same without the days at either end that cost nothing: AWS answers with nothing for
    /// days before an account existed, and for days it has no figures of yet.
    #[must_use]
    pub fn reported(mut self) -> Self {
        let paid = |(_, amount): &(NaiveDate, Usd)| !amount.is_zero();
        let first = self.charges.iter().find(paid).map(|(day, _)| day);
        let last = self.charges.iter().rfind(paid).map(|(day, _)| day);
        let within = |day: NaiveDate| {
            first.is_some_and(|first| day >= first) && last.is_some_and(|last| day <= last)
        };
        self.charges = self
            .charges
            .iter()
            .filter(|(day, _)| within(*day))
            .collect();
        self
    }
}

/// Why the figures of a budget in AWS are not those of a month's costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherBudget {
    /// It is one of another period than a month.
    Period(BudgetPeriod),
    /// It does not limit costs, but usage, reservations or Savings Plans.
    NotOfCosts,
}

/// The period of a budget, where it is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetPeriod {
    /// `DAILY`.
    Day,
    /// `QUARTERLY`.
    Quarter,
    /// `ANNUALLY`.
    Year,
    /// `CUSTOM`, and whatever AWS may add.
    Other,
}

/// What AWS Budgets says of the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsBudget {
    /// Its limit.
    pub limit: Usd,
    /// What it says was spent, credits subtracted where the budget includes them.
    pub actual: Usd,
    /// What it forecasts, where it does.
    pub forecast: Option<Usd>,
    /// What it says was spent in the months that are over.
    pub closed: BTreeMap<BillingMonth, Usd>,
    /// The accounts whose costs it counts; none where it counts all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
}

impl AwsBudget {
    /// What it says was spent in a month, be it the one that runs.
    pub(super) fn spent_in(&self, month: BillingMonth, runs: bool) -> Option<Usd> {
        if runs {
            Some(self.actual)
        } else {
            self.closed.get(&month).copied()
        }
    }
}

/// What there is to pay for, and at which prices.
#[derive(Clone, Debug)]
pub struct Inventoried {
    /// The lines, variants chosen.
    pub inventory: Inventory,
    /// The prices.
    pub book: PriceBook,
    /// Where it stands.
    pub region: Region,
}

impl Inventoried {
    /// A planner on given schedules.
    pub fn planner<'a>(&'a self, schedules: &'a Schedules<'a>) -> Planner<'a> {
        Planner {
            inventory: &self.inventory,
            book: &self.book,
            region: &self.region,
            schedules,
        }
    }
}

/// Everything the guard decides by.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The configuration.
    pub config: &'a Compiled,
    /// Its budget.
    pub budget: &'a BudgetConfig,
    /// Now; its UTC day is the first that is not closed.
    pub now: DateTime<Utc>,
    /// What was spent.
    pub spent: &'a Spent,
    /// What there is to pay for, if that is known.
    pub inventoried: Option<&'a Inventoried>,
    /// What AWS Budgets says.
    pub aws: Option<&'a AwsBudget>,
    /// True if AWS Budgets has answered that it has no budget of this name.
    pub no_budget: bool,
    /// What the scheduler should have done and has not.
    pub overdue: Option<&'a Overdue>,
    /// What Cost Explorer forecasts for the whole month: a second opinion.
    pub second_opinion: Option<Usd>,
    /// What was told, seen and asked for before.
    pub memory: &'a GuardMemory,
    /// The holds in the ledger.
    pub holds: &'a [Hold],
    /// One id for everything that is logged and sent about this run.
    pub reference: &'a str,
}

impl Sight<'_> {
    /// The first day that is not closed.
    pub fn as_of(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// The month looked at.
    pub fn month(&self) -> BillingMonth {
        BillingMonth::of(self.as_of())
    }

    /// The limit of the month.
    pub fn limit(&self) -> Usd {
        Usd::new(self.budget.limit)
    }

    /// When and for whom its mails are written.
    pub(super) fn letter(&self) -> Letter<'_> {
        let config = self.config.config();
        Letter {
            at: self.now,
            zone: config.timezone,
            language: config.language,
            reference: self.reference,
        }
    }

    /// The newest closed day that was reported.
    pub fn data_date(&self) -> Option<NaiveDate> {
        self.spent.charges.before(self.as_of()).last_day()
    }
}

/// The schedules of a configuration, for planning; protected environments run at all hours.
pub(super) fn schedules(config: &Compiled) -> Schedules<'_> {
    config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .filter_map(|(name, environment)| Some((name, config.schedule_of(environment)?.1)))
        .fold(Schedules::none(), |all, (name, schedule)| {
            all.with(name.clone(), schedule)
        })
}
