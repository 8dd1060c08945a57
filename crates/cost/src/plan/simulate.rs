//! One configuration against another, over a month or a year.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{CostClass, CostPlan, Planner};
use crate::stats::{div, mul};
use crate::{BillingMonth, Usd};
use nightcap_model::names::EnvironmentName;

/// What is compared over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// One month.
    Month(BillingMonth),
    /// Twelve months from this one on.
    YearFrom(BillingMonth),
}

impl Period {
    /// Its months.
    pub fn months(self) -> impl Iterator<Item = BillingMonth> {
        let (first, n) = match self {
            Self::Month(month) => (month, 1),
            Self::YearFrom(month) => (month, 12),
        };
        std::iter::successors(Some(first), |month| Some(month.next())).take(n)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => write!(f, "{month}"),
            Self::YearFrom(month) => write!(f, "12 months from {month}"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A configuration under a name.
#[derive(Clone, Copy)]
pub struct Scenario<'a> {
    /// What to call it.
    pub name: &'a str,
    /// What it plans with.
    pub planner: Planner<'a>,
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// What it costs.
    pub total: Usd,
    /// By environment.
    pub by_environment: BTreeMap<EnvironmentName, Usd>,
    /// By class.
    pub by_class: BTreeMap<CostClass, Usd>,
    /// Hours × quantity of instances and databases.
    pub compute_hours: Decimal,
    /// The whole plan.
    pub plan: CostPlan,
}

/// What the second side saves against the first; below zero where it costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Saving {
    /// In money.
    pub usd: Usd,
    /// In per cent of the first side, one digit; none where that is zero or lacks a price.
    pub percent: Option<Decimal>,
}

/// Two configurations over a period.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Over what.
    pub period: Period,
    /// The first: today's, or the dearer one.
    pub baseline: Side,
    /// The second.
    pub proposed: Side,
    /// What the second saves in all.
    pub saving: Saving,
    /// In hours of instances and databases.
    pub hours_saved: Decimal,
    /// Those hours in per cent of the first side's, one digit.
    pub hours_saved_percent: Option<Decimal>,
    /// The saving by environment.
    pub by_environment: BTreeMap<EnvironmentName, Saving>,
    /// The saving in compute alone, by environment.
    pub compute_by_environment: BTreeMap<EnvironmentName, Saving>,
}

impl Comparison {
    /// True if everything has a price.
    pub fn is_complete(&self) -> bool {
        self.baseline.plan.gaps.is_empty() && self.proposed.plan.gaps.is_empty()
    }
}

/// Compares two configurations. Hours are those of the calendar, month by month.
pub fn simulate(period: Period, baseline: &Scenario<'_>, proposed: &Scenario<'_>) -> Comparison {
    let (baseline, proposed) = (side(period, baseline), side(period, proposed));
    let mut environments: Vec<EnvironmentName> = baseline
        .by_environment
        .keys()
        .chain(proposed.by_environment.keys())
        .cloned()
        .collect();
    environments.sort_unstable();
    environments.dedup();
    let of = |side: &Side, name: &EnvironmentName| {
        side.by_environment.get(name).copied().unwrap_or_default()
    };
    let compute = |side: &Side, name: &EnvironmentName| side.plan.of(name, CostClass::Compute);
    let known = |name: &EnvironmentName| {
        !baseline.plan.incomplete.contains(name) && !proposed.plan.incomplete.contains(name)
    };
    let complete = baseline.plan.gaps.is_empty() && proposed.plan.gaps.is_empty();
    let hours_saved = baseline.compute_hours - proposed.compute_hours;
    Comparison {
        period,
        saving: saving(baseline.total, proposed.total, complete),
        hours_saved,
        hours_saved_percent: percent(hours_saved, baseline.compute_hours).filter(|_| complete),
        by_environment: environments
            .iter()
            .map(|name| {
                (
                    name.clone(),
                    saving(of(&baseline, name), of(&proposed, name), known(name)),
                )
            })
            .collect(),
        compute_by_environment: environments
            .iter()
            .map(|name| {
                (
                    name.clone(),
                    saving(
                        compute(&baseline, name),
                        compute(&proposed, name),
                        known(name),
                    ),
                )
            })
            .collect(),
        baseline,
        proposed,
    }
}

fn side(period: Period, scenario: &Scenario<'_>) -> Side {
    let mut plan = CostPlan::default();
    for month in period.months() {
        plan.absorb(scenario.planner.month(month));
    }
    Side {
        name: scenario.name.to_owned(),
        total: plan.total(),
        by_environment: plan.by_environment(),
        by_class: plan.by_class(),
        compute_hours: plan.compute_hours(),
        plan,
    }
}

/// A share of a sum is none where the sum lacks something.
fn saving(from: Usd, to: Usd, complete: bool) -> Saving {
    let usd = from - to;
    Saving {
        usd,
        percent: percent(usd.amount(), from.amount()).filter(|_| complete),
    }
}

fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    (!whole.is_zero()).then(|| mul(div(part, whole), Decimal::ONE_HUNDRED).round_dp(1))
}
