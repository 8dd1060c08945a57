#![doc = include_str!("../README.md")]

mod bounds;
mod calendar;
mod country;
mod cron;
mod doubt;
mod schedule;
mod state;
mod timeline;
mod wall;
mod warning;
mod window;
mod zone;
mod zone_names;
mod zones_behind;

pub use bounds::{FIRST_YEAR, LAST_YEAR};
pub use calendar::{Calendar, Reason};
pub use country::{Country, Holiday, UnknownCountry};
pub use cron::{CronError, CronExpression, CronRemedy, Dialect, Field, WeekdayNumbers};
pub use doubt::Doubt;
pub use schedule::{Schedule, ScheduleError};
pub use state::{State, Transition};
pub use timeline::{Around, Timeline};
pub use wall::resolve;
pub use warning::Warning;
pub use window::Window;
pub use zone::{Offset, UnknownZone, ZoneDoubt, parse_zone, zone_data_is_outdated, zone_doubt};
pub use zones_behind::ZONES_BEHIND;

/// A zone of the IANA database, as [`parse_zone`] returns it.
pub use chrono_tz::Tz;

/// How often windows have been looked at in this thread: what a test counts in place of seconds.
#[cfg(any(test, feature = "count-looks"))]
#[doc(hidden)]
pub mod looks {
    use std::cell::Cell;

    thread_local! {
        static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }

    /// So many.
    pub fn taken() -> usize {
        TAKEN.get()
    }

    /// From none.
    pub fn reset() {
        TAKEN.set(0);
    }
}
