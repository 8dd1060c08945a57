//! What can be said to `nightcap doctor` and `nightcap uninstall`.

use std::path::PathBuf;

use clap::ValueHint;

use crate::args::{Change, ConfigArg};

/// `nightcap doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The deployment, as `name` of infra/modules/nightcap has it
    #[arg(long, default_value = "nightcap")]
    pub(crate) name: String,
    /// Look as of this instant instead of now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print the IAM policy that the configuration needs on its fleet, and ask nobody
    #[arg(long, conflicts_with = "record")]
    pub(crate) policy: bool,
    /// With --policy: the policy for whoever runs this command instead, all of it reading
    #[arg(long, requires = "policy")]
    pub(crate) reads: bool,
    /// The account that --policy is for
    #[arg(long, requires = "policy", value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The partition that --policy is for
    #[arg(long, requires = "policy", default_value = "aws")]
    pub(crate) partition: String,
    /// Write what AWS answers to files in this new folder, without what could identify you
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) record: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap uninstall`.
#[derive(Debug, clap::Args)]
pub(crate) struct Uninstall {
    #[command(flatten)]
    pub(crate) change: Change,
    /// Do it without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// The most minutes to wait for everything to be up
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub(crate) wait: u64,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) every: u64,
}
