//! JSON as tools write it, with the place of everything.
//!
//! YAML's readers take most JSON, not all of it: surrogate pairs, the only way in which JSON
//! escapes a character beyond U+FFFF, are none of YAML's. So what is JSON is read as RFC 8259 has
//! it; only what is not goes on to the YAML parser (`{ timezone: UTC }`).

use std::{iter::Peekable, str::Chars};

use super::{
    document::{Builder, Open},
    error::ConfigError,
    node::{Kind, Node, Scalar},
    position::Position,
};

/// Why a text was not read.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is no JSON.
    NotJson,
    /// It is, and cannot be a configuration.
    Error(ConfigError),
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::Error(error)
    }
}

/// What a value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Object,
    Array,
}

/// Reads the one value of a text into the builder.
pub(super) fn read(text: &str, builder: &mut Builder<'_>) -> Result<(), Refusal> {
    let mut reader = Reader::new(text);
    reader.blanks();
    if !matches!(reader.peek(), Some('{' | '[')) {
        return Err(Refusal::NotJson);
    }
    let mut inside: Vec<Inside> = Vec::new();
    loop {
        if value(&mut reader, builder, &mut inside)? {
            continue;
        }
        // What follows a value: the end of what it stands in, once or more, or a further value.
        loop {
            reader.blanks();
            let Some(around) = inside.last() else {
                let at_end = reader.peek().is_none();
                return at_end.then_some(()).ok_or(Refusal::NotJson);
            };
            let end = match around {
                Inside::Object => '}',
                Inside::Array => ']',
            };
            if reader.take(end) {
                builder.ascend();
                inside.pop();
                continue;
            }
            if !reader.take(',') {
                return Err(Refusal::NotJson);
            }
            if *around == Inside::Object {
                key(&mut reader, builder)?;
            }
            break;
        }
    }
}

/// Reads a value. Whether it is a container that is now open, with a value to come.
fn value(
    reader: &mut Reader<'_>,
    builder: &mut Builder<'_>,
    inside: &mut Vec<Inside>,
) -> Result<bool, Refusal> {
    reader.blanks();
    let position = reader.place;
    if reader.take('{') {
        builder.descend(position, Open::Mapping(position, Vec::new(), None))?;
        reader.blanks();
        if reader.take('}') {
            builder.ascend();
            return Ok(false);
        }
        inside.push(Inside::Object);
        key(reader, builder)?;
        return Ok(true);
    }
    if reader.take('[') {
        builder.descend(position, Open::Sequence(position, Vec::new()))?;
        reader.blanks();
        if reader.take(']') {
            builder.ascend();
            return Ok(false);
        }
        inside.push(Inside::Array);
        return Ok(true);
    }
    let scalar = if reader.peek() == Some('"') {
        reader.string()?
    } else {
        reader.literal()?
    };
    builder.close(Node {
        position,
        kind: Kind::Scalar(scalar),
    });
    Ok(false)
}

fn key(reader: &mut Reader<'_>, builder: &mut Builder<'_>) -> Result<(), Refusal> {
    reader.blanks();
    let position = reader.place;
    let scalar = reader.string()?;
    builder.close(Node {
        position,
        kind: Kind::Scalar(scalar),
    });
    reader.blanks();
    reader.take(':').then_some(()).ok_or(Refusal::NotJson)
}

/// The characters still to be read, and the place of the next.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    place: Position,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            rest: text.chars().peekable(),
            place: Position::START,
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        let ends_line = c == '\n' || (c == '\r' && self.peek() != Some('\n'));
        self.place = if ends_line {
            Position {
                line: self.place.line + 1,
                column: 1,
            }
        } else {
            self.place.right(1)
        };
        Some(c)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    /// A number, `true`, `false` or `null`.
    fn literal(&mut self) -> Result<Scalar, Refusal> {
        let mut text = String::new();
        while let Some(c) = self
            .peek()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        {
            text.push(c);
            self.next();
        }
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => Ok(Scalar {
                text,
                plain: true,
                inset: Some(0),
            }),
            Err(_) => Err(Refusal::NotJson),
        }
    }

    fn string(&mut self) -> Result<Scalar, Refusal> {
        if !self.take('"') {
            return Err(Refusal::NotJson);
        }
        let mut text = String::new();
        let mut escaped = false;
        loop {
            let place = self.place;
            match self.next() {
                Some('"') => break,
                Some('\\') => {
                    escaped = true;
                    text.push(self.escape(place)?);
                }
                Some(c) if c >= ' ' => text.push(c),
                _ => return Err(Refusal::NotJson),
            }
        }
        Ok(Scalar {
            text,
            plain: false,
            inset: (!escaped).then_some(1),
        })
    }

    /// The character that an escape stands for, its backslash being read.
    fn escape(&mut self, place: Position) -> Result<char, Refusal> {
        Ok(match self.next().ok_or(Refusal::NotJson)? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode(place)?,
            _ => return Err(Refusal::NotJson),
        })
    }

    fn unicode(&mut self, place: Position) -> Result<char, Refusal> {
        let half = || {
            ConfigError::new(place, "", "half of a surrogate pair is no character")
                .expecting("both halves, such as \\ud83d\\udcb0, or the character itself")
        };
        let first = self.four_digits()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        if !(self.take('\\') && self.take('u')) {
            return Err(half().into());
        }
        let second = self.four_digits()?;
        match (first, second) {
            (0xd800..=0xdbff, 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                char::from_u32(code).ok_or_else(|| half().into())
            }
            _ => Err(half().into()),
        }
    }

    fn four_digits(&mut self) -> Result<u32, Refusal> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|c| c.to_digit(16));
            code = code * 16 + digit.ok_or(Refusal::NotJson)?;
        }
        Ok(code)
    }
}
