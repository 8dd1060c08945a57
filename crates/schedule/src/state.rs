//! What a schedule wants, and the instants at which that changes.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// What a schedule wants at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Inside at least one window.
    Running,
    /// Outside every window.
    Stopped,
}

impl State {
    /// The other state.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Running => Self::Stopped,
            Self::Stopped => Self::Running,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
        })
    }
}

/// An instant at which a schedule's desired state changes.
///
/// ```
/// use nightcap_schedule::{State, Transition};
///
/// let transition = Transition { at: "2026-01-02T08:00:00Z".parse().unwrap(), to: State::Running };
/// assert_eq!(
///     serde_json::to_string(&transition).unwrap(),
///     r#"{"at":"2026-01-02T08:00:00Z","to":"running"}"#
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transition {
    /// The first instant of the new state, a whole second of UTC.
    #[serde(serialize_with = "seconds_with_z")]
    pub at: DateTime<Utc>,
    /// The new state.
    pub to: State,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes fields by reference
fn seconds_with_z<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
