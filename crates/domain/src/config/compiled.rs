//! A configuration with its schedules ready to be asked.

use super::{
    error::ConfigErrors,
    model::{Config, EnvironmentConfig, Limits},
};
use crate::{
    names::{EnvironmentName, ScheduleName},
    time::Schedule,
};

/// A configuration whose schedules are compiled, once, for any number of decisions.
///
/// ```
/// use nightcap_domain::{config::Compiled, time::State};
///
/// let compiled = Compiled::parse(include_str!("../../../../nightcap.yaml"))?;
/// let (_, preprod) = compiled.environment("preprod").unwrap();
/// let (name, schedule) = compiled.schedule_of(preprod).unwrap();
/// assert_eq!(name.as_str(), "office-hours");
///
/// // Friday 20 November 2026, 19:00 in Paris.
/// assert_eq!(schedule.state_at("2026-11-20T18:00:00Z".parse()?), State::Stopped);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    config: Config,
}

impl Config {
    /// Makes the schedules available. They were compiled as the text was read: this is free.
    pub fn compile(self) -> Compiled {
        Compiled { config: self }
    }
}

impl Compiled {
    /// Reads a configuration, see [`Config::parse`].
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        Config::parse(text).map(Config::compile)
    }

    /// What was configured.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The environments, by name.
    pub fn environments(&self) -> impl Iterator<Item = (&EnvironmentName, &EnvironmentConfig)> {
        self.config.environments.iter()
    }

    /// The environment of that name.
    pub fn environment(&self, name: &str) -> Option<(&EnvironmentName, &EnvironmentConfig)> {
        self.config.environments.get_key_value(name)
    }

    /// The schedules, by name.
    pub fn schedules(&self) -> impl Iterator<Item = (&ScheduleName, &Schedule)> {
        self.config.compiled.iter()
    }

    /// The schedule of that name.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.config.compiled.get(name)
    }

    /// The schedule of an environment; `None` when it is protected.
    pub fn schedule_of(
        &self,
        environment: &EnvironmentConfig,
    ) -> Option<(&ScheduleName, &Schedule)> {
        let name = environment.schedule.as_ref()?;
        self.config.compiled.get_key_value(name)
    }

    /// The breaker.
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }
}
