//! How good the forecast is on data its constants were not chosen on.
//!
//! Two ways that cannot look ahead. *Month by month*: before each month the constants are chosen
//! anew, from nothing but the months of the same bill before it, and the month is then scored.
//! *By the other bill*: they are chosen once on all months of another bill. The choice is made
//! in two steps, each by the usual score: the expected total by its mean absolute error, then the
//! range by its interval score. Of equals the first counts, and the textbook's come first.
//!
//! And since the months of one bill are few, its days are also cut into months at other places.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde::Serialize;

use super::grid::{STARTS, level_in_words, levels, range_in_words, ranges};
use super::opponents::OPPONENTS;
use super::trial::{Learned, Trial, shipped, try_opponent};
use super::{
    BacktestError, BacktestOptions, MethodScore, OURS, in_direction, months, score, scores, table,
};
use crate::stats::mean;
use crate::{BillingMonth, DailyCosts};

/// With fewer months than these before it a month is forecast with the constants of the start.
const FEWEST_MONTHS: usize = 3;

/// The days a bill is moved to the past by, so that its months begin elsewhere. Whole weeks:
/// weekdays stay what they are.
const CUTS: [i64; 4] = [0, 7, 14, 21];

/// A bill to hold out, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Bill<'a> {
    /// Its name.
    pub name: &'a str,
    /// What each day cost.
    pub costs: &'a DailyCosts,
}

impl Bill<'_> {
    /// True if it has a complete month with enough history before it.
    pub fn has_months(&self, options: &BacktestOptions) -> bool {
        months(self.costs, options).is_ok()
    }
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
    /// What was chosen before each month, beginning from one window.
    pub choices: Vec<Choice>,
    /// The months of all cuts together.
    pub months_of_all_cuts: usize,
    /// This forecast as it is shipped and the others, over all cuts.
    pub all_cuts: Vec<MethodScore>,
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
    let turned: Vec<DailyCosts> = bills
        .iter()
        .map(|bill| in_direction(bill.costs, options).into_owned())
        .collect();
    let mut tried = bills
        .iter()
        .zip(&turned)
        .map(|(bill, costs)| Tried::new(bill.name, costs, options))
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
    name: &'a str,
    costs: &'a DailyCosts,
    months: Vec<BillingMonth>,
    options: &'a BacktestOptions,
    learned: Vec<Learned<'a>>,
    /// The error of each choice of a level, month by month.
    errors: Vec<Vec<Decimal>>,
    /// The trials, month by month.
    trials: BTreeMap<Place, Vec<Vec<Trial>>>,
}

impl<'a> Tried<'a> {
    fn new(
        name: &'a str,
        costs: &'a DailyCosts,
        options: &'a BacktestOptions,
    ) -> Result<Self, BacktestError> {
        let months = months(costs, options)?;
        let learned: Vec<Learned<'_>> = levels()
            .iter()
            .map(|level| Learned::new(costs, *level))
            .collect();
        let errors = learned
            .iter()
            .map(|learned| learned.errors(&months, options))
            .collect();
        Ok(Self {
            name,
            costs,
            months,
            options,
            learned,
            errors,
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

    /// The best choice on the first `months` months, or the start if they are too few.
    fn best(&mut self, months: usize, start: usize) -> Place {
        if months < FEWEST_MONTHS {
            return (start, 0);
        }
        let seen = |errors: &Vec<Decimal>| mean(errors.get(..months).unwrap_or_default());
        let level = first_least(self.errors.iter().map(seen));
        let range = first_least((0..ranges().len()).map(|range| {
            let trials = self.at((level, range)).iter().take(months).flatten();
            mean(&trials.map(|trial| trial.interval).collect::<Vec<_>>())
        }));
        (level, range)
    }

    fn best_of_all(&mut self) -> Place {
        self.best(self.months.len(), 0)
    }

    /// The choice before each month, and what it scored in it.
    fn by_month(&mut self, start: usize) -> (Vec<Place>, Vec<Vec<Trial>>) {
        let places: Vec<Place> = (0..self.months.len())
            .map(|month| self.best(month, start))
            .collect();
        let mut trials = Vec::new();
        for (month, place) in places.iter().enumerate() {
            trials.extend(self.at(*place).get(month).cloned());
        }
        (places, trials)
    }

    fn hold_out(&mut self, others: &[(&str, Place)]) -> Holdout {
        let mut methods = Vec::new();
        let mut choices = Vec::new();
        for (name, start) in STARTS {
            let (places, trials) = self.by_month(start);
            methods.push(score(&format!("by month, {name}"), &trials));
            if choices.is_empty() {
                choices = self.months.iter().zip(&places).map(choice).collect();
            }
        }
        for (name, place) in others {
            methods.push(score(&format!("by {name}"), self.at(*place)));
        }
        let ours = shipped(self.costs, &self.months, self.options);
        methods.extend(scores(&ours, self.costs, &self.months, self.options));
        let (months_of_all_cuts, all_cuts) = all_cuts(self.costs, self.options);
        Holdout {
            bill: self.name.to_owned(),
            months: self.months.clone(),
            origins: (self.options.first_origin, self.options.last_origin),
            methods,
            choices,
            months_of_all_cuts,
            all_cuts,
        }
    }
}

/// The forecast as it is shipped and its opponents on the months of every cut.
fn all_cuts(costs: &DailyCosts, options: &BacktestOptions) -> (usize, Vec<MethodScore>) {
    let cuts: Vec<(DailyCosts, Vec<BillingMonth>)> = CUTS
        .iter()
        .filter_map(|days| {
            let moved: DailyCosts = costs
                .iter()
                .map(|(day, amount)| (day - TimeDelta::days(*days), amount))
                .collect();
            let months = months(&moved, options).ok()?;
            Some((moved, months))
        })
        .collect();
    let ours: Vec<Vec<Trial>> = cuts
        .iter()
        .flat_map(|(costs, months)| shipped(costs, months, options))
        .collect();
    let mut all = vec![score(OURS, &ours)];
    for opponent in &OPPONENTS {
        let trials: Vec<Vec<Trial>> = cuts
            .iter()
            .flat_map(|(costs, months)| try_opponent(costs, months, options, opponent))
            .collect();
        all.push(score(opponent.name, &trials));
    }
    (ours.len(), all)
}

fn choice((month, (level, range)): (&BillingMonth, &Place)) -> Choice {
    Choice {
        month: *month,
        level: level_in_words(levels().get(*level).copied().unwrap_or_default()),
        range: range_in_words(ranges().get(*range).copied().unwrap_or_default()),
    }
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
