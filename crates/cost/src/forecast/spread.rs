//! How far off the forecast may be, measured on its own past.
//!
//! Conformal: the range is as wide as the errors that forecasts over just as many days made
//! before, each divided by the usual deviation of its time and weighted by its recency. And
//! adaptive (Gibbs and Candès, 2021): the share of past errors the range holds is raised a little
//! after each day that fell outside and lowered a little after each that did not, so that in the
//! long run four in five are held although costs are calm for months and then are not.

use rust_decimal::Decimal;

use super::level::Outlook;
use super::series::Series;
use super::tuning::{HalfLife, RangeTuning};
use crate::stats::{count, div, mul};

/// Days of history before an origin's forecast counts as one.
const WARM_UP: usize = 14;
/// Fewer past errors than this say nothing about the spread.
const FEWEST: usize = 5;
/// So many past errors, a quarter of a year, know how large an error may be.
const ENOUGH_TO_KNOW: usize = 90;
/// However much windows overlap, they are worth at least three independent errors.
const FEWEST_EFFECTIVE: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

/// Half the range is a hundredth of what is to come at the least: no past is so exact that the
/// next days are known to the cent.
const LEAST_SHARE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Shares in millionths: whole numbers are exact and quick.
const MILLION: u32 = 1_000_000;
/// The share of errors the range shall hold: 80 %.
const LEVEL: u32 = 800_000;
/// The share never leaves these bounds, whatever happened.
const LEVEL_BOUNDS: (u32, u32) = (700_000, 980_000);

/// Where the spread comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// So many past errors over just as many days as lie ahead.
    Measured {
        /// Past errors.
        errors: usize,
        /// The days ahead each of them looked.
        horizon: usize,
    },
    /// Past errors over fewer days, stretched in proportion.
    Stretched {
        /// Past errors.
        errors: usize,
        /// The days ahead each of them looked.
        horizon: usize,
    },
    /// No past: a quarter of what is to come.
    Assumed,
}

/// The distribution of the absolute error of the sum to come.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    errors: Errors,
    /// How many independent errors these are worth: windows of `h` days that overlap tell one
    /// story, not `h`.
    effective: Decimal,
    /// The share of past errors the range holds, in millionths.
    level: u32,
    /// Half the range at the least, however exact the past was.
    least: Decimal,
    pub(super) origin: Origin,
}

impl Spread {
    /// The spread of a sum over `horizon` days that begin at position `end`, from the errors that
    /// forecasts for as many days made before. `outlooks[u]` is the outlook at origin `u`.
    pub(super) fn measure(
        series: &Series,
        outlooks: &[Outlook],
        end: usize,
        horizon: usize,
        to_come: Decimal,
        tuning: RangeTuning,
    ) -> Self {
        let known = end.saturating_sub(WARM_UP + FEWEST - 1);
        let reach = horizon.min(known);
        let (Some(now), true) = (outlooks.get(end), reach > 0) else {
            return Self::assumed(to_come);
        };
        let mut largest = Decimal::ZERO;
        let scores: Vec<Decimal> = (WARM_UP..=end - reach)
            .filter_map(|origin| Some((origin, outlooks.get(origin)?)))
            .map(|(origin, outlook)| {
                let actual = series.sum(origin, origin + reach);
                let error = (actual - outlook.sum(series, origin, reach)).abs();
                let growth = div(now.usual, outlook.usual).max(Decimal::ONE);
                largest = largest.max(mul(error, growth));
                div(error, outlook.scale)
            })
            .collect();
        let (level, mut errors) = adapt(&scores, reach, tuning);
        let longer = div(count(horizon), count(reach));
        let stretch = mul(now.scale, longer);
        // An error out of a calm time, in deviations of a restless one, would be one that nobody
        // has seen: none counts for more than the largest, grown as the bill has.
        let largest = mul(largest, longer);
        let knows = scores.len() >= ENOUGH_TO_KNOW;
        for (error, _) in &mut errors.ascending {
            let scaled = mul(*error, stretch);
            *error = if knows { scaled.min(largest) } else { scaled };
        }
        let effective = div(errors.worth(), count(reach)).max(FEWEST_EFFECTIVE);
        let least = mul(to_come.abs(), LEAST_SHARE).max(now.least_half(horizon));
        let origin = if reach == horizon {
            Origin::Measured {
                errors: scores.len(),
                horizon,
            }
        } else {
            Origin::Stretched {
                errors: scores.len(),
                horizon: reach,
            }
        };
        Self {
            errors,
            effective,
            level,
            least,
            origin,
        }
    }

