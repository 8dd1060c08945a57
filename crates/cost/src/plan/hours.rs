//! How long things run: the one question the cost plan asks a schedule.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use nightcap_model::names::EnvironmentName;
use nightcap_schedule::Schedule;

/// Something that knows how long it is running between two instants.
///
/// A [`Schedule`] does; so does a closure.
pub trait RunningHours {
    /// The running time in the half-open stretch from one instant up to another.
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta;
}

impl<F: Fn(DateTime<Utc>, DateTime<Utc>) -> TimeDelta> RunningHours for F {
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        self(from, to)
    }
}

impl RunningHours for Schedule {
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        self.running_time(from, to)
    }
}

/// Running at all hours.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlwaysRunning;

impl RunningHours for AlwaysRunning {
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        to - from
    }
}

/// The schedules of the environments that have one; all others run at all hours.
#[derive(Clone, Default)]
pub struct Schedules<'a>(BTreeMap<EnvironmentName, &'a dyn RunningHours>);

impl<'a> Schedules<'a> {
    /// No schedule at all: everything runs at all hours.
    pub fn none() -> Self {
        Self::default()
    }

    /// These and one more.
    #[must_use]
    pub fn with(
        mut self,
        environment: impl Into<EnvironmentName>,
        schedule: &'a dyn RunningHours,
    ) -> Self {
        self.0.insert(environment.into(), schedule);
        self
    }

    /// The running time of an environment, never below nothing nor above the stretch itself.
    pub fn running(
        &self,
        environment: &EnvironmentName,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> TimeDelta {
        let all = (to - from).max(TimeDelta::zero());
        self.0.get(environment).map_or(all, |schedule| {
            schedule.running(from, to).clamp(TimeDelta::zero(), all)
        })
    }

    /// True if the environment has a schedule.
    pub fn covers(&self, environment: &EnvironmentName) -> bool {
        self.0.contains_key(environment)
    }
}

/// A length of time in hours, exact to the second.
pub fn hours(time: TimeDelta) -> Decimal {
    crate::stats::div(Decimal::from(time.num_seconds()), Decimal::from(3600))
}
