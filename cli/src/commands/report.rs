//! `nightcap report`.

use std::sync::Arc;

use crate::output::print;
use anyhow::anyhow;
use chrono::NaiveDate;
use nightcap_aws::alert_ledger::{AlertStore, DynamoDbAlerts};
use nightcap_aws::clients::Clients;
use nightcap_aws::clock;
use nightcap_aws::cost_explorer::CostExplorer;
use nightcap_aws::error::AwsError;
use nightcap_aws::ledger::DynamoDbLedger;
use nightcap_aws::settings::setting;
use nightcap_domain::config::{BudgetConfig, Compiled};
use nightcap_domain::guard::{Inventoried, Spent};
use nightcap_domain::hold::Hold;
use nightcap_domain::money::BillingMonth;
use nightcap_domain::money::actuals::{Assumption, read_costs_by_tag};
use nightcap_domain::money::report::{Origin, Report, ReportInput, Told};

use super::money::{answered, book, chosen, costs, inventory};
use crate::money_args::Report as Args;
use crate::output::{self, Ending, Usage};
use crate::source;

pub(crate) async fn run(args: &Args) -> anyhow::Result<Ending> {
    let config = source::configuration(&args.config.place).await?;
    let budget = budget(&config, &args.config.place)?;
    let today = clock::now().date_naive();
    let as_of = args.as_of.unwrap_or(today);
    let month = month(args, as_of)?;
    let inventoried = inventoried(args).await?;
    let ledger = Ledger::open().await;
    let actual = match &args.costs {
        Some(file) => from_file(file, as_of, &budget.cost_tag)?,
        None => from_aws(&ledger, budget, as_of, today).await?,
    };
    let known = ledger.read(budget, month).await?;
    let report = Report::of(&ReportInput {
        config: &config,
        budget,
        month,
        as_of,
        spent: &actual.spent,
        origin: actual.origin,
        inventoried: inventoried.as_ref(),
        told: known.as_ref().map(|(told, _)| told.as_slice()),
        holds: known.as_ref().map(|(_, holds)| holds.as_slice()),
        assumptions: &actual.assumptions,
        pages: actual.pages,
    });
    if args.json {
        output::json(&report)?;
    } else {
        print!("{}", report.text());
    }
    Ok(if report.is_sound() {
        Ending::Fine
    } else {
        Ending::Problem
    })
}

fn budget<'a>(config: &'a Compiled, place: &str) -> anyhow::Result<&'a BudgetConfig> {
    match &config.config().budget {
        Some(budget) if budget.currency == "USD" => Ok(budget),
        Some(budget) => Err(anyhow!(Usage(format!(
            "the budget in {place} is in {}, the costs are in USD",
            budget.currency
        )))),
        None => Err(anyhow!(Usage(format!(
            "{place} has no budget to report on"
        )))),
    }
}

/// On the first of a month the one before is what there is to report.
fn month(args: &Args, as_of: NaiveDate) -> anyhow::Result<BillingMonth> {
    let last_closed = as_of.pred_opt().unwrap_or(as_of);
    let month = args.month.unwrap_or_else(|| BillingMonth::of(last_closed));
    if month.first_day() < as_of {
        return Ok(month);
    }
    Err(anyhow!(Usage(format!(
        "{month} has no closed day before {as_of}"
    ))))
}

async fn inventoried(args: &Args) -> anyhow::Result<Option<Inventoried>> {
    let all = match args.inventory.as_deref() {
        None => return Ok(None),
        Some(place) => inventory(place)?,
    };
    Ok(Some(Inventoried {
        inventory: chosen(&all, &args.set)?,
        book: book(&args.book).await?,
        region: args.region.clone(),
    }))
}

/// What was spent, and where that was read.
struct Actual {
    spent: Spent,
    origin: Origin,
    assumptions: Vec<Assumption>,
    pages: u32,
}

fn from_file(file: &str, as_of: NaiveDate, cost_tag: &str) -> anyhow::Result<Actual> {
    let read = read_costs_by_tag(costs(file)?, as_of, Some(cost_tag)).map_err(Into::into);
    let actuals = answered(file, read)?;
    Ok(Actual {
        spent: Spent {
            charges: actuals.charges,
            credits: actuals.credits,
            by_environment: actuals.by_environment,
        },
        origin: Origin::File,
        assumptions: actuals.assumptions,
        pages: 0,
    })
}

/// What the guard has paid for already, or else what Cost Explorer says.
async fn from_aws(
    ledger: &Ledger,
    budget: &BudgetConfig,
    as_of: NaiveDate,
    today: NaiveDate,
) -> anyhow::Result<Actual> {
    if as_of > today {
        return Err(anyhow!(Usage(format!(
            "Cost Explorer knows no day from {today} on: give an earlier --as-of, or --costs"
        ))));
    }
    if let Some(store) = &ledger.alerts {
        let kept = store.costs(&budget.costs_key(), as_of).await;
        if let Some(paid) = kept.map_err(|error| source::unkept(&error))? {
            return Ok(from_explorer(paid.spent, 0));
        }
    }
    let explorer = CostExplorer::new(Arc::clone(&ledger.clients), &budget.cost_tag)
        .of_accounts(&budget.accounts);
    let spent = explorer.spent(as_of).await.map_err(|e| unread(&e))?;
    Ok(from_explorer(spent, explorer.pages()))
}

const fn from_explorer(spent: Spent, pages: u32) -> Actual {
    Actual {
        spent,
        origin: Origin::CostExplorer,
        assumptions: vec![],
        pages,
    }
}

fn unread(error: &AwsError) -> anyhow::Error {
    anyhow!(
        "the costs could not be read: {error}. To mend it: {}, or give --costs",
        error.remedy().en
    )
}

/// The ledger, if there is one.
struct Ledger {
    clients: Arc<Clients>,
    alerts: Option<DynamoDbAlerts>,
    holds: Option<DynamoDbLedger>,
}

impl Ledger {
    async fn open() -> Self {
        let clients = Arc::new(Clients::from_environment().await);
        let table = setting("NIGHTCAP_TABLE");
        let alerts = |table: &String| DynamoDbAlerts::new(Arc::clone(&clients), table);
        let holds = |table: &String| DynamoDbLedger::new(Arc::clone(&clients), table);
        Self {
            alerts: table.as_ref().map(alerts),
            holds: table.as_ref().map(holds),
            clients,
        }
    }

    /// What was told of the month, and its holds, also those that are over.
    async fn read(
        &self,
        budget: &BudgetConfig,
        month: BillingMonth,
    ) -> anyhow::Result<Option<(Vec<Told>, Vec<Hold>)>> {
        let (Some(alerts), Some(ledger)) = (&self.alerts, &self.holds) else {
            return Ok(None);
        };
        let told = alerts.told(&budget.name, month).await;
        let told = told.map_err(|error| source::unkept(&error))?;
        let holds = ledger.held(month.start(), month.end()).await;
        let holds = holds.map_err(|error| source::unkept(&error))?;
        Ok(Some((told, holds)))
    }
}
