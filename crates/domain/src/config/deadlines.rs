//! How long each gate of waking and falling asleep may take.

use serde::Serialize;

use crate::hold::Length;

/// How long each gate of waking and falling asleep may take before that is a problem.
///
/// Nothing is given up when one has passed: Nightcap goes on waiting, and tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deadlines {
    /// From the order to wake a database until it is available.
    #[cfg_attr(feature = "schema", schemars(default = "available"))]
    pub available: Length,
    /// From the order to wake a group until as many machines as it asks for are in service.
    #[cfg_attr(feature = "schema", schemars(default = "in_service"))]
    pub in_service: Length,
    /// From there until its load balancer finds them healthy.
    #[cfg_attr(feature = "schema", schemars(default = "healthy"))]
    pub healthy: Length,
    /// From the order to put a group to sleep until its last machine is gone.
    #[cfg_attr(feature = "schema", schemars(default = "drained"))]
    pub drained: Length,
    /// From the order to put a database to sleep until it is stopped.
    #[cfg_attr(feature = "schema", schemars(default = "stopped"))]
    pub stopped: Length,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            available: available(),
            in_service: in_service(),
            healthy: healthy(),
            drained: drained(),
            stopped: stopped(),
        }
    }
}

/// A start may replay what a crash has left; most take 5 to 15 minutes.
pub(super) fn available() -> Length {
    Length::minutes(30)
}

/// A machine boots and runs its user data.
pub(super) fn in_service() -> Length {
    Length::minutes(15)
}

/// A few health checks in a row, once the application listens.
pub(super) fn healthy() -> Length {
    Length::minutes(10)
}

/// Deregistration alone waits five minutes unless told otherwise, and a lifecycle hook an hour.
pub(super) fn drained() -> Length {
    Length::minutes(30)
}

/// A large database writes back what it has in memory, and its snapshot comes first.
pub(super) fn stopped() -> Length {
    Length::minutes(60)
}
