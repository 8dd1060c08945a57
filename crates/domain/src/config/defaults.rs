//! What a key that is left out means.

use crate::fleet::ENVIRONMENT_TAG;
use crate::hold::Length;

#[cfg(feature = "schema")]
use super::kinds::Kinds;

/// Resources that one tick may stop.
pub(super) fn max_stops() -> u32 {
    50
}

/// Targets that one invocation works itself. Eight are read at a time, and a call may take
/// twenty seconds with all its attempts: two rounds leave time to act within the function's minute.
pub(super) fn max_targets() -> u32 {
    16
}

/// The greatest maximum that a group is woken to: far above what non-production needs, far below
/// what a wrong or forged tag could cost in a night.
pub(super) fn max_capacity() -> u32 {
    100
}

/// Snapshots of ours that are kept of each database: a week of nights.
pub(super) fn keep_snapshots() -> u32 {
    7
}

/// The tag by which resources opt in is the one that tells their costs apart.
pub(super) fn cost_tag() -> String {
    ENVIRONMENT_TAG.to_owned()
}

/// The currency of the budget: AWS bills in US dollars unless told otherwise.
pub(super) fn currency() -> String {
    "USD".to_owned()
}

/// How long a person's hold may last: a week of release, a holiday's cover, not a habit.
pub(super) fn max_hold() -> Length {
    Length::days(7)
}

/// The kinds of resource that an environment has.
#[cfg(feature = "schema")]
pub(super) fn kinds() -> Kinds {
    Kinds::default()
}
