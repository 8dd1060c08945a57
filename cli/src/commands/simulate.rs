//! `nightcap simulate`.

use crate::output::{print, println};
use nightcap_aws::clock;
use nightcap_domain::config::Compiled;
use nightcap_domain::money::BillingMonth;
use nightcap_domain::money::plan::{Comparison, Period, Planner, Scenario, Schedules, simulate};

use super::money::{book, chosen, inventory};
use crate::money_args::Simulate;
use crate::output::{self, Ending};
use crate::source;

pub(crate) async fn run(args: &Simulate) -> anyhow::Result<Ending> {
    let after = source::configuration(&args.config.place).await?;
    let before = match &args.against {
        Some(place) => Some(source::configuration(place).await?),
        None => None,
    };
    let comparison = compare(args, before.as_ref(), &after).await?;
    if args.json {
        output::json(&comparison)?;
    } else {
        print!("{}", comparison.table());
        if args.lines {
            println!();
            print!("{}", comparison.proposed.plan.table());
        }
    }
    Ok(Ending::Fine)
}

async fn compare(
    args: &Simulate,
    before: Option<&Compiled>,
    after: &Compiled,
) -> anyhow::Result<Comparison> {
    let book = book(&args.book).await?;
    let inventory = inventory(args.inventory.as_deref())?;
    let first = chosen(&inventory, args.set.iter().chain(&args.against_set))?;
    let second = chosen(&inventory, &args.set)?;
    let schedules = (
        before.map_or_else(Schedules::none, schedules),
        schedules(after),
    );
    let planner = |inventory, schedules| Planner {
        inventory,
        book: &book,
        region: &args.region,
        schedules,
    };
    let baseline = Scenario {
        name: "before",
        planner: planner(&first, &schedules.0),
    };
    let proposed = Scenario {
        name: "after",
        planner: planner(&second, &schedules.1),
    };
    Ok(simulate(period(args), &baseline, &proposed))
}

/// The schedules of a configuration; protected environments run at all hours.
fn schedules(config: &Compiled) -> Schedules<'_> {
    config
        .environments()
        .filter(|(_, environment)| !environment.protected)
        .filter_map(|(name, environment)| Some((name, config.schedule_of(environment)?.1)))
        .fold(Schedules::none(), |all, (name, schedule)| {
            all.with(name.clone(), schedule)
        })
}

fn period(args: &Simulate) -> Period {
    let this_month = || BillingMonth::of(clock::now().date_naive());
    match (args.month, args.year_from) {
        (Some(month), _) => Period::Month(month),
        (None, from) => Period::YearFrom(from.unwrap_or_else(this_month)),
    }
}
