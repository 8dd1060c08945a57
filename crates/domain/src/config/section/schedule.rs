//! `schedules:`, when things run.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::{
    super::{
        decoder::{Decoder, Field},
        model::{CalendarConfig, ScheduleConfig, WindowConfig},
        node::quote,
    },
    Defined, each, named, or_default, reference,
};
use crate::{
    names::{CalendarName, ScheduleName},
    time::{Calendar, CronExpression, Schedule, ScheduleError, UnknownZone, Window, parse_zone},
};

pub(super) const KEYS: &[&str] = &["timezone", "calendar", "windows"];

pub(super) const WINDOW_KEYS: &[&str] = &["start", "stop"];

/// The most windows of all schedules together: compiling takes time for each.
const MOST_WINDOWS: usize = 1000;

/// The most windows that are found never to run. Finding that out means looking at every day of
/// 130 years; a text made of nothing else must not keep anybody waiting.
const MOST_IDLE_WINDOWS: usize = 20;

/// What may still be spent on the text.
struct Allowance {
    windows: usize,
    idle_windows: usize,
}

const CRON: &str = "a cron expression such as \"0 9 * * MON-FRI\"";

/// The zone and calendars that schedules refer to, as far as they could be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a, 'n> {
    pub(super) timezone: Option<Tz>,
    pub(super) calendars: Option<&'a BTreeMap<CalendarName, CalendarConfig>>,
    pub(super) defined: &'a Defined<'n>,
}

/// Schedules as configured, and as compiled.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    pub(super) configured: BTreeMap<ScheduleName, ScheduleConfig>,
    pub(super) compiled: BTreeMap<ScheduleName, Schedule>,
}

pub(super) fn read<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    around: Surroundings<'_, 'n>,
) -> Option<Schedules> {
    let mut allowance = Allowance {
        windows: MOST_WINDOWS,
        idle_windows: MOST_IDLE_WINDOWS,
    };
    let both: BTreeMap<ScheduleName, (ScheduleConfig, Schedule)> =
        named(d, field, |d, _, field| {
            schedule(d, field, around, &mut allowance)
        })?;
    let mut schedules = Schedules::default();
    for (name, (configured, compiled)) in both {
        schedules.configured.insert(name.clone(), configured);
        schedules.compiled.insert(name, compiled);
    }
    Some(schedules)
}

/// An IANA zone.
pub(super) fn zone(d: &mut Decoder, field: &Field<'_>) -> Option<Tz> {
    const FORM: &str = "an IANA name such as Europe/Paris, America/New_York or UTC";
    let name = d.text(field, FORM)?;
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    // Looking for the nearest of 600 names is not worth it for an error that is not listed.
    let unknown = parse_zone(name).err().filter(|_| !d.is_full());
    let expected = unknown.as_ref().and_then(UnknownZone::expected);
    let nearest = unknown.and_then(|zone| zone.nearest);
    let error = field
        .error(format!("unknown time zone {}", quote(name)))
        .expecting(expected.unwrap_or_else(|| FORM.to_owned()))
        .meaning(nearest);
    d.report(error);
    None
}

fn schedule<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    around: Surroundings<'_, 'n>,
    allowance: &mut Allowance,
) -> Option<(ScheduleConfig, Schedule)> {
    let mut fields = d.mapping(field, KEYS)?;
    let timezone = or_default(fields.optional("timezone"), |f| zone(d, f).map(Some));
    let calendar = or_default(fields.optional("calendar"), |f| {
        reference(d, f, "calendar", &around.defined.calendars)
            .map(|name| Some(CalendarName::from(name)))
    });
    let windows_field = fields.required(d, "windows")?;
    let windows = windows(d, &windows_field, allowance)?;
    // Where the zone is wrong the windows are still checked; the result is then thrown away.
    let zone = timezone.flatten().or(around.timezone).unwrap_or(Tz::UTC);
    let closed = calendar
        .as_ref()
        .and_then(Option::as_ref)
        .and_then(|name| around.calendars?.get(name))
        .map(Calendar::from);
    let compiled = compile(d, &windows_field, zone, &windows, closed, allowance)?;
    let configured = ScheduleConfig {
        timezone: timezone?,
        calendar: calendar?,
        windows,
    };
    Some((configured, compiled))
}

