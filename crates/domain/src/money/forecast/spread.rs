//! How far off the forecast may be, measured on its own past.

use rust_decimal::Decimal;

use super::level::Outlook;
use super::series::Series;
use crate::money::stats::{count, div, mul};

/// Days of history before an origin's forecast counts as one.
const WARM_UP: usize = 14;
/// Fewer past errors than this say nothing about the spread.
const FEWEST: usize = 5;
/// 2^(-1/60): the weight of an error halves in sixty days.
const FADE: Decimal = Decimal::from_parts(0x9EA0_AC87, 0x0DB7_E843, 0, false, 18);

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
    /// Absolute errors in dollars, ascending, each with its weight.
    errors: Vec<(Decimal, Decimal)>,
    total: Decimal,
    /// How many independent errors these are worth: windows of `h` days that overlap tell one
    /// story, not `h`.
    effective: Decimal,
    pub(super) origin: Origin,
}

impl Spread {
    /// The spread of a sum over `horizon` days that begin after the series, from the errors that
    /// forecasts for as many days made before. `outlooks[u]` is the outlook at origin `u`.
    pub(super) fn measure(
        series: &Series,
        outlooks: &[Outlook],
        end: usize,
        horizon: usize,
        to_come: Decimal,
    ) -> Self {
        let known = end.saturating_sub(WARM_UP + FEWEST - 1);
        let reach = horizon.min(known);
        let now = outlooks.get(end).map(|o| o.scale);
        let (Some(scale), true) = (now, reach > 0) else {
            return Self::assumed(to_come);
        };
        let stretch = div(mul(scale, count(horizon)), count(reach));
        let mut weight = Decimal::ONE;
        let mut errors = Vec::new();
        // Newest first, so that the weight fades by one factor a day.
        for origin in (WARM_UP..=end - reach).rev() {
            let Some(outlook) = outlooks.get(origin) else { continue };
            let actual = series.sum(origin, origin + reach);
            let miss = (actual - outlook.sum(series, origin, reach)).abs();
            errors.push((mul(div(miss, outlook.scale), stretch), weight));
            weight = (weight * FADE).round_dp(18);
        }
        let n = errors.len();
        let from = if reach == horizon {
            Origin::Measured { errors: n, horizon }
        } else {
            Origin::Stretched { errors: n, horizon: reach }
        };
        Self::of(errors, reach, from)
    }

    /// The spread where nothing is known: errors even out to a quarter of what is to come at
    /// 80 %. A convention, and labelled as one.
    pub(super) fn assumed(to_come: Decimal) -> Self {
        let step = mul(to_come.abs(), Decimal::new(3125, 5));
        let errors = (1..=10_i64).map(|i| (mul(step, Decimal::from(i)), Decimal::ONE)).collect();
        Self::of(errors, 3, Origin::Assumed)
    }

    fn of(mut errors: Vec<(Decimal, Decimal)>, overlap: usize, origin: Origin) -> Self {
        errors.sort_unstable();
        let total: Decimal = errors.iter().map(|(_, weight)| *weight).sum();
        let squares: Decimal = errors.iter().map(|(_, weight)| mul(*weight, *weight)).sum();
        let worth = div(mul(total, total), squares);
        let effective = div(worth, count(overlap.max(1))).max(Decimal::ONE);
        Self { errors, total, effective, origin }
    }

    /// The error that a share `level` of the past errors did not exceed.
    pub(super) fn quantile(&self, level: Decimal) -> Decimal {
        let target = mul(self.total, level);
        let mut below = Decimal::ZERO;
        for (error, weight) in &self.errors {
            below += weight;
            if below >= target {
                return *error;
            }
        }
        self.errors.last().map(|(error, _)| *error).unwrap_or_default()
    }

    /// The probability that the sum lies above what is expected by more than `distance`
    /// (negative: below). Symmetric; and since an error larger than all seen is always possible,
    /// one more independent error is counted as if it had been.
    pub(super) fn beyond(&self, distance: Decimal) -> Decimal {
        let further: Decimal = self
            .errors
            .iter()
            .filter(|(error, _)| *error > distance.abs())
            .map(|(_, weight)| *weight)
            .sum();
        let share = div(further, self.total);
        let careful = div(mul(share, self.effective) + Decimal::ONE, self.effective + Decimal::ONE);
        let tail = div(careful, Decimal::TWO);
        if distance.is_sign_negative() { Decimal::ONE - tail } else { tail }
    }
}
