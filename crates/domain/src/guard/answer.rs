//! The guard's answer: JSON whose shape is a contract.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::money::Usd;
use crate::money::forecast::{Forecast, ForecastAnswer};
use crate::money::gate::Verdict;
use crate::names::EnvironmentName;

use super::{Decision, LadderStep, News, NewsKind, Refusal, Sight, StepState};

/// The answer to `report` and `forecast`.
#[derive(Clone, Debug, Serialize)]
pub struct GuardAnswer {
    /// `report` or `forecast`.
    pub command: &'static str,
    /// The instant it was decided for.
    pub at: DateTime<Utc>,
    /// Whether nothing was sent or written on purpose.
    pub dry_run: bool,
    /// One id for everything that was logged and sent about this run.
    pub correlation_id: String,
    /// The budget.
    pub budget: BudgetView,
    /// The forecast, in the shape of `nightcap forecast`; none without data and plan.
    pub forecast: Option<ForecastAnswer>,
    /// Whether the data may be believed.
    pub data: Verdict,
    /// What each environment has cost; together what was spent.
    pub environments: Vec<EnvironmentView>,
    /// What AWS itself says.
    pub aws: AwsView,
    /// What was told, or would be.
    pub news: Vec<NewsView>,
    /// Where the rules of the ladder stand.
    pub ladder: Vec<LadderView>,
    /// Who reads the mails.
    pub subscriptions: Subscriptions,
    /// What a person should look at.
    pub problems: Vec<ProblemView>,
    /// What this look itself has cost.
    pub cost: GuardCost,
}

/// The budget.
#[derive(Clone, Debug, Serialize)]
pub struct BudgetView {
    /// Its name.
    pub name: String,
    /// The limit of the month.
    pub limit: Usd,
    /// What was spent.
    pub actual: Usd,
    /// Credits and refunds, not subtracted.
    pub credits: Usd,
}

/// What an environment has cost.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentView {
    /// Its name; `untagged`, `tax` and `support` stand for what has none.
    pub name: EnvironmentName,
    /// What it has cost this month.
    pub spent: Usd,
}

/// What AWS itself says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AwsView {
    /// The limit in AWS Budgets.
    pub limit: Option<Usd>,
    /// What AWS Budgets says was spent.
    pub actual: Option<Usd>,
    /// What AWS Budgets forecasts.
    pub forecast: Option<Usd>,
    /// What AWS Budgets says was spent in the month before.
    pub last_month: Option<Usd>,
    /// What Cost Explorer forecasts for the whole month.
    pub second_opinion: Option<Usd>,
}

impl AwsView {
    fn of(sight: &Sight<'_>) -> Self {
        let aws = sight.aws;
        let last_month = sight.month().previous();
        Self {
            limit: aws.map(|aws| aws.limit),
            actual: aws.map(|aws| aws.actual.cents()),
            forecast: aws.and_then(|aws| aws.forecast).map(Usd::cents),
            last_month: aws
                .and_then(|aws| aws.spent_in(last_month, false))
                .map(Usd::cents),
            second_opinion: sight.second_opinion.map(Usd::cents),
        }
    }
}

/// A piece of news.
#[derive(Clone, Debug, Serialize)]
pub struct NewsView {
    /// What sort it is.
    pub kind: NewsKind,
    /// The key it is told once by.
    pub key: String,
    /// `sent`, `noted`, `planned`, `already` (another run was first) or `failed`.
    pub result: &'static str,
    /// The subject of its mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl NewsView {
    /// News and what became of it.
    pub fn of(news: &News, result: &'static str) -> Self {
        Self {
            kind: news.kind,
            key: news.key.to_string(),
            result,
            subject: news.mail.as_ref().map(|mail| mail.subject.clone()),
        }
    }
}

/// Where a rule of the ladder stands.
#[derive(Clone, Debug, Serialize)]
pub struct LadderView {
    /// The rule as written.
    pub rule: String,
    /// `idle`, `patient`, `take`, `standing`, `revert` or `refused`.
    pub state: &'static str,
    /// The holds it asks for or ends.
    pub holds: Vec<String>,
    /// What it saves, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saving: Option<Usd>,
    /// What it leaves out, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusalView>,
}

/// An environment that is left out.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalView {
    /// Its name.
    pub environment: EnvironmentName,
    /// Why.
    #[serde(flatten)]
    pub why: Refusal,
}

impl LadderView {
    fn of(step: &LadderStep) -> Self {
        let (state, holds, saving, refused) = match &step.state {
            StepState::Idle => ("idle", [].as_slice(), None, [].as_slice()),
            StepState::Patient { .. } => ("patient", [].as_slice(), None, [].as_slice()),
            StepState::Standing => ("standing", [].as_slice(), None, [].as_slice()),
            StepState::Take {
                holds,
                saving,
                refused,
            } => ("take", holds.as_slice(), *saving, refused.as_slice()),
            StepState::Revert { holds } => ("revert", holds.as_slice(), None, [].as_slice()),
            StepState::Refused { refused } => ("refused", [].as_slice(), None, refused.as_slice()),
        };
        Self {
            rule: step.rule.to_string(),
            state,
            holds: holds.iter().map(|hold| hold.id.clone()).collect(),
            saving: saving.map(Usd::cents),
            refused: refused
                .iter()
                .map(|(environment, why)| RefusalView {
                    environment: environment.clone(),
                    why: why.clone(),
                })
                .collect(),
        }
    }
}

/// Who reads the mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subscriptions {
    /// Addresses that people read.
    pub confirmed: usize,
    /// Addresses at which nobody has clicked "Confirm subscription" yet.
    pub pending: usize,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemView {
    /// A stable word.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// What a look itself has cost: Cost Explorer is paid by the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GuardCost {
    /// Pages that Cost Explorer was asked for.
    pub pages: u32,
    /// What they cost.
    pub usd: Usd,
}

impl GuardCost {
    /// The price of pages: 0.01 USD each.
    pub fn of(pages: u32) -> Self {
        Self {
            pages,
            usd: Usd::from_cents(i64::from(pages)),
        }
    }
}

impl GuardAnswer {
    /// The answer to a look; what became of the news is filled in by whoever carries it out.
    pub fn new(
        command: &'static str,
        dry_run: bool,
        sight: &Sight<'_>,
        decision: &Decision,
    ) -> Self {
        let month = sight.month();
        let credits = sight
            .spent
            .credits
            .between(month.first_day(), sight.as_of());
        Self {
            command,
            at: sight.now,
            dry_run,
            correlation_id: sight.reference.to_owned(),
            budget: BudgetView {
                name: sight.budget.name.clone(),
                limit: sight.limit(),
                actual: decision.actual.cents(),
                credits: credits.cents(),
            },
            forecast: decision.forecast.as_ref().map(Forecast::answer),
            data: decision.verdict.clone(),
            environments: decision
                .environments
                .iter()
                .map(|(name, spent)| EnvironmentView {
                    name: name.clone(),
                    spent: *spent,
                })
                .collect(),
            aws: AwsView::of(sight),
            news: vec![],
            ladder: decision.ladder.iter().map(LadderView::of).collect(),
            subscriptions: Subscriptions::default(),
            problems: vec![],
            cost: GuardCost::default(),
        }
    }
}
