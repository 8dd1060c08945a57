//! What a coming day will cost beyond the plan: a robust level and the shape of the week.

use chrono::Weekday;
use rust_decimal::Decimal;

use super::series::Series;
use super::tuning::LevelTuning;
use crate::stats::{
    count, div, mean, mean_deviation, median, median_deviation, mul, sqrt, tail, trimmed_mean,
};

/// The shape of the week is learned if at least three weeks show a weekday.
const FEWEST_WEEKS: usize = 3;
/// The most days that are taken for a level shift.
const LONGEST_SHIFT: usize = 14;
/// How many robust standard deviations each of those days lies away from the four weeks before.
const SHIFT_SIGMAS: i64 = 3;
/// Days over which the usual deviation is measured.
const SCALE_DAYS: usize = 28;
/// Of a new level so much may still go: a quarter of the change, less the longer it stands.
const CHANGE_IN_DOUBT: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// A plan is trusted as much as a week of actuals.
const PLAN_WEIGHT_DAYS: i64 = 7;

/// 1.4826: the factor that makes a median deviation comparable to a standard deviation.
const MEDIAN_DEVIATION_TO_SIGMA: Decimal = Decimal::from_parts(14826, 0, 0, false, 4);
/// Two per cent of the usual size of a day: below that a deviation is noise of billing.
const SMALLEST_SHARE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);
/// 0.7 x 1.28: eighty per cent of a normal deviation, and less than all of it, because days after
/// one another even out.
const NOISE_AT_LEVEL: Decimal = Decimal::from_parts(896, 0, 0, false, 3);
/// One cent.
const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// A value for each weekday, to be added to the level.
#[derive(Clone, Debug, Default)]
pub(super) struct Week([Decimal; 7]);

