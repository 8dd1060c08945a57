//! `nightcap.yaml`: the one file that says what sleeps when, and for how much.
//!
//! Strict and helpful: text becomes a [`Config`] or *all* its errors, each with line, column,
//! what was expected and the nearest valid name.

mod alert;
mod aws;
mod compiled;
mod date;
mod deadlines;
mod decoder;
mod defaults;
mod document;
mod error;
mod excerpt;
mod hint;
mod json;
mod kinds;
mod ladder;
mod model;
mod node;
mod percent;
mod phrase;
mod position;
#[cfg(feature = "schema")]
pub mod schema;
mod section;
mod value;
mod warning;

pub use alert::{AlertRule, Measure};
pub use aws::nearest_region;
pub use compiled::Compiled;
pub use deadlines::Deadlines;
pub use error::{ConfigError, ConfigErrors};
pub use kinds::{KindName, Kinds};
pub use ladder::{LadderEffect, LadderRule, Targets, Until};
pub use model::{
    BudgetConfig, CalendarConfig, Config, EnvironmentConfig, Limits, ManualChanges, NotProduction,
    ScheduleConfig, WindowConfig,
};
pub use nightcap_model::{Language, nearest};
pub use percent::{Percent, PercentError};
pub use phrase::PhraseError;
pub use position::Position;
pub use warning::ConfigWarning;

impl Config {
    /// Reads a configuration from YAML or JSON.
    ///
    /// ```
    /// use nightcap_domain::config::Config;
    ///
    /// let text = "
    /// timezone: Europe/Pariss
    /// environments:
    ///   prod: { protected: true }
    /// ";
    /// let errors = Config::parse(text).unwrap_err();
    /// assert!(errors.to_string().starts_with("nightcap.yaml:2:11: timezone: unknown time zone"));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text. A text that is not YAML, is empty,
    /// or holds more than one document has that one error.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        document::read(text)
            .map_err(|error| ConfigErrors::new(vec![error], 0))
            .and_then(|root| section::config(&root))
            .map_err(|errors| errors.within(text))
    }
}
