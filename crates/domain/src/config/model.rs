//! What a valid configuration holds.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use nightcap_model::Language;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

#[cfg(feature = "schema")]
use super::kinds::KindName;
use super::{
    alert::AlertRule, deadlines::Deadlines, kinds::Kinds, ladder::LadderRule, percent::Percent,
    position::Positions,
};
use crate::{
    capacity::Capacity,
    fleet::{ProtectedBy, Tags, canonical_name, protected_name},
    hold::Length,
    names::{CalendarName, EnvironmentName, Region, RoleArn, ScheduleName},
    time::{Calendar, Country, CronExpression, Schedule, Window},
};

/// A valid `nightcap.yaml`.
///
/// The only way to one is [`Config::parse`]: whoever holds a `Config` need not check again
/// that names exist, cron parses or capacities are in order.
#[derive(Clone, Debug, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        title = "Nightcap configuration",
        description = "What sleeps when, and what the month may cost: nightcap.yaml, explained in docs/configuration.md."
    )
)]
#[non_exhaustive]
pub struct Config {
    /// The time zone of every schedule that names none: an IANA name such as `Europe/Paris`.
    #[serde(serialize_with = "as_text")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub timezone: Tz,
    /// The language of mails.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub language: Language,
    /// Whether `tick` accepts an instant other than now. For rehearsals on a fake AWS only.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub drills: bool,
    /// Closed days, by name.
    #[cfg_attr(feature = "schema", schemars(default, transform = super::schema::name_keys))]
    pub calendars: BTreeMap<CalendarName, CalendarConfig>,
    /// When things run, by name.
    #[cfg_attr(feature = "schema", schemars(default, transform = super::schema::name_keys))]
    pub schedules: BTreeMap<ScheduleName, ScheduleConfig>,
    /// What sleeps and wakes together, by the value of the tag `nightcap:environment`.
    #[cfg_attr(
        feature = "schema",
        schemars(transform = super::schema::name_keys, extend("minProperties" = 1))
    )]
    pub environments: BTreeMap<EnvironmentName, EnvironmentConfig>,
    /// Names that look like production and are not, each with the reason: environments and
    /// values of tags that are treated as any other.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub not_production: Vec<NotProduction>,
    /// The budget to watch. Left out: nothing is watched.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetConfig>,
    /// The breaker, the targets of one invocation, and the longest hold.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub limits: Limits,
    /// How long each gate of waking and falling asleep may take before that is a problem.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub deadlines: Deadlines,
    /// The schedules, compiled as the text was read.
    #[serde(skip)]
    pub(super) compiled: BTreeMap<ScheduleName, Schedule>,
    /// Where in the text each thing stands, for warnings.
    #[serde(skip)]
    pub(super) positions: Positions,
}

/// Closed days: schedules that name the calendar do not start on them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalendarConfig {
    /// The country whose public holidays are closed days, as an ISO 3166 code such as `FR`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Country>,
    /// Further closed days.
    #[cfg_attr(
        feature = "schema",
        schemars(default, with = "Vec<super::schema::Date>")
    )]
    pub closed: Vec<NaiveDate>,
    /// Days that are open although they are holidays.
    #[cfg_attr(
        feature = "schema",
        schemars(default, with = "Vec<super::schema::Date>")
    )]
    pub open: Vec<NaiveDate>,
}

/// When something runs: a union of windows on the wall clock of one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleConfig {
    /// The time zone. Left out: the configuration's.
    #[serde(
        serialize_with = "as_text_or_null",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub timezone: Option<Tz>,
    /// The calendar whose closed days suppress starts. Left out: every day is open.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarName>,
    /// The windows, united. At least one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub windows: Vec<WindowConfig>,
}

/// Running from each start until the next stop after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WindowConfig {
    /// The cron expression that starts: five Unix fields, or `EventBridge`'s `cron(…)`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub start: CronExpression,
    /// The cron expression that stops.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub stop: CronExpression,
}

/// A set of resources that sleep and wake together: either scheduled or protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = super::schema::scheduled_or_protected))]
// Each is a key of the file, or what follows from one.
#[expect(clippy::struct_excessive_bools)]
pub struct EnvironmentConfig {
    /// When the environment runs. Required unless it is protected.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleName>,
    /// Whether nothing here may ever stop or start the environment.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub protected: bool,
    /// The AWS regions to look in. Empty: the function's own.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub regions: Vec<Region>,
    /// The roles to assume, each a target with every region. Empty: the function's own account.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub roles: Vec<RoleArn>,
    /// The external id that the trust policies of these roles ask for. Left out: none is sent.
    #[cfg_attr(
        feature = "schema",
        schemars(
            default,
            length(min = 2, max = 1224),
            regex(pattern = r"^[A-Za-z0-9_+=,.@:/-]+$")
        )
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What to do about a difference that appears after a transition was carried out.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub manual_changes: ManualChanges,
    /// The size to wake a group of machines to when it carries no memory of its own.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// The kinds of resource to look for. What is tagged and of another kind is left alone.
    #[cfg_attr(
        feature = "schema",
        schemars(
            default = "super::defaults::kinds",
            with = "Vec<KindName>",
            length(min = 1),
            extend("uniqueItems" = true)
        )
    )]
    pub kinds: Kinds,
    /// Whether a database is snapshot when it is stopped.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub snapshot_on_stop: bool,
    /// How many of the snapshots that were taken so are kept of each database.
    #[cfg_attr(
        feature = "schema",
        schemars(default = "super::defaults::keep_snapshots", range(min = 1))
    )]
    pub keep_snapshots: u32,
    /// Whether a database is woken for its maintenance window.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub wake_for_maintenance: bool,
    /// The greatest maximum that a group is woken to here. Left out: `limits.max_capacity`.
    #[cfg_attr(feature = "schema", schemars(default, range(min = 1)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_capacity: Option<u32>,
    /// Whether its schedule is not carried out because its name looks like production:
    /// `protected` is true then, although the file does not say so.
    #[serde(skip)]
    pub looks_like_production: bool,
}

