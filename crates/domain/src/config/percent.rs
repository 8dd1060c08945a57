//! Shares in per cent.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Serialize, Serializer};

/// A share in per cent, above 0 and at most 1000, with at most two decimals: `80%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Decimal);

impl Percent {
    /// The number before the sign: 80 for `80%`.
    pub fn value(self) -> Decimal {
        self.0
    }

    /// This share of a number of things, rounded down: `40%` of 7 is 2.
    pub fn share_of(self, count: usize) -> usize {
        (Decimal::from(count) * self.fraction())
            .floor()
            .to_usize()
            .unwrap_or(usize::MAX)
    }

    /// As a factor: 0.80 for `80%`.
    pub fn fraction(self) -> Decimal {
        self.0 * Decimal::new(1, 2)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_suffix('%').ok_or(PercentError)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !plain || !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.len() > 7 {
            return Err(PercentError);
        }
        let value = Decimal::from_str_exact(digits)
            .map_err(|_| PercentError)?
            .normalize();
        let fits = value > Decimal::ZERO && value <= Decimal::ONE_THOUSAND && value.scale() <= 2;
        fits.then_some(Self(value)).ok_or(PercentError)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a number above 0 and at most 1000, then the sign: 80%")]
pub struct PercentError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for (text, shown) in [
            ("80%", "80%"),
            ("80.0%", "80%"),
            ("12.25%", "12.25%"),
            ("1000%", "1000%"),
            ("0.5%", "0.5%"),
        ] {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), shown);
        }
        assert_eq!(
            "80%".parse::<Percent>().unwrap().fraction(),
            Decimal::new(80, 2)
        );
        let share = |text: &str, count| text.parse::<Percent>().unwrap().share_of(count);
        assert_eq!(
            (share("40%", 7), share("100%", 7), share("1%", 99)),
            (2, 7, 0)
        );
        assert_eq!(share("1000%", usize::MAX), usize::MAX);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "80",
            "%",
            "0%",
            "0.00%",
            "-1%",
            "+1%",
            "1000.1%",
            "1.234%",
            "1e2%",
            " 80%",
            ".5%",
            "1_0%",
            "8 0%",
            "1.2.3%",
            "9999999999999999999999999999999%",
            "é%",
        ] {
            assert_eq!(text.parse::<Percent>(), Err(PercentError), "{text:?}");
        }
    }
}
