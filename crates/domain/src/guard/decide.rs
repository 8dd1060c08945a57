//! From what is seen to what is told and asked for: a pure function.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use crate::config::{self, Measure};
use crate::fleet::protected_name;
use crate::message::{
    Asked, Forecasted, Mail, MoneyFacts, Part, action_refused, action_reverted, action_taken,
    budget_forecast, budget_recovered, budget_spent, data_doubtful, data_stale, month_close,
    not_calibrated,
};
use crate::money::alert::{self, Alert, AlertRule, Direction, Metric, Reading};
use crate::money::forecast::{DailyPlan, Forecast, ForecastInput, forecast};
use crate::money::gate::{Doubt, GateInput, Verdict, examine};
use crate::money::{BillingMonth, Usd};
use crate::names::EnvironmentName;

use super::ladder::{self, held};
use super::news::{alert_key, doubt_key};
use super::saving::planned;
use super::sight::schedules;
use super::{Entry, EntryKey, LadderStep, News, NewsKind, Observation, Sight, StepState};

/// Cost Explorer's yesterday may still grow.
const PROVISIONAL_DAYS: u32 = 1;
/// AWS's figures come up to a day and a half late.
const MAX_AGE_DAYS: u32 = 3;
/// The days of a month on which the close of one that was not watched is still news.
const CLOSE_DAYS: u32 = 7;
/// A year of plan beside a year of history.
const PLAN_DAYS: u64 = 366;

/// What one look came to.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What the month has cost so far.
    pub actual: Usd,
    /// The forecast, if there is anything to forecast from.
    pub forecast: Option<Forecast>,
    /// Whether the data may be believed.
    pub verdict: Verdict,
    /// What each environment has cost, in whole cents.
    pub environments: Vec<(EnvironmentName, Usd)>,
    /// What the expected total is made of, in whole cents.
    pub why: Vec<(Part, Usd)>,
    /// Where the rules of the ladder stand.
    pub ladder: Vec<LadderStep>,
    /// What the ledger will remember of this data date, if there is one.
    pub observation: Option<Observation>,
    /// What is to be told and asked for.
    pub news: Vec<News>,
}

/// Decides what is to be told and asked for.
pub fn decide(sight: &Sight<'_>) -> Decision {
    let plan = plan(sight);
    let outlook = Outlook::of(sight, plan.as_ref());
    let ladder = ladder::evaluate(
        sight,
        outlook.forecast.as_ref(),
        outlook.actual,
        &outlook.verdict,
    );
    let mut news = vec![];
    let facts = outlook.facts(sight, sight.month());
    news.extend(outlook.alerts(sight, &facts));
    news.extend(outlook.doubts(sight, &facts));
    news.extend(outlook.uncalibrated(sight, &facts));
    news.extend(close_of_last_month(sight, &outlook));
    news.extend(
        ladder
            .iter()
            .filter_map(|step| step_news(sight, step, &facts)),
    );
    let (environments, why) = (facts.environments, facts.why);
    Decision {
        observation: outlook.observation(sight),
        actual: outlook.actual,
        environments,
        why,
        ladder,
        news,
        forecast: outlook.forecast,
        verdict: outlook.verdict,
    }
}

/// The plan of the year behind and the month ahead, with the holds that are known.
fn plan(sight: &Sight<'_>) -> Option<DailyPlan> {
    let inventoried = sight.inventoried?;
    let as_of = sight.as_of();
    let first = sight.spent.charges.first_day().unwrap_or(as_of);
    let earliest = as_of
        .checked_sub_days(Days::new(PLAN_DAYS))
        .unwrap_or(as_of);
    let first = first.max(earliest).min(sight.month().first_day());
    let end = sight.month().next().first_day();
    Some(planned(
        sight.config,
        inventoried,
        sight.holds,
        sight.now,
        first,
        end,
    ))
}

struct Outlook<'a> {
    plan: Option<&'a DailyPlan>,
    verdict: Verdict,
    actual: Usd,
    forecast: Option<Forecast>,
}

