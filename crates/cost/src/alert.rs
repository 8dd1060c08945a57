//! When to tell people: a state machine over (budget, period, rule, level), pure and repeatable.
//!
//! A level is raised once, and again only after it recovered. Between raising and recovering
//! lies a dead band, so a total that wavers around a level sends one mail, not ten.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::forecast::Forecast;
use super::gate::Verdict;
use super::stats::{div, mul};
use super::{BillingMonth, Usd};

/// Above its own level, a forecast rule speaks again at these per cent of the budget.
pub const ESCALATION: [i64; 2] = [110, 120];
/// A level recovers this many per cent of the budget below itself.
const DEAD_BAND: i64 = 5;
/// The probability of passing a level at which it is raised: 0.8.
const RAISE_AT: Decimal = Decimal::from_parts(8, 0, 0, false, 1);
/// The probability at or below which a level recovers: 0.5.
const RECOVER_AT: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// What was spent.
    Actual,
    /// What the month is expected to cost.
    Forecast,
}

/// A rule: `actual > 80%`, `forecast > 100%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertRule {
    /// What it looks at.
    pub metric: Metric,
    /// Per cent of the budget.
    pub percent: Decimal,
}

/// Why a text is not a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an alert rule: write \"actual > 80%\" or \"forecast > 100%\", with 1 to 1000 per cent"
)]
pub struct AlertRuleError(String);

impl FromStr for AlertRule {
    type Err = AlertRuleError;
    fn from_str(text: &str) -> Result<Self, AlertRuleError> {
        let error = || AlertRuleError(text.chars().take(60).collect());
        let (metric, percent) = text.split_once('>').ok_or_else(error)?;
        let metric = match metric.trim() {
            "actual" => Metric::Actual,
            "forecast" => Metric::Forecast,
            _ => return Err(error()),
        };
        let percent = percent.trim().strip_suffix('%').ok_or_else(error)?.trim();
        let percent: Decimal = percent.parse().map_err(|_| error())?;
        if percent < Decimal::ONE || percent > Decimal::ONE_THOUSAND {
            return Err(error());
        }
        Ok(Self {
            metric,
            percent: percent.normalize(),
        })
    }
}

impl fmt::Display for AlertRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metric = match self.metric {
            Metric::Actual => "actual",
            Metric::Forecast => "forecast",
        };
        write!(f, "{metric} > {}%", self.percent)
    }
}

impl Serialize for AlertRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AlertRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl AlertRule {
    /// Its own level and those above it that it escalates to, ascending, in per cent.
    pub fn levels(&self) -> Vec<Decimal> {
        let mut levels = vec![self.percent];
        if self.metric == Metric::Forecast {
            levels.extend(
                ESCALATION
                    .map(Decimal::from)
                    .into_iter()
                    .filter(|level| *level > self.percent),
            );
        }
        levels
    }
}

/// Which way a level was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Raised.
    Up,
    /// Recovered.
    Down,
    /// The month is over.
    Close,
}

/// What makes an alert one alert: the key of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// The name of the budget.
    pub budget: String,
    /// The month.
    pub period: BillingMonth,
    /// The rule; none for the close of a month.
    pub rule: Option<AlertRule>,
    /// The level in per cent.
    pub level: Decimal,
    /// Which way.
    pub direction: Direction,
}

/// An alert to be written to the ledger and, if it says so, to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its key.
    pub key: AlertKey,
    /// How often this key was due before, in this period: 0 the first time. The ledger's
    /// conditional put demands that the entry does not exist or holds a smaller episode.
    pub episode: u32,
    /// True if a mail is due. A level that a higher one of the same rule speaks for, and one
    /// that recovers while a lower one still stands, is only noted.
    pub notify: bool,
    /// What was measured, in per cent of the budget, one digit.
    pub measured: Decimal,
}

/// What is known at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The name of the budget.
    pub budget_name: &'a str,
    /// Its limit.
    pub budget: Usd,
    /// The month.
    pub period: BillingMonth,
    /// What was spent.
    pub actual: Usd,
    /// The forecast, if there is one.
    pub forecast: Option<&'a Forecast>,
    /// What the gate says.
    pub verdict: &'a Verdict,
}

/// The state of one level: its alerts so far, up and down, in whatever order they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Track {
    ups: u32,
    downs: u32,
}

impl Track {
    /// Every alert that went up came down again, but perhaps the last.
    fn raised(self) -> bool {
        self.ups > self.downs
    }
}

/// What was told already: the ledger's alerts, as a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertLedger {
    tracks: BTreeMap<(String, BillingMonth, AlertRule, Decimal), Track>,
    closed: BTreeSet<(String, BillingMonth)>,
}

impl AlertLedger {
    /// Notes an alert, as the ledger's table does when its conditional put succeeds.
    pub fn record(&mut self, alert: &Alert) {
        let key = &alert.key;
        let Some(rule) = key.rule else {
            self.closed.insert((key.budget.clone(), key.period));
            return;
        };
        let track = self
            .tracks
            .entry((key.budget.clone(), key.period, rule, key.level))
            .or_default();
        match key.direction {
            Direction::Up => track.ups = track.ups.max(alert.episode.saturating_add(1)),
            Direction::Down => track.downs = track.downs.max(alert.episode.saturating_add(1)),
            Direction::Close => {}
        }
    }

