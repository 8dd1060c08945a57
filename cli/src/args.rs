//! What can be said on the command line.

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use nightcap_domain::hold::Length;

/// Puts non-production AWS to bed at night and wakes it in the morning.
#[derive(Debug, Parser)]
#[command(
    name = "nightcap",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 fine, 1 a problem was found, 2 wrong usage. Errors go to standard error.\n\
        AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL mean what they mean to every AWS tool.\n\
        NIGHTCAP_CONFIG is the --config and NIGHTCAP_TABLE the --table of every command that has one.\n\n\
        A time is 23:00, 2026-11-20, \"2026-11-20 19:00\" on the clocks of the configuration's zone (for\n\
        timeline of the schedule's), or 2026-11-20T18:00:00Z."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What `nightcap` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read the configuration and tell everything that is wrong with it
    #[command(after_help = "Examples:\n  \
        nightcap check\n  \
        nightcap check other.yaml\n  \
        nightcap check --config s3://my-bucket/nightcap.yaml --json")]
    Check(Check),
    /// Show when a schedule changes state between two instants
    #[command(after_help = "Examples:\n  \
        nightcap timeline preprod\n  \
        nightcap timeline --schedule office-hours --from 2026-10-24 --to 2026-10-27\n  \
        nightcap timeline --schedule office-hours --from 2026-10-24T00:00:00Z --to 2026-10-27T00:00:00Z --json")]
    Timeline(Timeline),
    /// Show what a tick would do now, and what lies ahead; changes nothing
    #[command(after_help = "Examples:\n  \
        nightcap plan\n  \
        nightcap plan --at \"2026-11-20 19:00\" --days 7\n  \
        nightcap plan --json | jq '.resources[] | select(.decision == \"stop\")'")]
    Plan(Plan),
    /// Say why a resource is what it is, fact by fact; changes nothing
    #[command(after_help = "Examples:\n  \
        nightcap explain my-preprod-db\n  \
        nightcap explain my-preprod-group --at \"2026-12-25 11:00\"")]
    Explain(Explain),
    #[command(flatten)]
    Money(crate::money_args::MoneyCommand),
    /// Keep an environment or one resource up, or down, until a time
    #[command(after_help = "Examples:\n  \
        nightcap hold preprod --running --until 23:00 --reason \"release 4.2\"\n  \
        nightcap hold my-preprod-db --stopped --for 2d --reason \"nobody needs it\"\n\n\
        A time without an offset is read on the clocks of the environment's zone. The hold counts\n\
        from the next tick on, within minutes. It is kept in the ledger: --table, NIGHTCAP_TABLE, or nightcap.")]
    Hold(Hold),
    /// End holds before their time
    #[command(after_help = "Examples:\n  \
        nightcap release preprod\n  \
        nightcap release preprod-1f0c9a2b --reason \"release done\"")]
    Release(Release),
    /// List the holds that have not ended
    #[command(after_help = "Example:\n  nightcap holds --json")]
    Holds(Holds),
    /// Say what is wrong in the account before a night shows it; changes nothing
    #[command(after_help = "Examples:\n  \
        nightcap doctor\n  \
        nightcap doctor --policy --account 123456789012\n  \
        nightcap doctor --record answers   # files without names or accounts, for a report\n\n\
        Read-only. Exit codes: 0 no problem, 1 a problem, 2 wrong usage. docs/doctor.md has every row.")]
    Doctor(crate::doctor_args::Doctor),
    /// Wake everything that Nightcap stopped, and take its marks off: before you remove it
    #[command(after_help = "Examples:\n  \
        nightcap uninstall --dry-run\n  \
        nightcap uninstall --yes\n\n\
        It ends all holds, wakes databases first, restores the remembered sizes, and says what is\n\
        left to remove. Called again, it goes on where it was. NIGHTCAP_TABLE names the ledger,\n\
        which knows what Nightcap stopped; without one everything that is down is woken.")]
    Uninstall(crate::doctor_args::Uninstall),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  \
        nightcap completions bash > ~/.local/share/bash-completion/completions/nightcap")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page in roff
    #[command(after_help = "Examples:\n  \
        nightcap man | man -l -\n  \
        nightcap man timeline > nightcap-timeline.1")]
    Man {
        /// The subcommand; without one, the page of `nightcap` itself
        page: Option<String>,
    },
}

/// Where the configuration is.
#[derive(Debug, clap::Args)]
pub(crate) struct ConfigArg {
    #[expect(clippy::doc_markdown, reason = "a terminal shows no links")]
    /// The configuration: a path, - for standard input, YAML or JSON itself, ssm://NAME or s3://BUCKET/KEY. The usual file is also looked for in the folders above
    #[arg(
        long = "config",
        value_name = "F",
        env = "NIGHTCAP_CONFIG",
        default_value = "nightcap.yaml",
        value_hint = ValueHint::FilePath,
        hide_env_values = true
    )]
    pub(crate) place: String,
}

/// Who asks AWS, where, and which ledger counts.
#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "shown as help at a terminal")]
pub(crate) struct AwsArgs {
    /// The profile of the AWS configuration files [default: AWS_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The region of environments that name none [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The DynamoDB table of the ledger [default: NIGHTCAP_TABLE]
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
}

/// `nightcap check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The configuration, in place of --config
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Look for doubts as of this instant instead of now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap timeline`.
#[derive(Debug, clap::Args)]
pub(crate) struct Timeline {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The environment whose schedule it is
    #[arg(conflicts_with = "schedule")]
    pub(crate) environment: Option<String>,
    /// The schedule, by its name in the configuration
    #[arg(long, value_name = "NAME")]
    pub(crate) schedule: Option<String>,
    /// From this instant (not included) [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// To this instant (not included) [default: two weeks after --from]
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Decide for this instant instead of now, for the fleet as it is now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Days to look ahead
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days: u16,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The resource, by its name or ARN
    pub(crate) resource: String,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Explain this instant instead of now, for the fleet as it is now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What every command takes that changes the holds.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    /// Who asks
    #[arg(long, env = "USER")]
    pub(crate) by: String,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Tell what it would do, but change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightcap hold`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("state").required(true).args(["running", "stopped"])))]
#[command(group(clap::ArgGroup::new("end").required(true).args(["until", "length"])))]
pub(crate) struct Hold {
    /// The environment, or the resource by its name or ARN
    pub(crate) about: String,
    /// Keep it up
    #[arg(long)]
    pub(crate) running: bool,
    /// Keep it down
    #[arg(long)]
    pub(crate) stopped: bool,
    /// Until this time: 23:00, "2026-11-21 08:00" or 2026-11-21T08:00:00+01:00
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// For so long: 4h, 90m, 1d12h
    #[arg(long = "for", value_name = "LENGTH")]
    pub(crate) length: Option<Length>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) change: Change,
}

/// `nightcap release`.
#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    /// The hold by its id, or all on an environment or resource by its name
    pub(crate) hold: String,
    /// Why
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) change: Change,
}

/// `nightcap holds`.
#[derive(Debug, clap::Args)]
pub(crate) struct Holds {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
