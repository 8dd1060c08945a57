//! What the budget guard lives on: Cost Explorer, the cost allocation tag, the AWS Budget.

use chrono::{DateTime, Days, NaiveDate, Utc};
use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::config::BudgetConfig;
use serde_json::{Map, Value, json};

use crate::doctor::{Doctor, Money};

/// How far back costs are asked for.
const LOOKED_BACK: u64 = 14;
/// Yesterday's costs come within a day, the day before's within two (AWS Cost Explorer's guide:
/// refreshed at least once every 24 hours).
const LATE: i64 = 3;

impl Doctor<'_> {
    /// Looks at costs, their tag, and the budget. Each question to Cost Explorer costs 0.01 USD.
    pub(in crate::doctor) async fn money(&mut self) {
        let Some(budget) = self.config.config().budget.clone() else {
            self.row("budget", "budget", Money::NoBudgetConfigured);
            return;
        };
        self.costs(&budget.cost_tag).await;
        self.budget(&budget).await;
    }

    async fn costs(&mut self, tag: &str) {
        const CHECK: &str = "costs";
        let today = self.now.date_naive();
        let start = today
            .checked_sub_days(Days::new(LOOKED_BACK))
            .unwrap_or(today);
        let wanted = json!({
            "TimePeriod": { "Start": start.to_string(), "End": today.to_string() },
            "Granularity": "DAILY",
            "Metrics": ["UnblendedCost"],
            "GroupBy": [{ "Type": "TAG", "Key": tag }],
        });
        let asked = Question::json(Service::CostExplorer, "GetCostAndUsage", wanted);
        let pages = self
            .home
            .probe
            .ask_all(asked, "NextPageToken", "NextPageToken")
            .await;
        let pages = match pages {
            Ok(pages) => pages,
            Err(error) => {
                let finding = refused(&error);
                match finding {
                    Some(finding) => self.row(CHECK, "Cost Explorer", finding),
                    None => self.unread(CHECK, "Cost Explorer", &error),
                }
                return;
            }
        };
        let days: Vec<&Value> = pages
            .iter()
            .flat_map(|page| tree::items(page, "ResultsByTime"))
            .collect();
        let last = days
            .iter()
            .filter(|day| has_costs(day))
            .filter_map(|day| date(day))
            .max();
        let finding = match last {
            None => Money::NoCosts,
            Some(last) => {
                let age = (today - last).num_days();
                let last = last.to_string();
                if age > LATE {
                    Money::CostsStale { last, days: age }
                } else {
                    Money::CostsAvailable { last }
                }
            }
        };
        let none = matches!(finding, Money::NoCosts);
        self.row(CHECK, "Cost Explorer", finding);
        self.cost_tag(tag, &days, none).await;
    }

    /// Whether the cost allocation tag is active: as AWS says, or as the costs show.
    async fn cost_tag(&mut self, tag: &str, days: &[&Value], none: bool) {
        const CHECK: &str = "cost-tag";
        let key = tag.to_owned();
        let wanted = json!({ "TagKeys": [key] });
        let asked = Question::json(Service::CostExplorer, "ListCostAllocationTags", wanted);
        let listed = self.home.probe.ask(asked).await;
        let prefix = format!("{key}$");
        let used = days
            .iter()
            .flat_map(|day| tree::items(day, "Groups"))
            .any(|group| {
                let keys = tree::items(group, "Keys");
                let value = keys
                    .iter()
                    .filter_map(|value| value.as_str())
                    .find_map(|text| text.strip_prefix(&prefix));
                value.is_some_and(|value| !value.is_empty())
            });
        let finding = match &listed {
            Ok(answer) => {
                let tags = tree::items(answer, "CostAllocationTags");
                let active = tags.iter().find(|tag| {
                    tree::text(tag, "TagKey") == key && tree::text(tag, "Status") == "Active"
                });
                match active {
                    None => Money::CostTagInactive { key },
                    // It counts within 24 hours of its activation, and where something carries it.
                    Some(tag) if used || none || self.governed == 0 || self.is_fresh(tag) => {
                        Money::CostTagActive { key }
                    }
                    Some(_) => Money::CostTagUnused { key },
                }
            }
            // Only the management account may list them: the costs themselves tell.
            Err(_) if used => Money::CostTagActive { key },
            Err(error) if none => {
                self.unread(CHECK, tag, error);
                return;
            }
            Err(_) => Money::CostTagUnused { key },
        };
        self.row(CHECK, tag, finding);
    }

    /// Whether a tag was activated so lately that no cost can carry it yet.
    fn is_fresh(&self, tag: &Value) -> bool {
        let since = tree::text(tag, "LastUpdatedDate").get(..10);
        let since = since.and_then(|day| day.parse::<NaiveDate>().ok());
        since.is_some_and(|day| (self.now.date_naive() - day).num_days() <= 2)
    }

    /// Whether a notification goes to the alert topic.
    async fn subscribers(&mut self, name: &str, notifications: &[&Value]) {
        const CHECK: &str = "budget";
        let Some(topic) = self.deployed.setting("NIGHTCAP_TOPIC_ARN") else {
            return;
        };
        for notification in notifications {
            let wanted = json!({
                "AccountId": self.home.account,
                "BudgetName": name,
                "Notification": identified(notification),
            });
            let operation = "DescribeSubscribersForNotification";
            let asked = Question::json(Service::Budgets, operation, wanted);
            match self.home.probe.ask(asked).await {
                Ok(answer) => {
                    let subscribers = tree::items(&answer, "Subscribers");
                    if subscribers
                        .iter()
                        .any(|one| tree::text(one, "Address") == topic)
                    {
                        return;
                    }
                }
                Err(error) if error.cause == Cause::Gone => {}
                Err(error) => return self.unread(CHECK, name, &error),
            }
        }
        self.row(CHECK, name, Money::BudgetNotificationsElsewhere { topic });
    }

    async fn budget(&mut self, file: &BudgetConfig) {
        const CHECK: &str = "budget";
        let name = file.name.clone();
        let wanted = json!({ "AccountId": self.home.account, "BudgetName": name });
        let asked = Question::json(Service::Budgets, "DescribeBudget", wanted.clone());
        let budget = match self.home.probe.ask(asked).await {
            Ok(answer) => answer.get("Budget").cloned().unwrap_or_default(),
            Err(error) if error.cause == Cause::Gone => {
                self.row(CHECK, &name, Money::BudgetMissing { name: name.clone() });
                return;
            }
            Err(error) => {
                self.unread(CHECK, &name, &error);
                return;
            }
        };
        let before = self.rows.len();
        let kind = tree::text(&budget, "BudgetType");
        if kind != "COST" {
            let is = kind.to_owned();
            self.row(CHECK, &name, Money::BudgetType { is });
            return;
        }
        let limit = budget.get("BudgetLimit").cloned();
        let limit = limit.or_else(|| planned(&budget, self.now));
        let limit = limit.unwrap_or_default();
        let (amount, unit) = (tree::text(&limit, "Amount"), tree::text(&limit, "Unit"));
        if unit != file.currency {
            let finding = Money::BudgetCurrency {
                file: file.currency.clone(),
                aws: unit.to_owned(),
            };
            self.row(CHECK, &name, finding);
        }
        // As numbers: AWS writes 500.0 where the file has 500.
        let wanted_limit = file.limit.normalize().to_string();
        if plain(amount) != plain(&wanted_limit) {
            let finding = Money::BudgetLimit {
                file: wanted_limit,
                aws: amount.to_owned(),
            };
            self.row(CHECK, &name, finding);
        }
        let period = tree::text(&budget, "TimeUnit");
        if period != "MONTHLY" {
            let finding = Money::BudgetPeriod {
                unit: period.to_owned(),
            };
            self.row(CHECK, &name, finding);
        }
        let asked = Question::json(Service::Budgets, "DescribeNotificationsForBudget", wanted);
        match self.home.probe.ask(asked).await {
            Ok(answer) if tree::items(&answer, "Notifications").is_empty() => {
                self.row(
                    CHECK,
                    &name,
                    Money::BudgetWithoutNotification { name: name.clone() },
                );
            }
            Ok(answer) => {
                let notifications = tree::items(&answer, "Notifications");
                self.subscribers(&name, &notifications).await;
            }
            Err(error) if error.cause == Cause::Gone => {
                self.row(
                    CHECK,
                    &name,
                    Money::BudgetWithoutNotification { name: name.clone() },
                );
            }
            Err(error) => self.unread(CHECK, &name, &error),
        }
        if self.rows.len() == before {
            self.row(CHECK, &name, Money::BudgetCorrect { name: name.clone() });
        }
    }
}

