//! `actual > 80%`: when to send a mail.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{
    percent::Percent,
    phrase::{Phrase, PhraseError},
};

/// What is compared with the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// What the month has cost up to now.
    Actual,
    /// What the whole month will cost.
    Forecast,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Actual => "actual",
            Self::Forecast => "forecast",
        })
    }
}

/// A rule `<actual|forecast> > <share of the limit>`.
///
/// ```
/// use nightcap_domain::config::{AlertRule, Measure};
///
/// let rule: AlertRule = "actual > 80%".parse()?;
/// assert_eq!(rule.measure, Measure::Actual);
/// assert_eq!(rule.threshold.to_string(), "80%");
///
/// let error = "actuel > 80%".parse::<AlertRule>().unwrap_err();
/// assert_eq!(error.nearest.as_deref(), Some("actual"));
/// # Ok::<(), nightcap_domain::config::PhraseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertRule {
    /// What is compared.
    pub measure: Measure,
    /// The share of the budget's limit that must be passed (not merely reached).
    pub threshold: Percent,
}

impl AlertRule {
    pub(super) fn read(phrase: &mut Phrase<'_>) -> Result<Self, PhraseError> {
        let word = phrase.next();
        let measure = match word.text {
            "actual" => Measure::Actual,
            "forecast" => Measure::Forecast,
            _ => return Err(word.unknown(&["actual", "forecast"])),
        };
        phrase.require(">")?;
        let threshold = phrase.percent()?;
        Ok(Self { measure, threshold })
    }
}

impl FromStr for AlertRule {
    type Err = PhraseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let rule = Self::read(&mut phrase)?;
        phrase.finish()?;
        Ok(rule)
    }
}

impl fmt::Display for AlertRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {}", self.measure, self.threshold)
    }
}

impl Serialize for AlertRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_is_free() {
        for text in ["forecast > 100%", "forecast>100%", "  forecast\t>  100%  "] {
            assert_eq!(
                text.parse::<AlertRule>().unwrap().to_string(),
                "forecast > 100%"
            );
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, error) in [
            (
                "",
                r#"at character 1: the sentence ends here (expected "actual" or "forecast")"#,
            ),
            (
                "actal > 80%",
                r#"at character 1: unexpected "actal"; did you mean "actual"? (expected "actual" or "forecast")"#,
            ),
            (
                "actual < 80%",
                r#"at character 8: unexpected "<" (expected ">")"#,
            ),
            (
                "actual > 80",
                r#"at character 10: "80" is no share (expected a number above 0 and at most 1000 with its sign, such as 80%)"#,
            ),
            (
                "actual > 80% twice",
                r#"at character 14: unexpected "twice" (expected the end of the sentence)"#,
            ),
            (
                "actual >",
                r"at character 9: the sentence ends here (expected a number above 0 and at most 1000 with its sign, such as 80%)",
            ),
        ] {
            assert_eq!(text.parse::<AlertRule>().unwrap_err().to_string(), error);
        }
    }
}
