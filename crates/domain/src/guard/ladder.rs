//! The ladder: what the guard asks the scheduler for, when that is authorised, and when it ends.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::config::{
    AlertRule, EnvironmentConfig, LadderEffect, LadderRule, Measure, Targets, Until,
};
use crate::fleet::protected_name;
use crate::hold::{Author, Hold, Scope, in_force};
use crate::money::forecast::Forecast;
use crate::money::gate::Verdict;
use crate::money::{BillingMonth, Usd, midnight};
use crate::names::EnvironmentName;
use crate::time::{State, resolve};

use super::{Holding, Observation, Sight, saving};

/// The probability from which on a forecast counts.
const SURE: Decimal = Decimal::from_parts(8, 0, 0, false, 1);
/// The probability at which a step that was taken is no longer needed.
const OVER: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
/// A step ends early only this far below its level: 5 % of the limit.
const DEAD_BAND: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
/// However short its patience, so many data dates must agree.
const FEWEST_DATES: u32 = 2;

/// Where a rule of the ladder stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderStep {
    /// The rule.
    pub rule: LadderRule,
    /// How often it was taken before in this month.
    pub episode: u32,
    /// Where it stands.
    pub state: StepState,
}

/// Where a rule of the ladder stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Its condition does not hold, or its effect is a mail and nothing else.
    Idle,
    /// Its condition holds, but not yet on enough data dates.
    Patient {
        /// The dates on which it held, in a row.
        dates: u32,
        /// How many there must be.
        needed: u32,
    },
    /// It is to be taken: these holds are to be written.
    Take {
        /// The holds.
        holds: Vec<Hold>,
        /// What they save, if that is known.
        saving: Option<Usd>,
        /// Environments that are left out, each with the reason.
        refused: Vec<(EnvironmentName, Refusal)>,
    },
    /// It was taken and stands.
    Standing,
    /// It was taken and is no longer needed: these holds end now.
    Revert {
        /// The holds, with their new end.
        holds: Vec<Hold>,
    },
    /// It is due, and nothing of it may be done.
    Refused {
        /// Why, environment by environment; empty where it is about all.
        refused: Vec<(EnvironmentName, Refusal)>,
    },
}

/// Why the guard leaves an environment alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Refusal {
    /// Nothing here may ever stop it.
    Protected,
    /// A person said otherwise.
    HeldByPerson {
        /// Who.
        by: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The configuration does not have it.
    Unknown,
    /// There is no time left in the month.
    TooLate,
}

/// Where every rule of the ladder stands. Nothing moves while the gate doubts the data.
pub fn evaluate(
    sight: &Sight<'_>,
    forecast: Option<&Forecast>,
    actual: Usd,
    verdict: &Verdict,
) -> Vec<LadderStep> {
    let view = View {
        sight,
        forecast,
        actual,
        plausible: verdict.is_plausible(),
    };
    let rules = sight.budget.ladder.iter();
    rules.map(|rule| view.step(rule)).collect()
}

/// The rules whose condition holds now, as written: what an observation notes.
pub(super) fn held(sight: &Sight<'_>, forecast: Option<&Forecast>, actual: Usd) -> Vec<String> {
    let view = View {
        sight,
        forecast,
        actual,
        plausible: true,
    };
    let rules = sight.budget.ladder.iter();
    rules
        .filter(|rule| view.holds(rule.condition))
        .map(ToString::to_string)
        .collect()
}

struct View<'a> {
    sight: &'a Sight<'a>,
    forecast: Option<&'a Forecast>,
    actual: Usd,
    plausible: bool,
}

