//! From `--config` to a configuration, and from there to the fleet.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source::{self, ConfigText};
use nightcap_aws::error::AwsError;
use nightcap_aws::ledger::LedgerStore;
use nightcap_aws::reconcile::{self, Report, Tick};
use nightcap_aws::settings::setting;
use nightcap_aws::target::{reach, targets};
use nightcap_domain::config::{Compiled, ConfigErrors};
use nightcap_domain::names::Region;

use crate::output::Usage;

/// Reads the text of a configuration. AWS is asked only where it stands there.
pub(crate) async fn text(place: &str) -> anyhow::Result<ConfigText> {
    let source = if config_source::is_remote(place) {
        config_source::fetch(place, &Clients::from_environment().await).await
    } else {
        config_source::fetch_local(place)
    };
    source
        .map(|text| told_by(place, text))
        .map_err(|error| anyhow!(error))
}

/// What was given as text is called by the way it was given: `--config`, unless the variable
/// says the same.
fn told_by(place: &str, text: ConfigText) -> ConfigText {
    let by_variable = setting("NIGHTCAP_CONFIG").is_some_and(|value| value == place);
    if text.text == place && !by_variable {
        return ConfigText {
            name: "--config".to_owned(),
            ..text
        };
    }
    text
}

/// Reads a configuration; its errors are one error, with every place.
pub(crate) async fn configuration(place: &str) -> anyhow::Result<Compiled> {
    let source = text(place).await?;
    Compiled::parse(&source.text).map_err(|errors: ConfigErrors| {
        anyhow!(
            "the configuration has errors\n{}",
            errors.render(&source.name, &source.text).trim_end()
        )
    })
}

/// The ledger, where there is one.
pub(crate) async fn ledger() -> anyhow::Result<Box<dyn LedgerStore>> {
    let Some(table) = setting("NIGHTCAP_TABLE") else {
        return Err(anyhow!(Usage(
            "holds are kept in the ledger: set NIGHTCAP_TABLE to the name of its table".to_owned()
        )));
    };
    let clients = Arc::new(Clients::from_environment().await);
    Ok(nightcap_aws::ledger::open(&clients, Some(table)))
}

/// What went wrong with the ledger, and how to mend it.
pub(crate) fn unkept(error: &AwsError) -> anyhow::Error {
    anyhow!(
        "the ledger could not be reached: {error}. To mend it: {}",
        error.remedy().en
    )
}

/// Looks at the fleet and decides as a tick would, changing nothing.
pub(crate) async fn look(config: &Compiled, now: DateTime<Utc>) -> anyhow::Result<(Report, Tick)> {
    let clients = Arc::new(Clients::from_environment().await);
    let region = clients.region().map(Region::new);
    let own = match region {
        Some(region) => region,
        None if config
            .environments()
            .all(|(_, e)| !e.is_looked_at() || !e.regions.is_empty()) =>
        {
            Region::new("")
        }
        None => {
            return Err(anyhow!(Usage(
                "no region is known: set AWS_REGION, or `regions` for every environment".to_owned()
            )));
        }
    };
    let ledger = nightcap_aws::ledger::open(&clients, setting("NIGHTCAP_TABLE"));
    let tick = Tick {
        now,
        dry_run: true,
        correlation_id: "terminal".to_owned(),
        restarted: None,
    };
    let targets = reach(&clients, config, targets(config, &own));
    let report = reconcile::tick(config, &targets, ledger.as_ref(), &tick)
        .await
        .context("the fleet could not be looked at")?;
    Ok((report, tick))
}
