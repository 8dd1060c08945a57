//! Amounts of money: decimal, with a currency, never binary floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest single amount that is read from outside: 10^15. Whatever lies beyond is not
/// a cost but a defect of the data, and sums of what lies below cannot overflow.
const LIMIT: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0);

/// An amount in United States dollars.
///
/// Arithmetic saturates at the ends of the decimal range instead of panicking; amounts read
/// from outside are refused long before (10^15).
///
/// ```
/// use nightcap_cost::Usd;
/// let tenth: Usd = "0.1".parse().unwrap();
/// let fifth: Usd = "0.2".parse().unwrap();
/// assert_eq!((tenth + fifth).to_string(), "0.30"); // not 0.30000000000000004
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(Decimal);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number.
    #[error("{0:?} is not an amount: write a plain decimal number such as 12.34")]
    NotANumber(String),
    /// Too large to be a cost.
    #[error("{0} is beyond 10^15 and cannot be a cost: check the unit of the source")]
    TooLarge(String),
}

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// An amount of dollars.
    pub const fn new(dollars: Decimal) -> Self {
        Self(dollars)
    }

    /// An amount given in cents.
    pub fn from_cents(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }

    /// The amount in dollars.
    pub const fn amount(self) -> Decimal {
        self.0
    }

    /// Rounded to whole cents, half away from zero, with two decimals in print.
    #[must_use]
    pub fn cents(self) -> Self {
        let mut rounded = self
            .0
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(2);
        // There is no minus nothing on a bill.
        if rounded.is_zero() {
            rounded.set_sign_positive(true);
        }
        Self(rounded)
    }

    /// This amount `factor` times.
    #[must_use]
    pub fn times(self, factor: Decimal) -> Self {
        let down = self.0.is_sign_negative() != factor.is_sign_negative();
        Self(self.0.checked_mul(factor).unwrap_or(end(down)))
    }

    /// So many parts of a whole of it, to twelve decimals; nothing of nothing.
    #[must_use]
    pub(crate) fn part(self, parts: i64, whole: i64) -> Self {
        let whole = Decimal::from(whole);
        let share = self
            .0
            .checked_mul(Decimal::from(parts))
            .and_then(|all| all.checked_div(whole))
            .unwrap_or_default();
        Self(share.round_dp(12))
    }

    /// This amount as a share of another (0.8 for 80 %), if the other is not zero.
    pub fn share_of(self, whole: Self) -> Option<Decimal> {
        self.0.checked_div(whole.0)
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// True at zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

fn end(down: bool) -> Decimal {
    if down { Decimal::MIN } else { Decimal::MAX }
}

impl FromStr for Usd {
    type Err = AmountError;

    /// Reads `12.34`, `-5`, `1e-05` (as programs print small floats).
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let trimmed = text.trim();
        let short = || trimmed.chars().take(40).collect();
        // What Rust reads between digits stands in no bill.
        if trimmed.contains('_') {
            return Err(AmountError::NotANumber(short()));
        }
        let value = Decimal::from_str(trimmed)
            .or_else(|_| Decimal::from_scientific(trimmed))
            .ok()
            .or_else(|| scientific(trimmed))
            .ok_or_else(|| AmountError::NotANumber(short()))?;
        if value.abs() > LIMIT {
            return Err(AmountError::TooLarge(short()));
        }
        Ok(Self(value))
    }
}

/// A number whose exponent leads beyond the digits of a decimal: what is finer than 28 decimals
/// is rounded, as is what programs leave behind when they add up floats; what is larger is the
/// largest there is.
fn scientific(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let mantissa = Decimal::from_str(mantissa).ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    if mantissa.is_zero() {
        return Some(Decimal::ZERO);
    }
    if exponent > 0 {
        return Some(end(mantissa.is_sign_negative()));
    }
    let mut value = mantissa;
    for _ in 0..exponent.unsigned_abs().min(60) {
        value = value.checked_div(Decimal::TEN)?;
    }
    Some(value)
}

impl fmt::Display for Usd {
    /// Two decimals, rounded to the cent; width and alignment are honoured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.cents().0.to_string())
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .unwrap_or(end(self.0.is_sign_negative())),
        )
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Usd {
    /// A decimal string with at least two decimals and no digit lost.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = self.0.normalize();
        if value.scale() < 2 {
            value.rescale(2);
        }
        serializer.collect_str(&value)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A currency by its three-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why an amount cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not a three-letter code.
    #[error("{0:?} is not a currency code: three letters such as USD are expected")]
    NotACode(String),
    /// Another currency than the one all amounts are kept in.
    #[error(
        "the amount is in {0}, but budgets and prices here are in USD: export the costs in USD, nothing is converted silently"
    )]
    NotUsd(Currency),
}

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let upper = text.trim().to_ascii_uppercase();
        match <[u8; 3]>::try_from(upper.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(CurrencyError::NotACode(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or("???"))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount as it comes from outside, in whatever currency the source states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The number of units.
    pub amount: Decimal,
    /// The unit.
    pub currency: Currency,
}

impl Money {
    /// The amount in dollars.
    ///
    /// # Errors
    /// When the currency is another one: conversion is not guessed.
    pub fn usd(self) -> Result<Usd, CurrencyError> {
        if self.currency == Currency::USD {
            Ok(Usd(self.amount))
        } else {
            Err(CurrencyError::NotUsd(self.currency))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_ten_to_the_fifteenth() {
        assert_eq!(LIMIT.to_string(), "1000000000000000");
        assert!("1000000000000000".parse::<Usd>().is_ok());
        assert!("1_0".parse::<Usd>().is_err());
        assert!(matches!(
            "1000000000000000.01".parse::<Usd>(),
            Err(AmountError::TooLarge(_))
        ));
    }

    #[test]
    fn json_is_a_string_without_loss() {
        let price: Usd = "0.0059".parse().unwrap();
        assert_eq!(serde_json::to_string(&price).unwrap(), r#""0.0059""#);
        assert_eq!(
            serde_json::to_string(&Usd::new(5.into())).unwrap(),
            r#""5.00""#
        );
        assert_eq!(serde_json::from_str::<Usd>(r#""0.0059""#).unwrap(), price);
        assert!(
            serde_json::from_str::<Usd>("0.0059").is_err(),
            "a binary float is refused"
        );
    }

    #[test]
    fn arithmetic_saturates() {
        let huge = Usd::new(Decimal::MAX);
        assert_eq!(huge + huge, huge);
        assert_eq!(huge.times(Decimal::TWO), huge);
        assert_eq!((-huge) - huge, -huge);
        assert_eq!(huge.times(-Decimal::TWO), -huge);
    }

    #[test]
    fn cents_round_half_away_from_zero_and_know_no_minus_nothing() {
        assert_eq!("0.125".parse::<Usd>().unwrap().to_string(), "0.13");
        assert_eq!("-0.125".parse::<Usd>().unwrap().to_string(), "-0.13");
        assert_eq!("-0.001".parse::<Usd>().unwrap().to_string(), "0.00");
        assert_eq!(
            "1e-05".parse::<Usd>().unwrap().amount().to_string(),
            "0.00001"
        );
    }

    #[test]
    fn another_currency_is_never_taken_for_dollars() {
        let euros = Money {
            amount: Decimal::ONE,
            currency: "eur".parse().unwrap(),
        };
        assert_eq!(
            euros.usd(),
            Err(CurrencyError::NotUsd("EUR".parse().unwrap()))
        );
        assert!("EURO".parse::<Currency>().is_err());
    }
}
