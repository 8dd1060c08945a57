//! `calendars:`, closed days.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    super::{
        date::{self, DateError},
        decoder::{Decoder, Field},
        model::CalendarConfig,
        node::quote,
    },
    each_once, named, or_default,
};
use crate::{names::CalendarName, time::Country};

pub(super) const KEYS: &[&str] = &["holidays", "closed", "open"];

pub(super) fn read(
    d: &mut Decoder,
    field: &Field<'_>,
) -> Option<BTreeMap<CalendarName, CalendarConfig>> {
    named(d, field, |d, _, field| calendar(d, field))
}

fn calendar(d: &mut Decoder, field: &Field<'_>) -> Option<CalendarConfig> {
    let mut fields = d.mapping(field, KEYS)?;
    let holidays = or_default(fields.optional("holidays"), |f| country(d, f).map(Some));
    let closed = or_default(fields.optional("closed"), |f| each_once(d, f, day));
    let open = or_default(fields.optional("open"), |f| each_once(d, f, day));
    Some(CalendarConfig {
        holidays: holidays?,
        closed: closed?,
        open: open?,
    })
}

fn day(d: &mut Decoder, field: &Field<'_>) -> Option<NaiveDate> {
    const FORM: &str = "a date such as 2026-12-24";
    let scalar = d.scalar(field, FORM)?;
    match date::parse(&scalar.text) {
        Ok(date) => Some(date),
        Err(DateError::NoSuchDay) => {
            let message = format!("there is no day {}", quote(&scalar.text));
            d.report(
                field
                    .error(message)
                    .expecting("a day of the calendar, from 1970"),
            );
            None
        }
        Err(DateError::Form) => {
            d.wrong_type(field, FORM);
            None
        }
    }
}

fn country(d: &mut Decoder, field: &Field<'_>) -> Option<Country> {
    let scalar = d.scalar(field, "a country code such as FR")?;
    Country::parse(&scalar.text)
        .map_err(|unknown| {
            d.report(
                field
                    .error(format!(
                        "no public holidays are known for {}",
                        quote(&scalar.text)
                    ))
                    .expecting(format!(
                        "one of: {}; or list the days under closed",
                        unknown.known
                    ))
                    .meaning(unknown.nearest),
            );
        })
        .ok()
}
