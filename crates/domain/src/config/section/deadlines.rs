//! `deadlines:`, how long each gate of waking and falling asleep may take.

use super::{
    super::{
        deadlines::{self, Deadlines},
        decoder::{Decoder, Field},
    },
    limits::length,
};
use crate::hold::Length;

pub(super) const KEYS: &[&str] = &["available", "in_service", "healthy", "drained", "stopped"];

pub(super) fn read(d: &mut Decoder, field: &Field<'_>) -> Option<Deadlines> {
    let mut fields = d.mapping(field, KEYS)?;
    let mut read = |key, default: fn() -> Length| match fields.optional(key) {
        Some(field) => length(d, &field),
        None => Some(default()),
    };
    let available = read("available", deadlines::available);
    let in_service = read("in_service", deadlines::in_service);
    let healthy = read("healthy", deadlines::healthy);
    let drained = read("drained", deadlines::drained);
    let stopped = read("stopped", deadlines::stopped);
    Some(Deadlines {
        available: available?,
        in_service: in_service?,
        healthy: healthy?,
        drained: drained?,
        stopped: stopped?,
    })
}
