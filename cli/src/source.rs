//! From `--config` to a configuration, and from there to the fleet.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use nightcap_aws::clients::Clients;
use nightcap_aws::config_source::{self, ConfigText};
use nightcap_aws::error::AwsError;
use nightcap_aws::ledger::LedgerStore;
use nightcap_aws::reconcile::{self, Report, Tick, TickError};
use nightcap_aws::settings::setting;
use nightcap_aws::target::{Target, reach, targets};
use nightcap_domain::config::{Compiled, ConfigErrors, Language, nearest};
use nightcap_domain::names::{Region, RoleArn};

use crate::args::AwsArgs;
use crate::output::Usage;
use crate::profile::profiles;
use crate::remedy::Remedy;

/// Where the configuration is unless somebody says otherwise.
pub(crate) const USUAL_PLACE: &str = "nightcap.yaml";
/// The same file as others spell it.
const OTHER_PLACE: &str = "nightcap.yml";
/// What errors call a configuration that was given as text.
const GIVEN: &str = "--config";
/// The table of the Terraform module, unless it is told another name.
const USUAL_TABLE: &str = "nightcap";

/// What to do where nobody has named a region.
pub(crate) const NO_REGION: &str =
    "no region is known: give --region, or set AWS_REGION, or `regions` for every environment";

/// Who asks AWS, and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    profile: Option<String>,
    region: Option<String>,
    table: Option<String>,
}

impl From<&AwsArgs> for Session {
    fn from(args: &AwsArgs) -> Self {
        Self {
            profile: args.profile.clone(),
            region: args.region.clone(),
            table: args.table.clone(),
        }
    }
}

impl Session {
    /// The profile that is used, if one is named.
    pub(crate) fn profile(&self) -> Option<String> {
        self.profile.clone().or_else(|| setting("AWS_PROFILE"))
    }

    /// The table of the ledger, if one is named.
    pub(crate) fn table(&self) -> Option<String> {
        self.table.clone().or_else(|| setting("NIGHTCAP_TABLE"))
    }

    /// The clients; a profile that does not exist is told before AWS is asked.
    pub(crate) async fn clients(&self) -> anyhow::Result<Clients> {
        if self.profile.is_some() && setting("AWS_ACCESS_KEY_ID").is_some() {
            return Err(anyhow!(Usage(
                "AWS_ACCESS_KEY_ID is set, and AWS takes it before any profile: unset it, or leave --profile out"
                    .to_owned()
            )));
        }
        if let Some(endpoint) = setting("AWS_ENDPOINT_URL")
            && !(endpoint.starts_with("http://") || endpoint.starts_with("https://"))
        {
            return Err(anyhow!(Usage(format!(
                "AWS_ENDPOINT_URL is {endpoint:?}, which is no address: it begins with https:// or http://; unset it to ask AWS itself"
            ))));
        }
        if let Some(profile) = self.profile() {
            let known = profiles();
            if !known.contains_key(&profile) {
                let hint = nearest(&profile, known.keys().map(String::as_str))
                    .map(|nearest| format!(" (did you mean {nearest:?}?)"))
                    .unwrap_or_default();
                return Err(anyhow!(Usage(format!(
                    "there is no profile {profile:?}{hint}; aws configure list-profiles lists those there are"
                ))));
            }
        }
        Ok(Clients::signed_in(self.profile.as_deref(), self.region.as_deref()).await)
    }

    /// The ledger, in the table that is named or else in the usual one, and its clients.
    pub(crate) async fn ledger(&self) -> anyhow::Result<Box<dyn LedgerStore>> {
        let clients = Arc::new(self.clients().await?);
        let table = self.table().unwrap_or_else(|| USUAL_TABLE.to_owned());
        Ok(nightcap_aws::ledger::open(&clients, Some(table)))
    }

    /// The same with the usual table in place of none.
    pub(crate) fn with_usual_table(&self) -> Self {
        Self {
            table: Some(self.table().unwrap_or_else(|| USUAL_TABLE.to_owned())),
            ..self.clone()
        }
    }

