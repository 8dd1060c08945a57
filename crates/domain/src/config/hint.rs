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
    if text.contains('\0') {
        return Some((
            position,
            "UTF-8: this looks like UTF-16; save the file as UTF-8",
        ));
    }
    if info.contains("byte order mark") {
        return Some((
            position,
            "a byte order mark at the very beginning alone: remove this one",
        ));
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
                // An alias has a name after its star, a cron expression a blank or a sign.
                '*' if line
                    .chars()
                    .nth(index + 1)
                    .is_some_and(|next| next.is_alphanumeric() || next == '_') =>
                {
                    return Some((
                        index + 1,
                        "the value itself: anchors (&) and aliases (*) are not supported",
                    ));
                }
                '?' => {
                    return Some((
                        index + 1,
                        "quotes around a cron expression that begins with ?: \"? 9 * * *\"",
                    ));
                }
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
        if c == '\t' && last_mark == Some(':') {
            return Some((index + 1, "a space after the colon: a tab does not count"));
        }
        before = Some(c);
        if !c.is_whitespace() {
            last_mark = Some(c);
        }
    }
    key_without_blank(line)
}

/// `timezone:Europe/Paris` is a text, not a key and its value.
fn key_without_blank(line: &str) -> Option<(usize, &'static str)> {
    let trimmed = line.trim_start();
    let (key, value) = trimmed.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let glued = value.starts_with(|c: char| !c.is_whitespace()) && !value.contains(": ");
    let column = line.chars().count() - trimmed.chars().count() + key.chars().count() + 1;
    (is_key && glued).then_some((
        column,
        "a space after this colon, between a key and its value",
    ))
}
