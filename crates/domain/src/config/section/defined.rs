//! The names a text defines, whether or not what they stand for is valid: a mistake in a
//! schedule must not make everything that names it a mistake too.

use std::collections::BTreeSet;

use super::super::node::{Entry, Kind, Meaning, Node};

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
    pub(super) fn in_document(root: &'n Node) -> Self {
        let names = |section| under(root, section).filter_map(|entry| entry.key.as_text());
        Self {
            calendars: names("calendars").collect(),
            schedules: names("schedules").collect(),
            environments: names("environments").collect(),
            protected: under(root, "environments")
                .filter(|entry| is_protected(&entry.value))
                .filter_map(|entry| entry.key.as_text())
                .collect(),
        }
    }
}

fn under<'n>(root: &'n Node, section: &'static str) -> impl Iterator<Item = &'n Entry> {
    root.entries()
        .iter()
        .filter(move |entry| entry.key.as_text() == Some(section))
        .flat_map(|entry| entry.value.entries())
}

fn is_protected(environment: &Node) -> bool {
    environment.entries().iter().any(|entry| {
        entry.key.as_text() == Some("protected")
            && matches!(&entry.value.kind, Kind::Scalar(s) if s.meaning() == Meaning::Boolean(true))
    })
}
