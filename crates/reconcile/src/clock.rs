//! The one place that reads the clock: everything else is told what time it is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SubsecRound, Utc};

/// The present instant, in whole seconds: nothing here happens between two seconds, and
/// answers stay readable.
pub fn now() -> DateTime<Utc> {
    DateTime::<Utc>::from(present()).trunc_subsecs(0)
}

/// How long it is until so many milliseconds after 1970; nothing, if that is past.
pub fn until(milliseconds: u64) -> Duration {
    let then = UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    then.and_then(|then| then.duration_since(present()).ok())
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place from which binaries get their `now`"
)]
fn present() -> SystemTime {
    SystemTime::now()
}
