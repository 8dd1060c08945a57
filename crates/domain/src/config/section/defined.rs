//! The names a text defines, whether or not what they stand for is valid: a mistake in a
//! schedule must not make everything that names it a mistake too.

use std::collections::BTreeSet;

use super::super::{
    decoder::Fields,
    node::{Kind, Meaning, Node},
};

/// Names by section.
#[derive(Debug, Default)]
pub(super) struct Defined<'n> {
    pub(super) calendars: BTreeSet<&'n str>,
    pub(super) schedules: BTreeSet<&'n str>,
    pub(super) environments: BTreeSet<&'n str>,
    /// Those environments that say `protected: true`.
    pub(super) protected: BTreeSet<&'n str>,
}

impl<'n> Defined<'n> {
    pub(super) fn by(fields: &Fields<'n>) -> Self {
        let entries = |section| fields.peek(section).map_or(&[][..], Node::entries);
        let names = |section| {
            entries(section)
                .iter()
                .filter_map(|entry| entry.key.as_text())
        };
        Self {
            calendars: names("calendars").collect(),
            schedules: names("schedules").collect(),
            environments: names("environments").collect(),
            protected: entries("environments")
                .iter()
                .filter(|entry| is_protected(&entry.value))
                .filter_map(|entry| entry.key.as_text())
                .collect(),
        }
    }
}

fn is_protected(environment: &Node) -> bool {
    environment.entries().iter().any(|entry| {
        entry.key.as_text() == Some("protected")
            && matches!(&entry.value.kind, Kind::Scalar(s) if s.meaning() == Meaning::Boolean(true))
    })
}