impl<'a> Outlook<'a> {
    fn of(sight: &Sight<'_>, plan: Option<&'a DailyPlan>) -> Self {
        let as_of = sight.as_of();
        let month = sight.month();
        let flat_out_day = sight.inventoried.map(|inventoried| {
            inventoried
                .planner(&schedules(sight.config))
                .flat_out_day(month)
        });
        let verdict = examine(&GateInput {
            charges: &sight.spent.charges,
            as_of,
            flat_out_day,
            plan,
            max_age_days: MAX_AGE_DAYS,
        });
        let forecast = forecast(&ForecastInput {
            costs: &sight.spent.charges,
            as_of,
            budget: sight.limit(),
            plan,
            provisional_days: PROVISIONAL_DAYS,
        });
        Self {
            plan,
            verdict,
            actual: sight.spent.charges.between(month.first_day(), as_of),
            forecast: forecast.ok(),
        }
    }

    fn facts<'f>(&'f self, sight: &Sight<'f>, period: BillingMonth) -> MoneyFacts<'f> {
        let this_month = period == sight.month();
        let end = period.next().first_day().min(sight.as_of());
        let from = period.first_day();
        let actual = sight.spent.charges.between(from, end).cents();
        let forecast = self.forecast.as_ref().filter(|_| this_month);
        MoneyFacts {
            budget: &sight.budget.name,
            limit: sight.limit(),
            period,
            actual,
            forecast,
            why: self.why(sight, actual, forecast, from, end),
            environments: sight.spent.shares(from, end, actual),
            credits: sight.spent.credits.between(from, end).cents(),
            second_opinion: sight.second_opinion.filter(|_| this_month),
            aws_actual: sight.aws.and_then(|aws| aws.spent_in(period, this_month)),
            data_date: sight.data_date(),
            history_days: sight.spent.charges.before(sight.as_of()).len(),
            planned: self.plan.is_some(),
            protected: sight
                .config
                .environments()
                .filter(|(name, environment)| {
                    environment.protected || protected_name(name.as_str())
                })
                .map(|(name, _)| name.clone())
                .collect(),
            now: sight.now,
            zone: sight.config.config().timezone,
            language: sight.config.config().language,
            reference: sight.reference,
        }
    }

    /// What the expected total is made of; the last part takes what rounding leaves.
    fn why(
        &self,
        sight: &Sight<'_>,
        actual: Usd,
        forecast: Option<&Forecast>,
        from: NaiveDate,
        end: NaiveDate,
    ) -> Vec<(Part, Usd)> {
        let reported = sight.spent.charges.iter();
        let days = reported
            .filter(|(day, _)| (from..end).contains(day))
            .count();
        let mut parts = vec![(Part::Spent { days }, actual)];
        let Some(forecast) = forecast else {
            return parts;
        };
        let rest = forecast.expected.cents() - actual;
        let Some(plan) = self.plan else {
            parts.push((Part::ToCome, rest));
            return parts;
        };
        let next = sight
            .data_date()
            .and_then(|day| day.succ_opt())
            .unwrap_or(from)
            .max(from);
        let until = forecast.month.next().first_day();
        let sum = |days: &std::collections::BTreeMap<NaiveDate, Usd>| -> Usd {
            days.range(next.min(until)..until)
                .map(|(_, amount)| *amount)
                .sum::<Usd>()
                .cents()
        };
        let (planned, lumps) = (sum(&plan.days), sum(&plan.lumps));
        parts.push((Part::Planned, planned));
        if !lumps.is_zero() {
            parts.push((Part::Lumps, lumps));
        }
        parts.push((Part::Beyond, rest - planned - lumps));
        parts
    }

