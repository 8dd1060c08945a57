//! The cost plan: inventory × price × the true hours of the calendar and the schedule.

mod hours;
mod inventory;
mod parse;
mod simulate;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

pub use hours::{AlwaysRunning, RunningHours, Schedules, hours};
pub use inventory::{Charge, ChoiceError, Choices, CostClass, Inventory, Item, When};
pub use simulate::{Comparison, Period, Saving, Scenario, Side, simulate};

use super::forecast::DailyPlan;
use super::month::midnight;
use super::price::{Gap, PriceBook, PriceStatus};
use super::stats::{div, mul};
use super::{BillingMonth, Usd};
use nightcap_model::names::{EnvironmentName, Region};

/// What is needed to plan: what there is, what it costs, and when it runs.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    /// The lines, variants chosen.
    pub inventory: &'a Inventory,
    /// The prices.
    pub book: &'a PriceBook,
    /// Where the inventory stands.
    pub region: &'a Region,
    /// When its environments run.
    pub schedules: &'a Schedules<'a>,
}

/// What a stretch of time will cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CostPlan {
    /// Line by line.
    pub lines: Vec<PlanLine>,
    /// What has no price and is therefore missing from every sum.
    pub gaps: Vec<Gap>,
    /// The environments that a line without a price belongs to: their sums are too low.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub incomplete: BTreeSet<EnvironmentName>,
}

/// A line of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    /// Whose it is.
    pub environment: EnvironmentName,
    /// What it is.
    pub name: String,
    /// Its kind.
    pub class: CostClass,
    /// How many or how much, for priced lines.
    pub quantity: Decimal,
    /// For how many hours.
    pub hours: Decimal,
    /// How sure the price is; none for amounts at face value and shares.
    pub status: Option<PriceStatus>,
    /// What it costs.
    pub amount: Usd,
}

/// How much of a line is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    Usual,
    /// Maximum quantities at all hours.
    FlatOut,
}

