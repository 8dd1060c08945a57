//! The month's report: what finance asks, in one answer.

mod held;
mod lines;
mod text;
mod told;

use chrono::NaiveDate;
use serde::Serialize;

pub use lines::{
    BudgetLine, ClassLine, EnvironmentLine, EnvironmentSaved, HoldLine, Saved, SavedLine,
};
pub use told::{Told, ToldLine};

use self::held::Calendar;
use crate::config::{BudgetConfig, Compiled, Language};
use crate::guard::{GuardCost, Inventoried, Spent};
use crate::hold::Hold;
use crate::money::actuals::Assumption;
use crate::money::forecast::{ForecastAnswer, ForecastInput, forecast};
use crate::money::gate::{GateInput, Verdict, examine};
use crate::money::plan::{CostPlan, Planner, Schedules};
use crate::money::price::Gap;
use crate::money::{BillingMonth, Usd};

/// AWS's figures come up to a day and a half late.
const MAX_AGE_DAYS: u32 = 3;

/// Where the costs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A file, whose days before `as_of` are closed.
    File,
    /// Cost Explorer, whose yesterday may still grow.
    CostExplorer,
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'a> {
    /// The configuration: schedules, protection, language.
    pub config: &'a Compiled,
    /// Its budget.
    pub budget: &'a BudgetConfig,
    /// The month.
    pub month: BillingMonth,
    /// The first day that is not closed.
    pub as_of: NaiveDate,
    /// What was spent.
    pub spent: &'a Spent,
    /// Where that comes from.
    pub origin: Origin,
    /// What there is to pay for, if that is known.
    pub inventoried: Option<&'a Inventoried>,
    /// What was told, if there is a ledger.
    pub told: Option<&'a [Told]>,
    /// The holds of the month, also those that are over, if there is a ledger.
    pub holds: Option<&'a [Hold]>,
    /// What had to be assumed of the file.
    pub assumptions: &'a [Assumption],
    /// Pages that Cost Explorer was asked for.
    pub pages: u32,
}

/// The report: a stable shape, documented in `docs/cost-model.md`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `report`.
    pub command: &'static str,
    /// The month.
    pub month: BillingMonth,
    /// The first day that is not closed.
    pub as_of: NaiveDate,
    /// Where the costs come from.
    pub source: Origin,
    /// The newest closed day of the month that was reported.
    pub data_date: Option<NaiveDate>,
    /// Whether the costs may be believed.
    pub data: Verdict,
    /// The budget and what is spent of it.
    pub budget: BudgetLine,
    /// The forecast; none for a month that is over, or without anything to go on.
    pub forecast: Option<ForecastAnswer>,
    /// By environment: together what was spent.
    pub environments: Vec<EnvironmentLine>,
    /// By class, as planned: a bill does not tell classes apart. None without an inventory.
    pub classes: Option<Vec<ClassLine>>,
    /// What sleeping has saved, by the plan. None without an inventory.
    pub saved: Option<Saved>,
    /// What was told of the month. None without a ledger.
    pub alerts: Option<Vec<ToldLine>>,
    /// The holds of the month and what they cost. None without a ledger.
    pub holds: Option<Vec<HoldLine>>,
    /// Prices that are missing from every planned figure.
    pub gaps: Vec<Gap>,
    /// What had to be assumed.
    pub assumptions: Vec<Assumption>,
    /// What the report itself has cost.
    pub cost: GuardCost,
    #[serde(skip)]
    language: Language,
}

