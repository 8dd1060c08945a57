//! `nightcap holds`.

use crate::output::println;
use nightcap_aws::clock;
use nightcap_domain::hold::{HoldView, HoldsAnswer};

use crate::args::Holds;
use crate::output::{self, Ending};
use crate::source::{self, Session};

pub(crate) async fn run(args: &Holds) -> anyhow::Result<Ending> {
    let session = Session::from(&args.aws).with_usual_table();
    let store = session.ledger().await?;
    let config = source::configuration_for(&args.config.place, &session).await?;
    let now = clock::now();
    let ledger = store.read(now).await.map_err(|e| session.unkept(&e))?;
    let answer = HoldsAnswer::new(&config, &ledger, now);
    if args.json {
        output::json(&answer)?;
    } else if answer.holds.is_empty() {
        println!("There are no holds.");
    } else {
        show(&answer.holds);
    }
    Ok(Ending::Fine)
}

pub(super) fn show(holds: &[HoldView]) {
    let mut table = output::table(&["HOLD", "ON", "KEEPS IT", "UNTIL", "BY", "REASON"]);
    for hold in holds {
        table.add_row([
            hold.id.clone(),
            hold.on.to_string(),
            output::state(&hold.state.to_string()),
            hold.until_local.clone(),
            hold.by.clone(),
            hold.reason.clone(),
        ]);
    }
    output::show(&table);
}
