//! How many instances a group runs: minimum, desired, maximum.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use thiserror::Error;

/// The size of an Auto Scaling group, in instances: `min <= desired <= max`.
///
/// Its text form, `2/2/4`, is what the tag `nightcap:capacity` holds.
///
/// ```
/// use nightcap_domain::capacity::Capacity;
///
/// let remembered: Capacity = "2/2/4".parse()?;
/// assert_eq!(remembered, Capacity::new(2, 2, 4)?);
/// assert_eq!(remembered.to_string(), "2/2/4");
/// # Ok::<(), nightcap_domain::capacity::CapacityError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        deny_unknown_fields,
        description = "The size of an Auto Scaling group, in instances: min <= desired <= max."
    )
)]
pub struct Capacity {
    /// The least number of instances.
    min: u32,
    /// The number of instances asked for.
    desired: u32,
    /// The greatest number of instances.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    max: u32,
}

impl Capacity {
    /// A group asleep: 0/0/0.
    pub const ZERO: Self = Self {
        min: 0,
        desired: 0,
        max: 0,
    };

    /// Any size that a group may have, 0/0/0 included.
    ///
    /// # Errors
    /// When not `min <= desired <= max`.
    pub fn new(min: u32, desired: u32, max: u32) -> Result<Self, CapacityError> {
        if min <= desired && desired <= max {
            Ok(Self { min, desired, max })
        } else {
            Err(CapacityError::Order { min, desired, max })
        }
    }

    /// A size worth remembering: one that a sleeping group can be woken to.
    ///
    /// A maximum of zero would "wake" the group to nothing without anybody noticing, so it is
    /// refused. `0/0/4` is a size: the group scales by itself from zero.
    ///
    /// # Errors
    /// When not `min <= desired <= max`, or when the maximum is zero.
    pub fn remembered(min: u32, desired: u32, max: u32) -> Result<Self, CapacityError> {
        let capacity = Self::new(min, desired, max)?;
        if capacity.is_zero() {
            return Err(CapacityError::Zero);
        }
        Ok(capacity)
    }

    /// The least number of instances.
    pub fn min(self) -> u32 {
        self.min
    }

    /// The number of instances asked for.
    pub fn desired(self) -> u32 {
        self.desired
    }

    /// The greatest number of instances.
    pub fn max(self) -> u32 {
        self.max
    }

    /// Whether none of the three numbers is below the other's.
    pub fn covers(self, other: Self) -> bool {
        self.min >= other.min && self.desired >= other.desired && self.max >= other.max
    }

    /// The greater of each pair of numbers: what an edit has raised stays raised, and nothing
    /// that is remembered is lost to what was lowered.
    #[must_use]
    pub fn raised_to(self, other: Self) -> Self {
        Self {
            min: self.min.max(other.min),
            desired: self.desired.max(other.desired),
            max: self.max.max(other.max),
        }
    }

    /// Whether this is 0/0/0.
    pub fn is_zero(self) -> bool {
        self.max == 0
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.min, self.desired, self.max)
    }
}

impl FromStr for Capacity {
    type Err = CapacityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || CapacityError::Malformed {
            text: text.chars().take(64).collect(),
        };
        let number = |part: Option<&str>| {
            part.filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|digits| digits.parse::<u32>().ok())
                .ok_or_else(malformed)
        };
        let mut parts = text.split('/');
        let (min, desired, max) = (
            number(parts.next())?,
            number(parts.next())?,
            number(parts.next())?,
        );
        if parts.next().is_some() {
            return Err(malformed());
        }
        Self::new(min, desired, max)
    }
}

impl Serialize for Capacity {
    /// As the configuration writes it: `{"min": 2, "desired": 2, "max": 4}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut map = serializer.serialize_struct("Capacity", 3)?;
        map.serialize_field("min", &self.min)?;
        map.serialize_field("desired", &self.desired)?;
        map.serialize_field("max", &self.max)?;
        map.end()
    }
}

/// Why three numbers, or a tag's text, are no capacity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CapacityError {
    /// The numbers are out of order.
    #[error("capacity {min}/{desired}/{max} is out of order: min <= desired <= max must hold")]
    Order {
        /// The least number of instances.
        min: u32,
        /// The number of instances asked for.
        desired: u32,
        /// The greatest number of instances.
        max: u32,
    },
    /// 0/0/0 cannot be woken to.
    #[error("capacity 0/0/0 would wake a group to nothing: max must be at least 1")]
    Zero,
    /// The text has another form.
    #[error("{text:?} is no capacity: write min/desired/max, such as \"2/2/4\"")]
    Malformed {
        /// The beginning of the text.
        text: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["0/0/0", "2/2/4", "0/0/4", "1/4294967295/4294967295"] {
            assert_eq!(text.parse::<Capacity>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn out_of_order_is_refused() {
        assert_eq!(
            Capacity::new(3, 2, 4).unwrap_err().to_string(),
            "capacity 3/2/4 is out of order: min <= desired <= max must hold"
        );
        assert!(Capacity::new(1, 5, 4).is_err());
    }

    #[test]
    fn zero_is_never_remembered() {
        assert_eq!(Capacity::new(0, 0, 0).unwrap(), Capacity::ZERO);
        assert_eq!(Capacity::remembered(0, 0, 0), Err(CapacityError::Zero));
        assert_eq!(Capacity::remembered(0, 0, 4).unwrap().to_string(), "0/0/4");
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "2",
            "2/2",
            "2/2/4/",
            "2/2/4/4",
            "+2/2/4",
            " 2/2/4",
            "2/2/x",
            "0-0-0",
            "1/1/4294967296",
        ] {
            assert!(
                matches!(
                    text.parse::<Capacity>(),
                    Err(CapacityError::Malformed { .. })
                ),
                "{text:?}"
            );
        }
    }
}