impl View<'_> {
    fn step(&self, rule: &LadderRule) -> LadderStep {
        let last = self
            .sight
            .memory
            .last_step(self.sight.month(), &rule.to_string());
        let stands = last.is_some_and(|(_, step)| !step.reverted);
        let (episode, state) = match last {
            Some((episode, step)) if stands => (episode, self.standing(rule, &step.holds)),
            last => {
                let episode = last.map_or(0, |(episode, _)| episode + 1);
                (episode, self.fresh(rule, episode))
            }
        };
        LadderStep {
            rule: rule.clone(),
            episode,
            state,
        }
    }

    /// A rule that is not in effect.
    fn fresh(&self, rule: &LadderRule, episode: u32) -> StepState {
        let idle = !self.plausible || !self.holds(rule.condition);
        if idle || rule.effect == LadderEffect::Mail {
            return StepState::Idle;
        }
        let needed = rule.patience_days.max(FEWEST_DATES);
        let dates = self.dates_in_a_row(rule);
        let spent_it_all = self.actual > self.sight.limit();
        let patient = rule.condition.measure == Measure::Actual && dates >= rule.patience_days;
        if dates < needed && !(spent_it_all && patient) {
            return StepState::Patient { dates, needed };
        }
        if !spent_it_all && !self.surely_over() {
            return StepState::Patient { dates, needed };
        }
        self.take(rule, episode)
    }

    /// The forecast is sure that the budget itself is passed.
    fn surely_over(&self) -> bool {
        self.forecast
            .is_some_and(|forecast| forecast.probability_above(self.sight.limit()) >= SURE)
    }

    fn holds(&self, condition: AlertRule) -> bool {
        let level = self.level(condition);
        match condition.measure {
            Measure::Actual => self.actual > level,
            Measure::Forecast => self
                .forecast
                .is_some_and(|forecast| forecast.probability_above(level) >= SURE),
        }
    }

    fn level(&self, condition: AlertRule) -> Usd {
        self.sight.limit().times(condition.threshold.fraction())
    }

    /// On how many data dates in a row, this one included, the condition has held.
    fn dates_in_a_row(&self, rule: &LadderRule) -> u32 {
        let Some(today) = self.sight.data_date() else {
            return 0;
        };
        let month = self.sight.month();
        let written = rule.to_string();
        let before = self
            .sight
            .memory
            .observations
            .range((month, NaiveDate::MIN)..(month, today))
            .rev()
            .map(|(_, observation)| observation)
            .take_while(|seen: &&Observation| seen.plausible && seen.held.contains(&written));
        1 + u32::try_from(before.count()).unwrap_or(u32::MAX - 1)
    }

    fn take(&self, rule: &LadderRule, episode: u32) -> StepState {
        let mut holds = vec![];
        let mut refused = vec![];
        for name in self.targets(&rule.effect) {
            match self.holds_on(rule, &name, episode) {
                Ok(mut some) => holds.append(&mut some),
                Err(refusal) => refused.push((name, refusal)),
            }
        }
        if holds.is_empty() {
            return StepState::Refused { refused };
        }
        let saving = self.saving_of(&holds);
        StepState::Take {
            holds,
            saving,
            refused,
        }
    }

    fn saving_of(&self, holds: &[Hold]) -> Option<Usd> {
        let inventoried = self.sight.inventoried?;
        let holdings: Vec<Holding> = holds.iter().filter_map(Holding::of).collect();
        let month = self.sight.month();
        Some(saving(self.sight.config, inventoried, month, &holdings))
    }

    fn targets(&self, effect: &LadderEffect) -> Vec<EnvironmentName> {
        let (LadderEffect::Sleep { targets, .. } | LadderEffect::WeekendsOff { targets, .. }) =
            effect
        else {
            return vec![];
        };
        match targets {
            Targets::Named(names) => names.clone(),
            Targets::NonProduction => self
                .sight
                .config
                .environments()
                .filter(|(name, environment)| !spared(name, environment))
                .map(|(name, _)| name.clone())
                .collect(),
        }
    }

    fn holds_on(
        &self,
        rule: &LadderRule,
        name: &EnvironmentName,
        episode: u32,
    ) -> Result<Vec<Hold>, Refusal> {
        let Some((_, environment)) = self.sight.config.environment(name.as_str()) else {
            return Err(Refusal::Unknown);
        };
        // The one place where a hold of the guard is made, and this stands before it.
        if spared(name, environment) {
            return Err(Refusal::Protected);
        }
        let now = self.sight.now;
        if let Some(hold) = in_force(self.sight.holds, name, None, now)
            && hold.author == Author::Person
        {
            return Err(Refusal::HeldByPerson {
                by: hold.by.clone(),
                until: hold.until,
            });
        }
        let stretches = self.stretches(&rule.effect);
        if stretches.is_empty() {
            return Err(Refusal::TooLate);
        }
        Ok(stretches
            .into_iter()
            .map(|(begins, from, until)| Hold {
                id: hold_id(self.sight.month(), name, rule, episode, begins),
                scope: Scope::Environment(name.clone()),
                state: State::Stopped,
                from,
                until,
                author: Author::Guard,
                by: "budget guard".to_owned(),
                reason: rule.to_string(),
                made_at: now,
            })
            .collect())
    }

    /// When the effect holds, never before now nor beyond the month; first, where the stretch
    /// began before it was cut.
    fn stretches(
        &self,
        effect: &LadderEffect,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>, DateTime<Utc>)> {
        let (LadderEffect::Sleep { until, .. } | LadderEffect::WeekendsOff { until, .. }) = effect
        else {
            return vec![];
        };
        let zone = self.sight.config.config().timezone;
        let month = self.sight.month();
        let end = match until {
            Until::MonthEnd => month.end(),
            Until::Date(date) => month.end().min(local_midnight(*date, zone)),
        };
        let now = self.sight.now;
        let all = match effect {
            LadderEffect::WeekendsOff { .. } => weekends(month, zone),
            _ => vec![(midnight(month.first_day()), end)],
        };
        all.into_iter()
            .map(|(from, until)| (from, from.max(now), until.min(end)))
            .filter(|(_, from, until)| from < until)
            .collect()
    }

    /// A rule in effect: it stands, or is no longer needed. What it saves is what would come
    /// back on waking, so that counts against ending it.
    fn standing(&self, rule: &LadderRule, ids: &[String]) -> StepState {
        let now = self.sight.now;
        let mine = |hold: &&Hold| hold.author == Author::Guard && ids.contains(&hold.id);
        let open: Vec<&Hold> = self
            .sight
            .holds
            .iter()
            .filter(mine)
            .filter(|hold| now < hold.until)
            .collect();
        let rest: Vec<Hold> = open
            .iter()
            .map(|hold| Hold {
                from: hold.from.max(now),
                ..(*hold).clone()
            })
            .collect();
        let (Some(forecast), Some(saving)) = (self.forecast, self.saving_of(&rest)) else {
            return StepState::Standing;
        };
        let level = self.level(rule.condition);
        let room = saving.max(Usd::ZERO) + self.sight.limit().times(DEAD_BAND);
        let recovered = rule.condition.measure == Measure::Forecast
            && forecast.expected + room < level
            && forecast.probability_above(level - saving.max(Usd::ZERO)) <= OVER;
        if !self.plausible || !recovered || open.is_empty() {
            return StepState::Standing;
        }
        let holds = open
            .into_iter()
            .map(|hold| Hold {
                until: now,
                ..hold.clone()
            })
            .collect();
        StepState::Revert { holds }
    }
}