impl Report {
    /// The report of a month.
    pub fn of(input: &ReportInput<'_>) -> Self {
        let end = input.end();
        let from = input.month.first_day();
        let spent = input.spent.charges.between(from, end).cents();
        let plans = input.inventoried.map(|i| Plans::of(input, i));
        let language = input.config.config().language;
        let about = |told: &&Told| told.is_about(input.month);
        Self {
            command: "report",
            month: input.month,
            as_of: input.as_of,
            source: input.origin,
            data_date: input
                .spent
                .charges
                .before(end)
                .last_day()
                .filter(|day| *day >= from),
            data: input.verdict(plans.as_ref()),
            budget: BudgetLine::of(input, spent),
            forecast: input.forecast(plans.as_ref()),
            environments: lines::environments(input, spent, plans.as_ref()),
            classes: plans.as_ref().map(lines::classes),
            saved: plans.as_ref().map(Saved::of),
            alerts: input
                .told
                .map(|all| all.iter().filter(about).map(|t| t.line(language)).collect()),
            holds: input.holds.map(|holds| lines::holds(input, holds)),
            gaps: plans.map(|plans| plans.month.gaps).unwrap_or_default(),
            assumptions: input.assumptions.to_vec(),
            cost: GuardCost::of(input.pages),
            language,
        }
    }

    /// True if nobody needs to look: the costs are plausible, and no price is missing.
    pub fn is_sound(&self) -> bool {
        self.data.is_plausible() && self.gaps.is_empty()
    }
}

/// The plans that a report compares.
struct Plans {
    /// From the first up to the end of what is closed.
    so_far: CostPlan,
    /// The same at all hours.
    awake_so_far: CostPlan,
    /// The whole month.
    month: CostPlan,
    /// The same at all hours.
    awake_month: CostPlan,
    /// Day by day, for the forecast and the gate.
    daily: crate::money::forecast::DailyPlan,
    flat_out_day: Usd,
}

impl Plans {
    fn of(input: &ReportInput<'_>, inventoried: &Inventoried) -> Self {
        let calendar = Calendar::new(input.config, input.holds.unwrap_or_default());
        let (held, awake) = (calendar.schedules(), Schedules::none());
        let (asleep, awake) = (inventoried.planner(&held), inventoried.planner(&awake));
        let (first, next) = (input.month.first_day(), input.month.next().first_day());
        let known = input.spent.charges.first_day().unwrap_or(first);
        let a_year_before = first
            .checked_sub_days(chrono::Days::new(366))
            .unwrap_or(first);
        Self {
            so_far: stretch(&asleep, first, input.end()),
            awake_so_far: stretch(&awake, first, input.end()),
            month: asleep.month(input.month),
            awake_month: awake.month(input.month),
            daily: asleep.daily(known.max(a_year_before).min(first), next),
            flat_out_day: asleep.flat_out_day(input.month),
        }
    }
}

/// The plan of some days.
fn stretch(planner: &Planner<'_>, from: NaiveDate, to: NaiveDate) -> CostPlan {
    let mut plan = CostPlan::default();
    for day in from.iter_days().take_while(|day| *day < to) {
        plan.absorb(planner.day(day));
    }
    plan
}

impl ReportInput<'_> {
    /// The first day that is not in the report's actual costs.
    fn end(&self) -> NaiveDate {
        self.as_of.min(self.month.next().first_day())
    }

    fn is_running(&self) -> bool {
        self.month.contains(self.as_of)
    }

    fn verdict(&self, plans: Option<&Plans>) -> Verdict {
        examine(&GateInput {
            charges: &self.spent.charges,
            // The last day of a month that is over is a closed day of that month.
            as_of: self.end(),
            flat_out_day: plans.map(|plans| plans.flat_out_day),
            plan: plans.map(|plans| &plans.daily),
            max_age_days: MAX_AGE_DAYS,
        })
    }

    fn forecast(&self, plans: Option<&Plans>) -> Option<ForecastAnswer> {
        if !self.is_running() {
            return None;
        }
        let forecast = forecast(&ForecastInput {
            costs: &self.spent.charges,
            as_of: self.as_of,
            budget: Usd::new(self.budget.limit),
            plan: plans.map(|plans| &plans.daily),
            provisional_days: match self.origin {
                Origin::File => 0,
                Origin::CostExplorer => 1,
            },
        });
        forecast.ok().map(|forecast| forecast.answer())
    }
}
