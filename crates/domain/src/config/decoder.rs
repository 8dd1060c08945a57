//! From nodes to values, collecting every error on the way.
//!
//! Here are mappings and lists; single values are in [`super::value`]. Each method takes a [`Field`] (a node and its path), reports what is wrong and then answers
//! `None`, so that its caller can go on with the next field.

use std::collections::{BTreeMap, btree_map::Entry as Slot};

use nightcap_model::nearest;

use super::{
    error::{ConfigError, ConfigErrors},
    node::{Entry, Kind, Meaning, Node, Scalar, quote},
    position::{Position, Positions},
};

/// A node and the path that leads to it.
#[derive(Clone, Debug)]
pub(super) struct Field<'n> {
    pub(super) node: &'n Node,
    pub(super) path: String,
    /// Where the thing is named: its key, if it stands under one.
    named: Position,
}

impl<'n> Field<'n> {
    pub(super) fn root(node: &'n Node) -> Self {
        Self {
            node,
            path: String::new(),
            named: node.position,
        }
    }

    /// An error about the whole value.
    pub(super) fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.node.position, self.path.clone(), message)
    }

    /// An error about what the value lacks, at its name.
    pub(super) fn error_at_name(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.named, self.path.clone(), message)
    }

    /// An error `offset` characters into the text.
    pub(super) fn error_at(&self, offset: usize, message: impl Into<String>) -> ConfigError {
        let position = match &self.node.kind {
            Kind::Scalar(scalar) => scalar.place(self.node.position, offset),
            _ => self.node.position,
        };
        ConfigError::new(position, self.path.clone(), message)
    }

    fn child(&self, key: &str, entry: &'n Entry) -> Self {
        let segment = if is_name(key) {
            key.to_owned()
        } else {
            quote(key)
        };
        let path = if self.path.is_empty() {
            segment
        } else {
            format!("{}.{segment}", self.path)
        };
        Self {
            node: &entry.value,
            path,
            named: entry.key.position,
        }
    }
}

/// The values of a mapping whose keys are known beforehand.
#[derive(Debug)]
pub(super) struct Fields<'n> {
    around: Field<'n>,
    found: BTreeMap<&'static str, Field<'n>>,
}

impl<'n> Fields<'n> {
    /// The value of a key that may be left out.
    pub(super) fn optional(&mut self, key: &str) -> Option<Field<'n>> {
        self.found.remove(key)
    }

    /// The node of a key that was not taken yet.
    pub(super) fn peek(&self, key: &str) -> Option<&'n Node> {
        self.found.get(key).map(|field| field.node)
    }

    /// The value of a key that must be there.
    pub(super) fn required(&mut self, decoder: &mut Decoder, key: &str) -> Option<Field<'n>> {
        let field = self.found.remove(key);
        if field.is_none() {
            decoder.report(self.around.error_at_name(format!("missing key {key:?}")));
        }
        field
    }
}

/// Collects errors and places.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    errors: Vec<ConfigError>,
    further: usize,
    positions: Positions,
}

impl Decoder {
    pub(super) fn report(&mut self, error: ConfigError) {
        if self.is_full() {
            self.further += 1;
        } else {
            self.errors.push(error);
        }
    }