/// The id of a hold: the same for every run that asks for the same, whenever it does, so that
/// one that takes over from another that died writes the other's hold and not a second one.
fn hold_id(
    month: BillingMonth,
    name: &EnvironmentName,
    rule: &LadderRule,
    episode: u32,
    begins: DateTime<Utc>,
) -> String {
    // FNV-1a: two rules about one environment keep their holds apart.
    let mark = rule
        .to_string()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
    let begins = begins.format("%Y%m%d");
    format!("guard-{month}-{name}-{mark:08x}-{episode}-{begins}")
}

/// An environment that the guard must never touch, whatever a rule says.
fn spared(name: &EnvironmentName, environment: &EnvironmentConfig) -> bool {
    environment.protected || protected_name(name.as_str())
}

fn local_midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    resolve(zone, day.and_time(NaiveTime::MIN))
}

/// Every Saturday and Sunday that touches the month, on the clocks of the zone.
fn weekends(month: BillingMonth, zone: Tz) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let first = month.first_day();
    first
        .checked_sub_days(Days::new(2))
        .unwrap_or(first)
        .iter_days()
        .take_while(|day| midnight(*day) < month.end())
        .filter(|day| day.weekday() == Weekday::Sat)
        .filter_map(|saturday| {
            let monday = saturday.checked_add_days(Days::new(2))?;
            Some((local_midnight(saturday, zone), local_midnight(monday, zone)))
        })
        .collect()
}