    /// The spread where nothing is known: errors even out to a quarter of what is to come at
    /// 80 %. A convention, and labelled as one.
    pub(super) fn assumed(to_come: Decimal) -> Self {
        let step = mul(to_come.abs(), Decimal::new(3125, 5));
        let mut errors = Errors::default();
        for i in 1..=10_u32 {
            errors.insert(mul(step, i.into()), 1);
        }
        Self {
            errors,
            effective: FEWEST_EFFECTIVE,
            level: LEVEL,
            least: Decimal::ZERO,
            origin: Origin::Assumed,
        }
    }

    /// Half the width of the range.
    pub(super) fn half_range(&self) -> Decimal {
        self.errors.quantile(self.level).max(self.least)
    }

    /// The share of errors above a distance: of those seen, and never less than the narrowest range
    /// allows, of which eight in ten equal steps reach to its end.
    fn share_above(&self, distance: Decimal) -> Decimal {
        let seen = self.errors.share_above(distance);
        let steps = div(mul(distance, Decimal::from(8)), self.least).floor();
        let least = if self.least.is_zero() {
            Decimal::ZERO
        } else {
            div((Decimal::TEN - steps).max(Decimal::ZERO), Decimal::TEN)
        };
        seen.max(least)
    }

    /// The probability that the sum lies above what is expected by more than `distance`
    /// (negative: below). Symmetric; and since an error larger than all seen is always possible,
    /// one more independent error is counted as if it had been.
    pub(super) fn beyond(&self, distance: Decimal) -> Decimal {
        let share = self.share_above(distance.abs());
        let careful = div(
            mul(share, self.effective) + Decimal::ONE,
            self.effective + Decimal::ONE,
        );
        let tail = div(careful, Decimal::TWO);
        if distance.is_sign_negative() {
            Decimal::ONE - tail
        } else {
            tail
        }
    }
}

/// Walks through the past as it went: at each origin the range is made of the errors known by
/// then, and once its own days are over, the share it holds is corrected. Scores are in the order
/// of their origins; the score of an origin is known `reach` days after it.
fn adapt(scores: &[Decimal], reach: usize, tuning: RangeTuning) -> (u32, Errors) {
    let mut errors = Errors::default();
    let mut level = LEVEL;
    let mut promised: Vec<Option<Decimal>> = Vec::with_capacity(scores.len());
    let mut weight = FIRST_WEIGHT;
    for now in 0..scores.len() + reach {
        if let Some(known) = now.checked_sub(reach) {
            let score = scores.get(known).copied().unwrap_or_default();
            if let Some(Some(promise)) = promised.get(known) {
                level = corrected(level, score <= *promise, tuning.step);
            }
            errors.insert(score, weight);
            weight = grow(weight, tuning.half_life);
        }
        let enough = errors.ascending.len() >= FEWEST;
        promised.push(enough.then(|| errors.quantile(level)));
    }
    (level, errors)
}

/// The share of errors the next range holds. Four fifths of the step up, a fifth down: at rest
/// when four in five are inside.
fn corrected(level: u32, held: bool, step: u32) -> u32 {
    let next = if held {
        level.saturating_sub(step / 5)
    } else {
        level + step / 5 * 4
    };
    next.clamp(LEVEL_BOUNDS.0, LEVEL_BOUNDS.1)
}

/// The weight of the oldest error; each later one weighs a little more than the one before, so
/// that an error counts half after its half-life. Four years of them stay below 2^64.
const FIRST_WEIGHT: u64 = 1 << 32;

/// One day's growth.
fn grow(weight: u64, half_life: HalfLife) -> u64 {
    let more = (u128::from(weight) * u128::from(half_life.growth())) >> 32;
    weight.saturating_add(u64::try_from(more).unwrap_or(u64::MAX))
}

/// Errors in ascending order, each with its weight.
#[derive(Clone, Debug, Default)]
struct Errors {
    ascending: Vec<(Decimal, u64)>,
    total: u128,
}