impl Planner<'_> {
    /// The plan of a month.
    pub fn month(&self, month: BillingMonth) -> CostPlan {
        self.days(
            month,
            month.first_day(),
            month.next().first_day(),
            Load::Usual,
        )
    }

    /// The plan of one UTC day.
    pub fn day(&self, day: NaiveDate) -> CostPlan {
        self.days(
            BillingMonth::of(day),
            day,
            day.succ_opt().unwrap_or(day),
            Load::Usual,
        )
    }

    /// What a day of the month could cost at most: every group at its maximum, every use at its
    /// peak, at all hours. Lumps, which fall on known days, are not in it.
    pub fn flat_out_day(&self, month: BillingMonth) -> Usd {
        let day = month.first_day();
        let plan = self.days(month, day, day.succ_opt().unwrap_or(day), Load::FlatOut);
        plan.lines
            .iter()
            .filter(|line| line.class != CostClass::Lump && line.class != CostClass::Credit)
            .map(|line| line.amount)
            .sum()
    }

    /// The plan day by day for the forecast, from one day up to, not including, another.
    pub fn daily(&self, from: NaiveDate, to: NaiveDate) -> DailyPlan {
        let mut daily = DailyPlan::default();
        for day in from.iter_days().take_while(|day| *day < to) {
            for line in self.day(day).lines {
                let at_face = matches!(line.class, CostClass::Lump | CostClass::Credit);
                let days = if at_face {
                    &mut daily.lumps
                } else {
                    &mut daily.days
                };
                *days.entry(day).or_default() += line.amount;
            }
        }
        daily
    }

    /// The plan of some days of one month.
    fn days(&self, month: BillingMonth, from: NaiveDate, to: NaiveDate, load: Load) -> CostPlan {
        let mut plan = CostPlan::default();
        let stretch = Stretch {
            month,
            from,
            to,
            load,
        };
        for item in &self.inventory.items {
            match &item.charge {
                Charge::Priced { .. } => self.price(item, stretch, &mut plan),
                Charge::Face(amount) => {
                    let days = from.iter_days().take_while(|day| *day < to);
                    let falls = days.filter(|day| item.when.falls_on(*day)).count();
                    if falls > 0 {
                        plan.push(
                            item,
                            Decimal::from(falls),
                            Decimal::ZERO,
                            None,
                            amount.times(falls.into()),
                        );
                    }
                }
                Charge::Percent(_) => {}
            }
        }
        self.add_shares(&mut plan);
        plan.gaps.sort_unstable();
        plan.gaps.dedup();
        plan
    }

    fn price(&self, item: &Item, stretch: Stretch, plan: &mut CostPlan) {
        let Charge::Priced {
            price,
            quantity,
            peak,
        } = &item.charge
        else {
            return;
        };
        let quantity = if stretch.load == Load::FlatOut {
            *peak
        } else {
            *quantity
        };
        let (start, end) = stretch.instants();
        let running = match (item.when, stretch.load) {
            (When::Schedule, Load::Usual) => self.schedules.running(&item.environment, start, end),
            _ => end - start,
        };
        match self.book.price(price, self.region) {
            Ok(price) => {
                let hours = hours(running);
                let amount = price.cost(quantity, hours, stretch.month.hours().into());
                plan.push(item, quantity, hours, Some(price.status), amount);
            }
            Err(gap) => {
                plan.gaps.push(gap);
                plan.incomplete.insert(item.environment.clone());
            }
        }
    }

    /// Tax and support: shares of what the environment costs otherwise.
    fn add_shares(&self, plan: &mut CostPlan) {
        let bases = plan.by_environment();
        for item in &self.inventory.items {
            if let Charge::Percent(percent) = item.charge {
                let base = bases.get(&item.environment).copied().unwrap_or_default();
                let amount = base.times(div(percent, Decimal::ONE_HUNDRED));
                plan.push(item, percent, Decimal::ZERO, None, amount);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Stretch {
    month: BillingMonth,
    from: NaiveDate,
    to: NaiveDate,
    load: Load,
}

impl Stretch {
    fn instants(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (midnight(self.from), midnight(self.to))
    }
}

impl CostPlan {
    fn push(
        &mut self,
        item: &Item,
        quantity: Decimal,
        hours: Decimal,
        status: Option<PriceStatus>,
        amount: Usd,
    ) {
        self.lines.push(PlanLine {
            environment: item.environment.clone(),
            name: item.name.clone(),
            class: item.class,
            quantity,
            hours,
            status,
            amount,
        });
    }

    /// Everything together.
    pub fn total(&self) -> Usd {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// By environment, those included of which nothing has a price.
    pub fn by_environment(&self) -> BTreeMap<EnvironmentName, Usd> {
        let unpriced = self.incomplete.iter().map(|name| (name.clone(), Usd::ZERO));
        let mut sums: BTreeMap<EnvironmentName, Usd> = unpriced.collect();
        for line in &self.lines {
            *sums.entry(line.environment.clone()).or_default() += line.amount;
        }
        sums
    }

    /// By class.
    pub fn by_class(&self) -> BTreeMap<CostClass, Usd> {
        let mut sums = BTreeMap::new();
        for line in &self.lines {
            *sums.entry(line.class).or_default() += line.amount;
        }
        sums
    }

    /// One class of one environment.
    pub fn of(&self, environment: &EnvironmentName, class: CostClass) -> Usd {
        let lines = self
            .lines
            .iter()
            .filter(|line| line.environment == *environment && line.class == class);
        lines.map(|line| line.amount).sum()
    }

    /// The lines of one environment, with every gap.
    #[must_use]
    pub fn only(&self, environment: &EnvironmentName) -> Self {
        let lines = self
            .lines
            .iter()
            .filter(|line| line.environment == *environment);
        Self {
            lines: lines.cloned().collect(),
            gaps: self.gaps.clone(),
            incomplete: self
                .incomplete
                .iter()
                .filter(|name| *name == environment)
                .cloned()
                .collect(),
        }
    }

    /// Hours × quantity of compute: how long instances and databases run in all.
    pub fn compute_hours(&self) -> Decimal {
        let compute = self
            .lines
            .iter()
            .filter(|line| line.class == CostClass::Compute);
        compute.map(|line| mul(line.hours, line.quantity)).sum()
    }

    /// The share of the total that rests on prices not read in a current source, in per cent.
    pub fn unsure_share(&self) -> Decimal {
        let unsure = |line: &&PlanLine| {
            line.status
                .is_some_and(|status| status != PriceStatus::Found)
        };
        let sum: Usd = self
            .lines
            .iter()
            .filter(unsure)
            .map(|line| line.amount)
            .sum();
        let share = sum.share_of(self.total()).unwrap_or_default();
        mul(share, Decimal::ONE_HUNDRED).round_dp(1)
    }

    /// Adds another stretch's plan line by line.
    pub fn absorb(&mut self, other: Self) {
        for line in other.lines {
            let same = |l: &&mut PlanLine| {
                l.environment == line.environment
                    && l.name == line.name
                    && l.class == line.class
                    && l.quantity == line.quantity
            };
            match self.lines.iter_mut().find(same) {
                Some(known) => {
                    known.hours += line.hours;
                    known.amount += line.amount;
                }
                None => self.lines.push(line),
            }
        }
        self.incomplete.extend(other.incomplete);
        self.gaps.extend(other.gaps);
        self.gaps.sort_unstable();
        self.gaps.dedup();
    }
}
