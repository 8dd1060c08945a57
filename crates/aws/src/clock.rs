//! The one place that reads the clock: everything else is told what time it is.

use chrono::{DateTime, SubsecRound, Utc};

/// The present instant, in whole seconds: nothing here happens between two seconds, and
/// answers stay readable.
pub fn now() -> DateTime<Utc> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place from which binaries get their `now`"
    )]
    let now = std::time::SystemTime::now();
    DateTime::<Utc>::from(now).trunc_subsecs(0)
}
