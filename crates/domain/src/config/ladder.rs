//! `forecast > 110% for 2 days: sleep preprod until month end`: what the guard may ask for.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{
    alert::AlertRule,
    phrase::{Phrase, PhraseError, Word},
};
use crate::names::EnvironmentName;

/// A rule `<condition> [for <n> days]: <effect>`.
///
/// ```text
/// forecast > 105%: mail
/// forecast > 110% for 2 days: weekends off
/// forecast > 110% for 2 days: weekends off dev, preprod until month end
/// actual > 100%: sleep preprod until month end
/// actual > 100%: sleep non-production until 2026-12-01
/// ```
///
/// ```
/// use nightcap_domain::config::{LadderEffect, LadderRule};
///
/// let rule: LadderRule = "forecast > 110% for 2 days: sleep preprod".parse()?;
/// assert_eq!(rule.patience_days, 2);
/// assert!(matches!(rule.effect, LadderEffect::Sleep { .. }));
/// assert_eq!(
///     rule.to_string(),
///     "forecast > 110% for 2 days: sleep preprod until month end"
/// );
/// # Ok::<(), nightcap_domain::config::PhraseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LadderRule {
    /// What must be passed.
    pub condition: AlertRule,
    /// On how many data dates in a row the condition must hold. At least 1.
    pub patience_days: u32,
    /// What is then asked for.
    pub effect: LadderEffect,
}

/// What a step of the ladder asks the scheduler for, by a hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LadderEffect {
    /// A mail and nothing else.
    Mail,
    /// No running on Saturdays and Sundays.
    WeekendsOff {
        /// Which environments.
        targets: Targets,
        /// Until when.
        until: Until,
    },
    /// No running at all.
    Sleep {
        /// Which environments.
        targets: Targets,
        /// Until when.
        until: Until,
    },
}

/// The environments that an effect is meant for. Protected ones are never among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Targets {
    /// Every environment that is not protected.
    NonProduction,
    /// These.
    Named(Vec<EnvironmentName>),
}

/// When an effect ends. It never outlives the month it began in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Until {
    /// With the month.
    MonthEnd,
    /// When this day begins, or with the month if that is sooner.
    Date(NaiveDate),
}

/// The word for every environment that is not protected.
pub(super) const NON_PRODUCTION: &str = "non-production";
const EFFECTS: [&str; 3] = ["sleep", "weekends", "mail"];
const LONGEST_PATIENCE: u32 = 31;

impl LadderEffect {
    /// The environments named by the rule; empty for `mail` and for every non-production one.
    pub fn named(&self) -> &[EnvironmentName] {
        match self {
            Self::WeekendsOff { targets, .. } | Self::Sleep { targets, .. } => match targets {
                Targets::Named(names) => names,
                Targets::NonProduction => &[],
            },
            Self::Mail => &[],
        }
    }

    fn read(phrase: &mut Phrase<'_>) -> Result<Self, PhraseError> {
        let word = phrase.next();
        match word.text {
            "mail" => Ok(Self::Mail),
            "sleep" => {
                let first = phrase.peek();
                let targets = Targets::read(phrase)?.ok_or_else(|| {
                    first.error(
                        "\"sleep\" must say what",
                        "names of environments, or \"non-production\"",
                    )
                })?;
                let until = Until::read(phrase)?;
                Ok(Self::Sleep { targets, until })
            }
            "weekends" => {
                phrase.require("off")?;
                let targets = Targets::read(phrase)?.unwrap_or(Targets::NonProduction);
                let until = Until::read(phrase)?;
                Ok(Self::WeekendsOff { targets, until })
            }
            _ => Err(word.unknown(&EFFECTS)),
        }
    }
}

impl Targets {
    /// `preprod`, `dev, preprod`, `dev and preprod`, `non-production`, or nothing.
    fn read(phrase: &mut Phrase<'_>) -> Result<Option<Self>, PhraseError> {
        if matches!(phrase.peek().text, "" | "until") {
            return Ok(None);
        }
        if phrase.take(NON_PRODUCTION) {
            return Ok(Some(Self::NonProduction));
        }
        let mut names: Vec<EnvironmentName> = Vec::new();
        loop {
            let word = phrase.next();
            if matches!(word.text, "" | "," | ":" | ">" | "and" | "until") {
                return Err(word.error("a name is missing here", "the name of an environment"));
            }
            if names.iter().any(|name| name.as_str() == word.text) {
                return Err(word.error(format!("{:?} is named twice", word.text), "each name once"));
            }
            names.push(EnvironmentName::new(word.text));
            if !(phrase.take(",") || phrase.take("and")) {
                return Ok(Some(Self::Named(names)));
            }
        }
    }
}

impl Until {
    fn read(phrase: &mut Phrase<'_>) -> Result<Self, PhraseError> {
        if !phrase.take("until") {
            return Ok(Self::MonthEnd);
        }
        if phrase.take("month") {
            phrase.require("end")?;
            return Ok(Self::MonthEnd);
        }
        let word = phrase.next();
        super::date::parse(word.text).map(Self::Date).map_err(|_| {
            word.error(
                match word.text {
                    "" => "the sentence ends here".to_owned(),
                    text => format!("{text:?} is no end"),
                },
                "\"month end\" or a date such as 2026-12-01",
            )
        })
    }
}

