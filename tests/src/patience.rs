//! Waiting that ends.

use std::thread;
use std::time::{Duration, Instant};

/// How often something is looked at while it is waited for.
const BEAT: Duration = Duration::from_millis(10);

/// Looks until there is something to see, or patience ends.
pub(crate) fn wait_for<T>(patience: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + patience;
    loop {
        match look() {
            Some(seen) => return Some(seen),
            None if Instant::now() > until => return None,
            None => thread::sleep(BEAT),
        }
    }
}
