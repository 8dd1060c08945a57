//! One window: when it opens, when it closes.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::bounds::{last_second, midnight};
use super::calendar::Calendar;
use super::cron::CronExpression;
use super::wall::{local, reached, resolve};

/// A pair of cron expressions: running from a start up to, not including, the next stop after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When it opens. An open window stays open.
    pub start: CronExpression,
    /// When it closes. A start at the same instant does not open it.
    pub stop: CronExpression,
}

/// A stretch during which a window is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: DateTime<Utc>,
    /// Not included; `None` if no stop ever comes.
    pub(super) stop: Option<DateTime<Utc>>,
}

/// A window in its zone, with the days on which it does not open.
///
/// A start is *lost* if its date is closed, or if a stop falls on the same instant. Every search
/// skips days that hold lost starts only as a whole, so each is bounded by the days of the
/// supported years and the minutes of one.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) window: &'a Window,
    pub(super) zone: Tz,
    pub(super) calendar: Option<&'a Calendar>,
}

impl Opening<'_> {
    /// Whether the window is open at an instant.
    pub(super) fn is_open(&self, at: DateTime<Utc>) -> bool {
        #[cfg(any(test, feature = "count-looks"))]
        super::looks::count();
        let now = reached(self.zone, at);
        let last_stop = self.last_stop(now);
        let mut candidate = self.window.start.at_or_before(now);
        while let Some(wall) = candidate {
            if last_stop.is_some_and(|stop| resolve(self.zone, wall) <= stop) {
                return false;
            }
            if !self.is_closed(wall) {
                return true;
            }
            candidate = self.window.start.previous_before(midnight(wall.date()));
        }
        false
    }

    /// The instant of the last stop whose local time is at or before `now`.
    fn last_stop(&self, now: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.window
            .stop
            .at_or_before(now)
            .map(|wall| resolve(self.zone, wall))
    }

    /// The first stop strictly after an instant.
    pub(super) fn stop_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let wall = self.window.stop.next_after(reached(self.zone, at))?;
        Some(resolve(self.zone, wall))
    }

    /// The first run whose start is strictly after an instant.
    pub(super) fn next_run(&self, after: DateTime<Utc>) -> Option<Run> {
        let mut wall = reached(self.zone, after);
        loop {
            wall = self.window.start.next_after(wall)?;
            if self.loses_every_start_of(wall) {
                wall = last_second(wall.date());
                continue;
            }
            let start = resolve(self.zone, wall);
            if !self.stops_at(start) {
                return Some(Run {
                    start,
                    stop: self.stop_after(start),
                });
            }
        }
    }

    /// The run with the latest start at or before an instant, open or over.
    pub(super) fn last_run(&self, at: DateTime<Utc>) -> Option<Run> {
        let mut wall = self.window.start.at_or_before(reached(self.zone, at))?;
        loop {
            let earlier = if self.loses_every_start_of(wall) {
                midnight(wall.date())
            } else {
                let start = resolve(self.zone, wall);
                if !self.stops_at(start) {
                    return Some(Run {
                        start,
                        stop: self.stop_after(start),
                    });
                }
                wall
            };
            wall = self.window.start.previous_before(earlier)?;
        }
    }

    /// When the window, open at an instant, was opened.
    pub(super) fn opened(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last_stop = self.last_stop(reached(self.zone, at));
        let run = self.next_run(last_stop.unwrap_or_else(super::bounds::before_all))?;
        Some(run.start)
    }

    /// Whether a stop falls exactly on an instant.
    fn stops_at(&self, at: DateTime<Utc>) -> bool {
        self.last_stop(reached(self.zone, at)) == Some(at)
    }

    pub(super) fn is_closed(&self, wall: NaiveDateTime) -> bool {
        self.calendar
            .is_some_and(|calendar| calendar.is_closed(wall.date()).is_some())
    }

    /// Whether all starts of a start's date are lost: the date is closed, or every one meets a stop.
    fn loses_every_start_of(&self, start: NaiveDateTime) -> bool {
        let Window {
            start: starts,
            stop: stops,
        } = self.window;
        self.is_closed(start) || (starts.times_are_within(stops) && stops.fires_on(start.date()))
    }

    /// What the wall clock shows at an instant.
    pub(super) fn shown(&self, at: DateTime<Utc>) -> NaiveDateTime {
        local(self.zone, at)
    }
}
