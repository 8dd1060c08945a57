//! The lines of a report.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::held::Calendar;
use super::{Plans, ReportInput};
use crate::hold::{Hold, HoldView, Scope};
use crate::money::Usd;
use crate::money::plan::{CostClass, CostPlan};
use crate::money::stats::{div, mul};
use crate::names::EnvironmentName;

/// The budget and what is spent of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetLine {
    /// Its name.
    pub name: String,
    /// Its limit.
    pub limit: Usd,
    /// What the closed days cost.
    pub spent: Usd,
    /// How many of them were reported.
    pub days: usize,
    /// Spent in per cent of the limit, one digit.
    pub percent: Decimal,
    /// Credits and refunds of the month, zero or below; not subtracted.
    pub credits: Usd,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentLine {
    /// Its name.
    pub name: EnvironmentName,
    /// What it has cost.
    pub spent: Usd,
    /// What it was planned to cost on the same days.
    pub planned_so_far: Option<Usd>,
    /// What it is planned to cost in the month.
    pub planned: Option<Usd>,
}

/// A class of costs, by the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassLine {
    /// Which.
    pub class: CostClass,
    /// On the closed days.
    pub planned_so_far: Usd,
    /// In the month.
    pub planned: Usd,
}

/// What the schedules save against everything at all hours, at the prices of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// On the closed days.
    pub so_far: SavedLine,
    /// In the month.
    pub month: SavedLine,
    /// On the closed days, by environment that sleeps.
    pub environments: Vec<EnvironmentSaved>,
}

/// What an environment's sleeping has saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentSaved {
    /// Which.
    pub name: EnvironmentName,
    /// Hours and money.
    #[serde(flatten)]
    pub saved: SavedLine,
}

/// Hours and money saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SavedLine {
    /// Hours of instances and databases.
    pub hours: Decimal,
    /// In per cent of what they would have run, one digit.
    pub hours_percent: Option<Decimal>,
    /// Money.
    pub usd: Usd,
}

/// A hold, and what it costs within the month.
#[derive(Clone, Debug, Serialize)]
pub struct HoldLine {
    /// Which.
    #[serde(flatten)]
    pub hold: HoldView,
    /// Hours of instances and databases more (or, below zero, less) than without it.
    pub hours: Option<Decimal>,
    /// What they cost, or save. None without an inventory, and for holds on one resource, of
    /// which the inventory does not know.
    pub usd: Option<Usd>,
}

impl BudgetLine {
    pub(super) fn of(input: &ReportInput<'_>, spent: Usd) -> Self {
        let (from, end) = (input.month.first_day(), input.end());
        let limit = Usd::new(input.budget.limit);
        let days = input.spent.charges.iter();
        Self {
            name: input.budget.name.clone(),
            limit,
            spent,
            days: days.filter(|(day, _)| from <= *day && *day < end).count(),
            percent: percent(spent.amount(), limit.amount()).unwrap_or_default(),
            credits: input.spent.credits.between(from, end).cents(),
        }
    }
}

/// What was spent by environment, and what was planned, for every name that either knows.
pub(super) fn environments(
    input: &ReportInput<'_>,
    spent: Usd,
    plans: Option<&Plans>,
) -> Vec<EnvironmentLine> {
    let (from, end) = (input.month.first_day(), input.end());
    let shares = input.spent.shares(from, end, spent);
    let planned = plans.map(|p| (p.so_far.by_environment(), p.month.by_environment()));
    let mut names: Vec<&EnvironmentName> = shares.iter().map(|(name, _)| name).collect();
    names.extend(planned.iter().flat_map(|(_, month)| month.keys()));
    names.sort_unstable();
    names.dedup();
    let share = |name: &EnvironmentName| {
        let found = shares.iter().find(|(known, _)| known == name);
        found.map(|(_, amount)| *amount).unwrap_or_default()
    };
    names
        .into_iter()
        .map(|name| EnvironmentLine {
            name: name.clone(),
            spent: share(name),
            planned_so_far: planned
                .as_ref()
                .map(|(so_far, _)| so_far.get(name).copied().unwrap_or_default().cents()),
            planned: planned
                .as_ref()
                .map(|(_, month)| month.get(name).copied().unwrap_or_default().cents()),
        })
        .collect()
}

pub(super) fn classes(plans: &Plans) -> Vec<ClassLine> {
    let so_far = plans.so_far.by_class();
    let of = |class| so_far.get(&class).copied().unwrap_or_default();
    let month = plans.month.by_class();
    month
        .into_iter()
        .map(|(class, planned)| ClassLine {
            class,
            planned_so_far: of(class).cents(),
            planned: planned.cents(),
        })
        .collect()
}

impl Saved {
    pub(super) fn of(plans: &Plans) -> Self {
        let environments = plans.awake_so_far.by_environment().into_keys();
        Self {
            so_far: saved(&plans.awake_so_far, &plans.so_far),
            month: saved(&plans.awake_month, &plans.month),
            environments: environments
                .map(|name| {
                    let awake = plans.awake_so_far.only(&name);
                    let saved = saved(&awake, &plans.so_far.only(&name));
                    EnvironmentSaved { name, saved }
                })
                .filter(|line| !line.saved.hours.is_zero() || !line.saved.usd.is_zero())
                .collect(),
        }
    }
}

fn saved(awake: &CostPlan, asleep: &CostPlan) -> SavedLine {
    let hours = awake.compute_hours() - asleep.compute_hours();
    SavedLine {
        hours: hours.round_dp(1).normalize(),
        hours_percent: percent(hours, awake.compute_hours())
            .filter(|_| awake.incomplete.is_empty()),
        usd: (awake.total() - asleep.total()).cents(),
    }
}

/// The holds that touch the month, each with what the month costs more because of it.
pub(super) fn holds(input: &ReportInput<'_>, holds: &[Hold]) -> Vec<HoldLine> {
    let touches = |hold: &&Hold| hold.from < input.month.end() && input.month.start() < hold.until;
    let with_all = month(input, holds);
    let line = |hold: &Hold| {
        let others: Vec<Hold> = holds.iter().filter(|h| h.id != hold.id).cloned().collect();
        let whole = matches!(hold.scope, Scope::Environment(_));
        let without = month(input, &others).filter(|_| whole);
        let more = with_all.as_ref().zip(without).map(|(with, without)| {
            let hours = with.compute_hours() - without.compute_hours();
            let usd = (with.total() - without.total()).cents();
            (hours.round_dp(1).normalize(), usd)
        });
        HoldLine {
            hold: HoldView::of(input.config, hold, None),
            hours: more.map(|(hours, _)| hours),
            usd: more.map(|(_, usd)| usd),
        }
    };
    let mut lines: Vec<HoldLine> = holds.iter().filter(touches).map(line).collect();
    lines.sort_by_key(begin);
    lines
}

fn begin(line: &HoldLine) -> (DateTime<Utc>, String) {
    (line.hold.from, line.hold.id.clone())
}

fn month(input: &ReportInput<'_>, holds: &[Hold]) -> Option<CostPlan> {
    let calendar = Calendar::new(input.config, holds);
    let schedules = calendar.schedules();
    Some(input.inventoried?.planner(&schedules).month(input.month))
}

fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    (!whole.is_zero()).then(|| mul(div(part, whole), Decimal::ONE_HUNDRED).round_dp(1))
}