impl Errors {
    fn insert(&mut self, error: Decimal, weight: u64) {
        let at = self.ascending.partition_point(|(other, _)| *other < error);
        self.ascending.insert(at, (error, weight));
        self.total += u128::from(weight);
    }

    /// The error that a share of the weight, in millionths, does not exceed.
    fn quantile(&self, share: u32) -> Decimal {
        let target = self.total * u128::from(share);
        let mut below = 0_u128;
        for (error, weight) in &self.ascending {
            below += u128::from(*weight);
            if below * u128::from(MILLION) >= target {
                return *error;
            }
        }
        self.ascending
            .last()
            .map(|(error, _)| *error)
            .unwrap_or_default()
    }

    /// The share of the weight above an error.
    fn share_above(&self, error: Decimal) -> Decimal {
        let from = self.ascending.partition_point(|(other, _)| *other <= error);
        let above: u128 = self
            .ascending
            .iter()
            .skip(from)
            .map(|(_, weight)| u128::from(*weight))
            .sum();
        ratio(above, self.total)
    }

    /// How many errors of equal weight these are worth: (Σw)² / Σw².
    fn worth(&self) -> Decimal {
        // Relative to the largest weight, in millionths, so that squares stay small.
        let largest = self
            .ascending
            .iter()
            .map(|(_, weight)| *weight)
            .max()
            .unwrap_or(1);
        let relative = |weight: u64| ratio(weight.into(), largest.into());
        let sum: Decimal = self
            .ascending
            .iter()
            .map(|(_, weight)| relative(*weight))
            .sum();
        let squares: Decimal = self
            .ascending
            .iter()
            .map(|(_, weight)| relative(*weight))
            .map(|weight| mul(weight, weight))
            .sum();
        div(mul(sum, sum), squares)
    }
}

/// A part of a whole as a decimal, exact to the millionth.
fn ratio(part: u128, whole: u128) -> Decimal {
    let millionths = part * u128::from(MILLION) / whole.max(1);
    Decimal::new(i64::try_from(millionths).unwrap_or(i64::MAX), 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_doubles_in_a_half_life_and_four_years_fit() {
        let after = |days: usize, half_life| {
            (0..days).fold(FIRST_WEIGHT, |weight, _| grow(weight, half_life))
        };
        for (days, half_life) in [(60, HalfLife::Days60), (120, HalfLife::Days120)] {
            let doubled = after(days, half_life) * 1_000_000 / FIRST_WEIGHT;
            assert!((1_999_990..=2_000_010).contains(&doubled), "{doubled}");
        }
        assert!(after(1461, HalfLife::Days60) < u64::MAX / 64);
        assert_eq!(after(1461, HalfLife::Never), FIRST_WEIGHT);
    }

    #[test]
    fn the_share_rests_when_four_in_five_are_held() {
        let after = (0..100).fold(LEVEL, |level, i| corrected(level, i % 5 != 0, 10_000));
        assert_eq!(after, LEVEL);
        assert_eq!(
            (0..1000).fold(LEVEL, |level, _| corrected(level, true, 10_000)),
            LEVEL_BOUNDS.0
        );
        assert_eq!(
            (0..1000).fold(LEVEL, |level, _| corrected(level, false, 10_000)),
            LEVEL_BOUNDS.1
        );
    }

    #[test]
    fn quantiles_follow_the_weights() {
        let mut errors = Errors::default();
        for (error, weight) in [(3, 1), (1, 7), (2, 2)] {
            errors.insert(Decimal::from(error), weight);
        }
        assert_eq!(errors.quantile(700_000), Decimal::ONE);
        assert_eq!(errors.quantile(800_000), Decimal::TWO);
        assert_eq!(errors.share_above(Decimal::ONE), Decimal::new(3, 1));
        assert_eq!(Errors::default().quantile(LEVEL), Decimal::ZERO);
    }

    #[test]
    fn nothing_is_promised_from_the_future() {
        // Errors grow: the share must end above 80 % because ranges made of the past were short.
        let scores: Vec<Decimal> = (1..200).map(Decimal::from).collect();
        let (level, errors) = adapt(&scores, 7, RangeTuning::default());
        assert_eq!(level, LEVEL_BOUNDS.1);
        assert_eq!(errors.ascending.len(), scores.len());
    }
}
