//! `nightcap explain`.

use crate::output::println;
use anyhow::anyhow;
use nightcap_domain::explain::explain;

use crate::args::Explain;
use crate::output::{self, Ending, HEAD, Usage};
use crate::source::{self, Looked, Session};
use crate::when;

pub(crate) async fn run(args: &Explain) -> anyhow::Result<Ending> {
    let session = Session::from(&args.aws);
    let config = source::configuration_for(&args.config.place, &session).await?;
    let now = when::at(args.at.as_deref(), &config)?;
    let Looked { report, .. } = session.look(&config, now).await?;
    let language = config.config().language;
    let explanation = explain(&config, &report.plan, &report.ledger, &args.resource)
        .map_err(|error| anyhow!(Usage(error.text(language))))?;
    if args.json {
        output::json(&explanation)?;
    } else {
        let resource = &explanation.resource;
        println!("{HEAD}{}{HEAD:#} ({})", resource.name, resource.kind);
        println!("{}", resource.arn);
        for fact in &explanation.told {
            println!("  - {}", fact.text(language));
        }
    }
    Ok(if explanation.resource.decision == "problem" {
        Ending::Problem
    } else {
        Ending::Fine
    })
}
