//! From what is seen to what is told and asked for: a pure function.

use chrono::{Days, NaiveDate};

use crate::config::{self, Measure};
use crate::fleet::protected_name;
use crate::message::{
    MoneyFacts, Part, budget_forecast, budget_recovered, budget_spent, data_doubtful, data_stale,
    not_calibrated,
};
use crate::money::alert::{self, Alert, AlertRule, Direction, Metric, Reading};
use crate::money::forecast::{DailyPlan, Forecast, ForecastInput, forecast};
use crate::money::gate::{Doubt, GateInput, Verdict, examine};
use crate::money::{BillingMonth, Usd};
use crate::names::EnvironmentName;

use super::close::close_of_last_month;
use super::ladder::{self, held};
use super::news::{alert_key, doubt_key, notice};
use super::saving::planned;
use super::sight::schedules;
use super::standing::{budget_in_aws, scheduler_alive};
use super::step::step_news;
use super::{Entry, EntryKey, LadderStep, News, NewsKind, Observation, Sight};

/// Cost Explorer's yesterday may still grow.
const PROVISIONAL_DAYS: u32 = 1;
/// AWS's figures come up to a day and a half late.
const MAX_AGE_DAYS: u32 = 3;
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
    news.extend(budget_in_aws(sight, &facts));
    news.extend(scheduler_alive(sight));
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

pub(super) struct Outlook<'a> {
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

    pub(super) fn facts<'f>(&'f self, sight: &Sight<'f>, period: BillingMonth) -> MoneyFacts<'f> {
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

    pub(super) fn reading<'r>(&'r self, sight: &'r Sight<'_>) -> Reading<'r> {
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
