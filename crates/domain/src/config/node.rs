//! The text as a tree of nodes, each with its place.

use super::position::Position;

/// A node of the document and the place of its first character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Node,
    pub(super) value: Node,
}

/// A single value as text, before anybody asked what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Written without quotes: it may mean a number, true, false or nothing.
    pub(super) plain: bool,
    /// Characters between the node's place and the text's first one (1 for an opening quote);
    /// `None` when the text was escaped or folded, so that offsets in it mean nothing outside.
    pub(super) inset: Option<usize>,
}

/// What YAML 1.2 (core schema) takes a scalar for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Nothing,
    Boolean(bool),
    Number,
    Text,
}

impl Scalar {
    pub(super) fn meaning(&self) -> Meaning {
        if !self.plain {
            return Meaning::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Meaning::Nothing,
            "true" | "True" | "TRUE" => Meaning::Boolean(true),
            "false" | "False" | "FALSE" => Meaning::Boolean(false),
            text if is_number(text) => Meaning::Number,
            _ => Meaning::Text,
        }
    }

    /// Whether YAML 1.1, which many tools still speak, takes the text for true or false.
    pub(super) fn old_boolean(&self) -> Option<bool> {
        if !self.plain {
            return None;
        }
        match self.text.to_ascii_lowercase().as_str() {
            "y" | "yes" | "on" => Some(true),
            "n" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The place of the character `offset` characters into the text of a node at `position`.
    pub(super) fn place(&self, position: Position, offset: usize) -> Position {
        match self.inset {
            Some(inset) => position.right(inset + offset),
            None => position,
        }
    }
}

impl Node {
    /// Whether the node is empty, `~` or `null`.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.meaning() == Meaning::Nothing)
    }

    /// The text of a single value.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// What the node is, for a reader: `the number 5`, `a list`.
    pub(super) fn described(&self) -> String {
        match &self.kind {
            Kind::Sequence(_) => "a list".to_owned(),
            Kind::Mapping(_) => "a mapping".to_owned(),
            Kind::Scalar(scalar) => match scalar.meaning() {
                Meaning::Nothing => "nothing".to_owned(),
                Meaning::Boolean(value) => format!("the boolean {value}"),
                Meaning::Number => format!("the number {}", clip(&scalar.text)),
                Meaning::Text => format!("the text {}", quote(&scalar.text)),
            },
        }
    }
}

/// The text in quotes for a message: escaped, and cut when it is long.
pub(super) fn quote(text: &str) -> String {
    format!("{:?}", clip(text))
}

fn clip(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The core schema's integers and floats.
fn is_number(text: &str) -> bool {
    let based = |prefix: &str, valid: fn(char) -> bool| {
        text.strip_prefix(prefix)
            .is_some_and(|digits| !digits.is_empty() && digits.chars().all(valid))
    };
    if based("0x", |c| c.is_ascii_hexdigit()) || based("0o", |c| c.is_digit(8)) {
        return true;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent_fits && !(whole.is_empty() && part.is_empty()) && all_digits(whole) && all_digits(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar {
        Scalar {
            text: text.to_owned(),
            plain: true,
            inset: Some(0),
        }
    }

    #[test]
    fn yaml_1_2_meanings() {
        for number in [
            "0", "-1", "+1", "007", "1.5", ".5", "1.", "1e3", "-1.5E-3", "0x1F", "0o17", ".inf",
            "-.INF", ".nan",
        ] {
            assert_eq!(plain(number).meaning(), Meaning::Number, "{number}");
        }
        for text in [
            "no",
            "on",
            "2026-12-24",
            "12:30",
            "1_000",
            "0x",
            "e3",
            ".",
            "-",
            "1e",
            "9 9",
            "-.nan",
            "é",
        ] {
            assert_eq!(plain(text).meaning(), Meaning::Text, "{text}");
        }
        assert_eq!(plain("null").meaning(), Meaning::Nothing);
        assert_eq!(plain("TRUE").meaning(), Meaning::Boolean(true));
        assert_eq!(plain("Off").old_boolean(), Some(false));
    }
}
