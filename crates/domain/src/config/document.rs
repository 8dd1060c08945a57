//! YAML text to a tree, in bounded work.
//!
//! The tree is built from `saphyr-parser`'s events without recursion. Aliases are refused, so
//! the tree is never larger than the text; size and depth are limited before anything else
//! looks at it. JSON has a reader of its own, [`super::json`], which builds the same tree.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::{
    error::ConfigError,
    excerpt::within,
    hint,
    json::{self, Refusal},
    node::{Entry, Kind, Node, Scalar},
    position::Position,
};

/// The longest text read, in bytes. A thousand environments fit; SSM allows 8 KiB.
pub(super) const LONGEST: usize = 256 * 1024;
/// The deepest nesting read. The configuration itself needs five.
const DEEPEST: usize = 32;

/// Reads the one document in the text.
pub(super) fn read(text: &str) -> Result<Node, ConfigError> {
    if text.len() > LONGEST {
        return Err(ConfigError::new(
            Position::START,
            "",
            format!("the text has {} bytes", text.len()),
        )
        .expecting(format!("at most {LONGEST}")));
    }
    let mut builder = Builder::new(text);
    match json::read(text, &mut builder) {
        Ok(()) => return finished(builder),
        Err(Refusal::Error(error)) => return Err(error),
        Err(Refusal::NotJson) => builder = Builder::new(text),
    }
    let mut parser = Parser::new_from_str(text);
    loop {
        match parser.next_event() {
            Some(Ok((Event::StreamEnd, _))) | None => break,
            Some(Ok((event, span))) => builder.event(event, span)?,
            Some(Err(error)) => return Err(syntax_error(&error, text)),
        }
    }
    finished(builder)
}

fn finished(builder: Builder<'_>) -> Result<Node, ConfigError> {
    match builder.root {
        Some(root) if !root.is_nothing() => Ok(root),
        _ => Err(ConfigError::new(Position::START, "", "empty configuration")
            .expecting("a configuration: start from the commented example, nightcap.yaml")),
    }
}

/// A container not yet closed.
#[derive(Debug)]
pub(super) enum Open {
    Sequence(Position, Vec<Node>),
    Mapping(Position, Vec<Entry>, Option<Node>),
}

#[derive(Debug)]
pub(super) struct Builder<'t> {
    cursor: Cursor<'t>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            cursor: Cursor {
                rest: text,
                passed: 0,
            },
            open: Vec::new(),
            root: None,
            documents: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), ConfigError> {
        let position = place(span.start);
        match event {
            Event::DocumentStart(_) => self.document(position),
            Event::Alias(_) => Err(refused(position, "an alias", "write the value out")),
            Event::Scalar(text, style, anchor, tag) => {
                plain_node(position, anchor, tag.is_some())?;
                let text = text.into_owned();
                let inset = self.cursor.inset(&text, style, span);
                let plain = style == ScalarStyle::Plain;
                self.close(Node {
                    position,
                    kind: Kind::Scalar(Scalar { text, plain, inset }),
                });
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                plain_node(position, anchor, tag.is_some())?;
                self.descend(position, Open::Sequence(position, Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                plain_node(position, anchor, tag.is_some())?;
                self.descend(position, Open::Mapping(position, Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.ascend();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn document(&mut self, position: Position) -> Result<(), ConfigError> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(
                ConfigError::new(position, "", "a second document begins here")
                    .expecting("one document: remove the line ---"),
            );
        }
        Ok(())
    }

    pub(super) fn descend(&mut self, position: Position, open: Open) -> Result<(), ConfigError> {
        if self.open.len() >= DEEPEST {
            return Err(ConfigError::new(
                position,
                "",
                format!("nested more than {DEEPEST} levels deep"),
            ));
        }
        self.open.push(open);
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        let (position, kind) = match self.open.pop() {
            Some(Open::Sequence(position, nodes)) => (position, Kind::Sequence(nodes)),
            Some(Open::Mapping(position, entries, _)) => (position, Kind::Mapping(entries)),
            None => return,
        };
        self.close(Node { position, kind });
    }

    /// Puts a finished node where it belongs.
    pub(super) fn close(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence(_, nodes)) => nodes.push(node),
            Some(Open::Mapping(_, entries, pending)) => match pending.take() {
                None => *pending = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
        }
    }
}

fn place(marker: saphyr_parser::Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

fn refused(position: Position, what: &str, instead: &str) -> ConfigError {
    ConfigError::new(position, "", format!("{what} is not supported here")).expecting(instead)
}

/// Anchors and tags have no use without aliases and other types.
fn plain_node(position: Position, anchor: usize, tagged: bool) -> Result<(), ConfigError> {
    if anchor != 0 {
        return Err(refused(position, "an anchor (&)", "the value alone"));
    }
    if tagged {
        return Err(refused(position, "a tag (!)", "the value alone"));
    }
    Ok(())
}

/// The text from some character on; asked in the order of the text, it is walked through once.
#[derive(Debug)]
struct Cursor<'t> {
    rest: &'t str,
    passed: usize,
}

impl<'t> Cursor<'t> {
    /// The text from the character with that index on.
    fn from(&mut self, index: usize) -> &'t str {
        let mut chars = self.rest.chars();
        while self.passed < index && chars.next().is_some() {
            self.passed += 1;
        }
        self.rest = chars.as_str();
        self.rest
    }

    /// See [`Scalar::inset`]. Only the text itself tells whether something was escaped: the
    /// parser's span of a quoted scalar takes in the blanks and the comment after it.
    fn inset(&mut self, text: &str, style: ScalarStyle, span: Span) -> Option<usize> {
        let source = self.from(span.start.index());
        let quote = match style {
            ScalarStyle::Plain => return source.starts_with(text).then_some(0),
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            ScalarStyle::Literal | ScalarStyle::Folded => return None,
        };
        let after = source.strip_prefix(quote)?.strip_prefix(text)?;
        after.starts_with(quote).then_some(1)
    }
}

fn syntax_error(error: &ScanError, text: &str) -> ConfigError {
    let position = within(place(*error.marker()), text);
    let found = ConfigError::new(
        position,
        "",
        format!("this is not YAML: {}", error.info().trim()),
    );
    match hint::for_syntax(error.info(), text, position) {
        Some((position, hint)) => ConfigError {
            line: position.line,
            column: position.column,
            ..found.expecting(hint)
        },
        None => found,
    }
}
