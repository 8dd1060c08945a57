//! What a key that is left out means.

use crate::hold::Length;

/// Resources that one tick may stop.
pub(super) fn max_stops() -> u32 {
    50
}

/// Snapshots of ours that are kept of each database: a week of nights.
pub(super) fn keep_snapshots() -> u32 {
    7
}

/// The currency of the budget: AWS bills in US dollars unless told otherwise.
pub(super) fn currency() -> String {
    "USD".to_owned()
}

/// How long a person's hold may last: a week of release, a holiday's cover, not a habit.
pub(super) fn max_hold() -> Length {
    Length::days(7)
}
