//! How good the forecast is on data its constants were not chosen on.
//!
//! Two ways that cannot look ahead. *Month by month*: before each month the constants are chosen
//! anew, from nothing but the months of the same bill before it, and the month is then scored.
//! *By the other bill*: they are chosen once on all months of another bill. The choice is made
//! in two steps, each by the usual score: the expected total by its mean absolute error, then the
//! range by its interval score. Of equals the first counts, and the textbook's come first.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::grid::{level_in_words, levels, range_in_words, ranges};
use super::trial::{Learned, Trial};
use super::{
    BacktestError, BacktestOptions, MethodScore, OURS, months, opponents_scores, score, table,
};
use crate::money::forecast::Tuning;
use crate::money::stats::mean;
use crate::money::{BillingMonth, DailyCosts};

/// With fewer months than these before it a month is forecast with the textbook's constants.
const FEWEST_MONTHS: usize = 3;

/// A bill to hold out, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Bill<'a> {
    /// Its name.
    pub name: &'a str,
    /// What each day cost.
    pub costs: &'a DailyCosts,
}

/// The hold-out of one bill.
#[derive(Clone, Debug, Serialize)]
pub struct Holdout {
    /// The bill.
    pub bill: String,
    /// The months that count.
    pub months: Vec<BillingMonth>,
    /// The first and last day of the month forecasts were made on.
    pub origins: (u32, u32),
    /// This forecast with constants chosen in each way, then as it is shipped, then the others.
    pub methods: Vec<MethodScore>,
    /// What was chosen before each month.
    pub choices: Vec<Choice>,
}

/// The constants chosen for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The month.
    pub month: BillingMonth,
    /// Those of the expected total, in words.
    pub level: String,
    /// Those of the range, in words.
    pub range: String,
}

/// Holds out every bill: month by month, and by each of the others.
///
/// # Errors
/// When a bill has no complete month, or the origins are not days of every month.
pub fn holdout(
    bills: &[Bill<'_>],
    options: &BacktestOptions,
) -> Result<Vec<Holdout>, BacktestError> {
    let mut tried = bills
        .iter()
        .map(|bill| Tried::new(*bill, options))
        .collect::<Result<Vec<_>, _>>()?;
    let chosen: Vec<Place> = tried.iter_mut().map(Tried::best_of_all).collect();
    Ok((0..tried.len())
        .filter_map(|held| {
            let others: Vec<(&str, Place)> = bills
                .iter()
                .zip(&chosen)
                .enumerate()
                .filter(|(at, _)| *at != held)
                .map(|(_, (bill, place))| (bill.name, *place))
                .collect();
            tried.get_mut(held).map(|tried| tried.hold_out(&others))
        })
        .collect())
}

/// A place in the grid: that of the level and that of the range.
type Place = (usize, usize);

/// A bill tried with the choices of the grid, each when it is first asked for.
struct Tried<'a> {
    bill: Bill<'a>,
    months: Vec<BillingMonth>,
    options: &'a BacktestOptions,
    learned: Vec<Learned<'a>>,
    /// The trials, month by month.
    trials: BTreeMap<Place, Vec<Vec<Trial>>>,
}

impl<'a> Tried<'a> {
    fn new(bill: Bill<'a>, options: &'a BacktestOptions) -> Result<Self, BacktestError> {
        let months = months(bill.costs, options)?;
        let learned = levels()
            .iter()
            .map(|level| Learned::new(bill.costs, &months, *level))
            .collect();
        Ok(Self {
            bill,
            months,
            options,
            learned,
            trials: BTreeMap::new(),
        })
    }

    /// What a choice scored in each month.
    fn at(&mut self, (level, range): Place) -> &[Vec<Trial>] {
        let (learned, months, options) = (&self.learned, &self.months, self.options);
        self.trials.entry((level, range)).or_insert_with(|| {
            let tuning = ranges().get(range).copied().unwrap_or_default();
            learned
                .get(level)
                .map(|learned| learned.try_all(months, options, tuning))
                .unwrap_or_default()
        })
    }

    /// The best choice on the first `months` months.
    fn best(&mut self, months: usize) -> Place {
        if months < FEWEST_MONTHS {
            return (0, 0);
        }
        // The range does not touch the expected total.
        let level = first_least((0..levels().len()).map(|level| {
            let trials = self.at((level, 0));
            mean_of(trials, months, |trial| trial.error)
        }));
        let range = first_least((0..ranges().len()).map(|range| {
            let trials = self.at((level, range));
            mean_of(trials, months, |trial| trial.interval)
        }));
        (level, range)
    }

    fn best_of_all(&mut self) -> Place {
        self.best(self.months.len())
    }

    fn hold_out(&mut self, others: &[(&str, Place)]) -> Holdout {
        let places: Vec<Place> = (0..self.months.len())
            .map(|month| self.best(month))
            .collect();
        let mut each = Vec::new();
        for (month, place) in places.iter().enumerate() {
            each.extend(self.at(*place).get(month).cloned());
        }
        let mut methods = vec![score(&format!("{OURS}, by month"), &each)];
        for (name, place) in others {
            methods.push(score(&format!("{OURS}, by {name}"), self.at(*place)));
        }
        let shipped = Tuning::default();
        let learned = Learned::new(self.bill.costs, &self.months, shipped.level);
        let trials = learned.try_all(&self.months, self.options, shipped.range);
        methods.push(score(&format!("{OURS}, as shipped"), &trials));
        methods.extend(opponents_scores(
            self.bill.costs,
            &self.months,
            self.options,
        ));
        Holdout {
            bill: self.bill.name.to_owned(),
            months: self.months.clone(),
            origins: (self.options.first_origin, self.options.last_origin),
            methods,
            choices: self
                .months
                .iter()
                .zip(&places)
                .map(|(month, place)| choice(*month, *place))
                .collect(),
        }
    }
}

fn choice(month: BillingMonth, (level, range): Place) -> Choice {
    Choice {
        month,
        level: level_in_words(levels().get(level).copied().unwrap_or_default()),
        range: range_in_words(ranges().get(range).copied().unwrap_or_default()),
    }
}

fn mean_of(trials: &[Vec<Trial>], months: usize, value: fn(&Trial) -> Decimal) -> Decimal {
    let values: Vec<Decimal> = trials.iter().take(months).flatten().map(value).collect();
    mean(&values)
}

/// The position of the first of the least.
fn first_least(values: impl Iterator<Item = Decimal>) -> usize {
    values
        .enumerate()
        .min_by_key(|(_, value)| *value)
        .map_or(0, |(at, _)| at)
}

impl Holdout {
    /// Methods side by side, then what was chosen before each month.
    pub fn table(&self) -> String {
        table::holdout(self)
    }
}

/// A bill run backwards over the same days: what fell now rises, and calm turns to restless.
#[must_use]
pub fn backwards(costs: &DailyCosts) -> DailyCosts {
    let (Some(first), Some(last)) = (costs.first_day(), costs.last_day()) else {
        return DailyCosts::default();
    };
    costs
        .iter()
        .map(|(day, amount)| (first + (last - day), amount))
        .collect()
}
