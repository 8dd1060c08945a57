//! The usual slips behind a syntax error, and their remedies.

use super::{excerpt::source_lines, position::Position};

/// Looks at the line of a syntax error, and the one before, for a slip with a known remedy.
pub(super) fn for_syntax(
    info: &str,
    text: &str,
    position: Position,
) -> Option<(Position, &'static str)> {
    if info.contains("quoted scalar") {
        return Some((position, "a closing quote after this opening one"));
    }
    let first = position.line.saturating_sub(1).max(1);
    source_lines(text)
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .skip(first - 1)
        .take(2)
        .filter(|(number, _)| *number <= position.line)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .find_map(|(line, content)| {
            let (column, hint) = slip(content)?;
            Some((Position { line, column }, hint))
        })
}

/// The column (from 1) of a slip in the line, and what to do about it.
fn slip(line: &str) -> Option<(usize, &'static str)> {
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    if let Some(tab) = line.chars().take(indent).position(|c| c == '\t') {
        return Some((tab + 1, "spaces: YAML does not indent with tabs"));
    }
    let mut before = None;
    let mut last_mark = None;
    for (index, c) in line.chars().enumerate() {
        let begins_value = before.is_some_and(char::is_whitespace)
            && matches!(last_mark, Some(':' | '-' | ',' | '{' | '['));
        if begins_value {
            match c {
                '*' => {
                    return Some((
                        index + 1,
                        "quotes around a cron expression that begins with *: \"* * * * *\"",
                    ));
                }
                '@' | '`' | '%' => {
                    return Some((index + 1, "quotes around a text that begins with @, ` or %"));
                }
                '"' | '\'' | '#' => return None,
                _ => {}
            }
        }
        before = Some(c);
        if !c.is_whitespace() {
            last_mark = Some(c);
        }
    }
    None
}
