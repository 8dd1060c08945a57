//! `nightcap explain`.

use crate::output::println;
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::explain::explain;

use crate::args::Explain;
use crate::output::{self, Ending, HEAD, Usage};
use crate::source;

pub(crate) async fn run(args: &Explain) -> anyhow::Result<Ending> {
    let config = source::configuration(&args.config.place).await?;
    let now = args.at.unwrap_or_else(clock::now);
    let (report, _) = source::look(&config, now).await?;
    let explanation = explain(&config, &report.plan, &report.ledger, &args.resource)
        .map_err(|error| anyhow!(Usage(error.to_string())))?;
    if args.json {
        output::json(&explanation)?;
    } else {
        let resource = &explanation.resource;
        println!("{HEAD}{}{HEAD:#} ({})", resource.name, resource.kind);
        println!("{}", resource.arn);
        for fact in &explanation.facts {
            println!("  - {fact}");
        }
    }
    Ok(if explanation.resource.decision == "problem" {
        Ending::Problem
    } else {
        Ending::Fine
    })
}
