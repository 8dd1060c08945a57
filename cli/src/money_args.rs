//! What can be said about money on the command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Subcommand, ValueHint};
use nightcap_domain::money::{BillingMonth, Usd};
use nightcap_domain::names::{EnvironmentName, Region};

use crate::args::ConfigArg;

/// What `nightcap` can say about money.
#[derive(Debug, Subcommand)]
pub(crate) enum MoneyCommand {
    /// Forecast the month from a file of daily costs
    #[command(
        long_about = "Forecast the month from a file of daily costs.\n\n\
            The file is CSV: date,usd or date,usd,environment, what Cost Explorer's console downloads by day, or an \
            export in FOCUS 1.0 to 1.3 or of the Cost and Usage Report. \
            Days before --as-of count as closed; later rows are not looked at.",
        after_help = "Examples:\n  \
            nightcap forecast --costs F.csv --as-of 2026-11-11 --budget 500 --json\n  \
            nightcap forecast --costs F.csv --as-of 2026-11-11 --budget 500 --environment preprod\n  \
            zcat costs.csv.gz | nightcap forecast --costs - --as-of 2026-11-11 --budget 500"
    )]
    Forecast(Forecast),
    /// Show how good the forecast would have been on a file of daily costs
    #[command(
        after_help = "Every complete month is forecast on each of its days 2 to 25, knowing nothing but the days before.\n\n\
            With --holdout the constants of the method are chosen on other data than they are scored on: anew before each \
            month, from the months before it alone, and on each other environment of the file.\n\n\
            Examples:\n  \
            nightcap backtest --costs crates/cost/data/daily_cloud_cost_2018.csv --holdout\n  \
            nightcap backtest --costs crates/cost/data/daily_cloud_cost_2018.csv --environment binder-prod\n  \
            nightcap backtest --costs F.csv --from 2026-06 --json"
    )]
    Backtest(Backtest),
    /// Show the price book: rows, their age and source, and what is missing
    #[command(
        long_about = "Show the price book: rows, their age and source, and what is missing.\n\n\
            With --refresh every item of the book is read anew from the AWS Price List API \
            (pricing:GetProducts, free of charge), and the book is written to a file that --prices reads. \
            What the API lists no price for keeps its row, its date and its source, or stays missing; both are told.",
        after_help = "Examples:\n  \
            nightcap prices\n  \
            nightcap prices --region eu-west-3 --sources\n  \
            nightcap prices --json | jq '.prices[] | select(.status != \"found\")'\n  \
            nightcap prices --refresh prices.csv --region eu-west-3 && nightcap simulate --inventory F.csv --prices prices.csv"
    )]
    Prices(Prices),
    /// Compare what two configurations cost over a month or a year
    #[command(
        long_about = "Compare what two configurations cost over a month or twelve months, in hours, money and per cent.\n\n\
            The first side is --against, or everything running at all hours; the second is --config. \
            Both run on the same inventory and prices. What has no price is a gap, named, and the exit code is 1.",
        after_help = "Examples:\n  \
            nightcap simulate --inventory F.csv --year-from 2027-01      # always on against the schedule\n  \
            nightcap simulate --inventory F.csv --config new.yaml --against nightcap.yaml --json\n  \
            nightcap simulate --inventory greenleaf --month 2026-11 --set preprod=iso --lines   # the example's fleet\n  \
            nightcap simulate --inventory greenleaf --against nightcap.yaml --against-set nat=gateway"
    )]
    Simulate(Box<Simulate>),
    /// Report the month: spent, expected, planned to be saved by sleeping, told, and held
    #[command(
        long_about = "Report the month: what was spent and what is expected, by environment and class, what sleeping saves by the plan, \
            what was told, and what holds cost.\n\n\
            Costs come from --costs or, without it, from Cost Explorer (0.01 USD a page, unless the guard's own look of \
            the day is in the ledger). What was told and held comes from the table that NIGHTCAP_TABLE names. The text is \
            in the `language` of the configuration.",
        after_help = "Examples:\n  \
            nightcap report --costs F.csv --as-of 2026-11-11 --inventory inventory.csv\n  \
            nightcap report --json                                # from AWS, as the guard reads it\n  \
            nightcap report --month 2026-10                       # a month that is over"
    )]
    Report(Box<Report>),
}