fn patience(phrase: &mut Phrase<'_>) -> Result<u32, PhraseError> {
    if !phrase.take("for") {
        return Ok(1);
    }
    let word = phrase.next();
    let days = days(word)?;
    if !phrase.take("day") {
        phrase.require("days")?;
    }
    Ok(days)
}

fn days(word: Word<'_>) -> Result<u32, PhraseError> {
    Some(word.text)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|days| (1..=LONGEST_PATIENCE).contains(days))
        .ok_or_else(|| {
            word.error(
                format!("{:?} is no number of days", word.text),
                format!("a whole number from 1 to {LONGEST_PATIENCE}"),
            )
        })
}

impl FromStr for LadderRule {
    type Err = PhraseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let condition = AlertRule::read(&mut phrase)?;
        if !matches!(phrase.peek().text, "for" | ":") {
            return Err(phrase.next().unknown(&["for", ":"]));
        }
        let patience_days = patience(&mut phrase)?;
        phrase.require(":")?;
        let effect = LadderEffect::read(&mut phrase)?;
        phrase.finish()?;
        Ok(Self {
            condition,
            patience_days,
            effect,
        })
    }
}

impl fmt::Display for LadderRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.condition)?;
        if self.patience_days > 1 {
            write!(f, " for {} days", self.patience_days)?;
        }
        write!(f, ": {}", self.effect)
    }
}

impl fmt::Display for LadderEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail => f.write_str("mail"),
            Self::WeekendsOff { targets, until } => write!(f, "weekends off {targets} {until}"),
            Self::Sleep { targets, until } => write!(f, "sleep {targets} {until}"),
        }
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonProduction => f.write_str(NON_PRODUCTION),
            Self::Named(names) => {
                for (index, name) in names.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{name}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MonthEnd => f.write_str("until month end"),
            Self::Date(date) => write!(f, "until {date}"),
        }
    }
}

impl Serialize for LadderRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for (text, shown) in [
            ("forecast > 105%: mail", "forecast > 105%: mail"),
            (
                "forecast>110% for 2 days:weekends off",
                "forecast > 110% for 2 days: weekends off non-production until month end",
            ),
            (
                "actual > 100% for 1 day: sleep dev,preprod",
                "actual > 100%: sleep dev, preprod until month end",
            ),
            (
                "actual > 100%: sleep dev and preprod until month end",
                "actual > 100%: sleep dev, preprod until month end",
            ),
            (
                "actual > 100%: sleep non-production until 2026-12-01",
                "actual > 100%: sleep non-production until 2026-12-01",
            ),
        ] {
            let rule: LadderRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), shown);
            assert_eq!(shown.parse::<LadderRule>().unwrap(), rule);
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, error) in [
            (
                "forecast > 110%",
                r#"at character 16: the sentence ends here (expected "for" or ":")"#,
            ),
            (
                "forecast > 110% fro 2 days: mail",
                r#"at character 17: unexpected "fro"; did you mean "for"? (expected "for" or ":")"#,
            ),
            (
                "forecast > 110% for two days: mail",
                r#"at character 21: "two" is no number of days (expected a whole number from 1 to 31)"#,
            ),
            (
                "forecast > 110% for 0 days: mail",
                r#"at character 21: "0" is no number of days (expected a whole number from 1 to 31)"#,
            ),
            (
                "forecast > 110% for 2 weeks: mail",
                r#"at character 23: unexpected "weeks" (expected "days")"#,
            ),
            (
                "forecast > 110%: slep preprod",
                r#"at character 18: unexpected "slep"; did you mean "sleep"? (expected "sleep" or "weekends" or "mail")"#,
            ),
            (
                "forecast > 110%: sleep",
                r#"at character 23: "sleep" must say what (expected names of environments, or "non-production")"#,
            ),
            (
                "forecast > 110%: sleep dev,",
                r"at character 28: a name is missing here (expected the name of an environment)",
            ),
            (
                "forecast > 110%: sleep dev, dev",
                r#"at character 29: "dev" is named twice (expected each name once)"#,
            ),
            (
                "forecast > 110%: sleep dev until tomorrow",
                r#"at character 34: "tomorrow" is no end (expected "month end" or a date such as 2026-12-01)"#,
            ),
            (
                "forecast > 110%: sleep dev until 2026-02-30",
                r#"at character 34: "2026-02-30" is no end (expected "month end" or a date such as 2026-12-01)"#,
            ),
            (
                "forecast > 110%: weekends on",
                r#"at character 27: unexpected "on" (expected "off")"#,
            ),
            (
                "forecast > 110%: mail everybody",
                r#"at character 23: unexpected "everybody" (expected the end of the sentence)"#,
            ),
        ] {
            assert_eq!(text.parse::<LadderRule>().unwrap_err().to_string(), error);
        }
    }
}
