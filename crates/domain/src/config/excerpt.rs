//! A source line with a caret under the place.

use std::fmt;

use super::position::Position;

/// The widest part of a line that is shown, in characters.
const WIDEST: usize = 100;
/// How much of it stands before the caret when the line is longer.
const BEFORE: usize = 60;

/// The lines as YAML counts them: a carriage return alone ends one too, and a byte order mark
/// is no part of the first.
pub(super) fn source_lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The parser may report the line after the last, or a column beyond the end of a line: places
/// that nobody can see.
pub(super) fn within(position: Position, text: &str) -> Position {
    let lines = source_lines(text)
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    let Some((line, content)) = lines.take_while(|(line, _)| *line <= position.line).last() else {
        return Position::START;
    };
    let end = content.chars().count() + 1;
    let column = if line < position.line {
        end
    } else {
        position.column.min(end)
    };
    Position { line, column }
}

/// A message with its place and the source line: `nightcap.yaml:12:7: …`.
pub(super) fn rendered(
    file_name: &str,
    text: &str,
    position: Position,
    message: &impl fmt::Display,
) -> String {
    let Position { line, column } = position;
    let shown = source_lines(text)
        .nth(line.saturating_sub(1))
        .map(|source| excerpt(source, position))
        .unwrap_or_default();
    format!("{file_name}:{line}:{column}: {message}\n{shown}")
}

/// The line with its number, and a caret below the column. Tabs and control characters are
/// shown as one blank or mark each: the caret stays in place, and a hostile file cannot steer a
/// terminal.
fn excerpt(source: &str, position: Position) -> String {
    let caret = position.column.saturating_sub(1);
    let skipped = if caret < WIDEST { 0 } else { caret - BEFORE };
    let shown: String = source
        .chars()
        .skip(skipped)
        .take(WIDEST)
        .map(|c| match c {
            '\t' => ' ',
            c if is_unsafe(c) => '\u{fffd}',
            c => c,
        })
        .collect();
    let number = position.line.to_string();
    let gutter = " ".repeat(number.len());
    let indent = " ".repeat(caret - skipped);
    format!(" {number} | {}\n {gutter} | {indent}^\n", shown.trim_end())
}

/// Characters that nobody sees: controls, those that reverse the direction of text.
pub(super) fn is_unsafe(c: char) -> bool {
    crate::text::is_hidden(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caret_under_the_column() {
        let position = Position {
            line: 12,
            column: 5,
        };
        assert_eq!(
            excerpt("    window: x", position),
            " 12 |     window: x\n    |     ^\n"
        );
    }

    #[test]
    fn three_line_breaks() {
        let lines: Vec<&str> = source_lines("a\nb\r\nc\rd\n\ne\n").collect();
        assert_eq!(lines, ["a", "b", "c", "d", "", "e"]);
        assert_eq!(source_lines("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn long_and_hostile_lines() {
        let line = format!("{}\u{1b}[2Jx", "a".repeat(200));
        let shown = excerpt(
            &line,
            Position {
                line: 1,
                column: 201,
            },
        );
        assert!(!shown.contains('\u{1b}'));
        let caret = shown.lines().nth(1).and_then(|l| l.find('^'));
        assert_eq!(caret, shown.lines().next().and_then(|l| l.find('\u{fffd}')));
        assert!(shown.lines().all(|line| line.chars().count() < 110));
        // A column past the end of the line is no reason to fail.
        assert!(excerpt("a", Position { line: 1, column: 3 }).ends_with("  ^\n"));
    }
}