    /// What went wrong with the ledger, and how to mend it.
    pub(crate) fn unkept(&self, error: &AwsError) -> anyhow::Error {
        let region = self.region.clone().or_else(|| setting("AWS_REGION"));
        let remedy = Remedy::of(error, self, region.as_deref());
        anyhow!("the ledger could not be reached: {error}. To mend it: {remedy}")
    }

    /// Looks at the fleet and decides as a tick would, changing nothing.
    pub(crate) async fn look(
        &self,
        config: &Compiled,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Looked> {
        let clients = Arc::new(self.clients().await?);
        let region = clients.region().map(Region::new);
        let own = match region {
            Some(region) => region,
            None if config
                .environments()
                .all(|(_, e)| e.protected || !e.regions.is_empty()) =>
            {
                Region::new("")
            }
            None => {
                return Err(anyhow!(Usage(NO_REGION.to_owned())));
            }
        };
        let ledger = nightcap_aws::ledger::open(&clients, self.table());
        let tick = Tick {
            now,
            dry_run: true,
            correlation_id: "terminal".to_owned(),
            restarted: None,
        };
        let targets = targets(config, &own);
        let reach = reach(&clients, config, targets.clone());
        let report = reconcile::tick(config, &reach, ledger.as_ref(), &tick)
            .await
            .map_err(|error| self.unseen(&error, clients.region()))?;
        let place = place(&clients, &targets, &report).await;
        Ok(Looked {
            report,
            tick,
            place,
        })
    }

    fn unseen(&self, error: &TickError, own: Option<&str>) -> anyhow::Error {
        match error {
            TickError::Unread { target, error } => {
                let remedy = Remedy::of(error, self, Some(target.region.as_str()));
                anyhow!("the fleet of {target} could not be read: {error}. To mend it: {remedy}")
            }
            TickError::Ledger { error } => {
                let remedy = Remedy::of(error, self, own);
                anyhow!("the ledger could not be reached: {error}. To mend it: {remedy}")
            }
        }
    }
}

/// The fleet as it was found.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) report: Report,
    pub(crate) tick: Tick,
    pub(crate) place: Place,
}

/// The accounts and regions that were looked at.
#[derive(Debug)]
pub(crate) struct Place(BTreeMap<String, BTreeSet<Region>>);

impl Place {
    pub(crate) fn text(&self, language: Language) -> String {
        let (account, nowhere) = match language {
            Language::En => ("account", "no account: every environment is protected"),
            Language::Fr => (
                "compte",
                "aucun compte : tous les environnements sont protégés",
            ),
        };
        if self.0.is_empty() {
            return nowhere.to_owned();
        }
        let places = self.0.iter().map(|(id, regions)| {
            let regions: Vec<&str> = regions.iter().map(Region::as_str).collect();
            format!("{account} {id}, {}", regions.join(", "))
        });
        places.collect::<Vec<_>>().join("; ")
    }
}

/// Whose resources were found tells the account; where none were, AWS is asked whose credentials
/// these are.
async fn place(clients: &Clients, targets: &[Target], report: &Report) -> Place {
    let of_role = |role: &RoleArn| role.parts().map(|arn| arn.account.to_owned());
    let others: BTreeSet<String> = targets
        .iter()
        .filter_map(|target| of_role(target.role.as_ref()?))
        .collect();
    let mut own = report.plan.steps.iter().find_map(|step| {
        let account = step.resource.arn.parts()?.account.to_owned();
        (!others.contains(&account)).then_some(account)
    });
    if own.is_none() && targets.iter().any(|target| target.role.is_none()) {
        own = clients.account().await.ok();
    }
    let own = own.unwrap_or_else(|| "unknown".to_owned());
    let mut places: BTreeMap<String, BTreeSet<Region>> = BTreeMap::new();
    for target in targets {
        let account = target.role.as_ref().and_then(of_role);
        places
            .entry(account.unwrap_or_else(|| own.clone()))
            .or_default()
            .insert(target.region.clone());
    }
    Place(places)
}

