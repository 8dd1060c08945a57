//! A second opinion on schedules: walk the wall clock minute by minute.
//!
//! Zone data and calendar are jiff's; a local time happens when the clock first shows it or a
//! later one. Slow, and too simple to be wrong in the same way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::cron::Cron;

/// Minutes since 1970: of UTC (instants) or of a wall clock.
pub type Minutes = i64;

const DAY: Minutes = 24 * 60;

/// For each minute of UTC of a period: the latest local minute that the wall clock has shown.
pub struct Walk {
    reached: Vec<Minutes>,
}

impl Walk {
    pub fn new(zone: &str, first: Minutes, minutes: usize) -> Self {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let mut latest = shown(&zone, first - 1);
        let reached = (first..).take(minutes).map(|minute| {
            latest = latest.max(shown(&zone, minute));
            latest
        });
        Self {
            reached: reached.collect(),
        }
    }

    /// Whether any of the windows is open, for each minute; and from when on that is certain: each window
    /// has then been stopped once.
    pub fn states(
        &self,
        windows: &[(Cron, Cron)],
        closed: &BTreeSet<Date>,
    ) -> (Vec<bool>, Option<usize>) {
        let mut open = vec![false; self.reached.len()];
        let mut certain = Some(0);
        for (start, stop) in windows {
            let (one, stopped) = self.one_window(start, stop, closed);
            certain = certain.zip(stopped).map(|(all, this)| all.max(this));
            open.iter_mut()
                .zip(one)
                .for_each(|(all, this)| *all |= this);
        }
        (open, certain)
    }

    fn one_window(
        &self,
        start: &Cron,
        stop: &Cron,
        closed: &BTreeSet<Date>,
    ) -> (Vec<bool>, Option<usize>) {
        let (mut starts, mut stops) = (Firing::of(start), Firing::of(stop));
        let of_day: Vec<bool> = (0..1440)
            .map(|minute| start.fires_at(minute) || stop.fires_at(minute))
            .collect();
        let mut open = false;
        let mut first_stop = None;
        let mut before = self.reached[0] - 1;
        let mut states = Vec::with_capacity(self.reached.len());
        for (index, reached) in self.reached.iter().enumerate() {
            let mut started = false;
            let mut stopped = false;
            for wall in before + 1..=*reached {
                if of_day[usize::try_from(wall.rem_euclid(DAY)).unwrap()] {
                    started |= starts.at(wall) && !closed.contains(&date_of(wall));
                    stopped |= stops.at(wall);
                }
            }
            before = *reached;
            if stopped && first_stop.is_none() {
                first_stop = Some(index);
            }
            open = !stopped && (open || started);
            states.push(open);
        }
        (states, first_stop)
    }
}

/// A cron expression that remembers on which dates it fires.
struct Firing<'a> {
    cron: &'a Cron,
    dates: BTreeMap<Minutes, bool>,
}

impl<'a> Firing<'a> {
    fn of(cron: &'a Cron) -> Self {
        Self {
            cron,
            dates: BTreeMap::new(),
        }
    }

    fn at(&mut self, wall: Minutes) -> bool {
        let of_day = u32::try_from(wall.rem_euclid(DAY)).unwrap();
        self.cron.fires_at(of_day)
            && *self
                .dates
                .entry(wall.div_euclid(DAY))
                .or_insert_with(|| self.cron.fires_on(date_of(wall)))
    }
}

fn shown(zone: &TimeZone, minute: Minutes) -> Minutes {
    let offset = zone
        .to_offset(Timestamp::from_second(minute * 60).unwrap())
        .seconds();
    assert_eq!(offset % 60, 0, "the walker's zones have whole minutes");
    minute + i64::from(offset / 60)
}

pub fn date_of(wall: Minutes) -> Date {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(wall.div_euclid(DAY)))
        .unwrap()
}
