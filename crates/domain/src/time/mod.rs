//! Cron, windows, calendars and the schedules made of them.
//!
//! Three steps, each in one place:
//!
//! 1. A [`CronExpression`] names times on a **wall clock**: it knows no zone.
//! 2. [`resolve`] turns a wall clock time into an instant, once and for all cases: a time that
//!    the spring jump skips happens at the jump, a time that autumn repeats happens once, the
//!    first time.
//! 3. A [`Schedule`] unites windows of (start, stop) in one zone, minus the starts of closed
//!    days, and answers: what is wanted now, what changes when, how long does it run.
//!
//! Nothing fires before 1970 or after 2100 ([`FIRST_YEAR`], [`LAST_YEAR`]): earlier every schedule is stopped,
//! later it stays as the year 2100 left it. No function here panics, whatever the input.

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
#[cfg(test)]
pub(crate) mod looks {
    use std::cell::Cell;

    thread_local! {
        static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }

    pub(crate) fn taken() -> usize {
        TAKEN.get()
    }

    pub(crate) fn reset() {
        TAKEN.set(0);
    }
}
