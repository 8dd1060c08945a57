//! What is valid but probably not what its author meant.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use nightcap_model::nearest;

use super::{
    aws, defaults,
    excerpt::rendered,
    ladder::{LadderEffect, Until},
    model::{CalendarConfig, Config, EnvironmentConfig, ManualChanges, ScheduleConfig},
    position::Position,
};
use crate::fleet::{canonical_name, looks_like_production};
use crate::names::EnvironmentName;
use crate::time::{Calendar, CronExpression, Warning, zone_data_is_outdated, zone_doubt};

/// How far ahead schedules are looked at: every clock change and holiday falls into a year.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// Zones where people work from Sunday to Thursday.
const WEEK_FROM_SUNDAY: &[&str] = &[
    "Africa/Algiers",
    "Africa/Cairo",
    "Africa/Tripoli",
    "Asia/Amman",
    "Asia/Baghdad",
    "Asia/Bahrain",
    "Asia/Dhaka",
    "Asia/Jerusalem",
    "Asia/Kuwait",
    "Asia/Muscat",
    "Asia/Qatar",
    "Asia/Riyadh",
    "Asia/Tel_Aviv",
    "Egypt",
    "Israel",
];

/// A doubt about a valid configuration, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigWarning {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What it is about: `schedules.night.windows[0]`.
    pub path: String,
    /// What may be wrong, and what to do if it is.
    pub message: String,
}

impl ConfigWarning {
    /// Where it is.
    pub fn position(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
        }
    }

    /// For a person: with the source line and a caret, as [`super::ConfigErrors::render`].
    pub fn render(&self, file_name: &str, text: &str) -> String {
        rendered(file_name, text, self.position(), self)
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl Config {
    /// Doubts about this configuration, looking a year ahead of `now`, in the order of the text.
    pub fn warnings(&self, now: DateTime<Utc>) -> Vec<ConfigWarning> {
        let mut doubts = Doubts {
            config: self,
            found: Vec::new(),
        };
        doubts.rehearsal();
        doubts.zones();
        for (name, calendar) in &self.calendars {
            doubts.calendar(&format!("calendars.{name}"), calendar);
        }
        for (name, schedule) in &self.schedules {
            doubts.windows(&format!("schedules.{name}"), schedule);
        }
        doubts.timetables(now);
        doubts.unused();
        for (name, environment) in &self.environments {
            doubts.environment(&format!("environments.{name}"), environment);
            doubts.production(name, environment);
            doubts.capacity(&format!("environments.{name}"), environment);
        }
        doubts.names_alike();
        doubts.released();
        doubts.budget(now);
        doubts.found.sort_by_key(ConfigWarning::position);
        doubts.found
    }
}

/// Warnings being collected.
struct Doubts<'a> {
    config: &'a Config,
    found: Vec<ConfigWarning>,
}