/// `nightcap report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// A file of costs in place of Cost Explorer; - reads standard input
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath)]
    pub(crate) costs: Option<String>,
    /// The first day that is not closed, in UTC [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// The month [default: that of the last closed day]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<BillingMonth>,
    /// What there is to pay for: greenleaf, or a file; without it nothing is planned
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath)]
    pub(crate) inventory: Option<String>,
    /// A variant of the inventory; may be repeated
    #[arg(long, value_name = "SETTING=VALUE", value_parser = choice, requires = "inventory")]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) book: BookArg,
    /// Where the inventory stands
    #[arg(long, value_name = "REGION", default_value = "eu-west-3")]
    pub(crate) region: Region,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the price book is.
#[derive(Debug, clap::Args)]
pub(crate) struct BookArg {
    /// A price book in place of the one that comes with the program
    #[arg(
        id = "prices",
        long = "prices",
        value_name = "F.csv",
        env = "NIGHTCAP_PRICES",
        value_hint = ValueHint::FilePath,
        hide_env_values = true
    )]
    pub(crate) place: Option<String>,
}

/// `nightcap forecast`.
#[derive(Debug, clap::Args)]
pub(crate) struct Forecast {
    /// The file of costs; - reads standard input
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath)]
    pub(crate) costs: String,
    /// The first day that is not closed, in UTC [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// The budget of the month in USD [default: the limit in the configuration]
    #[arg(long, value_name = "USD", value_parser = amount)]
    pub(crate) budget: Option<Usd>,
    /// Only this environment's costs
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<EnvironmentName>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap backtest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Backtest {
    /// The file of costs; - reads standard input
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath)]
    pub(crate) costs: String,
    /// Only this environment's costs
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<EnvironmentName>,
    /// The first month that counts [default: the first with enough history before it]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) from: Option<BillingMonth>,
    /// Days of history a month needs before its first day to count
    #[arg(long, value_name = "DAYS", default_value_t = 28, value_parser = clap::value_parser!(u32).range(0..=3660))]
    pub(crate) warm_up_days: u32,
    /// Choose the constants of the method on other data than they are scored on
    #[arg(long)]
    pub(crate) holdout: bool,
    /// Run the bill backwards: what fell then rises
    #[arg(long)]
    pub(crate) backwards: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap prices`.
#[derive(Debug, clap::Args)]
pub(crate) struct Prices {
    /// Only these regions; may be repeated [default: all of the book]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    #[command(flatten)]
    pub(crate) book: BookArg,
    /// Read the prices anew from AWS and write the book to this file
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath, conflicts_with_all = ["sources", "as_of"])]
    pub(crate) refresh: Option<PathBuf>,
    /// The day their age is counted to [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Print the source of every row, too
    #[arg(long, conflicts_with = "json")]
    pub(crate) sources: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap simulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The configuration to compare with [default: everything at all hours]
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) against: Option<String>,
    /// One month
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "year_from")]
    pub(crate) month: Option<BillingMonth>,
    /// Twelve months from this one on [default: this month]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) year_from: Option<BillingMonth>,
    /// A variant of the inventory, on both sides; may be repeated
    #[arg(long, value_name = "SETTING=VALUE", value_parser = choice)]
    pub(crate) set: Vec<(String, String)>,
    /// A variant of the inventory, on the first side only; may be repeated
    #[arg(long, value_name = "SETTING=VALUE", value_parser = choice)]
    pub(crate) against_set: Vec<(String, String)>,
    /// What there is to pay for: a file, or greenleaf for the example's
    #[arg(long, value_name = "F.csv", value_hint = ValueHint::FilePath)]
    pub(crate) inventory: Option<String>,
    #[command(flatten)]
    pub(crate) book: BookArg,
    /// Where the inventory stands
    #[arg(long, value_name = "REGION", default_value = "eu-west-3")]
    pub(crate) region: Region,
    /// Print the second side line by line, too
    #[arg(long, conflicts_with = "json")]
    pub(crate) lines: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    // Chrono also reads 2026-1-2 and years of any length.
    let strict = text.len() == 10;
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| strict)
        .ok_or_else(|| "expected a date such as 2026-11-11".to_owned())
}

fn amount(text: &str) -> Result<Usd, String> {
    let amount: Usd = text
        .parse()
        .map_err(|error: nightcap_domain::money::AmountError| error.to_string())?;
    if amount > Usd::ZERO {
        Ok(amount)
    } else {
        Err("a budget is an amount above zero".to_owned())
    }
}

fn choice(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((setting, value)) if !setting.is_empty() && !value.is_empty() => {
            Ok((setting.to_owned(), value.to_owned()))
        }
        _ => Err("expected SETTING=VALUE, such as preprod=iso".to_owned()),
    }
}
