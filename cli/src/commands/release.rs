//! `nightcap release`.

use crate::output::println;
use anyhow::anyhow;
use nightcap_aws::clock;
use nightcap_domain::hold::{ReleaseAnswer, Released, release, signed};

use crate::args::Release;
use crate::output::{self, Ending, HEAD, Usage};
use crate::source::{self, Session};

use super::holds;

pub(crate) async fn run(args: &Release) -> anyhow::Result<Ending> {
    let (by, reason) =
        signed(&args.change.by, &args.reason).map_err(|error| anyhow!(Usage(error.to_string())))?;
    let session = Session::from(&args.change.aws).with_usual_table();
    let store = session.ledger().await?;
    let config = source::configuration_for(&args.change.config.place, &session).await?;
    let now = clock::now();
    let ledger = store.read(now).await.map_err(|e| session.unkept(&e))?;
    let ended = release(&ledger.holds, &Released::Named(args.hold.clone()), now)
        .map_err(|error| anyhow!(Usage(error.to_string())))?;
    if !args.change.dry_run {
        store
            .release(&ended, &by, &reason)
            .await
            .map_err(|error| session.unkept(&error))?;
    }
    let answer = ReleaseAnswer::new(&config, &ledger, &ended, now, args.change.dry_run);
    if args.change.json {
        output::json(&answer)?;
    } else {
        show(&answer);
    }
    Ok(Ending::Fine)
}

fn show(answer: &ReleaseAnswer) {
    let verb = if answer.dry_run { "would end" } else { "ended" };
    for hold in &answer.released {
        println!(
            "{HEAD}{}{HEAD:#} {verb}: {}, {}",
            hold.id, hold.on, hold.reason
        );
    }
    if !answer.remaining.is_empty() {
        println!("\nLeft:");
        holds::show(&answer.remaining);
    }
}