    fn track(&self, reading: &Reading<'_>, rule: AlertRule, level: Decimal) -> Track {
        let key = (reading.budget_name.to_owned(), reading.period, rule, level);
        self.tracks.get(&key).copied().unwrap_or_default()
    }

    /// True if the month's close was told.
    pub fn is_closed(&self, budget: &str, period: BillingMonth) -> bool {
        self.closed.contains(&(budget.to_owned(), period))
    }
}

/// What is due: nothing while the gate doubts the data, else each level that was passed since.
/// The same reading twice gives nothing the second time, once the first was recorded.
pub fn due(rules: &[AlertRule], reading: &Reading<'_>, ledger: &AlertLedger) -> Vec<Alert> {
    if !reading.verdict.is_plausible() || reading.budget <= Usd::ZERO {
        return Vec::new();
    }
    rules
        .iter()
        .flat_map(|rule| due_of_rule(*rule, reading, ledger))
        .collect()
}

fn due_of_rule(rule: AlertRule, reading: &Reading<'_>, ledger: &AlertLedger) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = rule
        .levels()
        .into_iter()
        .filter_map(|level| due_at(rule, level, reading, ledger.track(reading, rule, level)))
        .collect();
    // The highest level raised speaks for those below it, be it raised now or before: a run
    // that died may have left a lower one to be noted later.
    let highest = alerts
        .iter()
        .filter(|a| a.key.direction == Direction::Up)
        .map(|a| a.key.level)
        .chain(standing(rule, reading, ledger))
        .max();
    for alert in &mut alerts {
        alert.notify = match alert.key.direction {
            Direction::Up => Some(alert.key.level) == highest,
            // "Recovered" is said when the rule itself no longer holds.
            Direction::Down => alert.key.level == rule.percent,
            Direction::Close => true,
        };
    }
    alerts
}

/// The levels of a rule that are raised.
fn standing<'a>(
    rule: AlertRule,
    reading: &'a Reading<'_>,
    ledger: &'a AlertLedger,
) -> impl Iterator<Item = Decimal> + 'a {
    let levels = rule.levels().into_iter();
    levels.filter(move |level| ledger.track(reading, rule, *level).raised())
}

fn due_at(rule: AlertRule, level: Decimal, reading: &Reading<'_>, track: Track) -> Option<Alert> {
    let position = Position::of(rule.metric, level, reading)?;
    let (direction, episode) = match (track.raised(), position) {
        (false, Position::Above) => (Direction::Up, track.ups),
        (true, Position::Recovered) => (Direction::Down, track.downs),
        _ => return None,
    };
    let key = AlertKey {
        budget: reading.budget_name.to_owned(),
        period: reading.period,
        rule: Some(rule),
        level,
        direction,
    };
    Some(Alert {
        key,
        episode,
        notify: true,
        measured: measured(rule.metric, reading),
    })
}

/// Where a total stands with regard to a level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Above,
    /// Neither surely above nor clearly below: whatever was told stands.
    DeadBand,
    Recovered,
}

impl Position {
    fn of(metric: Metric, level: Decimal, reading: &Reading<'_>) -> Option<Self> {
        let share = |percent: Decimal| reading.budget.times(div(percent, Decimal::ONE_HUNDRED));
        let (at, below) = (share(level), share(level - Decimal::from(DEAD_BAND)));
        let (above, recovered) = match metric {
            Metric::Actual => (reading.actual > at, reading.actual < below),
            Metric::Forecast => {
                let forecast = reading.forecast?;
                let probability = forecast.probability_above(at);
                (
                    probability >= RAISE_AT,
                    probability <= RECOVER_AT && forecast.expected < below,
                )
            }
        };
        Some(match (above, recovered) {
            (true, _) => Self::Above,
            (false, true) => Self::Recovered,
            (false, false) => Self::DeadBand,
        })
    }
}

fn measured(metric: Metric, reading: &Reading<'_>) -> Decimal {
    let amount = match metric {
        Metric::Actual => reading.actual,
        Metric::Forecast => reading
            .forecast
            .map_or(Usd::ZERO, |forecast| forecast.expected),
    };
    let share = amount.share_of(reading.budget).unwrap_or_default();
    mul(share, Decimal::ONE_HUNDRED).round_dp(1)
}

/// The close of a month, due once when the month is over and its last day no longer provisional.
pub fn due_at_close(
    reading: &Reading<'_>,
    as_of: chrono::NaiveDate,
    ledger: &AlertLedger,
) -> Option<Alert> {
    let final_from = reading.period.next().first_day().succ_opt()?;
    if as_of < final_from
        || !reading.verdict.is_plausible()
        || ledger.is_closed(reading.budget_name, reading.period)
    {
        return None;
    }
    let key = AlertKey {
        budget: reading.budget_name.to_owned(),
        period: reading.period,
        rule: None,
        level: Decimal::ONE_HUNDRED,
        direction: Direction::Close,
    };
    Some(Alert {
        key,
        episode: 0,
        notify: true,
        measured: measured(Metric::Actual, reading),
    })
}