fn compile(
    d: &mut Decoder,
    field: &Field<'_>,
    zone: Tz,
    windows: &[WindowConfig],
    calendar: Option<Calendar>,
    allowance: &mut Allowance,
) -> Option<Schedule> {
    // The compiler stops at the first bad window: each alone comes first, to tell of all.
    let mut fits = true;
    for (child, window) in d.list(field)?.iter().zip(windows) {
        if d.is_full() || allowance.idle_windows == 0 {
            return None;
        }
        if let Err((message, expected)) = check(zone, window) {
            d.report(child.error(message).expecting(expected));
            allowance.idle_windows -= 1;
            fits = false;
        }
    }
    fits.then_some(())?;
    let pairs = windows.iter().map(Window::from).collect();
    Schedule::compile(zone, pairs, calendar)
        .map_err(|error| d.report(field.error(error.to_string())))
        .ok()
}

/// What is wrong with a window, and what would be right.
fn check(zone: Tz, window: &WindowConfig) -> Result<(), (&'static str, &'static str)> {
    const NEVER_RUNS: (&str, &str) = (
        "every start is also a stop: the window would never run",
        "a stop after each start",
    );
    if window.start == window.stop {
        return Err(NEVER_RUNS);
    }
    match Schedule::compile(zone, vec![Window::from(window)], None) {
        Ok(_) => Ok(()),
        Err(ScheduleError::NeverRuns { .. }) => Err(NEVER_RUNS),
        Err(ScheduleError::StopBeforeStart { .. }) => Err((
            "every stop comes before the first start: the window would never stop",
            "a stop after each start",
        )),
        Err(
            ScheduleError::NoWindow
            | ScheduleError::StartNeverFires { .. }
            | ScheduleError::StopNeverFires { .. },
        ) => Err(("the window never runs", "days that exist")),
    }
}

fn windows(
    d: &mut Decoder,
    field: &Field<'_>,
    allowance: &mut Allowance,
) -> Option<Vec<WindowConfig>> {
    let count = d.list(field)?.len();
    if count > allowance.windows {
        allowance.windows = 0;
        d.report(
            field
                .error("too many windows")
                .expecting(format!("at most {MOST_WINDOWS} in all schedules together")),
        );
        return None;
    }
    allowance.windows -= count;
    if count == 0 {
        d.report(field.error("no window").expecting(
            "at least one, such as { start: \"0 9 * * MON-FRI\", stop: \"0 19 * * MON-FRI\" }",
        ));
        return None;
    }
    each(d, field, window)
}

fn window(d: &mut Decoder, field: &Field<'_>) -> Option<WindowConfig> {
    let mut fields = d.mapping(field, WINDOW_KEYS)?;
    let start = fields.required(d, "start").and_then(|f| cron(d, &f));
    let stop = fields.required(d, "stop").and_then(|f| cron(d, &f));
    Some(WindowConfig {
        start: start?,
        stop: stop?,
    })
}

fn cron(d: &mut Decoder, field: &Field<'_>) -> Option<CronExpression> {
    let text = d.text(field, CRON)?;
    let cron = match CronExpression::parse(text) {
        Ok(cron) => cron,
        Err(error) => {
            let place = error.field.map_or_else(String::new, |of| format!("{of}: "));
            let message = format!("{place}{}", error.reason);
            let offset = error.column.saturating_sub(1);
            d.report(field.error_at(offset, message).expecting(error.expected));
            return None;
        }
    };
    if !cron.fires() {
        d.report(
            field
                .error(format!("{} never fires", quote(text)))
                .expecting("days that exist"),
        );
        return None;
    }
    Some(cron)
}
