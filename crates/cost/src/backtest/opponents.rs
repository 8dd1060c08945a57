//! The methods the forecast is measured against: the usual ones, in their textbook form, with
//! fixed parameters, and one that is fitted. None of them is used for anything else.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::BillingMonth;
use crate::stats::{count, div, mean, mul, tail};

/// The days known, in order.
pub(super) type Known<'a> = &'a [(NaiveDate, Decimal)];

/// A method: from the days known to one value for each of the coming days.
pub(super) struct Opponent {
    /// Its name.
    pub(super) name: &'static str,
    /// What it expects.
    pub(super) expect: fn(Known<'_>, &[NaiveDate]) -> Vec<Decimal>,
}

/// All of them.
pub(super) const OPPONENTS: [Opponent; 8] = [
    Opponent {
        name: "seasonal naive",
        expect: seasonal_naive,
    },
    Opponent {
        name: "run rate",
        expect: run_rate,
    },
    Opponent {
        name: "mean of 7 days",
        expect: mean_of_7,
    },
    Opponent {
        name: "mean of 28 days",
        expect: mean_of_28,
    },
    Opponent {
        name: "linear trend",
        expect: linear_trend,
    },
    Opponent {
        name: "Holt-Winters",
        expect: holt_winters,
    },
    Opponent {
        name: "Holt-Winters, fitted",
        expect: fitted_holt_winters,
    },
    Opponent {
        name: "Theta",
        expect: theta,
    },
];

fn values(known: Known<'_>, n: usize) -> Vec<Decimal> {
    let all: Vec<Decimal> = known.iter().map(|(_, value)| *value).collect();
    tail(&all, n).to_vec()
}

fn flat(value: Decimal, days: &[NaiveDate]) -> Vec<Decimal> {
    vec![value; days.len()]
}

/// The last known value of the same weekday.
fn seasonal_naive(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let same = |day: &NaiveDate| {
        known
            .iter()
            .rev()
            .find(|(d, _)| d.weekday() == day.weekday())
            .map(|(_, v)| *v)
    };
    days.iter()
        .map(|day| same(day).unwrap_or_default())
        .collect()
}

/// The mean of the month so far.
fn run_rate(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let month = days.first().copied().map(BillingMonth::of);
    let so_far: Vec<Decimal> = known
        .iter()
        .filter(|(d, _)| Some(BillingMonth::of(*d)) == month)
        .map(|(_, v)| *v)
        .collect();
    if so_far.is_empty() {
        mean_of_7(known, days)
    } else {
        flat(mean(&so_far), days)
    }
}

fn mean_of_7(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    flat(mean(&values(known, 7)), days)
}

fn mean_of_28(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    flat(mean(&values(known, 28)), days)
}

/// Intercept and slope of the least-squares line through equally spaced values.
fn line(values: &[Decimal]) -> (Decimal, Decimal) {
    let centre = div(count(values.len().saturating_sub(1)), Decimal::TWO);
    let middle = mean(values);
    let mut products = Decimal::ZERO;
    let mut squares = Decimal::ZERO;
    for (i, value) in values.iter().enumerate() {
        let x = count(i) - centre;
        products += mul(x, value - middle);
        squares += mul(x, x);
    }
    let slope = div(products, squares);
    (middle - mul(slope, centre), slope)
}

/// The line through the last 28 days, continued.
fn linear_trend(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let past = values(known, 28);
    let (start, slope) = line(&past);
    (0..days.len())
        .map(|i| start + mul(slope, count(past.len() + i)))
        .collect()
}

/// How fast Holt-Winters learns: its level, its trend, its season.
#[derive(Clone, Copy)]
struct Smoothing {
    level: Decimal,
    trend: Decimal,
    season: Decimal,
}

/// What Holt-Winters has learned: additive, with a weekly season and a trend damped by 0.9.
#[derive(Default)]
struct HoltWinters {
    level: Decimal,
    trend: Decimal,
    season: [Decimal; 7],
    /// The sum of its squared errors one day ahead.
    squares: Decimal,
}

impl HoltWinters {
    const DAMPING: Decimal = Decimal::from_parts(9, 0, 0, false, 1);

