//! One file per section of the configuration, each with the keys it accepts.

mod budget;
mod calendar;
mod deadlines;
mod defined;
mod environment;
mod limits;
mod not_production;
mod schedule;

use std::collections::{BTreeMap, BTreeSet};

use nightcap_model::Language;

use self::{defined::Defined, schedule::Surroundings};
use super::{
    decoder::{Decoder, Field, is_name, one_of},
    error::{ConfigError, ConfigErrors},
    model::Config,
    node::{Node, quote},
    position::Positions,
};

/// The keys of the configuration itself.
const KEYS: &[&str] = &[
    "timezone",
    "language",
    "drills",
    "calendars",
    "schedules",
    "environments",
    "not_production",
    "budget",
    "limits",
    "deadlines",
];

/// Every struct of the configuration with the keys that are accepted for it.
#[cfg(all(test, feature = "schema"))]
pub(super) const ALL_KEYS: &[(&str, &[&str])] = &[
    ("Config", KEYS),
    ("CalendarConfig", calendar::KEYS),
    ("ScheduleConfig", schedule::KEYS),
    ("WindowConfig", schedule::WINDOW_KEYS),
    ("EnvironmentConfig", environment::KEYS),
    ("Capacity", environment::CAPACITY_KEYS),
    ("NotProduction", not_production::KEYS),
    ("BudgetConfig", budget::KEYS),
    ("Limits", limits::KEYS),
    ("Deadlines", deadlines::KEYS),
];

const LANGUAGES: &[(&str, Language)] = &[("en", Language::En), ("fr", Language::Fr)];

/// Reads the whole configuration.
pub(super) fn config(root: &Node) -> Result<Config, ConfigErrors> {
    let mut decoder = Decoder::default();
    let draft = draft(&mut decoder, root);
    decoder.finish(draft).map(|(config, positions)| Config {
        positions,
        ..config
    })
}

fn draft(d: &mut Decoder, root: &Node) -> Option<Config> {
    let mut fields = d.mapping(&Field::root(root), KEYS)?;
    let defined = Defined::by(&fields);
    let timezone = fields
        .required(d, "timezone")
        .and_then(|field| schedule::zone(d, &field));
    let language = or_default(fields.optional("language"), |f| d.choice(f, LANGUAGES));
    let drills = or_default(fields.optional("drills"), |f| d.boolean(f));
    let calendars = or_default(fields.optional("calendars"), |f| calendar::read(d, f));
    let schedules = or_default(fields.optional("schedules"), |f| {
        let around = Surroundings {
            timezone,
            calendars: calendars.as_ref(),
            defined: &defined,
        };
        schedule::read(d, f, around)
    });
    let not_production = or_default(fields.optional("not_production"), |f| {
        not_production::read(d, f)
    });
    let released = not_production.as_deref().unwrap_or_default();
    let environments = fields
        .required(d, "environments")
        .and_then(|field| environment::read(d, &field, &defined, released));
    let budget = or_default(fields.optional("budget"), |f| {
        budget::read(d, f, &defined).map(Some)
    });
    let limits = or_default(fields.optional("limits"), |f| limits::read(d, f));
    let deadlines = or_default(fields.optional("deadlines"), |f| deadlines::read(d, f));
    let schedules = schedules?;
    Some(Config {
        timezone: timezone?,
        language: language?,
        drills: drills?,
        calendars: calendars?,
        schedules: schedules.configured,
        environments: environments?,
        not_production: not_production?,
        budget: budget?,
        limits: limits?,
        deadlines: deadlines?,
        compiled: schedules.compiled,
        positions: Positions::default(),
    })
}

/// The value of a key, or the default when it was left out; `None` when it was wrong.
fn or_default<'n, T: Default>(
    field: Option<Field<'n>>,
    read: impl FnOnce(&Field<'n>) -> Option<T>,
) -> Option<T> {
    field.map_or_else(|| Some(T::default()), |field| read(&field))
}

/// Every value under names of the author's choice; `None` when one was wrong.
fn named<'n, K: From<&'n str> + Ord, V>(
    d: &mut Decoder,
    field: &Field<'n>,
    mut read: impl FnMut(&mut Decoder, &'n str, &Field<'n>) -> Option<V>,
) -> Option<BTreeMap<K, V>> {
    let mut all = Some(BTreeMap::new());
    for (name, child) in d.names(field)? {
        match (read(d, name, &child), &mut all) {
            (Some(value), Some(map)) => {
                map.insert(K::from(name), value);
            }
            _ => all = None,
        }
    }
    all
}

/// Every item of a list; `None` when one was wrong.
fn each<'n, T>(
    d: &mut Decoder,
    field: &Field<'n>,
    mut read: impl FnMut(&mut Decoder, &Field<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut all = Some(Vec::new());
    for child in d.list(field)? {
        match (read(d, &child), &mut all) {
            (Some(value), Some(items)) => items.push(value),
            _ => all = None,
        }
    }
    all
}

/// As [`each`]; an item that was there before is reported.
fn each_once<'n, T: Ord + Clone>(
    d: &mut Decoder,
    field: &Field<'n>,
    mut read: impl FnMut(&mut Decoder, &Field<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut seen = BTreeSet::new();
    each(d, field, |d, child| {
        let value = read(d, child)?;
        if seen.insert(value.clone()) {
            return Some(value);
        }
        d.report(
            child
                .error(format!("{} again", child.node.described()))
                .expecting("each item once"),
        );
        None
    })
}

/// A reference to something defined elsewhere in the text.
fn reference<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    what: &str,
    defined: &BTreeSet<&'n str>,
) -> Option<&'n str> {
    let name = d.text(field, &format!("the name of a {what}"))?;
    if defined.contains(name) {
        return Some(name);
    }
    let error = unknown_name(d, field.error(""), what, name, defined);
    d.report(error);
    None
}

/// The error of a name that is not defined.
fn unknown_name(
    d: &Decoder,
    at: ConfigError,
    what: &str,
    name: &str,
    defined: &BTreeSet<&str>,
) -> ConfigError {
    const MOST: usize = 10;
    // What cannot be a name has an error of its own, and is not worth suggesting.
    let names = || defined.iter().copied().filter(|name| is_name(name));
    let expected = if names().next().is_none() {
        format!("a {what} defined under {what}s")
    } else {
        let more = if names().nth(MOST).is_some() {
            ", …"
        } else {
            ""
        };
        let names: Vec<&str> = names().take(MOST).collect();
        format!("{}{more}", one_of(&names))
    };
    at.saying(format!("no {what} {} is defined", quote(name)))
        .expecting(expected)
        .meaning(d.nearest(name, names()))
}