/// Reads the text of a configuration. AWS is asked only where it stands there.
pub(crate) async fn text(place: &str) -> anyhow::Result<ConfigText> {
    text_for(place, &Session::default()).await
}

/// The same for whoever is signed in.
pub(crate) async fn text_for(place: &str, session: &Session) -> anyhow::Result<ConfigText> {
    if place.trim() == "-" {
        return standard_input();
    }
    let place = found(place);
    let source = if config_source::is_remote(&place) {
        config_source::fetch(&place, &session.clients().await?).await
    } else if is_one_line_of_yaml(&place) {
        Ok(ConfigText {
            text: place.clone(),
            name: GIVEN.to_owned(),
        })
    } else {
        config_source::fetch_local(&place)
    };
    source
        .map(|text| told_by(&place, text))
        .map_err(|error| anyhow!(error))
}

fn standard_input() -> anyhow::Result<ConfigText> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(config_source::LIMIT).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .context("standard input could not be read")?;
    if bytes.len() > config_source::LIMIT {
        return Err(anyhow!(
            "standard input: this is larger than {} bytes; a configuration is not",
            config_source::LIMIT
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        anyhow!(
            "standard input: this is no UTF-8 text (UTF-16 or another encoding); save it as UTF-8: a configuration is YAML or JSON"
        )
    })?;
    Ok(ConfigText {
        text,
        name: "standard input".to_owned(),
    })
}

/// The usual file, here or in a folder above, as other tools look for theirs.
fn found(place: &str) -> String {
    if place != USUAL_PLACE {
        return place.to_owned();
    }
    let depth = std::env::current_dir().map_or(0, |folder| folder.components().count());
    (0..=depth)
        .flat_map(|up| [USUAL_PLACE, OTHER_PLACE].map(|name| format!("{}{name}", "../".repeat(up))))
        .find(|path| Path::new(path).is_file())
        .unwrap_or_else(|| place.to_owned())
}

/// True if nobody named a configuration and the usual one is not there.
pub(crate) fn is_absent(place: &str) -> bool {
    place == USUAL_PLACE && !Path::new(&found(place)).is_file()
}

/// `timezone: UTC`, which is no path unless there is such a file.
fn is_one_line_of_yaml(place: &str) -> bool {
    let line = place.trim();
    let key = line.split_once(": ").map(|(key, _)| key);
    let names_a_key = key.is_some_and(|key| {
        !key.is_empty()
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'"' | b'\''))
    });
    names_a_key && !line.contains('\n') && !Path::new(line).exists()
}

/// What was given as text is called by the way it was given: `--config`, unless the variable
/// says the same.
fn told_by(place: &str, text: ConfigText) -> ConfigText {
    let by_variable = setting("NIGHTCAP_CONFIG").is_some_and(|value| value == place);
    if text.text == place {
        let name = if by_variable {
            "NIGHTCAP_CONFIG"
        } else {
            GIVEN
        };
        return ConfigText {
            name: name.to_owned(),
            ..text
        };
    }
    text
}

/// What a verdict calls a configuration: a text has no name.
pub(crate) fn called(text: &ConfigText) -> String {
    match text.name.as_str() {
        name @ (GIVEN | "NIGHTCAP_CONFIG") => format!("the configuration in {name}"),
        name => name.to_owned(),
    }
}

/// Reads a configuration; its errors are one error, with every place.
pub(crate) async fn configuration(place: &str) -> anyhow::Result<Compiled> {
    configuration_for(place, &Session::default()).await
}

/// The same for whoever is signed in.
pub(crate) async fn configuration_for(place: &str, session: &Session) -> anyhow::Result<Compiled> {
    let source = text_for(place, session).await?;
    Compiled::parse(&source.text).map_err(|errors: ConfigErrors| {
        anyhow!(
            "the configuration has errors\n{}",
            errors.render(&source.name, &source.text).trim_end()
        )
    })
}

/// What went wrong with the ledger, and how to mend it.
pub(crate) fn unkept(error: &AwsError) -> anyhow::Error {
    Session::default().unkept(error)
}