    fn learn(known: Known<'_>, by: Smoothing) -> Self {
        let mut state = Self {
            level: known.first().map(|(_, v)| *v).unwrap_or_default(),
            ..Self::default()
        };
        for (day, value) in known {
            state.see(*day, *value, by);
        }
        state
    }

    fn see(&mut self, day: NaiveDate, value: Decimal, by: Smoothing) {
        let Some(season) = self.season.get_mut(weekday(day)) else {
            return;
        };
        let damped = mul(Self::DAMPING, self.trend);
        let before = self.level + damped;
        let error = value - *season - before;
        self.squares += mul(error, error);
        let next = before + mul(by.level, error);
        self.trend = damped + mul(by.trend, next - self.level - damped);
        *season += mul(by.season, value - next - *season);
        self.level = next;
    }

    fn expect(&self, days: &[NaiveDate]) -> Vec<Decimal> {
        let mut ahead = Decimal::ZERO;
        let mut damping = Decimal::ONE;
        days.iter()
            .map(|day| {
                damping = mul(damping, Self::DAMPING);
                ahead += mul(self.trend, damping);
                let season = self.season.get(weekday(*day)).copied();
                self.level + ahead + season.unwrap_or_default()
            })
            .collect()
    }
}

fn weekday(day: NaiveDate) -> usize {
    usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0)
}

/// Holt-Winters with fixed smoothing: 0.3 (level), 0.05 (trend), 0.1 (season).
fn holt_winters(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let by = Smoothing {
        level: Decimal::new(3, 1),
        trend: Decimal::new(5, 2),
        season: Decimal::new(1, 1),
    };
    HoltWinters::learn(known, by).expect(days)
}

/// Holt-Winters fitted anew on every day: of twelve smoothings the one with the least squared error
/// one day ahead over the last sixteen weeks.
fn fitted_holt_winters(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let recent = known
        .get(known.len().saturating_sub(112)..)
        .unwrap_or_default();
    let (off, on) = (Decimal::ZERO, Decimal::new(1, 1));
    [1, 3, 6]
        .into_iter()
        .flat_map(|tenths| [(off, off), (off, on), (on, off), (on, on)].map(|t| (tenths, t)))
        .map(|(tenths, (trend, season))| Smoothing {
            level: Decimal::new(tenths, 1),
            trend,
            season,
        })
        .map(|by| HoltWinters::learn(recent, by))
        .min_by_key(|tried| tried.squares)
        .unwrap_or_default()
        .expect(days)
}

/// Theta (Assimakopoulos and Nikolopoulos, 2000) as Hyndman and Billah showed it to be: simple
/// exponential smoothing (0.3) with half the slope of the line as drift, on 56 days freed from
/// their weekday means.
fn theta(known: Known<'_>, days: &[NaiveDate]) -> Vec<Decimal> {
    let recent = known
        .get(known.len().saturating_sub(56)..)
        .unwrap_or_default();
    let middle = mean(&recent.iter().map(|(_, v)| *v).collect::<Vec<_>>());
    let offset = |day: &NaiveDate| {
        let same: Vec<Decimal> = recent
            .iter()
            .filter(|(d, _)| d.weekday() == day.weekday())
            .map(|(_, v)| *v)
            .collect();
        if same.is_empty() {
            Decimal::ZERO
        } else {
            mean(&same) - middle
        }
    };
    let freed: Vec<Decimal> = recent.iter().map(|(d, v)| v - offset(d)).collect();
    let (_, slope) = line(&freed);
    let drift = div(slope, Decimal::TWO);
    let alpha = Decimal::new(3, 1);
    let first = freed.first().copied().unwrap_or_default();
    let level = freed
        .iter()
        .fold(first, |level, value| level + mul(alpha, value - level));
    days.iter()
        .enumerate()
        .map(|(i, day)| level + mul(drift, count(i + 1)) + offset(day))
        .collect()
}