    fn reading<'r>(&'r self, sight: &'r Sight<'_>) -> Reading<'r> {
        Reading {
            budget_name: &sight.budget.name,
            budget: sight.limit(),
            period: sight.month(),
            actual: self.actual,
            forecast: self.forecast.as_ref(),
            verdict: &self.verdict,
        }
    }

    fn alerts(&self, sight: &Sight<'_>, facts: &MoneyFacts<'_>) -> Vec<News> {
        let rules: Vec<AlertRule> = sight.budget.alerts.iter().map(rule).collect();
        alert::due(&rules, &self.reading(sight), &sight.memory.alerts)
            .into_iter()
            .map(|alert| alert_news(alert, facts))
            .collect()
    }

    /// One mail for what is new to doubt; what is doubted still is in the answer.
    fn doubts(&self, sight: &Sight<'_>, facts: &MoneyFacts<'_>) -> Vec<News> {
        let old = |doubt: &&Doubt| matches!(doubt, Doubt::NoData | Doubt::Stale { .. });
        let mut news = vec![];
        let stale = self.verdict.doubts.iter().find(old);
        // On its first day an account has a plan and no cost: that is no fault of the data.
        let first_days = stale == Some(&Doubt::NoData) && self.forecast.is_some();
        if let Some(doubt) = stale.filter(|_| !first_days) {
            let mail = data_stale(facts, doubt);
            news.push(notice(
                NewsKind::DataStale,
                doubt_key(facts.period, doubt),
                mail,
            ));
        }
        let wrong: Vec<Doubt> = self
            .verdict
            .doubts
            .iter()
            .filter(|doubt| !old(doubt))
            .cloned()
            .collect();
        let new = |doubt: &&Doubt| !sight.memory.knows(&doubt_key(facts.period, doubt));
        if let Some(first) = wrong.iter().find(new) {
            // Figures that are not believed are shown, and nothing is made of them.
            let mut bare = facts.clone();
            bare.forecast = None;
            bare.second_opinion = None;
            bare.why.truncate(1);
            let mail = data_doubtful(&bare, &wrong);
            let key = doubt_key(facts.period, first);
            news.push(notice(NewsKind::DataDoubtful, key, mail));
            // The others are in this mail: they are noted, without one of their own.
            news.extend(wrong.iter().filter(new).skip(1).map(|doubt| News {
                kind: NewsKind::DataDoubtful,
                key: doubt_key(facts.period, doubt),
                entry: Entry::Notice,
                mail: None,
                holds: vec![],
            }));
        }
        news.retain(|news| !sight.memory.knows(&news.key));
        news
    }

    fn uncalibrated(&self, sight: &Sight<'_>, facts: &MoneyFacts<'_>) -> Option<News> {
        let forecast = self.forecast.as_ref()?;
        let no_data = self.verdict.doubts == [Doubt::NoData];
        if forecast.calibrated || !(self.verdict.is_plausible() || no_data) {
            return None;
        }
        let key = EntryKey(format!("{}#not-calibrated", facts.period));
        let news = notice(NewsKind::NotCalibrated, key, not_calibrated(facts));
        (!sight.memory.knows(&news.key)).then_some(news)
    }

    fn observation(&self, sight: &Sight<'_>) -> Option<Observation> {
        let forecast = self.forecast.as_ref();
        Some(Observation {
            period: sight.month(),
            data_date: sight.data_date()?,
            plausible: self.verdict.is_plausible(),
            actual: self.actual.cents(),
            expected: forecast.map(|forecast| forecast.expected.cents()),
            held: held(sight, forecast, self.actual),
        })
    }
}

fn notice(kind: NewsKind, key: EntryKey, mail: Mail) -> News {
    News {
        kind,
        key,
        entry: Entry::Notice,
        mail: Some(mail),
        holds: vec![],
    }
}

fn rule(configured: &config::AlertRule) -> AlertRule {
    AlertRule {
        metric: match configured.measure {
            Measure::Actual => Metric::Actual,
            Measure::Forecast => Metric::Forecast,
        },
        percent: configured.threshold.value().normalize(),
    }
}

fn alert_news(alert: Alert, facts: &MoneyFacts<'_>) -> News {
    let metric = alert.key.rule.map(|rule| rule.metric);
    let level = alert.key.level;
    let (kind, mail) = match (alert.key.direction, metric) {
        (Direction::Up, Some(Metric::Actual)) => (NewsKind::Spent, budget_spent(facts, level)),
        (Direction::Down, _) => (NewsKind::Recovered, budget_recovered(facts, level)),
        _ => (NewsKind::Forecast, budget_forecast(facts, level)),
    };
    News {
        kind,
        key: alert_key(&alert),
        mail: alert.notify.then_some(mail),
        entry: Entry::Alert { alert },
        holds: vec![],
    }
}