/// The limit of the period that runs, of a budget that has one for each (AWS Budgets API reference,
/// Budget, `PlannedBudgetLimits`: by the start of the period in seconds).
fn planned(budget: &Value, now: DateTime<Utc>) -> Option<Value> {
    let limits = budget.get("PlannedBudgetLimits")?.as_object()?;
    let begun = limits.iter().filter_map(|(start, limit)| {
        let start = start.parse::<i64>().ok()?;
        (start <= now.timestamp()).then_some((start, limit))
    });
    begun
        .max_by_key(|(start, _)| *start)
        .map(|(_, limit)| limit.clone())
}

/// A notification by what identifies it, without its state.
fn identified(notification: &Value) -> Value {
    let mut kept = Map::new();
    for key in [
        "NotificationType",
        "ComparisonOperator",
        "Threshold",
        "ThresholdType",
    ] {
        if let Some(value) = notification.get(key) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(kept)
}

/// A number without what does not count: `500.00` is `500`.
fn plain(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// What a refusal of Cost Explorer means that is no missing permission.
fn refused(error: &AwsError) -> Option<Money> {
    let said = error.message.to_ascii_lowercase();
    if said.contains("not enabled for cost explorer") {
        Some(Money::CostExplorerOff)
    } else if said.contains("linked account") {
        Some(Money::CostExplorerMember)
    } else if said.contains("dataunavailable") {
        Some(Money::NoCosts)
    } else {
        None
    }
}

fn has_costs(day: &Value) -> bool {
    !tree::items(day, "Groups").is_empty()
}

fn date(day: &Value) -> Option<NaiveDate> {
    tree::at(day, &["TimePeriod", "Start"])
        .get(..10)?
        .parse()
        .ok()
}
