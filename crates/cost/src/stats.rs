//! Order statistics and means in decimal arithmetic, which is the same on every machine.

use rust_decimal::Decimal;

/// Results beyond this are cut off, so that no sum of a few thousand of them overflows.
const CEILING: Decimal = Decimal::from_parts(0xA100_0000, 0x1BCE_CCED, 0xD3C2, false, 0); // 10^24

/// Digits kept after a division: far below a cent, and multiplications stay exact for longer.
const DIGITS: u32 = 12;

fn cut(value: Option<Decimal>, negative: bool) -> Decimal {
    let end = if negative { -CEILING } else { CEILING };
    value.map_or(end, |v| v.clamp(-CEILING, CEILING))
}

/// `a * b`, cut off at ±10^24.
pub fn mul(a: Decimal, b: Decimal) -> Decimal {
    let negative = a.is_sign_negative() != b.is_sign_negative();
    cut(a.checked_mul(b), negative).round_dp(DIGITS)
}

/// `a / b`, cut off at ±10^24; zero when `b` is zero.
pub fn div(a: Decimal, b: Decimal) -> Decimal {
    if b.is_zero() {
        return Decimal::ZERO;
    }
    let negative = a.is_sign_negative() != b.is_sign_negative();
    cut(a.checked_div(b), negative).round_dp(DIGITS)
}

/// The square root, by Newton's method; zero of what is not above zero.
pub fn sqrt(value: Decimal) -> Decimal {
    if value <= Decimal::ZERO {
        return Decimal::ZERO;
    }
    let mut root = value.max(Decimal::ONE);
    // From above it falls until it can fall no more: 10^24 needs 45 steps.
    for _ in 0..100 {
        let next = div(root + div(value, root), Decimal::TWO);
        if next >= root {
            break;
        }
        root = next;
    }
    root
}

/// A count as a decimal.
pub fn count(n: usize) -> Decimal {
    Decimal::from(n)
}

/// The arithmetic mean; zero of nothing.
pub fn mean(values: &[Decimal]) -> Decimal {
    div(values.iter().copied().sum(), count(values.len()))
}

/// The middle value; zero of nothing.
pub fn median(values: &[Decimal]) -> Decimal {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 {
        return upper;
    }
    let lower = middle
        .checked_sub(1)
        .and_then(|i| sorted.get(i))
        .copied()
        .unwrap_or_default();
    div(lower + upper, Decimal::TWO)
}

/// The mean of the middle three fifths: a fifth is dropped at either end.
pub fn trimmed_mean(values: &[Decimal]) -> Decimal {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let drop = sorted.len() / 5;
    mean(sorted.get(drop..sorted.len() - drop).unwrap_or_default())
}

/// The mean distance from the median.
pub fn mean_deviation(values: &[Decimal]) -> Decimal {
    let middle = median(values);
    mean(
        &values
            .iter()
            .map(|v| (v - middle).abs())
            .collect::<Vec<_>>(),
    )
}

/// The median distance from a given centre.
pub fn median_deviation(values: &[Decimal], centre: Decimal) -> Decimal {
    median(
        &values
            .iter()
            .map(|v| (v - centre).abs())
            .collect::<Vec<_>>(),
    )
}

/// The last `n` values.
pub fn tail(values: &[Decimal], n: usize) -> &[Decimal] {
    values
        .get(values.len().saturating_sub(n)..)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(values: &[i64]) -> Vec<Decimal> {
        values.iter().map(|v| Decimal::from(*v)).collect()
    }

    #[test]
    fn a_spike_does_not_move_the_trimmed_mean() {
        assert_eq!(
            trimmed_mean(&d(&[10, 10, 10, 10, 10, 10, 400])),
            Decimal::TEN
        );
        assert_eq!(trimmed_mean(&d(&[1, 2])), Decimal::new(15, 1));
        assert_eq!(trimmed_mean(&[]), Decimal::ZERO);
    }

    #[test]
    fn medians_of_odd_even_and_nothing() {
        assert_eq!(median(&d(&[3, 1, 2])), Decimal::TWO);
        assert_eq!(median(&d(&[4, 1, 2, 3])), Decimal::new(25, 1));
        assert_eq!(median(&[]), Decimal::ZERO);
    }

    #[test]
    fn roots() {
        for (square, root) in [(4, 2), (1_000_000, 1000), (1, 1), (0, 0), (-4, 0)] {
            assert_eq!(sqrt(Decimal::from(square)), Decimal::from(root));
        }
        assert_eq!(sqrt(CEILING), Decimal::from(1_000_000_000_000_i64));
        assert_eq!(sqrt(Decimal::new(1, 4)), Decimal::new(1, 2));
    }

    #[test]
    fn the_ends_are_cut_off_instead_of_panicking() {
        assert_eq!(CEILING.to_string(), "1000000000000000000000000");
        assert_eq!(mul(Decimal::MAX, Decimal::MAX), CEILING);
        assert_eq!(div(Decimal::MAX, Decimal::new(-1, 20)), -CEILING);
        assert_eq!(div(Decimal::ONE, Decimal::ZERO), Decimal::ZERO);
    }
}