/// The month before, once its last day is no longer provisional.
fn close_of_last_month(sight: &Sight<'_>, outlook: &Outlook<'_>) -> Option<News> {
    let period = sight.month().previous();
    let facts = outlook.facts(sight, period);
    let reported = sight.spent.charges.first_day()?;
    // A month that began before there were figures was never watched.
    if reported > period.first_day() {
        return None;
    }
    let watched = forecasted(sight, period, facts.actual);
    // Who begins to watch late in a month is not told of the one before.
    if watched.is_none() && sight.as_of().day() > CLOSE_DAYS {
        return None;
    }
    let reading = Reading {
        period,
        actual: facts.actual,
        forecast: None,
        ..outlook.reading(sight)
    };
    let alert = alert::due_at_close(&reading, sight.as_of(), &sight.memory.alerts)?;
    let mail = month_close(&facts, watched.as_ref());
    Some(News {
        kind: NewsKind::MonthClose,
        key: alert_key(&alert),
        entry: Entry::Alert { alert },
        mail: Some(mail),
        holds: vec![],
    })
}

/// What was forecast in a month, as it was seen then.
fn forecasted(sight: &Sight<'_>, period: BillingMonth, total: Usd) -> Option<Forecasted> {
    let middle = period.first_day().checked_add_days(Days::new(14))?;
    let seen: Vec<(NaiveDate, Usd)> = sight
        .memory
        .observations
        .range((period, NaiveDate::MIN)..=(period, NaiveDate::MAX))
        .filter(|(_, seen)| seen.plausible)
        .filter_map(|((_, on), seen)| Some((*on, seen.expected?)))
        .collect();
    let (on, expected) = *seen
        .iter()
        .min_by_key(|(on, _)| (*on - middle).num_days().abs())?;
    let errors: Decimal = seen
        .iter()
        .filter_map(|(_, expected)| Some((*expected - total).share_of(total)?.abs()))
        .sum();
    Some(Forecasted {
        on,
        expected,
        mean_error: errors
            .checked_div(Decimal::from(seen.len()))
            .unwrap_or_default(),
        count: seen.len(),
    })
}

/// What a step of the ladder tells, under a key that is its own in every episode.
fn step_news(sight: &Sight<'_>, step: &LadderStep, facts: &MoneyFacts<'_>) -> Option<News> {
    let rule = step.rule.to_string();
    let period = sight.month();
    let key = |what: &str| EntryKey(format!("{period}#ladder#{rule}#{}#{what}", step.episode));
    let asked = Asked {
        rule: &rule,
        holds: &[],
        saving: None,
        refused: &[],
    };
    let news = match &step.state {
        StepState::Take {
            holds,
            saving,
            refused,
        } => News {
            kind: NewsKind::ActionTaken,
            key: key("taken"),
            mail: Some(action_taken(
                facts,
                &Asked {
                    holds,
                    saving: *saving,
                    refused,
                    ..asked
                },
            )),
            entry: Entry::Taken {
                period,
                rule: rule.clone(),
                episode: step.episode,
                holds: holds.iter().map(|hold| hold.id.clone()).collect(),
                saving: saving.map(Usd::cents),
                at: sight.now,
            },
            holds: holds.clone(),
        },
        StepState::Revert { holds } => News {
            kind: NewsKind::ActionReverted,
            key: key("reverted"),
            mail: Some(action_reverted(facts, &Asked { holds, ..asked })),
            entry: Entry::Reverted {
                period,
                rule: rule.clone(),
                episode: step.episode,
            },
            holds: holds.clone(),
        },
        StepState::Refused { refused } => News {
            kind: NewsKind::ActionRefused,
            key: key("refused"),
            mail: Some(action_refused(facts, &Asked { refused, ..asked })),
            entry: Entry::Refused {
                period,
                rule: rule.clone(),
                environments: refused.iter().map(|(name, _)| name.clone()).collect(),
            },
            holds: vec![],
        },
        StepState::Idle | StepState::Patient { .. } | StepState::Standing => return None,
    };
    (!sight.memory.knows(&news.key)).then_some(news)
}
