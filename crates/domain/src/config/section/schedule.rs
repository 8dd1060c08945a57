//! `schedules:`, when things run.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::{
    super::{
        decoder::{Decoder, Field},
        model::{ScheduleConfig, WindowConfig},
        node::quote,
    },
    Defined, each, named, or_default, reference,
};
use crate::{
    names::{CalendarName, ScheduleName},
    time::{CronExpression, parse_zone},
};

pub(super) const KEYS: &[&str] = &["timezone", "calendar", "windows"];

pub(super) const WINDOW_KEYS: &[&str] = &["start", "stop"];

const CRON: &str = "a cron expression such as \"0 9 * * MON-FRI\"";

pub(super) fn read<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    defined: &Defined<'n>,
) -> Option<BTreeMap<ScheduleName, ScheduleConfig>> {
    named(d, field, |d, _, field| schedule(d, field, defined))
}

/// An IANA zone.
pub(super) fn zone(d: &mut Decoder, field: &Field<'_>) -> Option<Tz> {
    const FORM: &str = "an IANA name such as Europe/Paris, America/New_York or UTC";
    let name = d.text(field, FORM)?;
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    // Looking for the nearest of 600 names is not worth it for an error that is not listed.
    let nearest = if d.is_full() {
        None
    } else {
        parse_zone(name).err().and_then(|unknown| unknown.nearest)
    };
    let error = field
        .error(format!("unknown time zone {}", quote(name)))
        .expecting(FORM)
        .meaning(nearest);
    d.report(error);
    None
}

fn schedule<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    defined: &Defined<'n>,
) -> Option<ScheduleConfig> {
    let mut fields = d.mapping(field, KEYS)?;
    let timezone = or_default(fields.optional("timezone"), |f| zone(d, f).map(Some));
    let calendar = or_default(fields.optional("calendar"), |f| {
        reference(d, f, "calendar", &defined.calendars).map(|name| Some(CalendarName::from(name)))
    });
    let windows = fields
        .required(d, "windows")
        .and_then(|field| windows(d, &field));
    Some(ScheduleConfig {
        timezone: timezone?,
        calendar: calendar?,
        windows: windows?,
    })
}

fn windows(d: &mut Decoder, field: &Field<'_>) -> Option<Vec<WindowConfig>> {
    let windows = each(d, field, window)?;
    if windows.is_empty() {
        d.report(field.error("no window").expecting(
            "at least one, such as { start: \"0 9 * * MON-FRI\", stop: \"0 19 * * MON-FRI\" }",
        ));
        return None;
    }
    Some(windows)
}

fn window(d: &mut Decoder, field: &Field<'_>) -> Option<WindowConfig> {
    let mut fields = d.mapping(field, WINDOW_KEYS)?;
    let start = fields.required(d, "start").and_then(|f| cron(d, &f));
    let stop = fields.required(d, "stop").and_then(|f| cron(d, &f));
    let (start, stop) = (start?, stop?);
    if start == stop {
        d.report(
            field
                .error("start and stop are the same: the window never runs")
                .expecting("a stop after the start"),
        );
        return None;
    }
    Some(WindowConfig { start, stop })
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
