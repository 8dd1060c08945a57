//! Lengths of time as people write them: `4h`, `90m`, `1d12h`.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

/// The units, longest first, with their minutes.
const UNITS: [(char, i64); 4] = [('w', 7 * 24 * 60), ('d', 24 * 60), ('h', 60), ('m', 1)];

/// More than a year is a mistake, not a length.
const MOST: i64 = 366 * 24 * 60;

/// A length of time in whole minutes, from one minute to 366 days.
///
/// A day has 24 hours here, whatever the clocks do: `until` says what they should show.
///
/// ```
/// use nightcap_model::Length;
///
/// let length: Length = "1d12h".parse()?;
/// assert_eq!(length.time().num_hours(), 36);
/// assert_eq!(length.to_string(), "1d12h");
/// assert_eq!("90m".parse::<Length>()?.to_string(), "1h30m");
/// assert!("4".parse::<Length>().is_err());
/// # Ok::<(), nightcap_model::LengthError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length {
    minutes: i64,
}

impl Length {
    /// So many days.
    pub const fn days(days: u16) -> Self {
        Self {
            minutes: days as i64 * 24 * 60,
        }
    }

    /// So many minutes.
    pub const fn minutes(minutes: u16) -> Self {
        Self {
            minutes: minutes as i64,
        }
    }

    /// The same for calculating.
    pub fn time(self) -> TimeDelta {
        TimeDelta::minutes(self.minutes)
    }
}

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text;
        let mut minutes = 0;
        for (unit, worth) in UNITS {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at_checked(digits).ok_or(LengthError)?;
            let Some(after) = after.strip_prefix(unit) else {
                continue;
            };
            // Five digits are beyond every unit's share of a year but minutes', which have six.
            if !(1..=6).contains(&digits) {
                return Err(LengthError);
            }
            let number: i64 = number.parse().map_err(|_| LengthError)?;
            minutes += number * worth;
            rest = after;
        }
        let fits = rest.is_empty() && (1..=MOST).contains(&minutes);
        fits.then_some(Self { minutes }).ok_or(LengthError)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.minutes;
        // Weeks are read, but `7d` says as much as `1w` and more people know it.
        for (unit, worth) in UNITS.into_iter().skip(1) {
            if rest >= worth {
                write!(f, "{}{unit}", rest / worth)?;
                rest %= worth;
            }
        }
        Ok(())
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Length {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A length of time in weeks, days, hours and minutes, at most 366 days.",
            "type": "string",
            "pattern": r"^(\d+[wdhm])+$",
            "examples": ["7d", "12h", "1d12h"],
        })
    }
}

/// The text is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write numbers with w, d, h or m, such as 4h, 90m or 1d12h, at most 366d")]
pub struct LengthError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for (text, minutes, shown) in [
            ("4h", 240, "4h"),
            ("1m", 1, "1m"),
            ("1440m", 1_440, "1d"),
            ("1w", 10_080, "7d"),
            ("1d12h30m", 2_190, "1d12h30m"),
            ("366d", MOST, "366d"),
            ("007h", 420, "7h"),
        ] {
            let length: Length = text.parse().unwrap();
            assert_eq!(length.time().num_minutes(), minutes, "{text}");
            assert_eq!(length.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "4",
            "h",
            "0h",
            "0d0h",
            "-4h",
            "+4h",
            "4 h",
            " 4h",
            "4h ",
            "4H",
            "1h1d",
            "4h4h",
            "1.5h",
            "4s",
            "4hours",
            "367d",
            "9999999m",
            "99999999999999999999h",
            "٤h",
            "4hé",
        ] {
            assert_eq!(text.parse::<Length>(), Err(LengthError), "{text:?}");
        }
    }
}