impl Doubts<'_> {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        let path = path.into();
        let position = self.config.positions.of(&path);
        self.found.push(ConfigWarning {
            line: position.line,
            column: position.column,
            path,
            message: message.into(),
        });
    }

    fn rehearsal(&mut self) {
        if self.config.drills {
            self.add(
                "drills",
                "ticks at any instant are accepted; for rehearsals on a fake AWS only",
            );
        }
    }

    fn zones(&mut self) {
        let schedules = self.config.schedules.iter();
        let own = schedules.filter_map(|(name, schedule)| {
            Some((format!("schedules.{name}.timezone"), schedule.timezone?))
        });
        let zones: Vec<(String, Tz)> =
            std::iter::once(("timezone".to_owned(), self.config.timezone))
                .chain(own)
                .collect();
        for (path, zone) in zones {
            if let Some(doubt) = zone_doubt(zone) {
                self.add(path.clone(), format!("{zone}: {doubt}"));
            }
            if let Some(difference) = zone_data_is_outdated(zone) {
                self.add(
                    path,
                    format!("the rules of {zone} known here are out of date: {difference}"),
                );
            }
        }
    }

    fn calendar(&mut self, path: &str, calendar: &CalendarConfig) {
        let holidays = Calendar {
            holidays: calendar.holidays,
            ..Calendar::default()
        };
        let open: HashSet<_> = calendar.open.iter().collect();
        let closed: HashSet<_> = calendar.closed.iter().collect();
        for (index, date) in calendar.closed.iter().enumerate() {
            let at = format!("{path}.closed[{index}]");
            if open.contains(date) {
                self.add(at, format!("{date} is listed as open too, and open counts"));
            } else if let Some(holiday) = holidays.is_closed(*date) {
                self.add(at, format!("{date} is closed anyway: {holiday}"));
            }
        }
        for (index, date) in calendar.open.iter().enumerate() {
            if holidays.is_closed(*date).is_none() && !closed.contains(date) {
                self.add(
                    format!("{path}.open[{index}]"),
                    format!("{date} is open anyway: it is no holiday"),
                );
            }
        }
    }

    /// The same window twice.
    fn windows(&mut self, path: &str, schedule: &ScheduleConfig) {
        let mut seen = BTreeSet::new();
        for (index, window) in schedule.windows.iter().enumerate() {
            if !seen.insert((window.start.as_str(), window.stop.as_str())) {
                self.add(
                    format!("{path}.windows[{index}]"),
                    "the same window again; remove one",
                );
            }
            let zone = schedule.timezone.unwrap_or(self.config.timezone);
            for (key, cron) in [("start", &window.start), ("stop", &window.stop)] {
                self.weekday_numbers(format!("{path}.windows[{index}].{key}"), cron, zone);
            }
        }
    }

    /// Numbers that are other weekdays to whoever counts as Unix does.
    fn weekday_numbers(&mut self, path: String, cron: &CronExpression, zone: Tz) {
        let Some(numbers) = cron.weekday_numbers() else {
            return;
        };
        // There the week begins on Sunday.
        if !WEEK_FROM_SUNDAY.contains(&zone.name()) {
            self.add(
                path,
                format!(
                    "{} is {} in EventBridge's form, which counts from 1 for Sunday; write {} if that is meant, or {}",
                    numbers.written, numbers.are, numbers.elsewhere, numbers.are
                ),
            );
        }
    }

    /// What the compiled schedules do in the year ahead.
    fn timetables(&mut self, now: DateTime<Utc>) {
        let config = self.config;
        let until = now.checked_add_signed(AHEAD).unwrap_or(now);
        for (name, schedule) in &config.compiled {
            for warning in schedule.warnings(now, until) {
                let path = match window_of(&warning) {
                    Some(window) => format!("schedules.{name}.windows[{window}]"),
                    None => format!("schedules.{name}"),
                };
                let message = warning.to_string();
                // The path says which window it is.
                let message = window_of(&warning)
                    .and_then(|window| message.strip_prefix(&format!("window {}: ", window + 1)))
                    .unwrap_or(&message);
                let (from, to) = (now.date_naive(), until.date_naive());
                self.add(path, format!("{message} (looking from {from} to {to})"));
            }
            for doubt in schedule.doubts(now, until) {
                let path = format!("schedules.{name}.windows[{}]", doubt.window());
                self.add(path, doubt.to_string());
            }
        }
    }

    fn unused(&mut self) {
        let config = self.config;
        for name in config.schedules.keys() {
            let used = config.environments.values();
            if !used
                .into_iter()
                .any(|one| one.schedule.as_ref() == Some(name))
            {
                self.add(
                    format!("schedules.{name}"),
                    "no environment has this schedule",
                );
            }
        }
        for name in config.calendars.keys() {
            let used = config.schedules.values();
            if !used
                .into_iter()
                .any(|one| one.calendar.as_ref() == Some(name))
            {
                self.add(format!("calendars.{name}"), "no schedule has this calendar");
            }
        }
    }

    fn environment(&mut self, path: &str, environment: &EnvironmentConfig) {
        for (index, region) in environment.regions.iter().enumerate() {
            if !aws::REGIONS.contains(&region.as_str()) {
                let meant = nearest(region.as_str(), aws::REGIONS.iter().copied())
                    .map(|meant| format!("; did you mean {meant:?}?"))
                    .unwrap_or_default();
                self.add(
                    format!("{path}.regions[{index}]"),
                    format!("{region} is no region known here{meant}"),
                );
            }
        }
        let idle = [
            (
                "manual_changes",
                environment.manual_changes == ManualChanges::Revert,
            ),
            ("capacity", environment.capacity.is_some()),
            ("snapshot_on_stop", environment.snapshot_on_stop),
            ("wake_for_maintenance", environment.wake_for_maintenance),
        ];
        for (key, _) in idle
            .into_iter()
            .filter(|(_, set)| environment.protected && !environment.looks_like_production && *set)
        {
            self.add(
                format!("{path}.{key}"),
                "without effect: the environment is protected",
            );
        }
        let kept = environment.keep_snapshots != defaults::keep_snapshots();
        if kept && !environment.snapshot_on_stop {
            self.add(
                format!("{path}.keep_snapshots"),
                "without effect: no snapshots are taken without snapshot_on_stop: true",
            );
        }
    }

    /// Names that a person takes for one: the tag is compared letter by letter.
    fn names_alike(&mut self) {
        let mut seen: BTreeMap<String, &EnvironmentName> = BTreeMap::new();
        for name in self.config.environments.keys() {
            if let Some(other) = seen.insert(canonical_name(name.as_str()), name) {
                self.add(
                    format!("environments.{name}"),
                    format!(
                        "{name} and {other} look the same: the tag nightcap:environment is compared letter by letter, capitals included; rename one"
                    ),
                );
            }
        }
    }

    /// A schedule that is not carried out.
    fn production(&mut self, name: &EnvironmentName, environment: &EnvironmentConfig) {
        if environment.looks_like_production {
            self.add(
                format!("environments.{name}"),
                format!(
                    "{name} looks like production, so it is protected and its schedule is NOT carried out; write protected: true in place of the schedule, or, if it is not production, release it: not_production: [{{ name: {name}, reason: \"…\" }}]"
                ),
            );
        }
    }

    /// A capacity that no group is woken to.
    fn capacity(&mut self, path: &str, environment: &EnvironmentConfig) {
        let most = self.config.max_capacity(environment);
        if let Some(capacity) = environment.capacity.filter(|one| one.max() > most) {
            self.add(
                format!("{path}.capacity"),
                format!(
                    "no group is woken to {capacity}: its maximum is above max_capacity, {most}; raise max_capacity here or in limits"
                ),
            );
        }
    }

    fn released(&mut self) {
        let config = self.config;
        for (index, release) in config.not_production.iter().enumerate() {
            if !looks_like_production(&release.name) {
                self.add(
                    format!("not_production[{index}]"),
                    format!(
                        "without effect: {:?} does not look like production",
                        release.name
                    ),
                );
            }
        }
    }

    fn budget(&mut self, now: DateTime<Utc>) {
        let Some(budget) = &self.config.budget else {
            return;
        };
        if budget.currency != "USD" {
            self.add(
                "budget.currency",
                format!(
                    "costs are read in USD alone: with a budget in {} neither the guard nor `report` says anything",
                    budget.currency
                ),
            );
        }
        if budget.alerts.is_empty() {
            self.add(
                "budget",
                "no alerts: nobody is told when the budget is passed",
            );
        }
        for (index, rule) in budget.ladder.iter().enumerate() {
            let (LadderEffect::Sleep { until, .. } | LadderEffect::WeekendsOff { until, .. }) =
                &rule.effect
            else {
                continue;
            };
            if let Until::Date(date) = until
                && *date <= now.date_naive()
            {
                self.add(
                    format!("budget.ladder[{index}]"),
                    format!("{date} is past: the rule has no effect"),
                );
            }
        }
    }
}

fn window_of(warning: &Warning) -> Option<usize> {
    match warning {
        Warning::LostInClockChange { window, .. }
        | Warning::EveryStartClosed { window, .. }
        | Warning::NeverOpens { window }
        | Warning::NeverStops { window, .. } => Some(*window),
        Warning::NeverSleeps => None,
    }
}