/// A name that looks like production and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotProduction {
    /// The name of the environment, or the value of the tag. Case does not matter.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub name: String,
    /// Why it is not production, for whoever reads the file next.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 200)))]
    pub reason: String,
}

/// What to do about a difference that appears after a transition was carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ManualChanges {
    /// Leave it until the next transition, and say so.
    #[default]
    Respect,
    /// Undo it.
    Revert,
}

/// The monthly budget to watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetConfig {
    /// The name of the AWS Budget.
    pub name: String,
    /// The limit of a calendar month, in `currency`.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Amount"))]
    pub limit: Decimal,
    /// The currency of the limit and of the bill, as an ISO 4217 code.
    #[cfg_attr(feature = "schema", schemars(default = "super::defaults::currency"))]
    pub currency: String,
    /// The cost allocation tag by which Cost Explorer tells environments apart, in its own
    /// spelling: capital letters count there. It has to be activated, in the management account.
    #[cfg_attr(feature = "schema", schemars(default = "super::defaults::cost_tag"))]
    pub cost_tag: String,
    /// The accounts of an organization whose costs count, by their twelve digits. Empty: all that
    /// Cost Explorer shows, which in a management account is the whole organization.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// When to send a mail.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub alerts: Vec<AlertRule>,
    /// What to do besides, in the order given. Empty: nothing is ever done.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub ladder: Vec<LadderRule>,
}

impl BudgetConfig {
    /// What costs of a day are kept under: those of certain accounts are others than those of all.
    pub fn costs_key(&self) -> String {
        if self.accounts.is_empty() {
            return self.name.clone();
        }
        format!("{}@{}", self.name, self.accounts.join("+"))
    }
}

/// How much one tick may stop, how many targets it works itself, and how long a hold may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// The greatest number of resources that one tick may stop.
    #[cfg_attr(
        feature = "schema",
        schemars(default = "super::defaults::max_stops", range(min = 1))
    )]
    pub max_stops: u32,
    /// The greatest share of the running fleet that one tick may stop. Left out: no such limit.
    #[cfg_attr(feature = "schema", schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stop_share: Option<Percent>,
    /// The greatest number of targets (an account and region each) that one invocation works
    /// itself. With more, each gets a message of its own in the queue.
    #[cfg_attr(
        feature = "schema",
        schemars(default = "super::defaults::max_targets", range(min = 1))
    )]
    pub max_targets: u32,
    /// The greatest maximum that a group is woken to, whatever its tag says: instances, tasks or
    /// nodes.
    #[cfg_attr(
        feature = "schema",
        schemars(default = "super::defaults::max_capacity", range(min = 1))
    )]
    pub max_capacity: u32,
    /// How long a hold made by a person may last.
    #[cfg_attr(feature = "schema", schemars(default = "super::defaults::max_hold"))]
    pub max_hold: Length,
}

impl NotProduction {
    /// Whether this is the name that is released: as it reads, not as it is encoded.
    pub fn is(&self, name: &str) -> bool {
        canonical_name(&self.name) == canonical_name(name)
    }
}

impl EnvironmentConfig {
    /// Whether its resources are read at all: what its name alone protects is, because what
    /// Nightcap has stopped there before is woken once.
    pub fn is_looked_at(&self) -> bool {
        !self.protected || self.looks_like_production
    }
}

impl Config {
    /// The tag by which a resource looks like production, unless its value is released.
    pub fn protected_by(&self, tags: &Tags) -> Option<ProtectedBy> {
        tags.protected_unless(|value| {
            !protected_name(value) && self.not_production.iter().any(|release| release.is(value))
        })
    }

    /// The greatest maximum that a group of this environment is woken to.
    pub fn max_capacity(&self, environment: &EnvironmentConfig) -> u32 {
        environment.max_capacity.unwrap_or(self.limits.max_capacity)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_stops: super::defaults::max_stops(),
            max_stop_share: None,
            max_targets: super::defaults::max_targets(),
            max_capacity: super::defaults::max_capacity(),
            max_hold: super::defaults::max_hold(),
        }
    }
}

impl From<&CalendarConfig> for Calendar {
    fn from(configured: &CalendarConfig) -> Self {
        Self {
            holidays: configured.holidays,
            closed: configured.closed.iter().copied().collect(),
            open: configured.open.iter().copied().collect(),
        }
    }
}

impl From<&WindowConfig> for Window {
    fn from(configured: &WindowConfig) -> Self {
        Self {
            start: configured.start.clone(),
            stop: configured.stop.clone(),
        }
    }
}

// The signature is serde's.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn as_text<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

// The signature is serde's.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref)]
fn as_text_or_null<S: Serializer>(zone: &Option<Tz>, serializer: S) -> Result<S::Ok, S::Error> {
    match zone {
        Some(zone) => as_text(zone, serializer),
        None => serializer.serialize_none(),
    }
}
