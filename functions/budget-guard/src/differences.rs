//! Where AWS Budgets, Cost Explorer and the configuration do not agree: told, never acted on.

use chrono::{Datelike, NaiveDate};
use nightcap_domain::config::BudgetConfig;
use nightcap_domain::guard::{AwsBudget, ProblemView, Spent};
use nightcap_domain::money::{BillingMonth, Usd};

/// Two totals of a closed month that are further apart than one in so many are worth a word.
const APART: i64 = 50;

/// Until this day of the next month a month's last days may still grow, at one of the two first.
const SETTLED_ON: u32 = 3;

/// The differences, none if all agree.
pub fn differences(
    budget: &BudgetConfig,
    aws: &AwsBudget,
    spent: &Spent,
    today: NaiveDate,
) -> Vec<ProblemView> {
    let mut found = vec![];
    let limit = Usd::new(budget.limit);
    if aws.limit != limit {
        found.push(ProblemView {
            code: "other-limit",
            message: format!(
                "AWS Budgets has a limit of {} USD, the configuration {limit} USD: the configuration's counts here",
                aws.limit
            ),
            remedy: "make both the same".to_owned(),
        });
    }
    if today.day() >= SETTLED_ON {
        found.extend(other_total(aws, spent, BillingMonth::of(today).previous()));
    }
    found
}

/// Which accounts count, where AWS Budgets and the configuration do not agree. In a management
/// account Cost Explorer shows the whole organization, and a budget may count a part of it.
pub fn other_accounts(
    budget: &BudgetConfig,
    aws: &AwsBudget,
    own: Option<&str>,
) -> Option<ProblemView> {
    let mut ours: Vec<&str> = budget.accounts.iter().map(String::as_str).collect();
    ours.sort_unstable();
    let theirs: Vec<&str> = aws.accounts.iter().map(String::as_str).collect();
    // In its own account alone a budget needs no filter.
    let own_alone = theirs.is_empty() && own.is_some_and(|own| ours == [own]);
    if ours == theirs || own_alone {
        return None;
    }
    let listed = |accounts: &[&str]| match accounts {
        [] => "all accounts".to_owned(),
        some => some.join(", "),
    };
    let remedy = if theirs.is_empty() {
        "give the budget in AWS Budgets the same filter by linked account, or leave `budget.accounts` out".to_owned()
    } else {
        format!(
            "write `accounts: [{}]` under `budget`, or change the filter of the budget in AWS Budgets",
            theirs.join(", ")
        )
    };
    Some(ProblemView {
        code: "other-accounts",
        message: format!(
            "the budget {} in AWS Budgets counts {}, the configuration {}: the configuration's count here, and in a management account all are those of the whole organization",
            budget.name,
            listed(&theirs),
            listed(&ours)
        ),
        remedy,
    })
}

/// The month before, by Budgets and by Cost Explorer: a budget that watches a part of the
/// account, or a figure one of them has wrong, shows here before anybody trusts a forecast.
fn other_total(aws: &AwsBudget, spent: &Spent, month: BillingMonth) -> Option<ProblemView> {
    let theirs = *aws.closed.get(&month)?;
    // Part of a month is no total.
    if spent.charges.first_day()? > month.first_day() {
        return None;
    }
    let (from, to) = (month.first_day(), month.next().first_day());
    let charges = spent.charges.between(from, to);
    // A budget may count credits and refunds, or not.
    let net = charges + spent.credits.between(from, to);
    let agrees = |ours: Usd| {
        let larger = ours.max(theirs);
        (larger - ours.min(theirs)).times(APART.into()) <= larger
    };
    (!agrees(charges) && !agrees(net)).then(|| ProblemView {
        code: "other-total",
        message: format!(
            "{month} cost {} USD by Cost Explorer and {} USD by AWS Budgets",
            charges.cents(),
            theirs.cents()
        ),
        remedy: "see whether the budget has a filter, and which cost types it includes".to_owned(),
    })
}
