//! What a person should look at, each with what to do: `docs/answers.md` has the list.

use nightcap_aws::error::AwsError;
use nightcap_domain::config::BudgetConfig;
use nightcap_domain::guard::{BudgetPeriod, OtherBudget, Overdue, ProblemView, Subscriptions};
use nightcap_domain::names::EnvironmentName;

use crate::inventory::InventoryTrouble;

/// What AWS refused.
pub(crate) fn trouble(code: &'static str, error: &AwsError) -> ProblemView {
    ProblemView {
        code,
        message: error.to_string(),
        remedy: error.remedy().en.to_string(),
    }
}

pub(crate) fn no_budget(name: &str) -> ProblemView {
    ProblemView {
        code: "no-budget",
        message: format!(
            "AWS Budgets has no budget with the name {name}: AWS's own alerts do not come, and its figures cannot be compared"
        ),
        remedy: format!(
            "create the budget {name} in AWS Budgets, or correct `budget.name` in the configuration"
        ),
    }
}

/// The budget in AWS is not one of a month's costs.
pub(crate) fn other_budget(budget: &BudgetConfig, other: OtherBudget) -> ProblemView {
    let name = &budget.name;
    let what = match other {
        OtherBudget::Period(BudgetPeriod::Day) => "of a day",
        OtherBudget::Period(BudgetPeriod::Quarter) => "of a quarter",
        OtherBudget::Period(BudgetPeriod::Year) => "of a year",
        OtherBudget::Period(BudgetPeriod::Other) => "of another period than a month",
        OtherBudget::NotOfCosts => "of something other than costs",
    };
    ProblemView {
        code: "other-period",
        message: format!(
            "the budget {name} in AWS Budgets is one {what}: its figures cannot be compared with a month's costs"
        ),
        remedy: format!(
            "create a monthly cost budget of {} {} in AWS Budgets and name it in `budget.name`; a budget's period cannot be changed",
            budget.limit, budget.currency
        ),
    }
}

/// Cost Explorer tells no environment apart.
pub(crate) fn no_cost_tag(tag: &str) -> ProblemView {
    ProblemView {
        code: "no-cost-tag",
        message: format!(
            "nothing of the last week's costs carries the tag {tag}: they cannot be told apart by environment"
        ),
        remedy: format!(
            "activate the cost allocation tag {tag} in the organization's management account (it shows after up to 24 hours and not for days before), or set `budget.cost_tag` to the one that is active; capital letters count"
        ),
    }
}

pub(crate) fn scheduler_silent(overdue: &Overdue) -> ProblemView {
    let Overdue {
        last,
        environments,
        due,
        to,
    } = overdue;
    let names: Vec<&str> = environments.iter().map(EnvironmentName::as_str).collect();
    ProblemView {
        code: "scheduler-silent",
        message: format!(
            "the scheduler has written nothing since {}, and at {} was to be {to}: {}",
            last.format("%FT%TZ"),
            due.format("%FT%TZ"),
            names.join(", "),
        ),
        remedy: "look at the function scheduler: its log, its schedules, its problems".to_owned(),
    }
}

pub(crate) fn inventory(error: &InventoryTrouble) -> ProblemView {
    ProblemView {
        code: "inventory",
        message: error.to_string(),
        remedy: "correct NIGHTCAP_INVENTORY".to_owned(),
    }
}

pub(crate) fn prices(error: &impl std::fmt::Display) -> ProblemView {
    ProblemView {
        code: "prices",
        message: format!("{error}; the prices that come with the program count meanwhile"),
        remedy: "correct NIGHTCAP_PRICES or what it names, or let the function read it".to_owned(),
    }
}

pub(crate) fn no_topic() -> ProblemView {
    ProblemView {
        code: "no-topic",
        message: "no mail can be sent: there is no topic".to_owned(),
        remedy: "set NIGHTCAP_TOPIC_ARN".to_owned(),
    }
}

pub(crate) fn no_ledger() -> ProblemView {
    ProblemView {
        code: "no-ledger",
        message: "nothing is told or asked for: there is no ledger to remember it by".to_owned(),
        remedy: "set NIGHTCAP_TABLE to the name of the ledger's table".to_owned(),
    }
}

pub(crate) fn unread(readers: Subscriptions, topic: &str) -> ProblemView {
    ProblemView {
        code: "unread",
        message: format!(
            "{} confirmed and {} unconfirmed subscriptions of {topic}",
            readers.confirmed, readers.pending,
        ),
        remedy: "click \"Confirm subscription\" in the mail AWS sent, or subscribe an address"
            .to_owned(),
    }
}
