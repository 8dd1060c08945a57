//! What there is to pay for: the fleet and what stands around it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Usd;
use nightcap_model::names::EnvironmentName;

/// What kind of cost a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// Instances and databases: what a schedule can stop.
    Compute,
    /// What runs or exists at all hours and cannot be stopped.
    AlwaysOn,
    /// What is kept: volumes, database storage, backups.
    Storage,
    /// What is paid by use: traffic, logs, capacity units.
    Usage,
    /// What falls on a day at face value.
    Lump,
    /// Tax.
    Tax,
    /// Support.
    Support,
    /// Credits and refunds, below zero.
    Credit,
}

impl CostClass {
    /// All classes in the order of a bill.
    pub const ALL: [Self; 8] = [
        Self::Compute,
        Self::AlwaysOn,
        Self::Storage,
        Self::Usage,
        Self::Lump,
        Self::Tax,
        Self::Support,
        Self::Credit,
    ];

    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::AlwaysOn => "always-on",
            Self::Storage => "storage",
            Self::Usage => "usage",
            Self::Lump => "lump",
            Self::Tax => "tax",
            Self::Support => "support",
            Self::Credit => "credit",
        }
    }
}

/// When a line costs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// At all hours.
    Always,
    /// In the hours in which the environment's schedule says running.
    Schedule,
    /// Once, on a day, at face value.
    Once(NaiveDate),
    /// On this day of every month, or its last day if it is shorter, at face value.
    Monthly(u32),
}

impl When {
    /// True if a lump falls on the day.
    pub(super) fn falls_on(self, day: NaiveDate) -> bool {
        match self {
            Self::Always | Self::Schedule => false,
            Self::Once(on) => on == day,
            Self::Monthly(on) => day.day() == on.min(crate::BillingMonth::of(day).days()),
        }
    }
}

/// What a line costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charge {
    /// A quantity of an item of the price book; `peak` is the quantity running flat out.
    Priced {
        /// The item: `ec2:t3.small`.
        price: String,
        /// The usual quantity: things for hourly units, else a full month's.
        quantity: Decimal,
        /// The quantity flat out: the group's maximum, a flood of traffic.
        peak: Decimal,
    },
    /// An amount at face value.
    Face(Usd),
    /// A share in per cent of everything priced or lump in the same environment: tax, support.
    Percent(Decimal),
}

/// A line of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Whose it is.
    pub environment: EnvironmentName,
    /// What it is, for people.
    pub name: String,
    /// Its kind.
    pub class: CostClass,
    /// What it costs.
    pub charge: Charge,
    /// When.
    pub when: When,
    /// `setting=value` under which the line applies; always if none.
    pub only_if: Option<(String, String)>,
}

/// Everything there is to pay for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The lines.
    pub items: Vec<Item>,
}

/// The variants of an inventory that were chosen: `nat` to `gateway`, `preprod` to `iso`.
pub type Choices = BTreeMap<String, String>;

/// Why a choice was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No line depends on the setting.
    #[error("no line of the inventory depends on {setting:?}: the settings are {known}")]
    Unknown {
        /// The setting.
        setting: String,
        /// Those there are.
        known: String,
    },
    /// The setting does not take the value.
    #[error("{setting} cannot be {value:?}: it can be {known}")]
    Value {
        /// The setting.
        setting: String,
        /// The value.
        value: String,
        /// Those there are.
        known: String,
    },
    /// A setting was left open.
    #[error("{setting} must be chosen: it can be {known}")]
    Open {
        /// The setting.
        setting: String,
        /// Its values.
        known: String,
    },
}

impl Inventory {
    /// The settings the inventory has lines for, each with its values.
    pub fn settings(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut settings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (setting, value) in self.items.iter().filter_map(|item| item.only_if.as_ref()) {
            let values = settings.entry(setting).or_default();
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        settings
    }

    /// The lines that apply under the choices.
    ///
    /// # Errors
    /// When a setting is unknown, has no such value, or is left open: nothing is guessed.
    pub fn choose(&self, choices: &Choices) -> Result<Self, ChoiceError> {
        let settings = self.settings();
        for (setting, value) in choices {
            let values = settings
                .get(setting.as_str())
                .ok_or_else(|| ChoiceError::Unknown {
                    setting: setting.clone(),
                    known: settings.keys().copied().collect::<Vec<_>>().join(", "),
                })?;
            if !values.contains(&value.as_str()) {
                let known = values.join(", ");
                return Err(ChoiceError::Value {
                    setting: setting.clone(),
                    value: value.clone(),
                    known,
                });
            }
        }
        if let Some((setting, values)) = settings
            .iter()
            .find(|(setting, _)| !choices.contains_key(**setting))
        {
            return Err(ChoiceError::Open {
                setting: (*setting).to_owned(),
                known: values.join(", "),
            });
        }
        let applies = |item: &&Item| {
            item.only_if
                .as_ref()
                .is_none_or(|(setting, value)| choices.get(setting) == Some(value))
        };
        Ok(Self {
            items: self.items.iter().filter(applies).cloned().collect(),
        })
    }

    /// The environments, in order.
    pub fn environments(&self) -> Vec<EnvironmentName> {
        let mut names: Vec<EnvironmentName> = self
            .items
            .iter()
            .map(|item| item.environment.clone())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The lines of one environment.
    #[must_use]
    pub fn only(&self, environment: &EnvironmentName) -> Self {
        let items = self
            .items
            .iter()
            .filter(|item| item.environment == *environment)
            .cloned();
        Self {
            items: items.collect(),
        }
    }
}
