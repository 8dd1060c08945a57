//! `nightcap simulate`.

use crate::output::{eprintln, print, println};
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::config::{Compiled, nearest};
use nightcap_domain::money::BillingMonth;
use nightcap_domain::money::plan::{Comparison, Period, Planner, Scenario, Schedules, simulate};

use super::money::{book, chosen, inventory};
use crate::money_args::Simulate;
use crate::output::{self, DOUBT, Ending, Usage};
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
    misspelt(args, &after, &comparison);
    Ok(if comparison.is_complete() {
        Ending::Fine
    } else {
        Ending::Problem
    })
}

/// Names of the inventory that the configuration lacks are always on. That may be meant; where
/// one resembles a name of the configuration, it is misspelt.
fn misspelt(args: &Simulate, config: &Compiled, comparison: &Comparison) {
    let known: Vec<&str> = config
        .environments()
        .map(|(name, _)| name.as_str())
        .collect();
    let names = comparison.baseline.by_environment.keys();
    for name in names.filter(|name| !known.contains(&name.as_str())) {
        if let Some(nearest) = nearest(name.as_str(), known.iter().copied()) {
            eprintln!(
                "{DOUBT}warning:{DOUBT:#} {name} of the inventory is no environment of {} (did you mean {nearest:?}?): it runs at all hours",
                args.config.place
            );
        }
    }
}

async fn compare(
    args: &Simulate,
    before: Option<&Compiled>,
    after: &Compiled,
) -> anyhow::Result<Comparison> {
    let book = book(&args.book).await?;
    let Some(place) = &args.inventory else {
        return Err(anyhow!(Usage(
            "what there is to pay for is not known: give --inventory F.csv (docs/cost-model.md, \"The inventory\"), or --inventory greenleaf for the example's".to_owned()
        )));
    };
    let inventory = inventory(place)?;
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
