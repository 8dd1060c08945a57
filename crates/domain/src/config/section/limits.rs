//! `limits:`, the breaker, the targets of one invocation, and the longest hold.

use super::{
    super::{
        decoder::{Decoder, Field},
        defaults,
        model::Limits,
        percent::Percent,
    },
    or_default,
};
use crate::hold::Length;

pub(super) const KEYS: &[&str] = &[
    "max_stops",
    "max_stop_share",
    "max_targets",
    "max_capacity",
    "max_hold",
];

const SHARE: &str = "a share above 0% and at most 100%, such as 40%";

pub(super) fn read(d: &mut Decoder, field: &Field<'_>) -> Option<Limits> {
    let mut fields = d.mapping(field, KEYS)?;
    let max_stops = match fields.optional("max_stops") {
        Some(field) => d.count(&field, 1),
        None => Some(defaults::max_stops()),
    };
    let max_stop_share = or_default(fields.optional("max_stop_share"), |field| {
        share(d, field).map(Some)
    });
    let max_targets = match fields.optional("max_targets") {
        Some(field) => d.count(&field, 1),
        None => Some(defaults::max_targets()),
    };
    let max_capacity = match fields.optional("max_capacity") {
        Some(field) => d.count(&field, 1),
        None => Some(defaults::max_capacity()),
    };
    let max_hold = match fields.optional("max_hold") {
        Some(field) => length(d, &field),
        None => Some(defaults::max_hold()),
    };
    Some(Limits {
        max_stops: max_stops?,
        max_stop_share: max_stop_share?,
        max_targets: max_targets?,
        max_capacity: max_capacity?,
        max_hold: max_hold?,
    })
}

pub(super) fn length(d: &mut Decoder, field: &Field<'_>) -> Option<Length> {
    const FORM: &str = "a length of time such as 7d, 12h or 1d12h, at most 366d";
    let scalar = d.scalar(field, FORM)?;
    let length: Option<Length> = scalar.text.parse().ok();
    if length.is_none() {
        let error = field
            .error(format!("found {}", field.node.described()))
            .expecting(FORM);
        d.report(error);
    }
    length
}

fn share(d: &mut Decoder, field: &Field<'_>) -> Option<Percent> {
    let scalar = d.scalar(field, SHARE)?;
    let share: Option<Percent> = scalar.text.parse().ok();
    let fits = share.filter(|share| share.fraction() <= rust_decimal::Decimal::ONE);
    if fits.is_none() {
        // `40` without its sign could mean 40 resources.
        let signed = format!("{}%", scalar.text);
        let meant = signed.parse::<Percent>().is_ok().then_some(signed);
        let error = field
            .error(format!("found {}", field.node.described()))
            .expecting(SHARE)
            .meaning(meant);
        d.report(error);
    }
    fits
}