    /// The value and the places of everything in it, or the errors.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Positions), ConfigErrors> {
        match value {
            Some(value) if self.errors.is_empty() => Ok((value, self.positions)),
            _ => {
                if self.errors.is_empty() {
                    // A reader answered `None` without a reason. No test knows such a text.
                    let message = "the configuration could not be read";
                    self.report(ConfigError::new(Position::START, "", message));
                }
                Err(ConfigErrors::new(self.errors, self.further))
            }
        }
    }

    /// Whether further errors are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= ConfigErrors::MOST
    }

    /// [`nearest`], while errors are still listed: comparing words is the costly part.
    pub(super) fn nearest<'a>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        const MOST: usize = 1000;
        if self.is_full() {
            return None;
        }
        nearest(word, candidates.into_iter().take(MOST))
    }

    /// A mapping with the given keys; unknown and repeated ones are reported.
    pub(super) fn mapping<'n>(
        &mut self,
        field: &Field<'n>,
        keys: &'static [&'static str],
    ) -> Option<Fields<'n>> {
        let entries = self.entries(field, || format!("a mapping with {}", one_of(keys)))?;
        let mut fields = Fields {
            around: field.clone(),
            found: BTreeMap::new(),
        };
        let mut misspelt = Vec::new();
        for entry in entries {
            let Some(key) = self.key(field, &entry.key) else {
                continue;
            };
            let Some(known) = keys.iter().find(|known| **known == key.text) else {
                let meant = self.unknown_key(field, entry, &key.text, keys);
                misspelt.extend(meant.map(|known| (known, field.child(&key.text, entry))));
                continue;
            };
            let child = field.child(known, entry);
            self.positions
                .insert(child.path.clone(), child.node.position);
            match fields.found.entry(known) {
                Slot::Vacant(slot) => {
                    slot.insert(child);
                }
                Slot::Occupied(first) => {
                    let line = first.get().named.line;
                    self.report(repeated(field, entry, known, line));
                }
            }
        }
        // Read as what was meant: the value has errors of its own, and the key is not missing.
        for (known, child) in misspelt {
            fields.found.entry(known).or_insert(child);
        }
        Some(fields)
    }

    fn unknown_key(
        &mut self,
        around: &Field<'_>,
        entry: &Entry,
        key: &str,
        keys: &'static [&'static str],
    ) -> Option<&'static str> {
        let suspect = self.nearest(key, keys.iter().copied());
        let split = suspect.is_none() && entry.value.is_nothing();
        let expected = if split {
            // { stop: 0 19 * * MON,FRI } ends the text at the comma.
            format!("{}; quote a text that contains a comma", one_of(keys))
        } else {
            one_of(keys)
        };
        self.report(
            ConfigError::new(
                entry.key.position,
                around.path.clone(),
                format!("unknown key {}", quote(key)),
            )
            .expecting(expected)
            .meaning(suspect.clone()),
        );
        keys.iter()
            .find(|known| Some(**known) == suspect.as_deref())
            .copied()
    }

    /// A mapping from names of the author's choice; each must be a usable name, once.
    pub(super) fn names<'n>(&mut self, field: &Field<'n>) -> Option<Vec<(&'n str, Field<'n>)>> {
        let entries = self.entries(field, || "a mapping from names".to_owned())?;
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in entries {
            let Some(key) = self.key(field, &entry.key) else {
                continue;
            };
            if let Some(error) = bad_name(field, &entry.key, key) {
                self.report(error);
                continue;
            }
            let line = entry.key.position.line;
            if let Some(first) = lines.insert(&key.text, line) {
                self.report(repeated(field, entry, &key.text, first));
                continue;
            }
            let child = field.child(&key.text, entry);
            self.positions.insert(child.path.clone(), child.named);
            found.push((key.text.as_str(), child));
        }
        Some(found)
    }

    fn entries<'n>(
        &mut self,
        field: &Field<'n>,
        expected: impl FnOnce() -> String,
    ) -> Option<&'n [Entry]> {
        if let Kind::Mapping(entries) = &field.node.kind {
            return Some(entries);
        }
        self.wrong_type(field, expected());
        None
    }

    fn key<'n>(&mut self, around: &Field<'_>, key: &'n Node) -> Option<&'n Scalar> {
        if let Kind::Scalar(scalar) = &key.kind {
            return Some(scalar);
        }
        let message = format!("{} is no key", key.described());
        self.report(
            ConfigError::new(key.position, around.path.clone(), message).expecting("a name"),
        );
        None
    }

    /// A list.
    pub(super) fn list<'n>(&mut self, field: &Field<'n>) -> Option<Vec<Field<'n>>> {
        let Kind::Sequence(nodes) = &field.node.kind else {
            self.wrong_type(field, "a list: [first, second]");
            return None;
        };
        let children: Vec<Field<'n>> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| Field {
                node,
                path: format!("{}[{index}]", field.path),
                named: node.position,
            })
            .collect();
        for child in &children {
            self.positions
                .insert(child.path.clone(), child.node.position);
        }
        Some(children)
    }
}

/// `one of: a, b, c`.
pub(super) fn one_of(words: &[&str]) -> String {
    format!("one of: {}", words.join(", "))
}

fn repeated(around: &Field<'_>, entry: &Entry, key: &str, first: usize) -> ConfigError {
    ConfigError::new(
        entry.key.position,
        around.path.clone(),
        format!("key {} again; it is on line {first} already", quote(key)),
    )
    .expecting("each key once")
}

/// Names become tag values and parts of AWS resource names.
pub(super) fn is_name(text: &str) -> bool {
    const LONGEST: usize = 48;
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn bad_name(around: &Field<'_>, key: &Node, scalar: &Scalar) -> Option<ConfigError> {
    let error = |message: String, expected: &str| {
        Some(ConfigError::new(key.position, around.path.clone(), message).expecting(expected))
    };
    if scalar.meaning() != Meaning::Text {
        return error(
            format!("{} is no name", key.described()),
            "a name; put quotes around it",
        );
    }
    if let Some(meant) = scalar.old_boolean() {
        return error(
            format!(
                "the name {} means {meant} to many tools",
                quote(&scalar.text)
            ),
            "quotes around it, or another name",
        );
    }
    if !is_name(&scalar.text) {
        return error(
            format!("{} cannot be a name", quote(&scalar.text)),
            "at most 48 letters, digits, - or _, beginning with a letter or digit",
        );
    }
    None
}
