//! `nightcap.yaml`: the one file that says what sleeps when, and for how much.
//!
//! Strict and helpful: text becomes a [`Config`] or *all* its errors, each with line, column,
//! what was expected and the nearest valid name.

mod alert;
mod date;
mod defaults;
mod ladder;
mod model;
mod nearest;
mod percent;
mod phrase;
mod position;
#[cfg(feature = "schema")]
mod schema;

pub use alert::{AlertRule, Measure};
pub use ladder::{LadderEffect, LadderRule, Targets, Until};
pub use model::{
    BudgetConfig, CalendarConfig, Config, EnvironmentConfig, Language, Limits, ManualChanges,
    ScheduleConfig, WindowConfig,
};
pub use percent::{Percent, PercentError};
pub use phrase::PhraseError;
pub use position::Position;
