//! `not_production:`, the names that look like production and are not.

use super::{
    super::{
        decoder::{Decoder, Field},
        model::NotProduction,
        node::quote,
    },
    each,
};
use crate::fleet::protected_name;

pub(super) const KEYS: &[&str] = &["name", "reason"];

/// The longest value of a tag.
const LONGEST_NAME: usize = 256;

/// Longer texts are no reason.
const LONGEST_REASON: usize = 200;

pub(super) fn read(d: &mut Decoder, field: &Field<'_>) -> Option<Vec<NotProduction>> {
    each(d, field, release)
}

fn release(d: &mut Decoder, field: &Field<'_>) -> Option<NotProduction> {
    let mut fields = d.mapping(field, KEYS)?;
    let name = fields.required(d, "name").and_then(|field| {
        let name = text(
            d,
            &field,
            "the name of an environment, or the value of a tag",
            LONGEST_NAME,
        )?;
        if !protected_name(&name) {
            return Some(name);
        }
        d.report(
            field
                .error(format!(
                    "{} is production whatever this file says: IAM denies it, too",
                    quote(&name)
                ))
                .expecting("a name other than prod, production and live"),
        );
        None
    });
    let reason = fields
        .required(d, "reason")
        .and_then(|field| text(d, &field, "why this is not production", LONGEST_REASON));
    Some(NotProduction {
        name: name?,
        reason: reason?,
    })
}

/// A text on one line, neither empty nor long.
fn text(d: &mut Decoder, field: &Field<'_>, form: &str, longest: usize) -> Option<String> {
    let text = d.text(field, form)?.trim();
    let fits = (1..=longest).contains(&text.chars().count()) && !text.contains(char::is_control);
    if !fits {
        let error = field
            .error(format!("found {}", field.node.described()))
            .expecting(format!("{form}, on one line of 1 to {longest} characters"));
        d.report(error);
    }
    fits.then(|| text.to_owned())
}