impl Week {
    fn at(&self, weekday: Weekday) -> Decimal {
        let index = usize::try_from(weekday.num_days_from_monday()).unwrap_or(0);
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// What is known at the start of a day, from the days before it alone.
#[derive(Clone, Debug)]
pub(super) struct Outlook {
    level: Decimal,
    week: Week,
    /// The usual distance of a day from the middle, by which errors are compared over time.
    pub(super) scale: Decimal,
    /// The usual size of a day.
    pub(super) usual: Decimal,
    /// The days since a level shift, if there was one.
    pub(super) shifted: Option<usize>,
    /// The usual distance of a day from the level, without the shape of the week.
    noise: Decimal,
    /// The days that the level rests on.
    rests_on: usize,
    /// By how much a day's level may be wrong because it is new.
    doubt: Decimal,
}

impl Outlook {
    /// The outlook at the start of the day at `origin`.
    pub(super) fn at(series: &Series, origin: usize, with_plan: bool, tuning: LevelTuning) -> Self {
        let mut week = tuning
            .week_days
            .map_or_else(Week::default, |days| week(series, origin, days));
        let flat = without_week(series, origin, &week);
        let shifted = tuning.shift_days.and_then(|fewest| shift(&flat, fewest));
        let recent = shifted.unwrap_or(SCALE_DAYS).min(flat.len());
        let noise = mul(
            median_deviation(tail(&flat, recent), median(tail(&flat, recent))),
            MEDIAN_DEVIATION_TO_SIGMA,
        );
        let doubt = shifted.map_or(Decimal::ZERO, |days| {
            let (before, new) = flat.split_at(flat.len().saturating_sub(days));
            let change = (median(new) - median(tail(before, SCALE_DAYS))).abs();
            div(mul(change, CHANGE_IN_DOUBT), sqrt(count(days)))
        });
        let mut level = mean_of_windows(&flat, tuning.windows);
        if let Some(days) = shifted {
            let trust = div(count(days), count(days + tuning.shift_doubt));
            level += mul(trust, trimmed_mean(tail(&flat, days)) - level);
        }
        if with_plan {
            let n = count(series.reported(origin));
            let trust = div(n, n + Decimal::from(PLAN_WEIGHT_DAYS));
            level = mul(level, trust);
            week.0 = week.0.map(|offset| mul(offset, trust));
        }
        let usual = mean(series.recent_sizes(origin, SCALE_DAYS));
        let scale = mean_deviation(series.recent(origin, SCALE_DAYS))
            .max(mul(usual, SMALLEST_SHARE))
            .max(CENT);
        Self {
            level,
            week,
            scale,
            usual,
            shifted,
            noise,
            rests_on: recent.max(1),
            doubt,
        }
    }

    /// The least that half the range of a sum over `days` days may be: what independent days and
    /// the mean of those before them come to, and what of a new level is in doubt.
    pub(super) fn least_half(&self, days: usize) -> Decimal {
        let (h, n) = (count(days), count(self.rests_on));
        let together = sqrt(h + div(mul(h, h), n));
        mul(mul(self.noise, together), NOISE_AT_LEVEL).max(mul(self.doubt, h))
    }

    /// The expected value of a day.
    pub(super) fn day(&self, weekday: Weekday) -> Decimal {
        self.level + self.week.at(weekday)
    }

    /// The expected sum of `days` days from the one at `origin` on.
    pub(super) fn sum(&self, series: &Series, origin: usize, days: usize) -> Decimal {
        let weeks = count(days / 7);
        let all: Decimal = self.week.0.iter().copied().sum();
        let rest: Decimal = (0..days % 7)
            .map(|i| self.week.at(series.weekday(origin + i)))
            .sum();
        mul(self.level, count(days)) + mul(all, weeks) + rest
    }
}

/// The mean of the trimmed means over each of the windows.
fn mean_of_windows(flat: &[Decimal], windows: &[usize]) -> Decimal {
    let means: Vec<Decimal> = windows
        .iter()
        .map(|days| trimmed_mean(tail(flat, *days)))
        .collect();
    mean(&means)
}

/// Each weekday's median distance from the mean of the seven days around it, shrunken by how
/// sure it is: m²/(m² + s²/n), so a shape that repeats is kept and noise is not learned.
fn week(series: &Series, origin: usize, days: usize) -> Week {
    let first = origin.saturating_sub(days);
    let mut by_weekday: [Vec<Decimal>; 7] = Default::default();
    for position in first + 3..origin.saturating_sub(3) {
        let Some(value) = series.value(position) else {
            continue;
        };
        let around = mean(&series.present(position - 3, position + 4));
        let index = usize::try_from(series.weekday(position).num_days_from_monday()).unwrap_or(0);
        if let Some(distances) = by_weekday.get_mut(index) {
            distances.push(value - around);
        }
    }
    let offsets = by_weekday.map(|distances| sure_part(&distances));
    let centre = mean(&offsets);
    Week(offsets.map(|offset| offset - centre))
}

fn sure_part(distances: &[Decimal]) -> Decimal {
    if distances.len() < FEWEST_WEEKS {
        return Decimal::ZERO;
    }
    let middle = median(distances);
    let sigma = mul(
        median_deviation(distances, middle),
        MEDIAN_DEVIATION_TO_SIGMA,
    );
    let doubt = div(mul(sigma, sigma), count(distances.len()));
    let signal = mul(middle, middle);
    mul(middle, div(signal, signal + doubt))
}

/// The values reported before `origin`, freed from the shape of the week; only as many as are
/// looked at.
fn without_week(series: &Series, origin: usize, week: &Week) -> Vec<Decimal> {
    let most = LONGEST_SHIFT + SCALE_DAYS;
    let mut flat: Vec<Decimal> = (0..origin)
        .rev()
        .filter_map(|i| Some(series.value(i)? - week.at(series.weekday(i))))
        .take(most)
        .collect();
    flat.reverse();
    flat
}

/// The number of days since the level shifted: all of them lie on the same side, far from the
/// four weeks before, and nearer to one another than to those.
fn shift(flat: &[Decimal], fewest: usize) -> Option<usize> {
    (fewest..=LONGEST_SHIFT).rfind(|days| flat.len() >= days + 7 && has_shifted(flat, *days))
}

/// True if the last `days` days agree on a new level.
fn has_shifted(flat: &[Decimal], days: usize) -> bool {
    let (before, new) = flat.split_at(flat.len() - days);
    let old = tail(before, SCALE_DAYS);
    let middle = median(old);
    let sigma = mul(median_deviation(old, middle), MEDIAN_DEVIATION_TO_SIGMA)
        .max(mul(middle.abs(), SMALLEST_SHARE))
        .max(CENT);
    let far = mul(sigma, Decimal::from(SHIFT_SIGMAS));
    let above = new.iter().all(|v| v - middle > far);
    let below = new.iter().all(|v| middle - v > far);
    if !above && !below {
        return false;
    }
    let centre = median(new);
    let half = div((centre - middle).abs(), Decimal::TWO);
    new.iter().all(|v| (v - centre).abs() < half)
}
